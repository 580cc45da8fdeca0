"""The library and the oracle, fed the same random worlds, must tell the same story (promises R1, R2 and R16)."""

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servicelead as sl
from reference import journeys as oracle
from reference import rules
from reference.intervals import credit_by_account, share_interval, total_interval
from reference.money import split
from reference.touches import World
from reference.worlds import CHANNELS, WINDOWS, Tables, moment, to_tables, worlds
from servicelead._typing import FloatArray

WEIGHTS = {channel: float(i) / 4 for i, channel in enumerate(CHANNELS)}
OUTCOMES = ["won", "lost", "open"]


def tables_of(world: World) -> Tables:
    """Render the world with each touch's id as its campaign, a column that journeys give back."""
    tables = to_tables(world)
    tables["touchpoints"]["campaign"] = tables["touchpoints"]["touchpoint_id"]
    return tables


def library_journeys(world: World, window: oracle.Window) -> sl.Journeys:
    """Return what the library makes of the world."""
    tables: dict[str, Any] = {**tables_of(world)}
    business = sl.Business.from_frames(**tables, as_of=moment(world.as_of), zone="UTC", currency="USD")
    return sl.Journeys.from_business(
        business,
        window=sl.JourneyWindow(
            lookback=window.lookback,
            max_touches=window.max_touches,
            restart_after_close=window.restart_after_close,
        ),
    )


def placements(journeys: sl.Journeys, dimension: str) -> list[str]:
    """Return the label of every placement."""
    return list(journeys.vocabulary(dimension).decode(journeys.codes(dimension)))


def story(journeys: sl.Journeys) -> list[tuple[Any, ...]]:
    """Return account, end, outcome, minor units and touch ids of every journey of the library."""
    touches = placements(journeys, "campaign")
    accounts = journeys.vocabulary("account").decode(journeys.account)
    assert journeys.ended_at is not None
    assert journeys.minor_units is not None
    return [
        (
            accounts[i],
            int(journeys.ended_at[i]),
            OUTCOMES[journeys.outcome[i]],
            int(journeys.minor_units[i]),
            touches[journeys.offsets[i] : journeys.offsets[i + 1]],
        )
        for i in range(journeys.n)
    ]


def expected_story(journeys: list[oracle.Journey]) -> list[tuple[Any, ...]]:
    """Return the same of every journey of the oracle."""
    return [
        (
            journey.account_id,
            journey.end,
            journey.outcome,
            journey.minor_units,
            [touch.touchpoint_id for touch in journey.touches],
        )
        for journey in journeys
    ]


def squared_positions(journeys: sl.Journeys) -> FloatArray:
    """Weigh each placement by its position in the journey, squared."""
    starts = np.repeat(journeys.offsets[:-1], np.diff(journeys.offsets))
    positions = np.arange(journeys.n_placements) - starts + 1
    return (positions**2).astype(np.float64)


class Case(NamedTuple):
    """A strategy, its oracle, and whether its minor units are determined to the last one."""

    strategy: Any
    rule: Callable[[oracle.Journey], list[Fraction]]
    to_the_last_unit: bool = False


CASES = {
    "first touch": Case(sl.attribution.FirstTouch(), rules.first_touch, to_the_last_unit=True),
    "last touch": Case(sl.attribution.LastTouch(), rules.last_touch, to_the_last_unit=True),
    "last non-direct": Case(
        sl.attribution.LastNonDirect(ignore=("direct", "ad")),
        lambda journey: rules.last_non_direct(journey, ("direct", "ad")),
        to_the_last_unit=True,
    ),
    "linear": Case(sl.attribution.Linear(), rules.linear, to_the_last_unit=True),
    "time decay": Case(sl.attribution.TimeDecay(half_life=timedelta(days=7)), rules.time_decay),
    "fast time decay": Case(
        sl.attribution.TimeDecay(half_life=timedelta(milliseconds=1)),
        lambda journey: rules.time_decay(journey, timedelta(milliseconds=1)),
    ),
    "position based": Case(sl.attribution.PositionBased(), rules.position_based, to_the_last_unit=True),
    "lopsided position based": Case(
        sl.attribution.PositionBased(first=0.7, last=0.1),
        lambda journey: rules.position_based(journey, 0.7, 0.1),
        to_the_last_unit=True,
    ),
    "w-shaped": Case(sl.attribution.WShaped(), rules.w_shaped, to_the_last_unit=True),
    "lopsided w-shaped": Case(
        sl.attribution.WShaped(first=0.1, lead=0.25, opportunity=0.5),
        lambda journey: rules.w_shaped(journey, 0.1, 0.25, 0.5),
        to_the_last_unit=True,
    ),
    "full path": Case(sl.attribution.FullPath(), rules.full_path, to_the_last_unit=True),
    "weighted": Case(
        sl.attribution.Weighted(by="channel", weights=WEIGHTS),
        lambda journey: rules.weighted(journey, WEIGHTS),
        to_the_last_unit=True,
    ),
    "custom": Case(
        sl.attribution.Custom(weigh=squared_positions),
        lambda journey: rules.custom(journey, lambda it: [Fraction(i + 1) ** 2 for i in range(len(it.touches))]),
    ),
}


