# ruff: noqa: PD011 - the values are Shapley's, not a frame's
import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import servicelead as sl
from budget import drawn, examples
from laws.drawing import PATHS, journeys_of_paths
from reference.money import split
from reference.shapley import Told, rate_game, shapley, shares, sum_game
from servicelead.attribution import Attribution, FittedShapley, RateShapley, Shapley, Summary
from servicelead.attribution.comparing.validation import ConversionModel
from servicelead.datasets import simulate_business
from servicelead.exceptions import IncompatibleError, InvalidValueError, MissingTimesError, SolveError

Drawn = list[tuple[list[str], int, int, int]]
SUM, RATE = Shapley(game="sum"), Shapley(game="rate")


def told(paths: Drawn) -> list[Told]:
    """Return drawn paths as the reference reads them."""
    return [Told(tuple(steps), won, won + lost, cents if won else 0) for steps, won, cents, lost in paths]


def column(fitted: FittedShapley, name: str = "value") -> dict[str, float]:
    """Return a column of the values by label."""
    return dict(zip(fitted.values[fitted.strategy.by].tolist(), fitted.values[name].tolist(), strict=True))


def test_on_paper() -> None:
    """Two wins of 30.00 after ad-call-ad, one of 10.00 after call; two and three losses.

    Sum: 60 split over ad and call, 10 for call. Rate: v(ad) = 0, v(call) = 1/4, v(both) = 3/8; over the two orders
    ad adds (0 + 1/8)/2 and call (3/8 + 1/4)/2.
    """
    journeys = journeys_of_paths([(["ad", "call", "ad"], 2, 6000, 2), (["call"], 1, 1000, 3)])
    assert [
        {"channel": "call", "value": 40.0, "conversions": 2.0},
        {"channel": "ad", "value": 30.0, "conversions": 1.0},
    ] == SUM.fit(journeys).values.rows()
    assert [
        {"channel": "call", "value": 0.3125, "standard_error": 0.0},
        {"channel": "ad", "value": 0.0625, "standard_error": 0.0},
    ] == RATE.fit(journeys).values.rows()
    assert [0.25, 0.5, 0.25] == sl.attribute(journeys, SUM).share[:3].tolist()
    assert [1 / 12, 10 / 12, 1 / 12] == pytest.approx(sl.attribute(journeys, RATE).share[:3].tolist(), rel=1e-15)


@settings(max_examples=examples(20))
@given(paths=PATHS)
def test_values_are_the_mean_over_all_orders(paths: Drawn) -> None:
    """Of both games, for money and for wins, whatever the paths: six channels in all their 720 orders."""
    journeys, known = journeys_of_paths(paths), told(paths)
    seen = {label for journey in known if journey.closed for label in journey.labels}
    by_sum = SUM.fit(journeys)
    expected: dict[str, dict[str, Any]] = {
        "value": shapley(seen, sum_game(known)),
        "conversions": shapley(seen, sum_game(known, "won")),
    }
    for name, values in expected.items():
        scale = 100 if name == "value" else 1
        exact = {label: float(value / scale) for label, value in values.items()}
        assert exact == pytest.approx(column(by_sum, name), rel=1e-12, abs=1e-9)
    exact = {label: float(value) for label, value in shapley(seen, rate_game(known)).items()}
    assert exact == pytest.approx(column(RATE.fit(journeys)), abs=1e-13)


@settings(max_examples=examples(20))
@given(paths=PATHS)
def test_shares_and_money_are_those_of_fractions(paths: Drawn) -> None:
    """A journey is shared over its distinct channels and then over each one's touches; of the sum game to the cent."""
    journeys, known = journeys_of_paths(paths), told(paths)
    seen = {label for journey in known if journey.closed for label in journey.labels}
    values = shapley(seen, rate_game(known))
    by_sum, by_rate = sl.attribute(journeys, SUM), sl.attribute(journeys, RATE)
    decode = journeys.vocabulary("channel").decode(journeys.codes("channel")).tolist()
    assert journeys.minor_units is not None
    for journey, (start, stop) in enumerate(pairwise(journeys.offsets.tolist())):
        labels = decode[start:stop]
        equal = shares(labels)
        assert [float(share) for share in equal] == pytest.approx(by_sum.share[start:stop].tolist(), abs=1e-15)
        assert split(int(journeys.minor_units[journey]), equal) == by_sum.minor_units[start:stop].tolist() or not labels
        # A value that is exactly 0 may come out as a rounding error of one.
        near = {label: value for label, value in values.items() if abs(value) < Fraction(1, 10**12)}
        if not near.keys() & set(labels):
            expected = [float(share) for share in shares(labels, values)]
            assert expected == pytest.approx(by_rate.share[start:stop].tolist(), abs=1e-9)


