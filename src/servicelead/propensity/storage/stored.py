"""What it takes to store one kind of estimator: the members it becomes, and the way back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from servicelead._fields import kind_of
from servicelead._typing import Array
from servicelead.exceptions import InvalidValueError
from servicelead.propensity.estimators.encoding import FrameEncoder

__all__ = ["Stored", "adopt", "classes_from", "classes_to", "parameters_of"]


@attrs.frozen(kw_only=True)
class Stored:
    """How one class of estimator is written and read.

    Attributes
    ----------
    estimator
        The class.
    members
        The names of its members in a model file, in their order.
    write
        From a fitted estimator to those members.
    read
        From the members to a fitted estimator. They may have been forged: it raises what it likes, but builds nothing
        that scikit-learn's compiled code could trip over.
    thresholds
        From a fitted estimator to the numbers at which it divides each column, which golden rows are made of.
    """

    estimator: type
    members: tuple[str, ...]
    write: Callable[[Any], dict[str, bytes]]
    read: Callable[[Mapping[str, bytes]], Any]
    thresholds: Callable[[Any], Sequence[Sequence[float]]]


def parameters_of(model: Any) -> dict[str, Any]:
    """Return the parameters of an estimator as JSON's own types.

    Raises
    ------
    InvalidValueError
        When a parameter is something that JSON has no word for, such as a random generator.
    """
    return {name: _plain(name, value) for name, value in model.get_params(deep=False).items()}


def adopt(model: Any, encoder: FrameEncoder, classes: Array) -> None:
    """Give an estimator what every one here learns first: its columns and its classes."""
    model.encoder_ = encoder
    model.n_features_in_ = len(encoder.names)
    if encoder.named:
        model.feature_names_in_ = np.array(encoder.names, dtype=object)
    model.classes_ = classes


def classes_to(classes: Array) -> dict[str, Any]:
    """Return the labels of the classes, and what kind of label they are, as JSON's own types."""
    return {"kind": classes.dtype.kind, "labels": _plain("classes_", classes)}


def classes_from(content: Mapping[str, Any]) -> Array:
    """Return the two labels that `classes_to` described."""
    types: dict[str, type] = {"b": np.bool_, "i": np.int64, "u": np.uint64, "f": np.float64, "U": np.str_, "O": object}
    classes: Array = np.array(content["labels"], dtype=types[content["kind"]])
    if classes.shape != (2,):
        raise InvalidValueError("a model that is stored must have two classes; train it on two")
    return classes


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(name, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(name, item) for item in value]
    raise InvalidValueError(
        f"{name} of a model that is saved must be a number, text, or made of these; got {kind_of(value)}; "
        "train the model with such a parameter, e.g. a whole number as random_state"
    )
