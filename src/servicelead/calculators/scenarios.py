"""Several cases of one calculator, side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from servicelead.calculators.amounts import currency_of, plain
from servicelead.calculators.contract import inputs_of, output_of, outputs_of
from servicelead.columns.table import ResultTable
from servicelead.exceptions import IncompatibleError, InvalidValueError, MixedCurrencyError, UndefinedRateError

__all__ = ["compare_scenarios"]


def compare_scenarios(scenarios: Mapping[str, Any], outputs: Sequence[str] | None = None) -> ResultTable:
    """Put cases of one calculator side by side: the inputs in which they differ, then the outputs.

    Parameters
    ----------
    scenarios
        Calculators of one class, by name; in one currency, or all in plain numbers.
    outputs
        Names of the outputs to show; by default all.

    Returns
    -------
    ResultTable
        One row per scenario, in the order given: ``scenario``, the inputs that are not alike in all, the outputs. Money
        is in major units. An output that is undefined in a scenario, and an input that is None, is NaN, or None where
        the column holds words.

    Raises
    ------
    InvalidValueError
        No scenarios.
    IncompatibleError
        Scenarios of two classes.
    MixedCurrencyError
        Scenarios in two currencies.
    UnknownNameError
        No such output.

    Examples
    --------
    >>> from servicelead.calculators import LeadEconomics
    >>> now = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000)
    >>> trained = LeadEconomics(n_leads=35, close_rate=0.20, deal_value=15_000)
    >>> print(compare_scenarios({"now": now, "trained": trained}, ["pipeline_value", "revenue"]))
    scenario  n_leads  pipeline_value     revenue
    now         12.00      180,000.00   36,000.00
    trained     35.00      525,000.00  105,000.00
    """
    cases = list(scenarios.values())
    if not cases:
        raise InvalidValueError("compare_scenarios: scenarios must hold at least one; got none; give them by name")
    if len({type(case) for case in cases}) > 1:
        raise IncompatibleError(
            "compare_scenarios: scenarios must be of one class; got several; compare each class on its own"
        )
    currencies = sorted({currency_of(case) or "plain numbers" for case in cases})
    if len(currencies) > 1:
        raise MixedCurrencyError(
            f"compare_scenarios: scenarios must be in one currency; got {' and '.join(currencies)}; "
            "convert them at a stated rate first",
        )
    shown = outputs_of(cases[0]) if outputs is None else [output_of(cases[0], name) for name in outputs]
    columns: dict[str, Any] = {"scenario": np.array(list(scenarios), dtype=object)}
    for each in inputs_of(cases[0]):
        values = [getattr(case, each.name) for case in cases]
        if any(value != values[0] for value in values):
            columns[each.name] = _column(values)
    for output in shown:
        columns[output.name] = _column([_value(case, output.name) for case in cases])
    return ResultTable(columns)


def _value(case: Any, output: str) -> Any:
    try:
        return getattr(case, output)
    except UndefinedRateError:
        return None


def _column(values: Sequence[Any]) -> Any:
    """Return numbers as float64 with NaN for None, anything else as its text."""
    if any(isinstance(value, str | bool) for value in values):
        return np.array([None if value is None else str(value) for value in values], dtype=object)
    return np.array([np.nan if value is None else plain(value) for value in values], dtype=np.float64)
