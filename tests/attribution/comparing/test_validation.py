from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy.stats import t as student
from sklearn.metrics import log_loss, roc_auc_score

import servicelead as sl
from attribution.hand import deal, journeys, touch
from laws.drawing import journeys_of_paths
from servicelead._typing import FloatArray
from servicelead.attribution import Attribution, Linear, Shapley, Strategy, cross_validate
from servicelead.attribution.comparing.folds import account_folds
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError

RATE = Shapley(game="rate")


@pytest.fixture(scope="module")
def simulated() -> sl.Journeys:
    """Return the journeys of a simulated business."""
    return sl.Journeys.from_business(simulate_business(n_accounts=300, seed=5).business)


class Foreseen(NamedTuple):
    """A fitted model that says the same of every journey."""

    probability: Any

    def attribute(self, given: sl.Journeys) -> Attribution:
        """Give equal credit."""
        return Linear().attribute(given)

    def conversion_probability_of(self, given: sl.Journeys) -> FloatArray:
        """Return the probability, or what else was asked for."""
        return np.asarray(self.probability(given) if callable(self.probability) else np.full(given.n, self.probability))


class Oracle(NamedTuple):
    """A strategy that learns nothing."""

    probability: Any

    def fit(self, given: sl.Journeys) -> Foreseen:
        """Return what it always says."""
        del given
        return Foreseen(self.probability)


def certain(given: sl.Journeys) -> FloatArray:
    """Know the outcome."""
    return given.is_won.astype(np.float64)


def judged(given: sl.Journeys) -> sl.Journeys:
    """Return the journeys that are judged."""
    return given.select((given.outcome != given.OPEN) & (given.lengths > 0))


def test_figures_are_scikit_learns(simulated: sl.Journeys) -> None:
    """Log-loss over all that was held out; AUC over pairs within folds."""
    table = cross_validate(simulated, {"rate": RATE}, folds=3, seed=7)
    won, foreseen, pairs, right = [], [], [], []
    for train, test in account_folds(simulated, 3, 7):
        part = judged(test)
        given: Any = RATE.fit(train)
        probability = given.conversion_probability_of(part)
        won += part.is_won.tolist()
        foreseen += probability.tolist()
        pairs.append(part.is_won.sum() * (~part.is_won).sum())
        right.append(pairs[-1] * roc_auc_score(part.is_won, probability))
    row = table.row(model="rate")
    assert log_loss(won, foreseen) == pytest.approx(row["log_loss"], rel=1e-12)
    assert sum(right) / sum(pairs) == pytest.approx(row["auc"], rel=1e-12)
    base = table.row(model="base_rate")
    assert base["log_loss"] - row["log_loss"] == pytest.approx(row["gain"], abs=1e-12)
    assert (0.0, 0.5) == (base["gain"], base["auc"])


def test_intervals_are_clustered_by_account(simulated: sl.Journeys) -> None:
    """The mean's own linearisation over accounts, worked out in a loop; more confidence is wider."""
    table = cross_validate(simulated, [RATE], folds=2, seed=3)
    losses, accounts = [], []
    for train, test in account_folds(simulated, 2, 3):
        part, given = judged(test), RATE.fit(train)
        assert hasattr(given, "conversion_probability_of")
        probability = given.conversion_probability_of(part)
        losses += (-np.log(np.where(part.is_won, probability, 1 - probability))).tolist()
        accounts += part.account.tolist()
    mean, n = np.mean(losses), len(set(accounts))
    sums = [sum(loss - mean for loss, own in zip(losses, accounts, strict=True) if own == a) for a in set(accounts)]
    error = np.sqrt(n / (n - 1) * np.sum(np.square(sums))) / len(losses)
    row = table.row(model="shapley")
    assert mean + student.ppf(0.975, n - 1) * error == pytest.approx(row["log_loss_upper"], rel=1e-9)
    wider = cross_validate(simulated, [RATE], folds=2, seed=3, confidence=0.99).row(model="shapley")
    for what in ("log_loss", "gain", "auc"):
        assert wider[f"{what}_lower"] < row[f"{what}_lower"] < row[what] < row[f"{what}_upper"] < wider[f"{what}_upper"]


