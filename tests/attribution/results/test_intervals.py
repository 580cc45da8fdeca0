import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from attrs import frozen
from scipy import stats

import servicelead as sl
from attribution.hand import deal, journeys, touch
from servicelead.attribution import Linear, MarkovChain, Shapley, Weighted, attribute, bootstrap
from servicelead.attribution.results.dimensions import cells
from servicelead.attribution.results.intervals import credit_bounds
from servicelead.attribution.results.refits import Again
from servicelead.exceptions import InvalidValueError


def sums(credited: list[dict[str, float]], label: str) -> tuple[list[float], list[float], float]:
    """Return what each account gives a label, its distance from the label's share of it, and the whole."""
    parts = [account.get(label, 0.0) for account in credited]
    wholes = [sum(account.values()) for account in credited]
    share = sum(parts) / sum(wholes)
    return parts, [part - share * everything for part, everything in zip(parts, wholes, strict=True)], sum(wholes)


def log_bounds(credited: list[dict[str, float]], label: str, confidence: float) -> list[float]:
    """Return value and share bounds on the scale of logarithms and log-odds, one account at a time."""
    n = len(credited)
    parts, residuals, whole = sums(credited, label)

    def reach(values: list[float]) -> float:
        squares, fourths = sum(value**2 for value in values), sum(value**4 for value in values)
        freedom = max(squares**2 / fourths, 4.0) if fourths else 4.0
        return float(stats.t.ppf((1 + confidence) / 2, freedom)) * math.sqrt(n / (n - 1) * squares)

    total = sum(parts)
    factor = math.exp(reach(parts) / total)
    odds = total / (whole - total)
    spread = math.exp(reach(residuals) / whole / (total / whole * (1 - total / whole)))
    return [total / factor, total * factor, odds / spread / (1 + odds / spread), odds * spread / (1 + odds * spread)]


def bounds(credited: list[dict[str, float]], label: str, confidence: float) -> list[float]:
    """Return symmetric value and share bounds, one account at a time."""
    n = len(credited)
    reach = float(stats.t.ppf((1 + confidence) / 2, n - 1))
    parts = [account.get(label, 0.0) for account in credited]
    wholes = [sum(account.values()) for account in credited]
    whole, total = sum(wholes), sum(parts)
    share = total / whole
    spread = math.sqrt(n / (n - 1) * sum(part**2 for part in parts))
    residuals = [part - share * everything for part, everything in zip(parts, wholes, strict=True)]
    share_spread = math.sqrt(n / (n - 1) * sum(residual**2 for residual in residuals)) / whole
    return [total - reach * spread, total + reach * spread, share - reach * share_spread, share + reach * share_spread]


def of(table: Any, label: str) -> list[float]:
    """Return the bounds of one channel."""
    row = table.row(channel=label)
    return [row[name] for name in ("value_lower", "value_upper", "share_lower", "share_upper")]


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
def test_accounts_are_the_units(confidence: float) -> None:
    """Two deals of one account are one unit; a lost deal, and a won one without touches, are units with nothing."""
    touches = [
        touch("t1", "05-01", "ad"),
        touch("t2", "05-02", "call"),
        touch("t3", "05-01", "ad", account="bolt"),
        touch("t4", "05-01", "call", account="cone"),
        touch("t5", "05-01", "call", account="open"),
    ]
    deals = [
        deal("o1", "05-01", "10.00"),
        deal("o2", "05-10", "30.00"),
        deal("o3", "05-10", "7.00", account="bolt"),
        deal("o4", "05-10", "99.00", account="cone", outcome="lost"),
        deal("o5", "05-10", "50.00", account="none"),
        deal("o6", None, "80.00", account="open", outcome="open"),
    ]
    credited = [{"ad": 25.0, "call": 15.0}, {"ad": 7.0}, {}, {}]
    attribution = attribute(journeys(touches, deals), Linear())
    by_logs = attribution.by("channel", confidence=confidence)
    by_student = attribution.by("channel", confidence=confidence, method="student")
    for label in ("ad", "call"):
        assert log_bounds(credited, label, confidence) == pytest.approx(of(by_logs, label), rel=1e-9)
        assert bounds(credited, label, confidence) == pytest.approx(of(by_student, label), rel=1e-9)


def test_every_walk_of_a_path_is_a_unit() -> None:
    """Two conversions of 20 in all are two units of 10; three non-conversions are three units of nothing."""
    found = sl.Journeys.from_paths(
        {"path": ["ad > call", "ad"], "won": [2, 1], "value": [20, 4], "lost": [3, 0]},
        path="path",
        conversions="won",
        value="value",
        nonconversions="lost",
    )
    credited = [{"ad": 5.0, "call": 5.0}] * 2 + [{"ad": 4.0}] + [{}] * 3
    attribution = attribute(found, Linear())
    by_logs, by_student = attribution.by("channel"), attribution.by("channel", method="student")
    for label in ("ad", "call"):
        assert log_bounds(credited, label, 0.95) == pytest.approx(of(by_logs, label), rel=1e-9)
        assert bounds(credited, label, 0.95) == pytest.approx(of(by_student, label), rel=1e-9)