def test_many_journeys_against_fractions() -> None:
    """Thousands of journeys with touches by the dozen: shares, and cents to the last one."""
    rng = np.random.default_rng(5)
    n = drawn(3000)
    names = np.array(list("abcdefghij"))
    steps = [names[rng.integers(0, 10, rng.integers(1, 30))].tolist() for _ in range(n)]
    cents = rng.integers(-(10**9), 10**9, n).tolist()
    journeys = journeys_of_paths([(labels, 1, value, 0) for labels, value in zip(steps, cents, strict=True)])
    credit = sl.attribute(journeys, SUM)
    minor = credit.minor_units.tolist()
    for labels, value, (start, stop) in zip(steps, cents, pairwise(journeys.offsets.tolist()), strict=True):
        exact = shares(labels)
        assert split(value, exact) == minor[start:stop]
        assert [float(share) for share in exact] == pytest.approx(credit.share[start:stop].tolist(), rel=1e-15)


def test_the_sum_games_values_are_the_totals_of_its_credit() -> None:
    """By channel and by team, `Attribution.by` gives the Shapley values."""
    journeys = sl.Journeys.from_business(simulate_business(n_accounts=200, seed=2).business)
    for by in ("channel", "team"):
        fitted = Shapley(by=by).fit(journeys)
        table = fitted.attribute(journeys).by(by)
        for name in ("value", "conversions"):
            totals = dict(zip(table[by].tolist(), table[name].tolist(), strict=True))
            assert column(fitted, name) == pytest.approx({label: totals[label] for label in column(fitted)}, rel=1e-12)


@pytest.mark.parametrize("by", ["channel", "team"])
def test_values_add_up_to_the_worth_of_all(by: str) -> None:
    """Efficiency: value and wins of touched deals; the rate of touched closed deals."""
    journeys = sl.Journeys.from_business(simulate_business(n_accounts=200, seed=2).business)
    touched = journeys.select((journeys.lengths > 0) & (journeys.outcome != journeys.OPEN))
    by_sum, by_rate = Shapley(by=by).fit(journeys).values, Shapley(game="rate", by=by).fit(journeys).values
    assert float(touched.value.sum()) == pytest.approx(by_sum["value"].sum(), rel=1e-12)
    assert int(touched.is_won.sum()) == pytest.approx(by_sum["conversions"].sum(), rel=1e-12)
    assert touched.is_won.mean() == pytest.approx(by_rate["value"].sum(), rel=1e-12)


def test_intervals_of_the_rate_game_count_its_fit() -> None:
    """Credit of the sum game is each journey's own, so a fit changes nothing; that of the rate game is learned."""
    journeys = sl.Journeys.from_business(simulate_business(n_accounts=60, seed=2).business)
    sums, rates = sl.attribute(journeys, SUM), sl.attribute(journeys, RATE)
    assert (None, RATE) == (sums.fitted_by, rates.fitted_by)
    given = sl.attribute(journeys, RATE.fit(journeys)).by("team")
    learned = rates.by("team")
    assert given["value"].tolist() == learned["value"].tolist()
    assert given["value_upper"].tolist() != learned["value_upper"].tolist()


def test_open_journeys_teach_nothing_and_are_shared() -> None:
    """Censored journeys leave the values alone, and have shares."""
    journeys = sl.Journeys.from_business(simulate_business(n_accounts=200, seed=2).business)
    assert (journeys.outcome == journeys.OPEN).any()
    closed = journeys.select(journeys.outcome != journeys.OPEN)
    assert RATE.summarize(closed) == RATE.summarize(journeys)
    only_open = RATE.fit(journeys.select(journeys.outcome == journeys.OPEN))
    assert 0 == len(only_open.values)


def test_one_channel_all_won_none_won() -> None:
    """Defined results at the edges: the rate of all is the value of the one; 1 and 0 where all or none were won."""
    one = journeys_of_paths([(["ad", "ad"], 1, 500, 3)])
    assert {"ad": 0.25} == column(RATE.fit(one))
    assert [250, 250, 0, 0] == sl.attribute(one, RATE).minor_units.tolist()
    everything = RATE.fit(journeys_of_paths([(["ad"], 2, 500, 0), (["ad", "call"], 1, 100, 0)]))
    assert {"ad": 1.0, "call": 0.0} == column(everything)
    nothing = journeys_of_paths([(["ad"], 0, 0, 2), (["ad", "call"], 0, 0, 1)])
    assert {"ad": 0.0, "call": 0.0} == column(RATE.fit(nothing)) == column(SUM.fit(nothing))
    credit = sl.attribute(nothing, RATE)
    assert (
        "journeys in which no channel has a value above 0, shared equally over their touches: 2",
    ) == credit.warnings