def test_paths_are_as_many_journeys() -> None:
    """Of aggregated paths each conversion counts: an AUC and its interval near those of as many single paths."""
    drawn = [(["ad", "call"], 300, 100, 200), (["ad"], 100, 100, 300), (["call"], 30, 100, 250)]
    together = cross_validate(journeys_of_paths(drawn), [RATE]).row(model="shapley")
    single = [(steps, *one) for steps, won, _, lost in drawn for one in [(1, 1, 0)] * won + [(0, 0, 1)] * lost]
    apart = cross_validate(journeys_of_paths(single), [RATE]).row(model="shapley")
    for what in ("log_loss", "auc"):
        width = together[f"{what}_upper"] - together[f"{what}_lower"]
        assert apart[f"{what}_upper"] - apart[f"{what}_lower"] == pytest.approx(width, rel=0.05)
        assert apart[what] == pytest.approx(together[what], abs=width / 4)


def test_knowing_everything_nothing_and_the_opposite(simulated: sl.Journeys) -> None:
    """The outcome itself has AUC 1 and no loss; its opposite AUC 0 and the loss of a certainty that was wrong."""
    models = {"all": Oracle(certain), "none": Oracle(0.5), "wrong": Oracle(lambda given: 1 - certain(given))}
    table = cross_validate(simulated, models)
    found = {row["model"]: row for row in table.rows()}
    assert (1.0, 0.5, 0.0) == tuple(found[name]["auc"] for name in models)
    assert 1e-6 == pytest.approx(found["all"]["log_loss"], rel=1e-3)
    assert np.log(2) == pytest.approx(found["none"]["log_loss"], rel=1e-12)
    assert -np.log(1e-6) == pytest.approx(found["wrong"]["log_loss"], rel=1e-9)
    assert found["all"]["gain_lower"] > 0 > found["wrong"]["gain_upper"]


def test_rules_foresee_nothing(simulated: sl.Journeys) -> None:
    """Models without a probability are listed as such, without figures."""
    table = cross_validate(simulated, {"linear": Linear(), "sum": Shapley(), "rate": RATE})
    assert ["", "no conversion probability", "no conversion probability", ""] == table["note"].tolist()
    assert [False, True, True, False] == np.isnan(table["log_loss"]).tolist()
    assert table.title is not None
    assert "5 folds of accounts" in table.title


def test_all_won_or_lost_has_no_auc() -> None:
    """Where there are no pairs the AUC is undefined; the loss is not."""
    for won, lost in ((9, 0), (0, 9)):
        row = cross_validate(journeys_of_paths([(["ad"], won, 9, lost)]), [RATE]).row(model="shapley")
        assert np.isnan(row["auc"])
        assert row["log_loss"] < 0.2


def test_deals_without_touches_are_not_judged() -> None:
    """Whatever closed without a touch is nobody's to foresee: without any, everything is undefined."""
    table = cross_validate(journeys(deals=[deal("a", "05-01", "1"), deal("b", "05-01", "1", account="b")]), [RATE], 2)
    assert np.isnan(table["log_loss"]).all()
    touched = journeys([touch("t", "04-01", "ad")], [deal("a", "05-01", "1"), deal("b", "05-01", "1", account="b")])
    assert "1 journeys judged, 1 of them won" in str(cross_validate(touched, [RATE], 2))


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"strategies": []}, "at least one strategy"),
        ({"strategies": {"base_rate": RATE}}, "called base_rate"),
        ({"strategies": {"a": Shapley}}, "needs a strategy"),
        ({"strategies": [Foreseen(0.5)]}, "not what it has fitted"),
        ({"strategies": [RATE], "folds": 1}, "at least 2"),
        ({"strategies": [RATE], "confidence": 1.0}, "between 0 and 1"),
        ({"strategies": [Oracle(1.5)]}, "number from 0 to 1"),
        ({"strategies": [Oracle(np.nan)]}, "number from 0 to 1"),
        ({"strategies": [Oracle(lambda _: [0.5])]}, "number from 0 to 1"),
    ],
)
def test_bad_arguments(simulated: sl.Journeys, arguments: dict[str, Any], match: str) -> None:
    """The error says what is wrong and what to give."""
    with pytest.raises(InvalidValueError, match=match):
        cross_validate(simulated, **arguments)


def test_a_model_of_ones_own_is_a_strategy() -> None:
    """Whatever has the shape will do."""
    assert isinstance(Oracle(0.5), Strategy)
