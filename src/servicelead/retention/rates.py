"""What was kept between two closes, of customers and of money, with intervals over accounts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._typing import IntArray, ObjectArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.kernels.ratios import linearised_ratios
from servicelead.retention.ledger import MovementLedger
from servicelead.retention.ratios import Ratios
from servicelead.retention.slicing import By, name_of
from servicelead.retention.units import Units, units_between
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate, Rate

__all__ = ["MEASURES", "RetentionRates"]

_AT_LEAST_0 = (0.0, np.inf)
#: Every ratio, and the range it lies in where no account's balance is negative.
MEASURES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "net_revenue_retention_ratio": _AT_LEAST_0,
        "gross_revenue_retention_ratio": (0.0, 1.0),
        "gross_revenue_retention_path_ratio": (-np.inf, 1.0),
        "net_recurring_revenue_ratio": _AT_LEAST_0,
        "net_revenue_retention_with_reactivation_ratio": _AT_LEAST_0,
        "quick_ratio": _AT_LEAST_0,
    }
)


@frozen(kw_only=True, eq=False)
class RetentionRates:
    r"""Rates and ratios of the accounts that were active at the close of one period, at the close of a later one.

    With :math:`t_a` and :math:`w_a` what account a has then and now, over the accounts with :math:`t_a > 0`, and
    :math:`l_a` all its contraction and churn on the way:

    ============================================  ====================================================
    customer retention rate                       accounts active then and now / accounts active then
    net revenue retention ratio                   :math:`\sum w_a / \sum t_a`
    gross revenue retention ratio (endpoint)      :math:`\sum \min(w_a, t_a) / \sum t_a`
    gross revenue retention path ratio            :math:`1 - \sum l_a / \sum t_a`
    net recurring revenue ratio                   net, and what new customers have now
    ... with reactivation                         net, and what returning customers have now
    quick ratio                                   (new + expansion) / (contraction + churn), all accounts
    ============================================  ====================================================

    One who left and came back stands as he is at the end; on the path his loss counts, at the grain of the ledger.
    Accounts are the independent units of the intervals (`Estimate.of_ratio`), kept to what a ratio can be.

    Make one with `between`.

    Attributes
    ----------
    start, end
        Labels of the periods whose closes are compared.
    by
        Name of the slices; None for the whole.
    labels
        The slices; None among them is what has no label.
    confidence
        Of the intervals.
    reason
        Why nothing can be said yet; None otherwise.
    n_start, n_kept, n_new, n_returned
        Accounts active then; of them active now; new customers active now; earlier ones who came back.
    sums
        Numerator and denominator of each ratio, its standard error, and the accounts behind it.
    """

    start: str
    end: str
    by: str | None
    labels: ObjectArray = field(repr=False)
    confidence: float = DEFAULT_CONFIDENCE
    reason: str | None = None
    n_start: IntArray = field(repr=False)
    n_kept: IntArray = field(repr=False)
    n_new: IntArray = field(repr=False)
    n_returned: IntArray = field(repr=False)
    sums: Mapping[str, Ratios] = field(repr=False)
    backend: str | None = None

    @classmethod
    def between(
        cls,
        ledger: MovementLedger,
        start: str,
        end: str,
        *,
        by: By = None,
        confidence: float = DEFAULT_CONFIDENCE,
    ) -> Self:
        """Compare the closes of two periods.

        Parameters
        ----------
        ledger
            The movements; its grain is that of the path.
        start, end
            Labels of its periods, such as ``"2023-12"`` and ``"2024-12"``.
        by
            As for `MovementLedger.movements`. Accounts belong to the segment they were in at the start, new ones to
            that of the end. By a label of subscriptions, an account's items of one label are followed on their own, so
            that what moves to another label is lost to this one.
        confidence
            Of the intervals.

        Returns
        -------
        RetentionRates
            With a reason in place of figures when a period was not over at ``as_of``.

        Raises
        ------
        UnknownNameError
            For a period before the ledger's, and an unknown label.
        InvalidValueError
            When the end is not after the start, or the confidence not between 0 and 1.

        Examples
        --------
        >>> from datetime import date
        >>> from servicelead import Business
        >>> ledger = MovementLedger.from_business(Business.from_frames(
        ...     subscriptions={
        ...         "subscription_id": ["1", "2", "3"], "account_id": ["a", "a", "b"],
        ...         "started_at": ["2026-01-10", "2026-03-01", "2026-01-20"], "ended_at": ["2026-03-01", "", ""],
        ...         "amount": ["100.00", "80.00", "100.00"], "period": ["month"] * 3,
        ...     },
        ...     as_of=date(2026, 3, 31), currency="USD",
        ... ))
        >>> rates = RetentionRates.between(ledger, "2026-01", "2026-03")
        >>> print(rates.customer_retention_rate)
        2 of 2 (1)
        >>> print(rates.gross_revenue_retention_ratio)
        0.9 ratio [0, 1] (95%, linearised ratio over accounts, Student t, n = 2)
        >>> print(RetentionRates.between(ledger, "2026-03", "2026-06").net_revenue_retention_ratio)
        undefined: not yet observable: 2026-06 was not over
        """
        require_within("RetentionRates.between: confidence", confidence)
        late = next((label for label in (start, end) if ledger.periods.is_to_come(label)), None)
        if late is not None:
            reason = f"not yet observable: {late} was not over"
            return cls._empty(ledger, confidence, start=start, end=end, by=by, reason=reason)
        first, last = ledger.periods.position(start), ledger.periods.position(end)
        if first >= last:
            raise InvalidValueError(
                "RetentionRates.between: end must be after start; swap the two, or name other periods"
            )
        units = units_between(ledger, first, last, by)
        present = np.unique(units.label)
        return cls(
            start=start,
            end=end,
            by=name_of(by),
            labels=units.labels[present],
            confidence=confidence,
            n_start=_count(units, present, units.then > 0),
            n_kept=_count(units, present, (units.then > 0) & (units.now > 0)),
            n_new=_count(units, present, units.is_new & (units.now > 0)),
            n_returned=_count(units, present, (units.then <= 0) & ~units.is_new & (units.now > 0)),
            sums=_sums(units, present),
            backend=ledger.backend,
        )

    @classmethod
    def _empty(cls, ledger: MovementLedger, confidence: float, *, start: str, end: str, by: By, reason: str) -> Self:
        zero, nan = np.zeros(1, dtype=np.int64), np.full(1, np.nan)
        return cls(
            start=start,
            end=end,
            by=name_of(by),
            labels=np.array(["" if by is None else None], dtype=object),
            confidence=confidence,
            reason=reason,
            n_start=zero,
            n_kept=zero,
            n_new=zero,
            n_returned=zero,
            sums={name: Ratios(zero, zero, nan, zero) for name in MEASURES},
            backend=ledger.backend,
        )

    def rate(self, label: str | None = "") -> Rate:
        """Return the customer retention rate of one slice, ``k of n``.

        Raises
        ------
        UnknownNameError
            When there is no such slice.
        """
        place = self._place(label)
        return Rate(int(self.n_kept[place]), int(self.n_start[place]))

    def estimate(self, measure: str, label: str | None = "") -> Estimate:
        """Return one ratio of one slice with its interval, or the reason why it has none.

        Raises
        ------
        UnknownNameError
            When there is no such ratio or slice.
        """
        if measure not in MEASURES:
            raise UnknownNameError(f"no ratio of that name; there are {', '.join(MEASURES)}")
        place = self._place(label)
        nothing = "nothing was lost" if measure == "quick_ratio" else "nothing recurred at the start"
        ratios = self.sums[measure]
        return Estimate.of_ratio(
            float(ratios.value[place]),
            float(ratios.error[place]),
            n=int(ratios.n[place]),
            unit="ratio",
            nothing=nothing if self.reason is None else self.reason,
            limits=MEASURES[measure],
            confidence=self.confidence,
        )

    @property
    def customer_retention_rate(self) -> Rate:
        """Customers of the start that are customers at the end, of all slices; ``.interval()`` is Wilson's."""
        return Rate(int(self.n_kept.sum()), int(self.n_start.sum()))

    @property
    def net_revenue_retention_ratio(self) -> Estimate:
        """The ratio of the whole; so are the others. Of slices ask `estimate`, or read `table`."""
        return self.estimate("net_revenue_retention_ratio")

    @property
    def gross_revenue_retention_ratio(self) -> Estimate:
        """What is left of the start's money when growth is not counted, at the end."""
        return self.estimate("gross_revenue_retention_ratio")

    @property
    def gross_revenue_retention_path_ratio(self) -> Estimate:
        """The same when a loss on the way counts even if it was made good."""
        return self.estimate("gross_revenue_retention_path_ratio")

    @property
    def net_recurring_revenue_ratio(self) -> Estimate:
        """Net, with new customers: growth, not retention."""
        return self.estimate("net_recurring_revenue_ratio")

    @property
    def quick_ratio(self) -> Estimate:
        """What was won for each unit lost."""
        return self.estimate("quick_ratio")

    @property
    def table(self) -> ResultTable:
        """One row per slice: counts, every rate and ratio with its bounds, and why one is missing (NaN)."""
        columns: dict[str, Any] = {} if self.by is None else {self.by: self.labels}
        columns |= {"n_start": self.n_start, "n_kept": self.n_kept, "n_new": self.n_new}
        columns["n_returned"] = self.n_returned
        kept = [self.rate(label).interval(self.confidence) for label in self.labels.tolist()]
        found = {"customer_retention_rate": kept}
        for name in MEASURES:
            found[name] = [self.estimate(name, label) for label in self.labels.tolist()]
        for name, estimates in found.items():
            figures = np.array([one.figures for one in estimates])
            for suffix, column in zip(("", "_lower", "_upper"), figures.T, strict=True):
                columns[name + suffix] = column
        columns["reason"] = np.array([one.reason for one in found["net_revenue_retention_ratio"]], dtype=object)
        return ResultTable(columns, backend=self.backend, title=f"{self.start} to {self.end}")

    def _place(self, label: str | None) -> int:
        found = [place for place, name in enumerate(self.labels.tolist()) if name == label]
        if not found:
            what = "the whole" if self.by is None else f"slices by {self.by}"
            raise UnknownNameError(f"no such slice; these rates are of {what}, see .labels")
        return found[0]


def _count(units: Units, present: IntArray, which: Any) -> IntArray:
    return np.bincount(units.label[which], minlength=len(units.labels))[present].astype(np.int64)


def _sums(units: Units, present: IntArray) -> dict[str, Ratios]:
    """Return the numerator and denominator of every ratio, over the accounts that have a say in it."""
    was = units.then > 0
    here, then = np.where(was, units.now, 0), np.where(was, units.then, 0)
    came = np.where(units.is_new, units.now, 0)
    back = np.where(~was & ~units.is_new, units.now, 0)
    parts = {
        "net_revenue_retention_ratio": (was, here, then),
        "gross_revenue_retention_ratio": (was, np.minimum(here, then), then),
        "gross_revenue_retention_path_ratio": (was, then - units.lost, then),
        "net_recurring_revenue_ratio": (was | (came != 0), here + came, then),
        "net_revenue_retention_with_reactivation_ratio": (was | (back != 0), here + back, then),
        "quick_ratio": ((units.won != 0) | (units.lost != 0), units.won, units.lost),
    }
    out = {}
    for name, (rows, above, below) in parts.items():
        ratios = Ratios(*linearised_ratios(units.label[rows], above[rows], below[rows], len(units.labels)))
        out[name] = ratios.take(present)
    return out