def test_ends_never_cross_nothing_or_all() -> None:
    """Two accounts of very different size: the value's end stays above 0 and the share's below 1."""
    touches = [touch("t1", "05-01", "ad"), touch("t2", "05-01", "call", account="bolt")]
    deals = [deal("o1", "05-02", "1000.00"), deal("o2", "05-02", "1.00", account="bolt")]
    table = attribute(journeys(touches, deals), Linear()).by("channel")
    for label in ("ad", "call"):
        value_lower, value_upper, share_lower, share_upper = of(table, label)
        assert 0 < value_lower < table.row(channel=label)["value"] < value_upper < math.inf
        assert 0 < share_lower < table.row(channel=label)["share"] < share_upper < 1


def test_negative_values_are_on_the_plain_scale() -> None:
    """Credit notes can turn a total round, so that its logarithm says nothing: the bounds are symmetric."""
    given = {"path": ["ad", "ad"], "won": [1, 1], "value": [10.0, -4.0]}
    found = sl.Journeys.from_paths(given, path="path", conversions="won", value="value")
    table = attribute(found, Linear()).by("channel")
    lower, upper, *_ = of(table, "ad")
    assert lower + upper == pytest.approx(2 * 6.0)
    assert lower < 0


@pytest.mark.parametrize("arguments", [{"confidence": 1.0}, {"confidence": math.nan}, {"method": "normal"}])
def test_unknown_intervals_are_refused(arguments: dict[str, Any]) -> None:
    """A confidence outside (0, 1) and a method that does not exist are named."""
    attribution = attribute(journeys([touch("t", "05-01", "ad")], [deal("o", "05-02", "1.00")]), Linear())
    with pytest.raises(InvalidValueError, match=next(iter(arguments))):
        attribution.by("channel", **arguments)


def test_one_account_says_nothing_of_how_accounts_vary() -> None:
    """With a single unit the bounds are NaN, the totals are there."""
    table = attribute(journeys([touch("t", "05-01", "ad")], [deal("o", "05-02", "1.00")]), Linear()).by("channel")
    assert [1.0] == table["value"].tolist()
    assert all(math.isnan(bound) for bound in of(table, "ad"))


def test_shares_of_nothing_are_undefined() -> None:
    """Nothing won: values 0 in [0, 0], shares and their bounds NaN."""
    touches = [touch("t1", "05-01", "ad"), touch("t2", "05-01", "ad", account="bolt")]
    deals = [deal("o1", "05-02", "1", outcome="lost"), deal("o2", "05-02", "1", account="bolt", outcome="lost")]
    table = attribute(journeys(touches, deals), Linear()).by("channel")
    assert [0.0, 0.0] == of(table, "ad")[:2]
    assert np.isnan(of(table, "ad")[2:]).all()


def test_a_channel_that_has_it_all_has_all_of_it_for_sure() -> None:
    """A share of 1 in every account does not vary: [1, 1]."""
    touches = [touch("t1", "05-01", "ad"), touch("t2", "05-01", "ad", account="bolt")]
    deals = [deal("o1", "05-02", "1.00"), deal("o2", "05-02", "3.00", account="bolt")]
    assert [1.0, 1.0] == pytest.approx(of(attribute(journeys(touches, deals), Linear()).by("channel"), "ad")[2:])


@frozen
class Doubled:
    """A model that learns how many accounts there are, and gives the first channel as many times its weight."""

    def fit(self, journeys: sl.Journeys) -> Any:
        """Return weights that depend on the journeys."""
        return Weighted(weights={"ad": float(np.sum(journeys.weight[journeys.is_won]))}, other=2.0)


