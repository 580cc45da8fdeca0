"""Do groups last equally long? The log-rank test, with accounts as the independent units."""

from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead.columns import parse
from servicelead.columns.frames import read_columns
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.log_rank import clustered_covariance, expected_events
from servicelead.kernels.survival import risk_slots
from servicelead.survival.lifetimes import Lifetimes

__all__ = ["LogRank", "log_rank"]

#: Of a variance, in events: far above what doubles lose, far below what a single row at risk brings.
_ROUNDING = 1e-11


@frozen(kw_only=True, eq=False)
class LogRank:
    """How far the events of groups lie from what equal survival would make them.

    Attributes
    ----------
    table
        ``group``, ``n``, ``n_events`` and ``expected`` events, in the order of the groups' names.
    statistic
        Chi-squared; None where nothing can be compared.
    degrees_of_freedom
        Groups that could be told apart, less one.
    p_value
        Probability of a statistic at least as large if all groups last equally long; None where there is none.
    method
        ``"hypergeometric"`` for independent rows, ``"clustered"`` where accounts have several.
    """

    table: ResultTable = field(repr=False)
    statistic: float | None
    degrees_of_freedom: int
    p_value: float | None
    method: str

    def __str__(self) -> str:
        if self.statistic is None:
            return "log-rank: nothing to compare: fewer than two groups were at risk when something ended"
        return (
            f"log-rank: chi-squared {self.statistic:.4g}, {self.degrees_of_freedom} degrees of freedom, "
            f"p = {self.p_value:.4g} ({self.method})"
        )


def log_rank(lifetimes: Lifetimes, groups: Any) -> LogRank:
    r"""Test whether groups of rows last equally long.

    With O and E the observed and expected events of the groups and V the covariance of their difference,
    :math:`(O - E)^\top V^{-} (O - E)` is chi-squared. Rows count as one, whatever they weigh. Where an account has
    several rows, V is that of the accounts' summed influences, so that rows which end together are not taken for
    several pieces of evidence. Of equal times, events come before those who leave observation.

    Parameters
    ----------
    lifetimes
        What was observed.
    groups
        One label per row.

    Returns
    -------
    LogRank
        Without a statistic where fewer than two groups were at risk when something ended.

    Raises
    ------
    InvalidValueError
        When there are not as many groups as rows, or a row has none.

    Notes
    -----
    N. Mantel, "Evaluation of survival data and two new rank order statistics arising in its consideration", Cancer
    Chemotherapy Reports 50, 1966; D. Y. Lin, L. J. Wei, 1989, for the clustered covariance.

    Examples
    --------
    >>> lifetimes = Lifetimes(durations=[3, 5, 5, 8, 12, 12], events=[1, 1, 0, 1, 0, 0])
    >>> test = log_rank(lifetimes, ["basic", "basic", "pro", "basic", "pro", "pro"])
    >>> print(test)
    log-rank: chi-squared 4.382, 1 degrees of freedom, p = 0.03632 (hypergeometric)
    >>> test.table.row(group="basic")["expected"]
    1.2333333333333334
    """
    codes, names = _encoded(lifetimes, groups)
    durations, events, n = lifetimes.durations, lifetimes.events, len(lifetimes)
    times = np.unique(durations[events])
    first, stop = risk_slots(times, durations, np.zeros(n) if lifetimes.entry is None else lifetimes.entry)
    shares, covariance = expected_events(first, stop, events, codes, (len(names), len(times)))
    is_clustered = lifetimes.accounts is not None and lifetimes.n_units < n
    if is_clustered and lifetimes.accounts is not None:
        covariance = clustered_covariance(first, stop, events, codes, clusters=lifetimes.accounts, shares=shares)
    observed = np.bincount(codes[events], minlength=len(names))
    expected = shares @ np.bincount(stop[events] - 1, minlength=len(times))
    table = ResultTable(
        {"group": names, "n": np.bincount(codes, minlength=len(names)), "n_events": observed, "expected": expected}
    )
    # One group's difference is that of the others, and one that was never at risk has none: these directions vary by
    # rounding alone, which grows with the number of events.
    variances, directions = np.linalg.eigh(covariance)
    varies = variances > _ROUNDING * int(observed.sum())
    rank = int(np.count_nonzero(varies))
    statistic = p_value = None
    if rank:
        from scipy.special import chdtrc  # noqa: PLC0415 - heavy, loaded on first use

        gap = directions[:, varies].T @ (observed - expected)
        statistic = float(np.sum(gap**2 / variances[varies]))
        p_value = float(chdtrc(rank, statistic))
    return LogRank(
        table=table,
        statistic=statistic,
        degrees_of_freedom=rank,
        p_value=p_value,
        method="clustered" if is_clustered else "hypergeometric",
    )


def _encoded(lifetimes: Lifetimes, groups: Any) -> tuple[Any, Any]:
    """Return the group of each row as a code, and the groups' names in order."""
    codes, labels = parse.labels(read_columns({"groups": groups})[0]["groups"])
    if len(codes) != len(lifetimes) or (codes < 0).any():
        missing = int(np.count_nonzero(codes < 0))
        raise InvalidValueError(
            f"log_rank: groups must be one label per row; got {len(codes)} labels for {len(lifetimes)} rows, {missing} "
            "of them missing; leave out rows without a group with Lifetimes.take"
        )
    used = np.unique(codes)
    order = used[np.argsort(labels[used], kind="stable")]
    place = np.zeros(len(labels), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place[codes], labels[order]