@given(world=worlds(), window=WINDOWS)
def test_journeys_are_those_of_the_oracle(world: World, window: oracle.Window) -> None:
    """Same journeys in the same order, each with the same end, outcome, money and touches in order."""
    expected = expected_story(oracle.build_journeys(world, window))
    assert expected == story(library_journeys(world, window))


@given(world=worlds(), window=WINDOWS, below=st.sampled_from([-0.5, 0.0, 0.5]))
def test_dropping_negative_touches_leaves_those_of_the_oracle(
    world: World, window: oracle.Window, below: float
) -> None:
    """Touches below the bound leave every journey, the journeys stay."""
    expected = expected_story(oracle.drop_negative(oracle.build_journeys(world, window), below))
    assert expected == story(library_journeys(world, window).drop_negative(below))


@given(world=worlds(), window=WINDOWS)
def test_splitting_by_sentiment_separates_the_same_touches(world: World, window: oracle.Window) -> None:
    """Whatever the new channels are called, they stand for the oracle's, one to one."""
    expected = [
        touch.channel
        for journey in oracle.split_by_sentiment(oracle.build_journeys(world, window))
        for touch in journey.touches
    ]
    actual = placements(library_journeys(world, window).split_by_sentiment(), "channel")
    assert len(expected) == len(actual)
    pairs = set(zip(expected, actual, strict=True))
    assert len(pairs) == len(set(expected)) == len(set(actual))


@given(world=worlds(), window=WINDOWS)
def test_shares_are_within_1e_12_of_the_exact_fractions(world: World, window: oracle.Window) -> None:
    """Every placement of a closed journey gets the oracle's share, under every rule."""
    expected = oracle.build_journeys(world, window)
    journeys = library_journeys(world, window)
    for name, case in CASES.items():
        share = sl.attribute(journeys, case.strategy).share
        assert journeys.n_placements == len(share), name
        for journey, (start, stop) in zip(expected, pairwise(journeys.offsets), strict=True):
            if journey.outcome != "open":
                exact = [float(fraction) for fraction in case.rule(journey)]
                assert exact == pytest.approx(list(share[start:stop]), abs=1e-12, rel=0), name


@given(world=worlds(), window=WINDOWS)
def test_minor_units_add_up_within_one_unit_of_exact(world: World, window: oracle.Window) -> None:
    """Parts of a won journey add up to its total, each within one minor unit; all others get nothing."""
    expected = oracle.build_journeys(world, window)
    journeys = library_journeys(world, window)
    for name, case in CASES.items():
        minor_units = sl.attribute(journeys, case.strategy).minor_units
        for journey, (start, stop) in zip(expected, pairwise(journeys.offsets), strict=True):
            parts = [int(part) for part in minor_units[start:stop]]
            exact = [journey.minor_units * share for share in case.rule(journey)]
            assert sum(parts) == (journey.minor_units if journey.touches else 0), name
            assert all(abs(part - unit) <= 1 for part, unit in zip(parts, exact, strict=True)), name
            if case.to_the_last_unit and parts:
                assert split(journey.minor_units, case.rule(journey)) == parts, name


@given(world=worlds(), window=WINDOWS)
def test_channel_intervals_are_those_of_the_oracle(world: World, window: oracle.Window) -> None:
    """Bounds of values and shares, clustered by account, where there are two accounts and something to share."""
    expected = oracle.build_journeys(world, window)
    credit = credit_by_account(expected, map(rules.linear, expected), lambda touch: touch.channel)
    whole: dict[str, Fraction] = {}
    for column in credit.values():
        whole = {account: whole.get(account, Fraction(0)) + value for account, value in column.items()}
    attribution = sl.attribute(library_journeys(world, window), sl.attribution.Linear())
    rows = attribution.by("channel", method="student").rows()
    assert {channel for channel, column in credit.items() if any(column.values())} <= {row["channel"] for row in rows}
    for row in rows:
        column = credit.get(row["channel"], dict.fromkeys(whole, Fraction(0)))
        value = total_interval(column)
        share = share_interval(column, whole)
        if value is not None and share is not None:
            assert value == pytest.approx((row["value"], row["value_lower"], row["value_upper"]), rel=1e-9, abs=1e-9)
            assert share[0] == pytest.approx(row["share"], rel=1e-9, abs=1e-9)
            assert share[1:] == pytest.approx((row["share_lower"], row["share_upper"]), rel=1e-9, abs=1e-9)
