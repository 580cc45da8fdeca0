"""Win rate and cycle time of deals in which something was done, beside deals of the same size in which it was not."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_whole, require_within
from servicelead._typing import MISSING, BoolArray, FloatArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import UnknownNameError
from servicelead.refinery.deal_sizes import require_edges, sizes_of_deals
from servicelead.refinery.deal_times import deal_lifetimes
from servicelead.survival import Lifetimes, kaplan_meier
from servicelead.tables.business import Business
from servicelead.tables.opportunities import OPEN, WON
from servicelead.uncertainty import Estimate, Rate

__all__ = ["ActivityEffects", "ActivityVerdict", "activity_effects", "judge_activity"]


class ActivityVerdict(StrEnum):
    """What the win rates of a band say of an activity."""

    HELPFUL = "helpful"
    HARMFUL = "harmful"
    NOT_SHOWN = "not shown"


@frozen(kw_only=True, eq=False)
class ActivityEffects:
    """Win rates and cycle times with and without each activity, within bands of deal size.

    An association: whoever chose the deals to visit may have chosen those that were winning, or those in trouble.

    Attributes
    ----------
    table
        ``activity, size_from, size_to, n_with, won_with, n_without, won_without, difference, lower, upper,
        odds_ratio, fisher_p, verdict``; bounds at `confidence`; NaN where a side has no closed deal.
    cycle_times
        ``activity, size_from, size_to, with_days, without_days`` and their bounds: median days from creation to close
        by Kaplan-Meier, open deals censored; NaN where not reached.
    confidence
        Of each interval, so that all bands together are wrong in at most the share asked for.
    n_without_size
        Deals left out because nothing says how large they are.
    """

    table: ResultTable
    cycle_times: ResultTable = field(repr=False)
    confidence: float
    n_without_size: int

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found, a sentence for each activity and band."""
        return tuple(_sentence(row) for row in self.table.rows())

    def __str__(self) -> str:
        return "\n".join([*self.sentences, "An association, not an effect: deals were not chosen by lot."])


def activity_effects(
    business: Business,
    *,
    activities: Sequence[str] | None = None,
    edges: Sequence[float] | None = None,
    n_bands: int = 3,
    size: str = "amount",
    alpha: float = 0.05,
) -> ActivityEffects:
    r"""Return how win rate and cycle time differ with and without an activity, within bands of deal size.

    In each band, of the deals that closed, with p the win rate with the activity and q without:
    :math:`d = p - q` with Newcombe's interval at confidence :math:`1 - \alpha / b`, b the number of bands (Bonferroni).
    An activity is helpful where the interval lies above 0, harmful where it lies below, else nothing is shown. The odds
    ratio :math:`p (1 - q) / (q (1 - p))` and Fisher's exact p are evidence beside it, not the verdict.

    Only what was done strictly before the close counts. A deal that stays open longer has more time for an activity, so
    compare cycle times with care: an activity can look slow merely because only long deals live to see it.

    Parameters
    ----------
    business
        The tables: opportunities with a size, and activities.
    activities
        Which to judge; by default all, in the order of their names.
    edges
        Inner edges of the bands, ascending, in the unit of `size`; a band holds ``from <= size < to``.
    n_bands
        Bands of about equally many deals, where no edges are given; fewer where sizes repeat.
    size
        ``"amount"``, in major units, or the name of a number the opportunities carry. It must be known of lost deals
        too: an amount that is 0 wherever a deal was lost knows the outcome; name the list price instead.
    alpha
        Share of activities that a band may wrongly call helpful or harmful over all its bands, between 0 and 1.

    Returns
    -------
    ActivityEffects
        Empty without activities.

    Raises
    ------
    UnknownNameError
        For an activity or a size that the tables do not have.
    InvalidValueError
        For edges that do not ascend, fewer than one band, an `alpha` out of range.

    Notes
    -----
    R. G. Newcombe, Statistics in Medicine 17(8), 1998; R. A. Fisher, Journal of the Royal Statistical Society 98, 1935.
    """
    require_within("activity_effects: alpha", alpha)
    deals = business.opportunities
    sizes = sizes_of_deals("activity_effects: size", business, size)
    known = ~np.isnan(sizes)
    cuts = _edges(sizes[known], edges, n_bands)
    band = np.searchsorted(cuts, sizes, side="right")
    bounds = np.concatenate([[-np.inf], cuts, [np.inf]])
    confidence = 1 - alpha / (len(cuts) + 1)
    names = business.activities.vocabulary("activity").labels.tolist() if len(business.activities) else []
    wanted = sorted(names) if activities is None else list(activities)
    if unknown := len(set(wanted) - set(names)):
        raise UnknownNameError(f"activity_effects: {unknown} of the activities are in no deal; check their names")
    lifetimes = deal_lifetimes(business)
    closed, won = deals.outcome != OPEN, deals.outcome == WON
    rows, times = [], []
    for name in wanted:
        done = _done_before_close(business, names.index(name))
        for place in range(len(cuts) + 1):
            inside = known & (band == place)
            label = {"activity": name, "size_from": bounds[place], "size_to": bounds[place + 1]}
            with_it, without = (
                Rate(int(np.sum(here & won)), int(np.sum(here & closed))) for here in (inside & done, inside & ~done)
            )
            rows.append(label | judge_activity(with_it, without, confidence=confidence))
            times.append(label | _medians(lifetimes, {"with": inside & done, "without": inside & ~done}, confidence))
    return ActivityEffects(
        table=_table(rows, business.backend),
        cycle_times=_table(times, business.backend),
        confidence=confidence,
        n_without_size=int(np.sum(~known)),
    )


