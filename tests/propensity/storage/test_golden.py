"""Golden rows: made up, scored when a model is saved and again when it is loaded."""

import copy
from typing import Any

import numpy as np
import pytest

from propensity.model_files import LABEL, trained
from servicelead.exceptions import IngestError
from servicelead.propensity.storage.golden import check_golden, golden_rows
from servicelead.propensity.storage.stored_classifier import CLASSIFIER
from servicelead.propensity.storage.stored_scorecard import SCORE_CARD


@pytest.fixture(params=["classifier", "scorecard"])
def model(request: pytest.FixtureRequest) -> Any:
    """Return a fitted model of either kind."""
    return trained(request.param)


def golden_of(model: Any) -> dict[str, Any]:
    """Return the golden rows of a model."""
    kind = CLASSIFIER if isinstance(model, CLASSIFIER.estimator) else SCORE_CARD
    return golden_rows(model, kind.thresholds(model))


def test_golden_rows_are_repeatable_and_name_nobody(model: Any) -> None:
    """The same model gives the same rows: numbers and codes, some missing, and no label."""
    golden = golden_of(model)
    assert golden == golden_of(model)
    check_golden(model, golden)
    cells = [cell for row in golden["rows"] for cell in row]
    assert LABEL not in str(golden)
    assert None in cells
    assert all(cell is None or isinstance(cell, float) for cell in cells)


def test_golden_rows_ask_every_column(model: Any) -> None:
    """Numbers lie on both sides of the thresholds, so that rows differ in every column."""
    rows = np.array(golden_of(model)["rows"], dtype=float)
    assert (np.array([len(np.unique(column[~np.isnan(column)])) for column in rows.T]) > 1).all()


def test_another_score_is_refused(model: Any) -> None:
    """One part in 10^9 is too much."""
    golden = copy.deepcopy(golden_of(model))
    golden["logits"][5] *= 1 + 1e-9
    with pytest.raises(IngestError, match="golden") as caught:
        check_golden(model, golden)
    assert "golden" == caught.value.reason


@pytest.mark.parametrize("part", ["rows", "logits"])
def test_too_few_rows_are_refused(model: Any, part: str) -> None:
    """A forger cannot make the check pass by leaving rows out."""
    golden = golden_of(model)
    with pytest.raises(IngestError):
        check_golden(model, golden | {part: golden[part][:-1]})
    with pytest.raises(IngestError):
        check_golden(model, {"rows": [], "logits": []})
