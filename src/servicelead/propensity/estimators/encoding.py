"""From a frame of numbers and categories to the float matrix that every estimator of this package learns from."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from attrs import field, frozen

from servicelead._typing import MISSING, BoolArray, FloatArray
from servicelead.columns.frames import Numbers, Texts
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.propensity.estimators.inputs import Inputs

__all__ = ["MOST_CATEGORIES", "FrameEncoder"]

#: Gradient boosting sorts values into 255 bins at most; the rarer categories of a column beyond these count as unseen.
MOST_CATEGORIES = 254
_NAMES_SHOWN = 5


def _all_texts(_instance: Any, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if not all(isinstance(name, str) for name in value) or len(set(value)) != len(value):
        raise InvalidValueError(f"FrameEncoder.{attribute.name} must be different texts; name each column once")


def _known(instance: "FrameEncoder", _attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if len(value) != len(instance.names):
        raise InvalidValueError(
            f"FrameEncoder.categories must have one entry per column, {len(instance.names)}; got {len(value)}"
        )
    for name, labels in zip(instance.names, value, strict=True):
        if labels is not None and (
            len(labels) > MOST_CATEGORIES
            or len(set(labels)) != len(labels)
            or not all(isinstance(label, str) for label in labels)
        ):
            raise InvalidValueError(
                f"FrameEncoder.categories of column {name!r} must be None or at most {MOST_CATEGORIES} different texts"
            )


def _texts(names: Any) -> tuple[str, ...]:
    return tuple(names)


def _tuples(categories: Any) -> Any:
    return tuple(None if labels is None else tuple(labels) for labels in categories)


@frozen(kw_only=True)
class FrameEncoder:
    """The columns an estimator was trained on, and how their values become numbers.

    A number is itself, a truth value 0 or 1, a category its place among the known ones (the text's order), and
    whatever is missing or was not seen in training NaN. A column of text is categorical. Of more than 254 categories
    the commonest are known, equally common ones by their text.

    Attributes
    ----------
    names
        Columns in the order of training; ``x0``, ``x1``, ... for arrays without names.
    categories
        Per column None for numbers, else the known categories in their text's order; none at all where the column
        had no value.
    named
        Whether the columns had names of their own, by which later ones are then found.

    Examples
    --------
    >>> encoder = FrameEncoder.learn({"seats": [10, None, 30], "plan": ["pro", "basic", "pro"]})
    >>> encoder.categories
    (None, ('basic', 'pro'))
    >>> encoder.encode({"plan": ["pro", "gold"], "seats": [5, 6]})
    array([[ 5.,  1.],
           [ 6., nan]])
    """

    names: tuple[str, ...] = field(converter=_texts, validator=_all_texts)
    categories: tuple[tuple[str, ...] | None, ...] = field(converter=_tuples, validator=_known, repr=False)
    named: bool = field(validator=attrs.validators.instance_of(bool))

    @classmethod
    def learn(cls, X: Any) -> "FrameEncoder":  # noqa: N803 - scikit-learn's name for it
        """Return the encoder of the columns of X, a frame, a mapping of columns or a two-dimensional array.

        Raises
        ------
        InvalidValueError
            When X is none of these or has no row or no column, or a column holds something else than numbers or text,
            or both.
        """
        read = Inputs.read(X, at_least=1)
        known = (None,) * len(read.names) if read.matrix is not None else map(_learn_column, read.columns.values())
        return cls(names=read.names, categories=known, named=read.named)

    @property
    def is_categorical(self) -> BoolArray:
        """Which columns hold categories, shape (n columns,)."""
        return np.array([bool(labels) for labels in self.categories], dtype=bool)

    def encode(self, X: Any) -> FloatArray:  # noqa: N803 - scikit-learn's name for it
        """Return X as numbers, shape (n rows, n columns), columns in the order of training.

        Raises
        ------
        UnknownNameError
            When a column of training is missing, or there is one more.
        InvalidValueError
            When X cannot be read, or a column holds infinite numbers, text where numbers were, numbers where text was,
            or something else.
        """
        read = Inputs.read(X)
        self._check_names(read)
        if read.matrix is None:
            out = np.empty((read.n_rows, len(self.names)), order="F")  # filled by column
            for place, (name, labels) in enumerate(zip(self.names, self.categories, strict=True)):
                out[:, place] = _encode_column(name, read.columns[name], labels)
        else:
            out = self._encode_matrix(read.matrix)
        if np.isinf(out).any():
            guilty = self.names[int(np.isinf(out).any(axis=0).argmax())]
            raise InvalidValueError(
                f"column {guilty!r} must be finite or missing; got infinite numbers; leave them out (NaN)"
            )
        return out

    def to_dict(self) -> dict[str, Any]:
        """Return everything the encoder knows in JSON's own types."""
        known = [None if labels is None else list(labels) for labels in self.categories]
        return {"names": list(self.names), "categories": known, "named": self.named}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "FrameEncoder":
        """Return the encoder that `to_dict` described; `InvalidValueError` when the description is not one."""
        try:
            return cls(names=content["names"], categories=content["categories"], named=content["named"])
        except (TypeError, KeyError):
            raise InvalidValueError("a FrameEncoder needs names, categories and named; use what to_dict gave") from None

    def _check_names(self, read: Inputs) -> None:
        if len(read.names) != len(self.names) and not (read.named and self.named):
            # In scikit-learn's own words, which its users know.
            raise InvalidValueError(
                f"X has {len(read.names)} features, but FrameEncoder is expecting {len(self.names)} features as input"
            )
        if read.named != self.named:
            had, has = ("names", "none") if self.named else ("no names", "some")
            raise InvalidValueError(
                f"X must have columns like those of training, which had {had}; got {has}; "
                "give the same kind of frame or array to fit and to predict"
            )
        missing, extra = _listed(set(self.names) - set(read.names)), _listed(set(read.names) - set(self.names))
        if missing or extra:
            told = [f"lacks {missing}"] * bool(missing) + [f"has {extra}, unknown in training"] * bool(extra)
            raise UnknownNameError(f"X {' and '.join(told)}; give exactly the columns of training, in any order")

    def _encode_matrix(self, matrix: FloatArray) -> FloatArray:
        for name, labels, column in zip(self.names, self.categories, matrix.T, strict=True):
            if labels and not np.isnan(column).all():
                raise _wrong_kind(name, "text", "numbers")
        return matrix


def _listed(names: set[str]) -> str:
    shown = ", ".join(map(repr, sorted(names)[:_NAMES_SHOWN]))
    return f"{shown} and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else shown


def _wrong_kind(name: str, was: str, got: str) -> InvalidValueError:
    return InvalidValueError(
        f"column {name!r} must hold {was}, as in training; got {got}; convert it, or train again on what it holds"
    )


def _learn_column(column: Texts | Numbers) -> tuple[str, ...] | None:
    if not isinstance(column, Texts):
        return None
    codes, labels = column.encoded
    counts = np.bincount(codes[codes >= 0], minlength=len(labels)).tolist()
    seen = [(-count, label) for count, label in zip(counts, labels.tolist(), strict=True) if count]
    return tuple(sorted(label for _, label in sorted(seen)[:MOST_CATEGORIES]))


def _encode_column(name: str, column: Texts | Numbers, labels: Sequence[str] | None) -> FloatArray:
    if labels is not None and not labels:  # nothing was known of it in training
        return np.full(len(column), np.nan)
    if isinstance(column, Texts):
        codes, found = column.encoded
        if labels is None:
            if (codes >= 0).any():
                raise _wrong_kind(name, "numbers", "text")
            return np.full(len(column), np.nan)
        place = dict(zip(labels, map(float, range(len(labels))), strict=True))
        # The last entry answers for code -1, a missing value.
        values = np.array([place.get(label, np.nan) for label in found.tolist()] + [np.nan])
        return values[codes]
    values = _floats(column)
    if labels is not None and not np.isnan(values).all():
        raise _wrong_kind(name, "text", "numbers")
    return values


def _floats(column: Numbers) -> FloatArray:
    values = column.values.astype(np.float64)
    if column.values.dtype.kind == "i":
        values[column.values == MISSING] = np.nan
    return values
