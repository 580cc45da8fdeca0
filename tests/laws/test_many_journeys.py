"""Ten thousand journeys at once against plain Python (promises R1, R2 and R16); ten times as many in the audit.

Hypothesis draws small worlds full of corner cases; here are the numbers: amounts up to the largest there are, ages
up to years, journeys of none to nine touches.
"""

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest

import servicelead as sl
from budget import drawn
from reference import rules
from reference.journeys import Journey
from reference.money import split
from reference.touches import Touch
from reference.worlds import AS_OF, CHANNELS, START, micros
from servicelead._typing import FloatArray, IntArray

DAY = 86_400_000_000
WEIGHTS = {channel: float(i) / 4 for i, channel in enumerate(CHANNELS)}
IGNORED = ("direct", "ad")
FAST = timedelta(seconds=10)  # ages of microseconds to three years are 1e-7 to 1e7 half-lives


class Drawn(NamedTuple):
    """Journeys as the library made them, and the same as the reference reads them."""

    journeys: sl.Journeys
    expected: list[Journey]


class Case(NamedTuple):
    """A rule, its reference, and whether its shares are fractions that money can follow to the last unit."""

    strategy: Any
    rule: Callable[[Journey], list[Fraction]]
    rational: bool = True


def positions_squared(journeys: sl.Journeys) -> FloatArray:
    """Weigh each placement by its position, squared."""
    starts = np.repeat(journeys.offsets[:-1], journeys.lengths)
    return ((np.arange(journeys.n_placements) - starts + 1) ** 2).astype(np.float64)


CASES = {
    "first touch": Case(sl.attribution.FirstTouch(), rules.first_touch),
    "last touch": Case(sl.attribution.LastTouch(), rules.last_touch),
    "last non-direct": Case(
        sl.attribution.LastNonDirect(ignore=IGNORED), lambda journey: rules.last_non_direct(journey, IGNORED)
    ),
    "linear": Case(sl.attribution.Linear(), rules.linear),
    "position based": Case(sl.attribution.PositionBased(), rules.position_based),
    "w-shaped": Case(sl.attribution.WShaped(), rules.w_shaped),
    "full path": Case(sl.attribution.FullPath(), rules.full_path),
    "weighted": Case(sl.attribution.Weighted(weights=WEIGHTS), lambda journey: rules.weighted(journey, WEIGHTS)),
    "custom": Case(
        sl.attribution.Custom(weigh=positions_squared),
        lambda journey: rules.custom(journey, lambda it: [Fraction(i + 1) ** 2 for i in range(len(it.touches))]),
        rational=False,
    ),
    "time decay": Case(
        sl.attribution.TimeDecay(half_life=FAST), lambda journey: rules.time_decay(journey, FAST), rational=False
    ),
}


def totals_of(random: np.random.Generator, n: int) -> IntArray:
    """Draw cents of every magnitude up to 2^63 - 1, a few of them nothing."""
    bits = random.integers(0, 64, n)
    cents: IntArray = random.integers(0, 2**62, n) >> (62 - bits).clip(0)
    cents[random.random(n) < 0.01] = 2**63 - 1
    return cents