def test_intervals_of_a_fitted_model_count_the_fitting() -> None:
    """Its standard error is that of the bootstrap over accounts; given the fit it would be that of the credit alone."""
    rng = np.random.default_rng(2)
    touches, deals = [], []
    for i, n_ads in enumerate(rng.integers(1, 4, 40).tolist()):
        account = f"a{i:02}"
        touches += [touch(f"t{i}-{k}", "05-01", "ad", account=account) for k in range(n_ads)]
        touches.append(touch(f"c{i}", "05-01", "call", account=account))
        won = {} if i % 3 else {"outcome": "lost"}
        deals.append(deal(f"o{i}", "05-02", "10.00", account=account, **won))
    found = journeys(touches, deals)
    fitted = attribute(found, Doubled())
    assert fitted.fitted_by == Doubled()
    errors = bootstrap(found, Doubled(), "channel", n=2000).table()
    z = float(stats.t.ppf(0.975, 39))
    for label in ("ad", "call"):
        value_lower, value_upper, share_lower, share_upper = of(fitted.by("channel", method="student"), label)
        row = errors.row(channel=label)
        assert (value_upper - value_lower) / 2 / z == pytest.approx(row["value_standard_error"], rel=0.2)
        assert (share_upper - share_lower) / 2 / z == pytest.approx(row["share_standard_error"], rel=0.2)
    given_the_fit = Doubled().fit(found).attribute(found)
    assert given_the_fit.fitted_by is None
    *_, share_lower, share_upper = of(given_the_fit.by("channel", method="student"), "ad")
    assert (share_upper - share_lower) / 2 / z < 0.5 * errors.row(channel="ad")["share_standard_error"]


def test_credit_that_needs_no_fit_is_not_fitted_again() -> None:
    """A model whose credit does not depend on its fit has the closed form, and says so."""
    found = journeys([touch("t", "05-01", "ad")], [deal("o", "05-02", "1.00")])
    assert attribute(found, Shapley(game="sum")).fitted_by is None
    assert attribute(found, Shapley(game="rate")).fitted_by == Shapley(game="rate")


def test_printing_does_not_fit_again() -> None:
    """The text of a fitted model's attribution has no intervals: they would fit it a hundred times."""
    found = journeys([touch("t", "05-01", "ad")], [deal("o", "05-02", "1.00")])
    assert "value_lower" not in str(attribute(found, Doubled()))
    assert "value_lower" in str(attribute(found, Linear()))


def test_models_that_say_the_same_are_as_sure() -> None:
    """Where a fitted model gives what a rule gives, its interval is the rule's, up to the luck of the draws."""
    touches = [touch(f"t{i:02}", "05-01", "ad", account=f"a{i:02}") for i in range(40)]
    found = journeys(touches, [deal(f"o{i:02}", "05-02", "100.00", account=f"a{i:02}") for i in range(40)])
    of_rule = of(attribute(found, Linear()).by("channel"), "ad")
    of_model = of(attribute(found, Shapley(game="rate")).by("channel"), "ad")
    assert of_rule[:2] == pytest.approx(of_model[:2], rel=0.1)


@frozen
class Threshold:
    """A model that gives ads a weight only where it saw more than 27 deals won."""

    def fit(self, journeys: sl.Journeys) -> Any:
        """Return weights that depend on the journeys."""
        return Weighted(weights={"ad": max(0.0, float(np.sum(journeys.weight[journeys.is_won])) - 27)}, other=5.0)


def test_a_model_that_gives_a_channel_nothing_is_not_sure_of_it() -> None:
    """Credit of 0 by a fit that might have come out otherwise has an upper end; a share of all has a lower one."""
    touches, deals = [], []
    for i in range(40):
        account = f"a{i:02}"
        touches += [touch(f"t{i}", "05-01", "ad", account=account), touch(f"v{i}", "05-02", "visit", account=account)]
        deals.append(deal(f"o{i}", "05-03", "10.00", account=account, outcome="lost" if i >= 27 else "won"))
    table = attribute(journeys(touches, deals), Threshold()).by("channel")
    value_lower, value_upper, share_lower, share_upper = of(table, "ad")
    assert [0.0, 0.0] == [value_lower, share_lower]
    assert value_upper > 0
    assert share_upper > 0
    *_, share_lower, share_upper = of(table, "visit")
    assert share_lower < 1.0 == share_upper


def test_a_channel_whose_few_lonely_journeys_were_lost_may_still_be_worth_something() -> None:
    """Six events alone were lost, in every draw as well; but the rate of events alone is not known to be 0."""
    touches, deals = [], []
    for i in range(38):
        account = f"a{i:02}"
        if i >= 6:
            touches.append(touch(f"t{i}", "05-01", "ad", account=account))
        if i < 8:
            touches.append(touch(f"v{i}", "05-02", "event", account=account))
        outcome = "won" if i >= 6 and i % 2 else "lost"
        deals.append(deal(f"o{i}", "05-03", "10.00", account=account, outcome=outcome))
    found = journeys(touches, deals)
    row = attribute(found, Shapley(game="rate")).by("channel").row(channel="event")
    assert 0.0 == row["value"]
    assert row["value_upper"] > 5.0


SCALES: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "plain": (float, float),
    "log": (math.log, math.exp),
    "odds": (lambda x: math.log(x / (1 - x)), lambda x: 1 / (1 + math.exp(-x))),
}


