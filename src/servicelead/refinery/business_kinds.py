"""New business and business with customers one has, side by side."""

from collections.abc import Collection
from datetime import timedelta
from typing import cast

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._fields import kind_of
from servicelead._typing import FloatArray, IntArray
from servicelead.columns.table import ResultTable
from servicelead.domain.currencies import currency_exponent
from servicelead.domain.opportunities import OpportunityKind
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.grouping import group_sums
from servicelead.kernels.ratios import linearised_ratios
from servicelead.refinery.deal_costs import costs_of_deals
from servicelead.refinery.deal_groups import outcome_columns
from servicelead.tables.business import Business
from servicelead.tables.opportunities import WON
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate, Rate

__all__ = ["NewAndExisting", "new_and_existing"]


@frozen(kw_only=True, eq=False)
class NewAndExisting:
    """New and existing business side by side.

    Attributes
    ----------
    table
        A row for each: ``business, n_won, n_lost, n_open, win_rate`` and ``median_days``, each with its interval,
        ``cost, cost_per_win`` with its interval, in major units. NaN where there is none.
    win_rate_difference
        Existing less new, with Newcombe's interval.
    n_left_out
        Deals of another kind, or of none.
    unplaced_spend
        Spend on channels without a touch, which is in no deal's cost, in major units.
    """

    table: ResultTable = field(repr=False)
    win_rate_difference: Estimate
    n_left_out: int
    unplaced_spend: float

    def __str__(self) -> str:
        left = f"{self.n_left_out:,} deals of other kinds left out; spend without touches: {self.unplaced_spend:,.2f}"
        return f"{self.table}\nwin rate, existing less new: {self.win_rate_difference}\n{left}"


def new_and_existing(
    business: Business,
    *,
    lookback: timedelta,
    existing: Collection[OpportunityKind | str] = (OpportunityKind.UPSELL, OpportunityKind.CROSS_SELL),
    confidence: float = DEFAULT_CONFIDENCE,
) -> NewAndExisting:
    r"""Compare win rate, time to close and cost per win of new and of existing business.

    ``cost per win = cost of all deals, won or not / deals won``, a ratio of sums over accounts, linearised. A touch
    costs what it says and an equal part of each spend on its channel and team in whose time it lies; it belongs to the
    deals of its account that were under way or began within the lookback after it, to several in equal parts.

    Parameters
    ----------
    business
        The tables. Deals say their kind; cost per win needs a currency.
    lookback
        How long before a deal's creation touches count as its cost, a positive timedelta.
    existing
        Kinds that are existing business. Renewals are left out unless you name them: they are won far more often.
    confidence
        Of the intervals, between 0 and 1.

    Returns
    -------
    NewAndExisting

    Raises
    ------
    InvalidValueError
        For an unknown kind, ``new`` among the existing ones, or arguments out of range.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> compared = new_and_existing(simulate_business(n_accounts=200, seed=1).business, lookback=timedelta(days=90))
    >>> compared.table["business"].tolist()
    ['new', 'existing']
    """
    require_within("new_and_existing: confidence", confidence)
    if not isinstance(cast("object", lookback), timedelta) or lookback <= timedelta(0):
        raise InvalidValueError(
            f"new_and_existing: lookback must be a positive timedelta; got {kind_of(lookback)}; say timedelta(days=90)"
        )
    kinds = [kind.value for kind in OpportunityKind]
    if isinstance(existing, str) or not set(existing) or not set(existing) <= set(kinds) - {"new"}:
        raise InvalidValueError(
            f"new_and_existing: existing must be kinds among {', '.join(kinds[1:])}; got something else; list them"
        )
    deals = business.opportunities
    group_of_kind = np.array([0 if kind == "new" else 1 if kind in set(existing) else 2 for kind in (*kinds, "")])
    group = group_of_kind[deals.kind]
    columns = outcome_columns(business, group, 2, confidence)
    costs, unplaced = costs_of_deals(business, lookback)
    new, old = (
        Rate(*map(int, pair)) for pair in zip(columns["n_won"], columns["n_won"] + columns["n_lost"], strict=True)
    )
    spent = _costs(business, group, costs, confidence)
    return NewAndExisting(
        table=ResultTable({"business": ["new", "existing"], **columns, **spent}, backend=business.backend),
        win_rate_difference=old.minus(new, confidence),
        n_left_out=int(np.count_nonzero(group == 2)),
        unplaced_spend=unplaced,
    )


def _costs(business: Business, group: IntArray, costs: FloatArray, confidence: float) -> dict[str, FloatArray]:
    """Return cost and cost per win of each of the two groups; NaN without a currency."""
    names = ("cost", "cost_per_win", "cost_per_win_lower", "cost_per_win_upper")
    if business.currency is None:
        return {name: np.full(2, np.nan) for name in names}
    deals, scale = business.opportunities, 10.0 ** currency_exponent(business.currency)
    kept = np.flatnonzero(group < 2)
    units, unit = np.unique(np.stack([group[kept], deals.account_id[kept]]), axis=1, return_inverse=True)
    n_units = units.shape[1]
    spent = group_sums(unit, np.rint(costs[kept] * scale).astype(np.int64), n_units)
    won = group_sums(unit, (deals.outcome[kept] == WON).astype(np.int64), n_units)
    cost, wins, error, n = linearised_ratios(units[0].astype(np.int64), spent, won, 2)
    rows = []
    for place in range(2):
        each = Estimate.of_ratio(
            float(cost[place] / wins[place]) if wins[place] else np.nan,
            float(error[place]),
            n=int(n[place]),
            unit=business.currency,
            nothing="no deal was won",
            limits=(0.0, np.inf),
            confidence=confidence,
        )
        rows.append([cost[place] / scale, *(figure / scale for figure in each.figures)])
    return dict(zip(names, np.array(rows).T, strict=True))