@pytest.fixture(scope="module")
def many() -> Drawn:
    """Draw one won deal for each of many accounts, and the touches before it."""
    random = np.random.default_rng(20_260_101)
    n = drawn(10_000)
    lengths = random.integers(0, 10, n)
    owner = np.repeat(np.arange(n), lengths)
    end = micros(START) + random.integers(0, 30 * DAY, n)
    # Ages of every magnitude; touches of one journey are often at one instant.
    ages = (10.0 ** random.uniform(0, 14, len(owner))).astype(np.int64)
    ages[random.random(len(owner)) < 0.2] = DAY
    times = end[owner] - ages
    channel = np.array(list(CHANNELS), dtype=object)[random.integers(0, len(CHANNELS), len(owner))]
    created = end - (10.0 ** random.uniform(0, 14, n)).astype(np.int64)
    lead_at = np.where(random.random(n) < 0.5, end - (10.0 ** random.uniform(0, 14, n)).astype(np.int64), -1)
    cents = totals_of(random, n)
    account = np.array([f"a{i:06}" for i in range(n)], dtype=object)
    ids = np.array([f"t{i:07}" for i in range(len(owner))], dtype=object)
    led = np.flatnonzero(lead_at >= 0)
    business = sl.Business.from_frames(
        touchpoints={
            "touchpoint_id": ids, "account_id": account[owner], "occurred_at": times,
            "team": np.array([CHANNELS[label] for label in channel], dtype=object), "channel": channel,
        },
        leads={
            "lead_id": [f"l{i}" for i in led], "account_id": account[led], "created_at": lead_at[led],
            "team": ["services"] * len(led),
        },
        opportunities={
            "opportunity_id": account, "account_id": account, "created_at": created, "closed_at": end,
            "outcome": ["won"] * n, "amount": [f"{c // 100}.{c % 100:02d}" for c in cents.tolist()],
            "lead_id": [f"l{i}" if lead_at[i] >= 0 else None for i in range(n)],
        },
        as_of=AS_OF,
        currency="USD",
    )  # fmt: skip
    journeys = sl.Journeys.from_business(business, window=sl.JourneyWindow(lookback=timedelta(days=1_500)))
    order = np.lexsort((ids, times, owner))
    told = [Touch(touchpoint_id=ids[i], occurred_at=int(times[i]), channel=channel[i]) for i in order.tolist()]
    bounds = np.append(0, np.cumsum(lengths)).tolist()
    expected = [
        Journey(
            account_id=account[i], outcome="won", end=int(end[i]), touches=tuple(told[bounds[i] : bounds[i + 1]]),
            minor_units=int(cents[i]), lead_created_at=int(lead_at[i]) if lead_at[i] >= 0 else None,
            opportunity_created_at=int(created[i]),
        )
        for i in range(n)
    ]  # fmt: skip
    return Drawn(journeys, expected)


def test_the_journeys_are_the_drawn_ones(many: Drawn) -> None:
    """Nothing was refused or lost on the way: each deal has its touches and its cents."""
    journeys, expected = many
    assert journeys.business is not None
    assert journeys.minor_units is not None
    assert 0 == len(journeys.business.rejects)
    assert [len(journey.touches) for journey in expected] == journeys.lengths.tolist()
    assert [journey.minor_units for journey in expected] == journeys.minor_units.tolist()
    assert [t.occurred_at for journey in expected for t in journey.touches] == journeys.times.tolist()


@pytest.mark.parametrize("name", CASES)
def test_shares_and_money_are_those_of_fractions(many: Drawn, name: str) -> None:
    """Shares to 1e-12 and never NaN; cents add up, each within one of exact, and to the last one where rational."""
    journeys, expected = many
    strategy, rule, rational = CASES[name]
    credit = sl.attribute(journeys, strategy)
    share, minor = credit.share, credit.minor_units
    exact = [rule(journey) for journey in expected]
    assert np.isfinite(share).all()
    flat = np.array([float(part) for parts in exact for part in parts])
    assert 1e-12 >= np.abs(share - flat).max()
    parts = minor.tolist()
    for journey, fractions, (start, stop) in zip(expected, exact, pairwise(journeys.offsets.tolist()), strict=True):
        own = parts[start:stop]
        if not own:
            continue
        assert journey.minor_units == sum(own)
        if rational:
            assert split(journey.minor_units, fractions) == own
        elif journey.minor_units < 2**50:  # beyond, a share's own last place is worth more than a cent
            assert all(abs(part - journey.minor_units * f) <= 1 for part, f in zip(own, fractions, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_shares_of_a_journey_sum_to_1(many: Drawn, name: str) -> None:
    """Within one unit in the last place per touch."""
    journeys = many.journeys
    share = sl.attribute(journeys, CASES[name].strategy).share
    sums = np.bincount(journeys.ids, weights=share, minlength=journeys.n)
    off = np.abs(sums - 1.0)[journeys.lengths > 0]
    assert (off <= journeys.lengths[journeys.lengths > 0] * 2.0**-52).all()