def fitted_ends(middle: float, each: list[float], drawn: list[float], confidence: float, scale: str) -> list[float]:
    """Return the ends of a number that was drawn again, one step of the definition after the other."""
    squares, fourths = sum(x**2 for x in each), sum(x**4 for x in each)
    given_the_fit, freedom = len(each) / (len(each) - 1) * squares, max(squares**2 / fourths, 4.0)
    forth, back = SCALES[scale]
    slope = {"plain": 1.0, "log": 1 / middle, "odds": 1 / (middle * (1 - middle))}[scale]
    mean = sum(drawn) / len(drawn)
    variance = sum((x - mean) ** 2 for x in drawn) / (len(drawn) - 1)
    part = min(given_the_fit / variance, 1.0)
    reach = float(stats.t.ppf((1 + confidence) / 2, freedom)) * math.sqrt(variance) * slope
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(drawn, [tail, 1 - tail], method="weibull").tolist()
    ends = ((-reach, min(lower, middle)), (reach, max(upper, middle)))
    return [back(part * (forth(middle) + by) + (1 - part) * forth(seen)) for by, seen in ends]


@pytest.mark.parametrize("spread", [0.001, 0.3, 1.0])
@pytest.mark.parametrize("credit_note", [False, True])
def test_a_fitted_models_ends_lie_between_a_rules_and_those_of_the_fits(*, spread: float, credit_note: bool) -> None:
    """As far from the second to the first as the variance is there without fitting: all of it, some, or little."""
    sizes = [float(10 + 7 * i) for i in range(30)]
    sizes[1] = -1.0 if credit_note else sizes[1]
    given = {"path": ["call" if i % 3 else "ad" for i in range(30)], "won": [1] * 30, "value": sizes}
    found = sl.Journeys.from_paths(given, path="path", conversions="won", value="value")
    values = attribute(found, Linear()).value
    middle, whole = sum(sizes[::3]), sum(sizes)
    rng = np.random.default_rng(0)
    draws = np.exp(rng.normal(0.0, spread, (400, 1))) * middle, np.exp(rng.normal(0.2, 1.0, (400, 1))) * whole
    replicates = np.concatenate([*draws, np.zeros((400, 1))], axis=1)  # and nothing without touches
    shares = (replicates[:, 0] / replicates.sum(axis=1)).tolist()
    bounds = credit_bounds(
        found, cells(found, ["channel"]), values, confidence=0.9, again=Again(replicates, replicates[:0])
    )
    credited = [{"ad": size} if i % 3 == 0 else {"call": size} for i, size in enumerate(sizes)]
    parts, residuals, _ = sums(credited, "ad")
    numbers = ((middle, parts, replicates[:, 0].tolist()), (middle / whole, [x / whole for x in residuals], shares))
    expected = [
        end
        for (number, each, drawn), scale in zip(numbers, ("log", "odds"), strict=True)
        for end in fitted_ends(number, each, drawn, 0.9, "plain" if credit_note else scale)
    ]
    assert [float(end[0]) for end in bounds] == pytest.approx(expected, rel=1e-9)


def test_draws_in_which_nothing_was_won_have_no_shares() -> None:
    """Both channels always share the one win equally: half each, for sure, though many draws have no win at all."""
    given = {"path": ["a > b", "a > c"], "won": [1, 0], "value": [100.0, 0.0], "lost": [0, 19]}
    found = sl.Journeys.from_paths(given, path="path", conversions="won", value="value", nonconversions="lost")
    row = attribute(found, Halves()).by("channel").row(channel="a")
    assert [row["share_lower"], row["share_upper"]] == pytest.approx([0.5, 0.5])


@frozen
class Halves:
    """A model that has to be fitted, and then shares equally."""

    def fit(self, journeys: sl.Journeys) -> Linear:
        """Return the rule it becomes."""
        del journeys
        return Linear()


@pytest.mark.parametrize("strategy", [MarkovChain(), MarkovChain(removal="redistribute"), Shapley(game="rate")])
def test_few_accounts_still_have_intervals(strategy: Any) -> None:
    """With two accounts some draws have nobody in them, and such a world is a world too."""
    touches = [touch("t1", "05-01", "ad"), touch("t2", "05-01", "call", account="bolt")]
    deals = [deal("o1", "05-02", "10.00"), deal("o2", "05-02", "30.00", account="bolt")]
    table = attribute(journeys(touches, deals), strategy).by("channel")
    for label in ("ad", "call"):
        value_lower, value_upper, share_lower, share_upper = of(table, label)
        assert 0 <= value_lower <= table.row(channel=label)["value"] <= value_upper < math.inf
        assert 0 <= share_lower <= table.row(channel=label)["share"] <= share_upper <= 1