def judge_activity(with_it: Rate, without: Rate, *, confidence: float) -> dict[str, object]:
    """Return the evidence and the verdict on an activity from its win rates within one band.

    Parameters
    ----------
    with_it, without
        Won of closed deals, with the activity and without.
    confidence
        Of Newcombe's interval, which decides: ``1 - alpha / n_bands``.

    Returns
    -------
    dict
        ``n_with, won_with, n_without, won_without, difference, lower, upper, odds_ratio, fisher_p, verdict``.

    Examples
    --------
    >>> only_band = judge_activity(Rate(12, 40), Rate(30, 60), confidence=0.95)
    >>> print(only_band["verdict"], round(only_band["odds_ratio"], 6), round(only_band["fisher_p"], 7))
    harmful 0.428571 0.0629341
    >>> print(judge_activity(Rate(12, 40), Rate(30, 60), confidence=1 - 0.05 / 3)["verdict"])
    not shown
    """
    from scipy.stats import fisher_exact  # noqa: PLC0415 - heavy, loaded on first use

    a, b = with_it.successes, with_it.trials - with_it.successes
    c, d = without.successes, without.trials - without.successes
    difference = with_it.minus(without, confidence)
    odds_ratio = a * d / (b * c) if b * c else (np.inf if a * d else np.nan)
    return {
        "n_with": a + b,
        "won_with": a,
        "n_without": c + d,
        "won_without": c,
        **dict(zip(("difference", "lower", "upper"), difference.figures, strict=True)),
        "odds_ratio": odds_ratio,
        "fisher_p": float(fisher_exact(np.array([[a, b], [c, d]])).pvalue) if difference.is_defined else np.nan,
        "verdict": _verdict(difference),
    }


def _verdict(difference: Estimate) -> ActivityVerdict:
    if difference.lower is not None and difference.lower > 0:
        return ActivityVerdict.HELPFUL
    if difference.upper is not None and difference.upper < 0:
        return ActivityVerdict.HARMFUL
    return ActivityVerdict.NOT_SHOWN


def _edges(sizes: FloatArray, edges: Sequence[float] | None, n_bands: Any) -> FloatArray:
    if edges is not None:
        return require_edges("activity_effects: edges", edges)
    n_bands = require_whole("activity_effects: n_bands", n_bands, 1)
    if not len(sizes):
        return np.zeros(0)
    cuts = np.unique(np.quantile(sizes, np.arange(1, n_bands) / n_bands))
    kept: FloatArray = cuts[cuts > sizes.min()]  # an edge at the least size would leave its band empty
    return kept


def _done_before_close(business: Business, activity: int) -> BoolArray:
    """Return the opportunities in which an activity was done, strictly before they closed where they did."""
    deals, log = business.opportunities, business.activities
    mine = np.flatnonzero(log.activity == activity)
    deal = deals.row_of("opportunity_id")[log.opportunity_id[mine]]
    mine, deal = mine[deal >= 0], deal[deal >= 0]
    closed_at = deals.closed_at[deal]
    done = np.zeros(len(deals), dtype=bool)
    done[deal[(closed_at == MISSING) | (log.occurred_at[mine] < closed_at)]] = True
    return done


def _medians(lifetimes: Lifetimes, sides: dict[str, BoolArray], confidence: float) -> dict[str, float]:
    out = {}
    for side, inside in sides.items():
        median = kaplan_meier(lifetimes.take(inside), confidence=confidence).median
        for suffix, value in zip(("", "_lower", "_upper"), median.figures, strict=True):
            out[f"{side}_days{suffix}"] = value
    return out


def _table(rows: list[dict[str, object]], backend: str | None) -> ResultTable:
    names = rows[0] if rows else {}
    return ResultTable({name: np.array([row[name] for row in rows]) for name in names}, backend=backend)


def _sentence(row: dict[str, Any]) -> str:
    low, high = row["size_from"], row["size_to"]
    ends = [f"from {low:,.0f}"] * (low > -np.inf) + [f"below {high:,.0f}"] * (high < np.inf)
    return (
        f"{row['activity']}, deals {' and '.join(ends) or 'of any size'}: {row['verdict']} (won {row['won_with']} of "
        f"{row['n_with']} with it, {row['won_without']} of {row['n_without']} without)"
    )
