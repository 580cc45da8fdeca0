"""What every stored estimator has: parameters and classes as JSON's own types."""

import json
from typing import Any

import numpy as np
import pytest

from servicelead._typing import Array
from servicelead.exceptions import InvalidValueError
from servicelead.propensity import ExpansionClassifier
from servicelead.propensity.storage.stored import classes_from, classes_to, parameters_of


def test_parameters_become_plain() -> None:
    """Numbers of numpy, tuples and mappings become what JSON knows."""
    given: dict[str, Any] = {
        "max_iter": np.int64(3),
        "learning_rate": np.float64(0.5),
        "monotone": {"seats": np.int8(1)},
    }
    model = ExpansionClassifier(**given)
    parameters = parameters_of(model)
    assert parameters == json.loads(json.dumps(parameters))
    assert (3, 0.5, {"seats": 1}) == tuple(parameters[name] for name in ("max_iter", "learning_rate", "monotone"))


def test_a_parameter_without_a_word_is_refused() -> None:
    """A generator is refused by its parameter's name and kind."""
    with pytest.raises(InvalidValueError, match=r"random_state .* Generator"):
        parameters_of(ExpansionClassifier(random_state=np.random.default_rng(0)))


@pytest.mark.parametrize(
    "classes",
    [
        np.array([False, True]),
        np.array([-1, 1]),
        np.array([0.5, 1.5]),
        np.array(["no", "yes"]),
        np.array(["no", "yes"], dtype=object),
        np.array([1, 2], dtype=np.uint64),
    ],
)
def test_classes_come_back(classes: Array) -> None:
    """Labels of any kind come back as they were, with their type."""
    again = classes_from(json.loads(json.dumps(classes_to(classes))))
    assert (classes.tolist(), classes.dtype) == (again.tolist(), again.dtype)


@pytest.mark.parametrize("labels", [[True], [[True, False]], [0, 1, 2], []])
def test_other_than_two_classes_are_refused(labels: Any) -> None:
    """A model has two classes."""
    with pytest.raises(InvalidValueError, match="two classes"):
        classes_from({"kind": "i", "labels": labels})
