"""Exact shares of a journey's value, one function per rule of definitions section 3.

A share is a ``Fraction``; a float parameter means its decimal text, so ``.4`` is 2/5. Every function returns one
share per touch of the journey, an empty list for a journey without touches. Weights that are all zero fall back
to equal shares; the definitions say so for ``Weighted`` and ``Custom``, and the oracle does it for the other
rules too rather than divide by zero.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from decimal import Context, Decimal
from fractions import Fraction
from typing import TypeAlias

from reference.journeys import Journey

Number: TypeAlias = float | int | Fraction
#: Sixty digits; a weight below 10^-999 of the youngest touch's counts as nothing (exactly, it would not fit in memory).
DECIMALS = Context(prec=60, Emax=999, Emin=-999)


def exact(number: Number) -> Fraction:
    """Return the number its decimal text names."""
    return number if isinstance(number, Fraction) else Fraction(str(number))


def normalised(weights: Sequence[Fraction]) -> list[Fraction]:
    """Divide the weights by their sum; equal shares if they are all zero."""
    total = sum(weights, Fraction(0))
    if total == 0:
        return [Fraction(1, len(weights)) for _ in weights]
    return [weight / total for weight in weights]


def picked(journey: Journey, position: int) -> list[Fraction]:
    """Give everything to one position."""
    return [Fraction(int(i == position)) for i in range(len(journey.touches))]


def first_touch(journey: Journey) -> list[Fraction]:
    """Give everything to the first touch."""
    return picked(journey, 0)


def last_touch(journey: Journey) -> list[Fraction]:
    """Give everything to the last touch."""
    return picked(journey, len(journey.touches) - 1)


def last_non_direct(journey: Journey, ignore: Collection[str]) -> list[Fraction]:
    """Give everything to the last touch whose channel is not ignored, to the last touch if all are."""
    heard = [i for i, touch in enumerate(journey.touches) if touch.channel not in ignore]
    return picked(journey, heard[-1]) if heard else last_touch(journey)


def linear(journey: Journey) -> list[Fraction]:
    """Give every touch, repeats included, the same."""
    n = len(journey.touches)
    return [Fraction(1, n)] * n if n else []


def time_decay(journey: Journey, half_life: timedelta = timedelta(days=7)) -> list[Fraction]:
    """Halve the weight with every half-life before the close, to sixty digits."""
    ages = [journey.end - touch.occurred_at for touch in journey.touches]
    unit = Decimal(half_life // timedelta(microseconds=1))
    weights = []
    for age in ages:
        half_lives = DECIMALS.divide(Decimal(age - min(ages)), unit)
        weights.append(Fraction(DECIMALS.power(Decimal(2), -half_lives)))
    return normalised(weights)


def position_based(journey: Journey, first: Number = 0.4, last: Number = 0.4) -> list[Fraction]:
    """Give the first and last touch their shares, and the touches between them the rest equally."""
    n = len(journey.touches)
    if n == 0:
        return []
    if n == 1:
        return [Fraction(1)]
    first, last = exact(first), exact(last)
    if n == 2:
        return normalised([first, last])
    middle = (1 - first - last) / (n - 2)
    return [first, *[middle] * (n - 2), last]


def last_at_or_before(journey: Journey, instant: int | None) -> int | None:
    """Return the position of the last touch at or before an instant; None if there is none, or no instant."""
    if instant is None:
        return None
    before = [i for i, touch in enumerate(journey.touches) if touch.occurred_at <= instant]
    return before[-1] if before else None


def milestone_shares(journey: Journey, marks: Sequence[tuple[int | None, Fraction]]) -> list[Fraction]:
    """Give each milestone's touch its share, and the touches without a milestone the rest equally.

    Milestones on one touch add. Absent milestones (position None), and the rest when every touch bears a
    milestone, are dropped, and what remains is divided by its sum.
    """
    if not journey.touches:
        return []
    rest = 1 - sum((share for _, share in marks), Fraction(0))
    weights = [Fraction(0)] * len(journey.touches)
    for position, share in marks:
        if position is not None:
            weights[position] += share
    marked = {position for position, _ in marks if position is not None}
    others = [i for i in range(len(weights)) if i not in marked]
    for i in others:
        weights[i] = rest / len(others)
    return normalised(weights)


def w_shaped(journey: Journey, first: Number = 0.3, lead: Number = 0.3, opportunity: Number = 0.3) -> list[Fraction]:
    """Reward the first touch, the one that made the lead and the one that made the opportunity."""
    marks = [
        (0, exact(first)),
        (last_at_or_before(journey, journey.lead_created_at), exact(lead)),
        (last_at_or_before(journey, journey.opportunity_created_at), exact(opportunity)),
    ]
    return milestone_shares(journey, marks)


def full_path(
    journey: Journey,
    first: Number = 0.225,
    lead: Number = 0.225,
    opportunity: Number = 0.225,
    close: Number = 0.225,
) -> list[Fraction]:
    """Reward what ``w_shaped`` does, and the last touch."""
    marks = [
        (0, exact(first)),
        (last_at_or_before(journey, journey.lead_created_at), exact(lead)),
        (last_at_or_before(journey, journey.opportunity_created_at), exact(opportunity)),
        (len(journey.touches) - 1, exact(close)),
    ]
    return milestone_shares(journey, marks)


def weighted(journey: Journey, weights: Mapping[str, Number], by: str = "channel") -> list[Fraction]:
    """Share in proportion to the weight of each touch's channel (or team)."""
    return normalised([exact(weights[getattr(touch, by)]) for touch in journey.touches])


def custom(journey: Journey, weigh: Callable[[Journey], Sequence[Fraction]]) -> list[Fraction]:
    """Share in proportion to whatever the caller weighs."""
    return normalised(list(weigh(journey)))