def test_a_channel_that_hurts_has_a_negative_value_and_no_credit() -> None:
    """Of ad and bad, won 3 of 4 alone and 0 of 4 together, bad's value is below 0 and ad has it all."""
    journeys = journeys_of_paths([(["ad"], 3, 900, 1), (["ad", "bad"], 1, 100, 3)])
    fitted = RATE.fit(journeys)
    assert {"ad": 0.625, "bad": -0.125} == column(fitted)
    assert [1.0, 0.0] == fitted.attribute(journeys).share[2:4].tolist()


def test_reasons_say_what_was_done() -> None:
    """Each touch of a deal is explained by its channel, and by how often that occurs."""
    business = sl.Business.from_frames(
        touchpoints={
            "touchpoint_id": ["1", "2", "3", "4"],
            "account_id": ["a", "a", "a", "b"],
            "occurred_at": ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-03"],
            "team": ["services", "sales", "services", "product"],
            "channel": ["case", "call", "case", "trial"],
        },
        opportunities={
            "opportunity_id": ["won", "lost"],
            "account_id": ["a", "b"],
            "created_at": ["2026-01-01", "2026-01-01"],
            "closed_at": ["2026-01-05", "2026-01-05"],
            "outcome": ["won", "lost"],
            "amount": ["100.00", None],
        },
        as_of="2026-02-01",
        currency="EUR",
    )
    journeys = sl.Journeys.from_business(business)
    table = sl.attribute(journeys, Shapley(by="team")).explain("won")
    assert [0.25, 0.5, 0.25] == table["share"].tolist()
    assert [25_00, 50_00, 25_00] == table["minor_units"].tolist()
    both = "one of 2 teams, equal parts"
    assert [f"{both}, over its 2 touches", both, f"{both}, over its 2 touches"] == table["reason"].tolist()
    rates = sl.attribute(journeys, RATE)
    ours = "in proportion to the Shapley value of its channel, 0.3333"
    assert [f"{ours}, over its 2 touches", ours, f"{ours}, over its 2 touches"] == rates.explain("won")[
        "reason"
    ].tolist()
    assert ["no value above 0: equal parts"] == rates.explain("lost")["reason"].tolist()
    hurt = RATE.fit(journeys_of_paths([(["case"], 3, 900, 1), (["case", "call"], 1, 100, 3)])).attribute(journeys)
    ours = "in proportion to the Shapley value of its channel"
    assert [f"{ours}, 0.6250, over its 2 touches", f"{ours}, -0.1250, which weighs nothing"] == hurt.explain("won")[
        "reason"
    ].tolist()[:2]
    alone = RATE.fit(journeys_of_paths([(["case"], 3, 900, 1)])).attribute(journeys)
    assert f"{ours}, not known to the model, which weighs nothing" == alone.explain("won")["reason"].tolist()[1]


@pytest.mark.parametrize("wrong", [None, "journeys", 3])
def test_what_is_not_journeys_is_refused(wrong: Any) -> None:
    """Fitted values say what they need, whatever they are asked."""
    given = journeys_of_paths([(["ad"], 1, 100, 3)])
    fitted = RATE.fit(given)
    assert isinstance(fitted, RateShapley)
    for ask in (SUM.fit(given).attribute, fitted.attribute, fitted.conversion_probability_of):
        with pytest.raises(InvalidValueError, match="needs Journeys; got"):
            ask(wrong)


def test_channels_the_rates_were_not_fitted_to_are_counted() -> None:
    """They weigh 0, which is said of their placements in won journeys; the sum game needs no fit, and says nothing."""
    given = journeys_of_paths([(["ad"], 1, 100, 3), (["call"], 0, 0, 2)])
    others = journeys_of_paths([(["new", "ad", "new"], 1, 1000, 2), (["ad", "call"], 1, 100, 0)])
    unmet = "placements in won journeys whose channel the model was not fitted to, which weigh 0: 2"
    assert (unmet,) == RATE.fit(given).attribute(others).warnings
    assert () == SUM.fit(given).attribute(others).warnings == RATE.fit(others).attribute(others).warnings


