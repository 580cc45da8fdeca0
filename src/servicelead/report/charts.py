"""Where the marks of bars, gauges and strips stand, in thousandths of their width; the template draws them."""

from collections.abc import Sequence
from math import ceil, floor, log10

from attrs import frozen

from servicelead.report.credit import Line
from servicelead.report.refinery import Stage
from servicelead.report.rules import Compared
from servicelead.uncertainty import Estimate

__all__ = ["WHOLE", "Bar", "Gauge", "Strip", "bars", "gauge", "portions", "round_step", "strips"]

#: The width or height of every picture.
WHOLE = 1000.0
#: A whisker may stretch the scale to twice the longest bar; a longer one, of few accounts, leaves the picture.
_REACH = 2.0
_MOST_STEPS = 4


@frozen(kw_only=True)
class Bar:
    """A bar between zero and its value, and the ends of its whisker; None without an interval.

    A whisker that `goes_on` leaves the picture.
    """

    zero: float
    start: float
    width: float
    lower: float | None = None
    upper: float | None = None
    goes_on: bool = False


@frozen(kw_only=True)
class Gauge:
    """A value with its whisker on a scale from zero to `end`, before the band of what is usual."""

    end: float
    low: float
    high: float
    value: float
    lower: float | None
    upper: float | None


@frozen(kw_only=True)
class Strip:
    """A tick per rule, and the band between the outermost."""

    low: float
    high: float
    ticks: tuple[float, ...]


def bars(lines: Sequence[Line]) -> tuple[Bar, ...]:
    """Return a bar of value per line, all on one scale that reaches to the ends of the whiskers, or near enough."""
    values = [float(line.value) for line in lines]
    ends = [*values, *(bound for line in lines for bound in (line.lower, line.upper) if bound is not None)]
    longest = max(map(abs, values), default=0.0)
    low, high = max(min([0.0, *ends]), -_REACH * longest), min(max([0.0, *ends]), _REACH * longest)
    scale = WHOLE / (high - low) if high > low else 0.0

    def place(value: float) -> float:
        return (min(max(value, low), high) - low) * scale

    return tuple(
        Bar(
            zero=place(0.0),
            start=place(min(value, 0.0)),
            width=abs(value) * scale,
            lower=None if line.lower is None else place(line.lower),
            upper=None if line.upper is None else place(line.upper),
            goes_on=line.upper is not None and line.upper > high,
        )
        for line, value in zip(lines, values, strict=True)
    )


def portions(stages: Sequence[Stage]) -> tuple[Bar | None, ...]:
    """Return a bar per stage, of the share from 0 to 1 that got so far; None where that is not known."""
    return tuple(
        None
        if stage.rate is None or stage.lower is None or stage.upper is None
        else Bar(zero=0.0, start=0.0, width=stage.rate * WHOLE, lower=stage.lower * WHOLE, upper=stage.upper * WHOLE)
        for stage in stages
    )


def gauge(estimate: Estimate, low: float, high: float) -> Gauge | None:
    """Return where an estimate stands beside the usual range from `low` to `high`; None when it is undefined."""
    if estimate.value is None:
        return None
    reach = max(bound for bound in (high, estimate.value, estimate.upper) if bound is not None)
    step = round_step(reach)
    end = step * ceil(reach / step)
    scale = WHOLE / end
    return Gauge(
        end=end,
        low=low * scale,
        high=high * scale,
        value=estimate.value * scale,
        lower=None if estimate.lower is None else max(estimate.lower, 0.0) * scale,
        upper=None if estimate.upper is None else estimate.upper * scale,
    )


def strips(compared: Sequence[Compared]) -> tuple[Strip | None, ...]:
    """Return a strip per label, from a share of 0 to 1; None where nothing is credited."""
    out: list[Strip | None] = []
    for line in compared:
        ticks = tuple(share * WHOLE for share in line.shares if share is not None)
        out.append(Strip(low=min(ticks), high=max(ticks), ticks=ticks) if ticks else None)
    return tuple(out)


def round_step(length: float) -> float:
    """Return the smallest of 1, 2 or 5 times a power of ten that divides a length into few steps."""
    power = 10.0 ** floor(log10(length / _MOST_STEPS))
    return next(times * power for times in (1, 2, 5, 10) if times * power * _MOST_STEPS >= length)
