"""Win rates and times to close, by what deals are told apart by."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from servicelead._arguments import require_within
from servicelead._fields import kind_of
from servicelead._typing import Codes, FloatArray, IntArray
from servicelead.columns.rates import rate_columns
from servicelead.columns.table import ResultTable
from servicelead.columns.vocabulary import Vocabulary
from servicelead.domain.segments import Segmentation
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.refinery.deal_sizes import is_size, require_edges, sizes_of_deals
from servicelead.refinery.deal_times import deal_lifetimes
from servicelead.survival import Lifetimes, kaplan_meier
from servicelead.tables.business import Business
from servicelead.tables.journey_dimensions import month_codes
from servicelead.tables.opportunities import LOST, OPEN, WON
from servicelead.tables.segmentation import segments_at
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = ["outcome_columns", "win_rates"]


def win_rates(
    business: Business,
    by: str | None = None,
    *,
    edges: Sequence[float] | None = None,
    segmentation: Segmentation | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> ResultTable:
    """Return how many deals were won, lost and are open, the win rate, and the days until half were closed.

    ``win_rate = won / (won + lost)``, with Wilson's interval; open deals are left out of it. The median time to close
    is Kaplan-Meier's, with open deals censored at ``as_of`` and accounts as independent units: the mean of the closed
    ones alone is too short.

    Parameters
    ----------
    business
        The tables.
    by
        ``"kind"``, ``"owner"``, ``"month"`` (of creation), ``"segment"``, any labelled attribute that opportunities
        carry, or with `edges` ``"amount"`` or a number they carry; None for all deals together.
    edges
        Inner edges of bands, ascending; a band has its lower edge.
    segmentation
        For ``"segment"``: read as of the deal's creation.
    confidence
        Of the intervals, between 0 and 1.

    Returns
    -------
    ResultTable
        ``[by], n_won, n_lost, n_open, win_rate, win_rate_lower, win_rate_upper, median_days, median_days_lower,
        median_days_upper``; NaN without decided deals, or where half have not closed yet. What has no label comes
        last.

    Raises
    ------
    UnknownNameError
        For a dimension that opportunities do not have.
    InvalidValueError
        For segments without a segmentation, edges that do not ascend, numbers without edges, or a confidence out of
        range.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> rates = win_rates(simulate_business(n_accounts=200, seed=1).business, "kind")
    >>> rates["kind"].tolist()
    ['new', 'upsell', 'cross_sell', 'renewal']
    """
    require_within("win_rates: confidence", confidence)
    n = len(business.opportunities)
    if by is None:
        return ResultTable(outcome_columns(business, np.zeros(n, dtype=np.int64), 1, confidence))
    codes, names = _groups(business, by, edges, segmentation)
    groups: IntArray = np.where(codes < 0, len(names), codes).astype(np.int64)
    columns = outcome_columns(business, groups, len(names) + 1, confidence)
    labels = np.append(names.labels, np.array([None], dtype=object))
    table = ResultTable({by: labels, **columns}, backend=business.backend)
    return table.take(np.flatnonzero(np.bincount(groups, minlength=len(labels))))


def outcome_columns(
    business: Business, codes: IntArray, n_groups: int, confidence: float
) -> dict[str, IntArray | FloatArray]:
    """Return what became of the deals of each group, codes outside [0, n_groups) left out."""
    inside = (codes >= 0) & (codes < n_groups)
    outcome = business.opportunities.outcome
    won, lost, still = (
        np.bincount(codes[inside & (outcome == which)], minlength=n_groups) for which in (WON, LOST, OPEN)
    )
    lifetimes = deal_lifetimes(business)
    medians = np.array([_median(lifetimes, codes == group, confidence) for group in range(n_groups)]).reshape(-1, 3)
    return {
        "n_won": won,
        "n_lost": lost,
        "n_open": still,
        **rate_columns("win_rate", won, won + lost, confidence),
        **dict(zip(("median_days", "median_days_lower", "median_days_upper"), medians.T, strict=True)),
    }


def _median(lifetimes: Lifetimes, rows: IntArray, confidence: float) -> tuple[float, ...]:
    return kaplan_meier(lifetimes.take(rows), confidence=confidence).median.figures


def _groups(
    business: Business, by: str, edges: Sequence[float] | None, segmentation: Segmentation | None
) -> tuple[Codes, Vocabulary]:
    deals = business.opportunities
    if edges is not None:
        if not edges:
            raise InvalidValueError("win_rates: edges must name at least one; got none; leave them out for labels")
        return _bands(
            sizes_of_deals("win_rates: by with edges", business, by), require_edges("win_rates: edges", edges)
        )
    if by == "month":
        return month_codes(business.zone.months(deals.created_at))
    if by == "segment":
        if not isinstance(segmentation, Segmentation):
            raise InvalidValueError(
                f"win_rates: segmentation must be a Segmentation; got {kind_of(segmentation)}; write "
                "segmentation=Segmentation(name=..., segments=[...])"
            )
        names = Vocabulary([segment.name for segment in segmentation.segments])
        return segments_at(business, segmentation, deals.account_id, deals.created_at), names
    if is_size(business, by):
        raise InvalidValueError(
            "win_rates: by must name labels where there are no edges; got numbers; give edges=[...]"
        )
    if by not in ("kind", "owner") and by not in deals.attributes:
        known = ", ".join(("kind", "owner", "month", "segment", *deals.attributes))
        raise UnknownNameError(f"win_rates: opportunities have no labels of that name; choose among {known}")
    return deals.codes(by).astype(np.int32), deals.vocabulary(by)


def _bands(values: FloatArray, edges: FloatArray) -> tuple[Codes, Vocabulary]:
    texts = [f"{edge:,.6g}" for edge in edges.tolist()]
    inner = [f"{low} to {high}" for low, high in pairwise(texts)]
    codes = np.searchsorted(edges, values, side="right")
    names = Vocabulary([f"below {texts[0]}", *inner, f"from {texts[-1]}"])
    return np.where(np.isnan(values), -1, codes).astype(np.int32), names
