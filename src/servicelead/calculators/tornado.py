"""Which input matters most: each moved alone from one end of its range to the other."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._fields import is_number
from servicelead.calculators.amounts import Amount, plain
from servicelead.calculators.contract import Kind, inputs_of
from servicelead.calculators.varying import changed, figure, measured, numeric_input, rounded
from servicelead.columns.table import ResultTable
from servicelead.domain import Money
from servicelead.exceptions import InvalidValueError

__all__ = ["Tornado", "tornado"]


@frozen(kw_only=True)
class Tornado:
    """What `tornado` found.

    Attributes
    ----------
    calculator
        The base case.
    output
        Which of its outputs was watched.
    unit
        What one of that is: the currency, for money that has one.
    base
        The output of the base case.
    table
        One row per input, the largest swing first: ``input, unit, low, high, at_low, at_high, swing``, where
        `at_low` and `at_high` are the outputs with this input alone at either end, and ``swing = |at_high - at_low|``.
        Ties stay in the order of the calculator's fields.
    """

    calculator: Any
    output: str
    unit: str
    base: float
    table: ResultTable = field(eq=False)

    def __str__(self) -> str:
        return f"{self.output}, {self.unit}: {rounded(self.base)} in the base case\n{self.table}"


def tornado(
    calculator: Any, output: str, ranges: Mapping[str, tuple[Amount, Amount]] | None = None, *, spread: float = 0.2
) -> Tornado:
    """Move each input alone through its range and order the inputs by how far the output swings.

    Parameters
    ----------
    calculator
        The base case: any calculator, a class of yours included.
    output
        Name of the output to watch.
    ranges
        Low and high end of each input to move, by name; plain numbers or `Money`. By default every input that has
        a value other than 0 moves by `spread` of it either way, kept inside the range of its field.
    spread
        Half-width of a default range as a share of the base value, above 0, at most 1.

    Returns
    -------
    Tornado

    Raises
    ------
    UnknownNameError
        No such input or output.
    InvalidValueError
        A range whose ends are swapped, or outside what the input may be.
    UndefinedRateError
        The output is undefined at an end of a range.

    Notes
    -----
    One input moves at a time, so inputs that move together are not seen: `monte_carlo` moves them all.

    Examples
    --------
    >>> from servicelead.calculators import LeadEconomics
    >>> base = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000)
    >>> ranges = {"close_rate": (0.20, 0.30), "deal_value": (10_000, 20_000), "n_leads": (12, 35)}
    >>> print(tornado(base, "revenue", ranges))
    revenue, money: 36,000 in the base case
    input       unit              low       high     at_low     at_high      swing
    n_leads     leads           12.00      35.00  36,000.00  105,000.00  69,000.00
    deal_value  money       10,000.00  20,000.00  24,000.00   48,000.00  24,000.00
    close_rate  proportion       0.20       0.30  36,000.00   54,000.00  18,000.00
    """
    unit = measured(calculator, output)
    chosen = _default_ranges(calculator, spread) if ranges is None else dict(ranges)
    order = [each.name for each in inputs_of(calculator) if each.name in chosen]
    specs = {name: numeric_input(calculator, name) for name in chosen}
    _require_ordered(calculator, chosen)
    ends = [[figure(changed(calculator, **{name: end}), output) for end in chosen[name]] for name in order]
    at_low, at_high = np.array(ends, dtype=np.float64).reshape(-1, 2).T
    swing = np.abs(at_high - at_low)
    table = {
        "input": np.array(order, dtype=object),
        "unit": np.array([specs[name].unit for name in order], dtype=object),
        "low": [plain(chosen[name][0]) for name in order],
        "high": [plain(chosen[name][1]) for name in order],
        "at_low": at_low,
        "at_high": at_high,
        "swing": swing,
    }
    return Tornado(
        calculator=calculator,
        output=output,
        unit=unit,
        base=figure(calculator, output),
        table=ResultTable(table).take(np.argsort(-swing, kind="stable")),
    )


def _default_ranges(calculator: Any, spread: float) -> dict[str, tuple[Amount, Amount]]:
    if not is_number(spread) or not 0 < spread <= 1:
        raise InvalidValueError("tornado: spread must be a number above 0, at most 1; got another; write .2 for 20%")
    ranges: dict[str, tuple[Amount, Amount]] = {}
    for spec in inputs_of(calculator):
        value = getattr(calculator, spec.name)
        if not spec.kind.is_numeric or value is None or not plain(value):
            continue
        base = plain(value)
        ends = sorted((base * (1 - spread), base * (1 + spread)))
        low, high = (min(max(end, spec.lowest), spec.highest) for end in ends)
        ranges[spec.name] = (round(low), round(high)) if spec.kind is Kind.WHOLE else (low, high)
    return ranges


def _require_ordered(calculator: Any, ranges: Mapping[str, Any]) -> None:
    for name, ends in ranges.items():
        if len(ends) != 2 or not all(isinstance(end, Money) or is_number(end) for end in ends):
            got = "something else"
        elif plain(ends[0]) > plain(ends[1]):
            got = "the higher first"
        else:
            continue
        raise InvalidValueError(
            f"tornado: the range of {type(calculator).__name__}.{name} must be its low and its high end; got {got}; "
            "write (low, high)",
        )
