from typing import Any

import numpy as np
import pytest

from servicelead.exceptions import IncompatibleError, InvalidValueError
from servicelead.propensity import ExpansionClassifier, ScoreCard, score_change


def accounts(n: int, seed: int) -> dict[str, Any]:
    """Return two columns, some seats missing."""
    rng = np.random.default_rng(seed)
    seats = np.where(rng.random(n) < 0.1, np.nan, rng.integers(5, 100, n))
    return {"seats": seats, "plan": rng.choice(["basic", "pro"], n).astype(object)}


def expanded(columns: dict[str, Any], seed: int) -> Any:
    """Return outcomes that rest on seats, more so with the pro plan."""
    chance = np.nan_to_num(columns["seats"], nan=50.0) / np.where(columns["plan"] == "pro", 120, 400)
    return np.random.default_rng(seed).random(len(chance)) < chance


@pytest.fixture(scope="module", params=[ExpansionClassifier(max_iter=40), ScoreCard()], ids=["classifier", "card"])
def model(request: pytest.FixtureRequest) -> Any:
    """Each kind of model, fitted."""
    columns = accounts(800, 0)
    return request.param.fit(columns, expanded(columns, 1))


def test_changes_add_up_to_the_change_of_the_logit(model: Any) -> None:
    """Column by column they make the logit now less the logit then; the model itself adds nothing."""
    before, after = accounts(100, 2), accounts(100, 3)
    change = score_change(model, before, after)
    assert change.intercept_change == 0
    expected = model.decision_function(after) - model.decision_function(before)
    assert expected == pytest.approx(change.logit_change, abs=1e-9)
    table = change.table(7)
    assert table["change"].sum() == pytest.approx(expected[7], abs=1e-9)


def test_another_model_is_part_of_the_change() -> None:
    """Where the model is another one, its intercept and what it makes of the same rows are told apart."""
    columns = accounts(800, 0)
    then = ExpansionClassifier(max_iter=40, calibrate=False).fit(columns, expanded(columns, 1))
    now = ExpansionClassifier(max_iter=40, calibrate=False).fit(columns, expanded(columns, 4))
    change = score_change(now, columns, columns, model_before=then)
    assert change.intercept_change != 0
    expected = now.decision_function(columns) - then.decision_function(columns)
    assert expected == pytest.approx(change.logit_change, abs=1e-9)


def test_the_words_say_both_values() -> None:
    """What changed is told with its value now and then; what only counts for more is said to be still the same."""
    columns = accounts(3000, 0)
    model = ExpansionClassifier(max_iter=40, calibrate=False).fit(columns, expanded(columns, 1))
    change = score_change(model, {"seats": [90.0], "plan": ["basic"]}, {"seats": [90.0], "plan": ["pro"]})
    told = {reason.feature: str(reason) for reason in change.reasons()}
    assert "plan: pro, was basic, which raised the score" == told["plan"]
    assert "seats: still 90, which raised the score" == told["seats"]
    change = score_change(model, {"seats": [90.0], "plan": ["pro"]}, {"seats": [np.nan], "plan": ["pro"]})
    assert "seats: unknown, was 90, which lowered the score" == str(change.reasons()[0])


def test_nothing_changed_for_no_reason() -> None:
    """The same rows twice have no reasons and an empty table."""
    columns = accounts(400, 0)
    model = ScoreCard().fit(columns, expanded(columns, 1))
    change = score_change(model, columns, columns)
    assert ((), 0) == (change.reasons(0), len(change.table(0)))


def test_other_rows_or_columns_are_refused() -> None:
    """The same accounts, and models of the same columns, are needed."""
    columns = accounts(400, 0)
    model = ScoreCard().fit(columns, expanded(columns, 1))
    with pytest.raises(InvalidValueError, match="same accounts in the same order"):
        score_change(model, accounts(3, 1), accounts(4, 1))
    fewer = {"plan": columns["plan"]}
    other = ScoreCard().fit(fewer, expanded(columns, 1))
    with pytest.raises(IncompatibleError, match="same columns"):
        score_change(model, fewer, columns, model_before=other)
