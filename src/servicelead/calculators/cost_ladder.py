"""What a lead and a win cost from each source, cheapest first."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from attrs import field, frozen

from servicelead.calculators.amounts import Amount, Number, UnitRate, currency_of, exact, quotient, unit_rate
from servicelead.calculators.inputs import count, money
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError, MixedCurrencyError, UndefinedRateError

__all__ = ["LeadSource", "cost_ladder"]


@frozen(kw_only=True)
class LeadSource:
    """What one source of leads cost and brought.

    Attributes
    ----------
    source_cost
        All it cost in the period: `Money` or a plain number, at least 0.
    n_leads, n_wins
        What it brought in the period, at least 0.

    Raises
    ------
    UndefinedRateError
        By the price of one where there was none.

    Examples
    --------
    >>> LeadSource(source_cost=680, n_leads=100, n_wins=25).cost_per_win
    27.2
    """

    source_cost: Amount = field(**money("all the source cost in the period"))
    n_leads: Number = field(**count("leads it brought", unit="leads"))
    n_wins: Number = field(**count("deals won of these leads", unit="wins"))

    @property
    def cost_per_lead(self) -> Annotated[UnitRate, "money per lead"]:
        """``source_cost / n_leads``."""
        cost, leads = exact(self.source_cost), exact(self.n_leads)
        return unit_rate(self, quotient(self, "cost_per_lead", cost, leads, nothing="n_leads of 0"))

    @property
    def cost_per_win(self) -> Annotated[UnitRate, "money per win"]:
        """``source_cost / n_wins``."""
        cost, wins = exact(self.source_cost), exact(self.n_wins)
        return unit_rate(self, quotient(self, "cost_per_win", cost, wins, nothing="n_wins of 0"))


def cost_ladder(sources: Mapping[str, LeadSource]) -> ResultTable:
    """Return the sources of leads, the cheapest win first.

    Parameters
    ----------
    sources
        What each cost and brought, by its name; all in one currency, or all in plain numbers.

    Returns
    -------
    ResultTable
        ``source, n_leads, n_wins, source_cost, cost_per_lead, cost_per_win, multiple``. `multiple` is the cost of a
        win over that of the cheapest. NaN where there was nothing to divide by; such sources come last, ties in the
        order given.

    Raises
    ------
    InvalidValueError
        No sources.
    MixedCurrencyError
        Sources in two currencies.

    Examples
    --------
    >>> print(cost_ladder({
    ...     "outbound": LeadSource(source_cost=9000, n_leads=60, n_wins=6),
    ...     "services": LeadSource(source_cost=680, n_leads=100, n_wins=25),
    ... }))
    source    n_leads  n_wins  source_cost  cost_per_lead  cost_per_win  multiple
    services   100.00   25.00       680.00           6.80         27.20      1.00
    outbound    60.00    6.00     9,000.00         150.00      1,500.00     55.15
    """
    if not sources:
        raise InvalidValueError("cost_ladder: sources must name at least one; got none; give LeadSource by name")
    currencies = sorted({currency_of(source) or "plain numbers" for source in sources.values()})
    if len(currencies) > 1:
        raise MixedCurrencyError(
            f"cost_ladder: sources must be in one currency; got {' and '.join(currencies)}; "
            "convert them at a stated rate first",
        )
    per_win = np.array([_defined(source, "cost_per_win") for source in sources.values()])
    cheapest = np.nanmin(per_win) if np.isfinite(per_win).any() else np.nan
    table = ResultTable(
        {
            "source": np.array(list(sources), dtype=object),
            "n_leads": [float(source.n_leads) for source in sources.values()],
            "n_wins": [float(source.n_wins) for source in sources.values()],
            "source_cost": [float(exact(source.source_cost)) for source in sources.values()],
            "cost_per_lead": [_defined(source, "cost_per_lead") for source in sources.values()],
            "cost_per_win": per_win,
            "multiple": np.divide(per_win, cheapest, out=np.full_like(per_win, np.nan), where=cheapest > 0),
        }
    )
    return table.take(np.argsort(per_win, kind="stable"))


def _defined(source: Any, output: str) -> float:
    try:
        return float(getattr(source, output))
    except UndefinedRateError:
        return np.nan
