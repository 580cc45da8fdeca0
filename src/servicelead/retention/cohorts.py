"""The cohort triangle: what became of the customers of each period, at each age."""

import numpy as np

from servicelead._typing import BoolArray, FloatArray, IntArray
from servicelead.columns.table import ResultTable
from servicelead.kernels.movements import CHURN, NEW, REACTIVATION
from servicelead.retention.ledger import MovementLedger
from servicelead.retention.slicing import closings

__all__ = ["cohort_triangle"]


def cohort_triangle(ledger: MovementLedger) -> ResultTable:
    r"""Return what each cohort has at each age, and all cohorts old enough together.

    A cohort is the accounts whose first new business fell into one period; at age k it is seen at the close of the k-th
    period after it. With :math:`n_{ck}` its active accounts and :math:`m_{ck}` what they have,

    .. math:: \text{customer retention rate} = n_{ck} / n_{c0}, \qquad
              \text{net revenue retention ratio} = m_{ck} / m_{c0}

    Returning customers count again. The pooled rows are ratios of sums over the cohorts that were old enough; a cohort
    that is not is *not yet observable*: it has a row without figures, and is in no sum.

    Parameters
    ----------
    ledger
        The movements; its grain is that of cohorts and ages.

    Returns
    -------
    ResultTable
        ``cohort`` (None: pooled), ``age``, ``is_observable``, ``n_accounts`` (at age 0), ``n_active``, ``opening`` (at
        age 0) and ``amount`` in minor units a year, ``customer_retention_rate``, ``net_revenue_retention_ratio``; NaN
        where there is nothing to divide by, or to see yet. Periods without new customers have no row.

    Examples
    --------
    >>> from datetime import date
    >>> ledger = MovementLedger.from_movements(
    ...     {
    ...         "account_id": ["a", "b", "a"], "occurred_at": ["2026-01-10", "2026-02-20", "2026-02-03"],
    ...         "movement": ["new", "new", "churn"], "amount": ["100.00", "40.00", "100.00"],
    ...     },
    ...     as_of=date(2026, 2, 28), currency="USD",
    ... )
    >>> table = cohort_triangle(ledger)
    >>> table.row(cohort="2026-01", age=1)["customer_retention_rate"]
    0.0
    >>> table.row(cohort="2026-02", age=1)["is_observable"]
    False
    """
    n = len(ledger.periods)
    active, amount = _active(ledger)[:n], closings(ledger, "cohort")[:n]
    born = np.flatnonzero(np.bincount(ledger.cohorts[ledger.cohorts >= 0], minlength=n)[:n])
    ages = np.arange(n)
    at = born[:, None] + ages
    seen = at < n
    place = np.where(seen, at, 0)
    counts, amounts = active[born[:, None], place] * seen, amount[born[:, None], place] * seen
    starts, openings = np.broadcast_to(counts[:, :1], at.shape), np.broadcast_to(amounts[:, :1], at.shape)
    pooled = [np.sum(column * seen, axis=0) for column in (starts, counts, openings, amounts)]
    columns = [np.concatenate([column.ravel(), total]) for column, total in
               zip((starts, counts, openings, amounts), pooled, strict=True)]  # fmt: skip
    is_seen = np.concatenate([seen.ravel(), seen.any(axis=0)])
    labels = np.array([*ledger.periods.labels, None], dtype=object)
    return ResultTable(
        {
            "cohort": np.concatenate([np.repeat(labels[born], n), np.repeat(labels[-1:], n)]),
            "age": np.tile(ages, len(born) + 1),
            "is_observable": is_seen,
            "n_accounts": columns[0],
            "n_active": columns[1],
            "opening": columns[2],
            "amount": columns[3],
            "customer_retention_rate": _ratio(columns[1], columns[0], is_seen),
            "net_revenue_retention_ratio": _ratio(columns[3], columns[2], is_seen),
        },
        backend=ledger.backend,
    )


def _active(ledger: MovementLedger) -> IntArray:
    """Return how many accounts of each cohort are active at each close."""
    step = np.isin(ledger.kind, (NEW, REACTIVATION)).astype(np.int64) - (ledger.kind == CHURN)
    n = len(ledger.periods)
    flat = np.zeros((n + 1) * n, dtype=np.int64)
    np.add.at(flat, ledger.cohorts[ledger.account] * n + ledger.period, step)  # without a cohort: the last row
    return np.cumsum(flat.reshape(n + 1, n), axis=1)


def _ratio(above: IntArray, below: IntArray, seen: BoolArray) -> FloatArray:
    out: FloatArray = np.full(len(above), np.nan)
    np.divide(above, below, out=out, where=seen & (below > 0))
    return out