def many_channels(n_channels: int) -> sl.Journeys:
    """Return journeys over many channels."""
    rng = np.random.default_rng(n_channels)
    paths: Drawn = []
    for _ in range(400):
        steps = [f"c{i:03}" for i in rng.integers(0, n_channels, rng.integers(1, 6)).tolist()]
        won, lost = rng.integers(0, 3, 2).tolist()
        paths.append((steps, won, 100 * won, lost))
    return journeys_of_paths(paths)


def test_twenty_channels_are_exact_and_more_are_sampled() -> None:
    """Beyond twenty the values come with standard errors, add up all the same, and follow the seed."""
    exact, sampled = RATE.fit(many_channels(20)), Shapley(game="rate", n_samples=50).fit(many_channels(21))
    assert isinstance(exact, RateShapley)
    assert {0.0} == set(exact.values["standard_error"].tolist())
    assert not isinstance(sampled, ConversionModel)
    assert (sampled.values["standard_error"] > 0).all()
    journeys = many_channels(21)
    touched = journeys.weight.sum()
    assert journeys.weight[journeys.is_won].sum() / touched == pytest.approx(sampled.values["value"].sum(), rel=1e-12)
    assert sampled == Shapley(game="rate", n_samples=50).fit(journeys)
    assert column(sampled) != column(Shapley(game="rate", n_samples=50, seed=1).fit(journeys))
    assert 21 == len(SUM.fit(journeys).values)


@pytest.mark.parametrize("n_channels", [6, 21])
def test_a_refit_draws_the_rates_as_well_sampled_or_not(n_channels: int) -> None:
    """The same journeys give other values each time, by chance alone; of all channels together nearly the same."""
    journeys, strategy = many_channels(n_channels), Shapley(game="rate", n_samples=50)
    first, again, second = (column(strategy.refit(journeys, np.random.default_rng(seed))) for seed in (1, 1, 2))
    assert first == again
    assert first != second
    whole = sum(column(strategy.fit(journeys)).values())
    assert [whole, whole] == pytest.approx([sum(first.values()), sum(second.values())], abs=0.01)


def test_hundreds_of_channels() -> None:
    """Coalitions of more than 64 channels take several words; the closed form does not mind."""
    journeys = many_channels(300)
    fitted, credit = SUM.fit(journeys), sl.attribute(journeys, SUM)
    totals = credit.by("channel", intervals=False)
    assert column(fitted) == pytest.approx(dict(zip(totals["channel"], totals["value"], strict=True)), rel=1e-12)
    assert len(Shapley(game="rate", n_samples=2).fit(journeys).values) == len(fitted.values)


def test_probability_of_a_journey_is_the_smoothed_rate_of_its_coalition() -> None:
    """(won + rate) / (closed + 1) within its channels; those never seen are passed over, no channel is the rate."""
    fitted = RATE.fit(journeys_of_paths([(["ad"], 1, 100, 3), (["ad", "call"], 2, 100, 2)]))
    assert isinstance(fitted, RateShapley)
    assert isinstance(fitted, ConversionModel)
    others = journeys_of_paths(
        [
            (["call", "ad"], 1, 1, 0),
            (["ad", "new", "ad"], 1, 1, 0),
            (["call"], 1, 1, 0),
            (["new"], 1, 1, 0),
            ([], 1, 1, 0),
        ]
    )
    rate = 3 / 8
    expected = [(3 + rate) / 9, (1 + rate) / 5, rate, rate, rate]
    assert expected == pytest.approx(fitted.conversion_probability_of(others).tolist(), rel=1e-15)
    assert not isinstance(SUM.fit(others), ConversionModel)


def test_a_summary_serves_both_games_and_no_other_dimension() -> None:
    """Channels' summary solves either game, and is refused for teams and for another kind of model."""
    journeys = sl.Journeys.from_business(simulate_business(n_accounts=50, seed=2).business)
    summary = SUM.summarize(journeys)
    assert RATE.fit(journeys) == RATE.solve(summary)
    with pytest.raises(IncompatibleError, match="dimensions"):
        Shapley(by="team").solve(summary)
    with pytest.raises(IncompatibleError):
        summary + Shapley(by="team").summarize(journeys)


def by_hand(*rows: tuple[list[int], int, int, int]) -> Summary:
    """Return a summary of rows: codes of labels a and b, won, closed and cents."""
    return Summary.of(
        kind="shapley",
        parameters={},
        dimensions=("channel",),
        labels=[("a",), ("b",)],
        currency="EUR",
        keys=np.array([key for key, *_ in rows], dtype=np.int32),
        counts={
            "won": np.array([won for _, won, *_ in rows]),
            "closed": np.array([closed for *_, closed, _ in rows]),
        },
        values={"value": np.array([cents for *_, cents in rows])},
    )


