"""How far an input must move for the sum to come out even."""

import math
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from attrs import frozen

from servicelead.calculators.amounts import Amount, currency_of, plain
from servicelead.calculators.contract import Input, Kind
from servicelead.calculators.varying import changed, figure, measured, numeric_input, rounded, without_currency
from servicelead.exceptions import InvalidValueError, SolveError

__all__ = ["BreakEven", "break_even"]

_STEPS = 64  # points looked at between the ends of a range that has two
_SCALES = range(-30, 31)  # powers of 4 of the base value, where a range has no end
_ACCURACY = 1e-9


@frozen(kw_only=True)
class BreakEven:
    """Where `break_even` found an output to meet its target.

    Attributes
    ----------
    name
        The input that moved.
    unit
        What one of it is.
    base
        Its value in the base case.
    value
        Its value at the target.
    output, target
        What was to be met.
    """

    name: str
    unit: str
    base: float
    value: float
    output: str
    target: float

    def __str__(self) -> str:
        # A share keeps three digits; from 1 on, hundredths are enough.
        value = f"{self.value:.3g}" if abs(self.value) < 1 else f"{self.value:,.2f}".removesuffix(".00")
        target, base = rounded(self.target), rounded(self.base)
        return f"{self.output} is {target} at {self.name} = {value} ({self.unit}), from {base}"


def break_even(calculator: Any, name: str, output: str, target: Amount = 0) -> BreakEven:
    """Find the value of one input at which an output meets a target, all else unchanged.

    The input is looked for in the whole range of its field, and of several solutions the one nearest to its present
    value is returned. Money is worked out without rounding to minor units.

    Parameters
    ----------
    calculator
        The base case: any calculator, a class of yours included.
    name
        The input to move; not one in whole numbers.
    output
        Name of the output, a continuous function of the input.
    target
        What the output is to be, in its unit.

    Returns
    -------
    BreakEven
        The output at `value` meets the target to 1e-9, relative to the larger of 1 and the target.

    Raises
    ------
    SolveError
        No value of the input meets the target.
    UnknownNameError
        No such input or output.
    InvalidValueError
        An input that cannot be varied by degrees.

    Examples
    --------
    >>> from servicelead.calculators import LeadEconomics
    >>> base = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000, cost_per_lead=600)
    >>> print(break_even(base, "close_rate", "net_value"))
    net_value is 0 at close_rate = 0.04 (proportion), from 0.2
    """
    spec = numeric_input(calculator, name)
    measured(calculator, output)  # refuses what is no number
    if spec.kind is Kind.WHOLE:
        raise InvalidValueError(
            f"{type(calculator).__name__}.{name} must vary by degrees; got an input in whole numbers; "
            "work out the case at a few of them instead",
        )
    case, wanted = without_currency(calculator), plain(target)
    base = plain(getattr(case, name))

    def miss(value: float) -> float:
        try:
            return figure(changed(case, **{name: value}), output) - wanted
        except (ArithmeticError, InvalidValueError):
            return math.nan  # here the calculator has no answer: another input forbids this value, or a 0 divides

    tolerance = _ACCURACY * max(1.0, abs(wanted))
    solutions = list(_solutions(miss, _points(spec, base), tolerance))
    if not solutions:
        raise SolveError(
            f"break_even: {type(calculator).__name__}.{output} never meets the target for any {name} in "
            f"[{spec.lowest:g}, {spec.highest:g}]; move another input as well, or choose another target",
        )
    nearest = min(solutions, key=lambda value: abs(value - base))
    unit = currency_of(calculator) or spec.unit if spec.kind is Kind.MONEY else spec.unit
    return BreakEven(name=name, unit=unit, base=base, value=nearest, output=output, target=wanted)


def _points(spec: Input, base: float) -> list[float]:
    """Return points of the range, ends and present value included, the closer the nearer to that value or to 0."""
    size = abs(base) or 1.0
    steps = [size * 4.0**k for k in _SCALES]
    points = {
        0.0,
        base,
        *steps,
        *(-step for step in steps),
        *(base + step for step in steps),
        *(base - step for step in steps),
    }
    if math.isfinite(spec.lowest) and math.isfinite(spec.highest):
        points |= {spec.lowest + (spec.highest - spec.lowest) * i / _STEPS for i in range(_STEPS + 1)}
    points |= {end for end in (spec.lowest, spec.highest) if math.isfinite(end)}
    return sorted(point for point in points if spec.lowest <= point <= spec.highest)


def _solutions(miss: Any, points: list[float], tolerance: float) -> Iterator[float]:
    from scipy.optimize import brentq  # noqa: PLC0415 - heavy, loaded on first use

    before, before_miss = math.nan, math.nan
    for point in points:
        here = miss(point)
        if here == 0:
            yield point
        elif before_miss * here < 0:
            with suppress(ValueError, RuntimeError):  # a point between that has no answer
                value = float(brentq(miss, before, point, xtol=1e-300, rtol=9e-16, maxiter=500))
                if abs(miss(value)) <= tolerance:  # else the sign changes at a jump or a pole
                    yield value
        before, before_miss = point, here
