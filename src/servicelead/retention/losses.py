"""Why money was lost: the losses of the start's customers, by the reason their subscriptions ended for."""

import numpy as np

from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.grouping import group_sums
from servicelead.kernels.movements import CHURN, CONTRACTION
from servicelead.retention.events import Events
from servicelead.retention.ledger import MovementLedger
from servicelead.retention.slices import by_span_label
from servicelead.retention.slicing import span_labels

__all__ = ["losses_by"]


def losses_by(ledger: MovementLedger, start: str, end: str, *, label: str = "end_reason") -> ResultTable:
    r"""Return what accounts active at one close lost until another, by the label of the subscriptions that fell away.

    .. math:: \text{loss ratio}_r = \frac{\text{contraction}_r + \text{churn}_r}{\sum_a t_a}

    A loss is shared over the labels that went down in that period, in proportion to how far, by the largest remainder
    method; what another subscription of the account made good at the same close is no loss. The ratios add up to one
    less the gross revenue retention path ratio.

    Parameters
    ----------
    ledger
        Made from subscriptions or payments.
    start, end
        Labels of its periods, the end after the start.
    label
        A label of the subscriptions: ``"end_reason"``, ``"product"`` ...

    Returns
    -------
    ResultTable
        The label (None: not said), ``contraction`` and ``churn`` in minor units a year and ``loss_ratio``, largest
        first; labels without a loss are left out. The ratio is NaN when nothing recurred at the start.

    Raises
    ------
    UnknownNameError
        For a period or label the ledger does not have.
    InvalidValueError
        When the end is not after the start.

    Examples
    --------
    >>> from datetime import date
    >>> from servicelead import Business
    >>> ledger = MovementLedger.from_business(Business.from_frames(
    ...     subscriptions={
    ...         "subscription_id": ["1", "2"], "account_id": ["a", "b"], "started_at": ["2026-01-10", "2026-01-20"],
    ...         "ended_at": ["2026-02-09", ""], "amount": ["25.00", "75.00"], "period": ["month", "month"],
    ...         "end_reason": ["price", ""],
    ...     },
    ...     as_of=date(2026, 3, 31), currency="USD",
    ... ))
    >>> losses_by(ledger, "2026-01", "2026-03").rows()
    [{'end_reason': 'price', 'contraction': 0, 'churn': 30000, 'loss_ratio': 0.25}]
    """
    first, last = ledger.periods.position(start), ledger.periods.position(end)
    if first >= last:
        raise InvalidValueError("losses_by: end must be after start; swap the two, or name other periods")
    labels, codes = span_labels(ledger, label)
    then = ledger.balances(start)
    was = then > 0
    mine = was[ledger.events.account]
    events = Events(*(column[mine] for column in ledger.events))
    slices = by_span_label(labels, codes, events, ledger.period_of, ledger.kind[was[ledger.account]])
    between = (slices.period > first) & (slices.period <= last)
    sums = {}
    for name, kind in (("contraction", CONTRACTION), ("churn", CHURN)):
        rows = between & (slices.kind == kind)
        sums[name] = group_sums(slices.label[rows], slices.amount[rows], len(labels) + 1)
    lost = sums["contraction"] + sums["churn"]
    order = np.argsort(-lost, kind="stable")[: np.count_nonzero(lost)]
    names = np.append(labels.labels, np.array([None], dtype=object))
    whole = int(then[was].sum())
    ratio = lost / whole if whole else np.full(len(lost), np.nan)
    return ResultTable(
        {
            label: names[order],
            "contraction": sums["contraction"][order],
            "churn": sums["churn"][order],
            "loss_ratio": ratio[order],
        },
        backend=ledger.backend,
        title=f"{ledger.currency} minor units a year, {start} to {end}",
    )