IMPOSSIBLE = {
    "no label": by_hand(([-1, -1], 1, 1, 5)),
    "a label twice": by_hand(([0, 0], 1, 1, 5)),
    "a mark": by_hand(([0, -2], 1, 1, 5)),
    "more won than closed": by_hand(([0, -1], 2, 1, 5)),
    "value where nothing was won": by_hand(([0, -1], 0, 1, 5)),
    "counts near 64 bits": by_hand(([0, -1], 0, 2**62, 5)),
    "counts that wrap": by_hand(([0, -1], 0, 2**62, 5), ([0, 1], 0, 2**62, 5)),
    "values that wrap": by_hand(([0, -1], 1, 1, 2**62), ([0, 1], 1, 1, 2**62)),
    "the least value": by_hand(([0, -1], 1, 1, -(2**63))),
}


@pytest.mark.parametrize("what", IMPOSSIBLE)
@pytest.mark.parametrize("model", [SUM, RATE])
def test_what_no_journeys_can_have_given_is_refused(model: Shapley, what: str) -> None:
    """A summary by hand, whose rows are no sets, or whose numbers are too large to be put together."""
    with pytest.raises(SolveError, match="Summary"):
        model.solve(IMPOSSIBLE[what])


def test_a_summary_of_nothing_closed_has_values_of_nothing() -> None:
    """Counts of 0 give values of 0."""
    nothing = by_hand(([0, -1], 0, 0, 0), ([0, 1], 0, 0, 0))
    assert [0.0, 0.0] == SUM.solve(nothing).values["value"].tolist()
    assert [0.0, 0.0] == RATE.solve(nothing).values["value"].tolist()


def test_columns_of_another_name_are_refused() -> None:
    """Whatever counts there are, they must be those of a coalition."""
    summary = by_hand(([0, -1], 1, 1, 5))
    with pytest.raises(InvalidValueError, match="summarize"):
        SUM.solve(attrs.evolve(summary, counts={"n": summary.counts["won"]}))


def test_credit_of_rates_fitted_apart_does_not_add() -> None:
    """The error names the remedy, which adds; of the sum game there is nothing to differ."""
    one, other = journeys_of_paths([(["ad"], 1, 100, 3)]), journeys_of_paths([(["ad"], 1, 100, 1)])
    assert isinstance(sl.attribute(one, SUM) + sl.attribute(other, SUM), Attribution)
    for parts in (
        [sl.attribute(part, RATE) for part in (one, other)],
        [RATE.fit(part).attribute(part) for part in (one, other)],
    ):
        with pytest.raises(IncompatibleError, match=r"two fits of Shapley .*summaries add"):
            parts[0] + parts[1]
    with pytest.raises(IncompatibleError, match="two strategies"):
        sl.attribute(one, RATE) + sl.attribute(other, SUM)
    fitted = RATE.solve(RATE.summarize(one) + RATE.summarize(other))
    assert isinstance(fitted.attribute(one) + fitted.attribute(other), Attribution)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"game": "wins"}, "game"),
        ({"by": "campaign"}, "by"),
        ({"n_samples": 1}, "n_samples"),
        ({"n_samples": 2.5}, "n_samples"),
        ({"seed": -1}, "seed"),
        ({"seed": True}, "seed"),
    ],
)
def test_bad_parameters(arguments: dict[str, Any], named: str) -> None:
    """The error names the field."""
    with pytest.raises(InvalidValueError, match=f"Shapley.{named}"):
        Shapley(**arguments)


def test_paths_have_no_teams() -> None:
    """Values by team need touches."""
    with pytest.raises(MissingTimesError):
        Shapley(by="team").fit(journeys_of_paths([(["ad"], 1, 100, 0)]))


@pytest.mark.data
@pytest.mark.parametrize("kind", ["conversions", "value"])
def test_values_of_the_published_paths_are_those_of_mta(kind: str, data_folder: Path) -> None:
    """The sum game over 4,095 coalitions, as mta plays it out: 1e-9."""
    peers = json.loads(Path(__file__).parents[1].joinpath("marketing_paths_peers.json").read_text(encoding="utf-8"))
    journeys = sl.Journeys.from_paths(
        pd.read_csv(data_folder / "marketing_paths" / "paths.csv"),
        path="path",
        conversions="total_conversions",
        value="total_conversion_value",
        nonconversions="total_null",
    )
    expected: dict[str, Any] = peers["mta"]["shapley"][kind]
    assert expected == pytest.approx(column(SUM.fit(journeys), kind), rel=1e-9)
