import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from propensity.battery import assert_passes
from servicelead.exceptions import InvalidValueError
from servicelead.propensity import ScoreCard, explain


def accounts(n: int, seed: int) -> tuple[dict[str, Any], Any, Any]:
    """Return columns, outcomes and the true logit of accounts whose plan and calls matter."""
    rng = np.random.default_rng(seed)
    calls = rng.poisson(2, n).astype(np.float64)
    plan = rng.choice(["basic", "pro", "free"], n).astype(object)
    logit = -2.0 + 0.6 * calls + 1.2 * (plan == "pro")
    calls[rng.random(n) < 0.1] = np.nan
    plan[rng.random(n) < 0.1] = None
    return {"calls": calls, "plan": plan}, rng.random(n) < 1 / (1 + np.exp(-logit)), logit


def test_scikit_learn_estimator() -> None:
    """The card keeps every rule of scikit-learn's estimators, with no exception made for it."""
    assert_passes(ScoreCard(), n_checks=54)


def test_a_score_is_added_up_by_hand() -> None:
    """The logit is the offset and so much per point of the levels that the table says."""
    rows, won, _ = accounts(1000, 0)
    card = ScoreCard(max_levels=3).fit(rows, won)
    table = card.points_
    by_level = {(row["feature"], row["level"]): row["points"] for row in table.rows()}
    assert table["points"].dtype.kind == "i"
    assert ["up to 1", "above 1, up to 2", "above 2", "missing"] == table["level"][table["feature"] == "calls"].tolist()
    total = by_level["calls", "above 2"] + by_level["plan", "other or missing"]
    row = {"calls": [4.0], "plan": ["never seen"]}
    assert total == card.points(row).sum()
    assert card.offset_ + card.points_to_log_odds_ * total == card.decision_function(row)[0]
    assert card.predict_proba(row)[0, 1] == pytest.approx(1 / (1 + math.exp(-card.decision_function(row)[0])))


def test_points_follow_the_truth() -> None:
    """More calls and the better plan have more points, and ten points about double the odds."""
    rows, won, _ = accounts(20_000, 1)
    card = ScoreCard(points_to_double_odds=10, max_levels=4).fit(rows, won)
    points = card.points({"calls": [0, 2, 5], "plan": ["free", "basic", "pro"]})
    assert points[0, 0] < points[1, 0] < points[2, 0]
    assert points[2, 1] - points[0, 1] == pytest.approx(1.2 * 10 / math.log(2), abs=2)
    assert card.points_to_log_odds_ * 10 / math.log(2) == pytest.approx(1.0, abs=0.05)


def test_totals_are_calibrated_on_rows_they_did_not_come_from() -> None:
    """Of many noisy levels the fit is overconfident: points are worth less than it thinks, and chances are right."""
    rng = np.random.default_rng(2)
    names = [f"c{j}" for j in range(30)]
    won = rng.random(1500) < 0.3
    rows = {name: rng.choice(list("abcdefgh"), 1500).astype(object) for name in names}
    rows["told"] = (won ^ (rng.random(1500) < 0.3)).astype(np.float64)
    card = ScoreCard(penalty=0.1).fit(rows, won)
    assert card.points_to_log_odds_ * 10 / math.log(2) < 0.75
    fresh = {name: rng.choice(list("abcdefgh"), 1500).astype(object) for name in names}
    expanded = rng.random(1500) < 0.3
    fresh["told"] = (expanded ^ (rng.random(1500) < 0.3)).astype(np.float64)
    chance = card.predict_proba(fresh)[:, 1]
    assert roc_auc_score(expanded, chance) > 0.6
    assert np.mean((chance - expanded) ** 2) < 0.3 * 0.7


def test_what_says_nothing_scores_nothing() -> None:
    """Where totals rank held-out rows backwards every row has the common rate."""
    rng = np.random.default_rng(6)
    cards = []
    for _ in range(6):
        rows, won = rng.normal(size=(120, 3)), rng.random(120) < 0.4
        cards.append((ScoreCard().fit(rows, won), rows, won))
    card, rows, won = next(found for found in cards if found[0].points_to_log_odds_ == 0)
    assert card.predict_proba(rows)[:, 1] == pytest.approx(np.full(120, won.mean()))


def test_rows_of_one_account_are_held_out_together() -> None:
    """A column that only names the account ranks its other rows well, and says nothing of new accounts."""
    rng = np.random.default_rng(3)
    account = np.repeat(np.arange(40), 30)
    won = np.repeat(rng.random(40) < 0.5, 30)
    rows = {"account": np.array([f"account {code}" for code in account], dtype=object)}
    assert ScoreCard().fit(rows, won).points_to_log_odds_ > 0
    assert ScoreCard().fit(rows, won, groups=account).points_to_log_odds_ == 0


def test_contributions_add_up() -> None:
    """What points are above the usual adds up, with the intercept, to the logit; a missing level counts too."""
    rows, won, _ = accounts(800, 4)
    card = ScoreCard().fit(rows, won)
    why = explain(card, rows)
    assert card.decision_function(rows) == pytest.approx(why.logit, abs=1e-12)
    assert why.contributions.mean(axis=0) == pytest.approx(np.zeros(2), abs=1e-12)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"points_to_double_odds": 0}, "points_to_double_odds must be a whole number of at least 1"),
        ({"max_levels": 1}, "max_levels must be a whole number of at least 2"),
        ({"min_rows": 0.5}, "min_rows must be a whole number"),
        ({"penalty": 0.0}, "penalty must be a number"),
        ({"random_state": None}, "random_state must be a whole number"),
    ],
)
def test_parameters_out_of_range_are_refused(parameters: dict[str, Any], words: str) -> None:
    """Refused when fitted, with the parameter's name and rule."""
    rows, won, _ = accounts(50, 5)
    with pytest.raises(InvalidValueError, match=words):
        ScoreCard(**parameters).fit(rows, won)


def test_one_outcome_is_refused() -> None:
    """Nobody can learn what tells two outcomes apart from one."""
    with pytest.raises(InvalidValueError, match="two classes"):
        ScoreCard().fit({"calls": [1, 2, 3]}, [1, 1, 1])
