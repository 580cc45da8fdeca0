"""The panel: every account at several instants, and what had happened to it strictly before each."""

import numpy as np
from attrs import evolve, field, frozen

from servicelead._typing import MISSING, Array, BoolArray, Codes, FloatArray, IntArray
from servicelead.columns.zones import DAY
from servicelead.kernels import exposures

__all__ = ["Panel"]


@frozen(kw_only=True, eq=False)
class Panel:
    """Accounts x instants, and the exposures of each account strictly before each instant.

    An event counts from the microsecond after it happened; an event without an account or a moment never counts.
    Every figure is one array, accounts by instants; with labels, one such array per label.

    A simplified implementation::

        def count(account, when):
            return [[sum(a == row and t < c for a, t in zip(account, when)) for c in instants] for row in accounts]

    Attributes
    ----------
    n_accounts
        Accounts, by code.
    instants
        UTC microseconds, ascending and distinct, int64 (k,).
    """

    n_accounts: int
    instants: IntArray = field(repr=False)

    def earlier(self, days: int) -> "Panel":
        """Return the same panel so many days of 24 hours earlier."""
        return evolve(self, instants=self.instants - days * DAY)

    def count(
        self, account: Codes, when: IntArray, *, labels: Array | None = None, n_labels: int = 1, days: int | None = None
    ) -> IntArray:
        """Return the number of events strictly before each instant: of all time, or of the last so many days.

        Parameters
        ----------
        account : int32 (p,)
        when : int64 (p,)
            UTC microseconds.
        labels : int (p,), optional
            Codes in [0, n_labels); an event with a negative one never counts.
        n_labels : int
        days : int, optional

        Returns
        -------
        int64 (accounts, instants), with labels (n_labels, accounts, instants)
        """
        owner, when, _ = self._owners(account, when, labels)
        return self._shaped(self._count(owner, when, n_labels, days, None), labels, n_labels)

    def add_up(self, account: Codes, when: IntArray, amounts: IntArray, *, days: int | None = None) -> IntArray:
        """Return what whole amounts of events strictly before each instant add up to, exactly; as `count`."""
        owner, when, rows = self._owners(account, when, None)
        return self._count(owner, when, 1, days, amounts[rows])

    def latest(self, account: Codes, when: IntArray, *, labels: Array | None = None, n_labels: int = 1) -> IntArray:
        """Return the moment of the latest event strictly before each instant, `MISSING` where there is none."""
        owner, when, _ = self._owners(account, when, labels)
        found = exposures.latest_before(owner, when, self.instants, self.n_accounts * n_labels)
        return self._shaped(found, labels, n_labels)

    def days_since(self, moments: IntArray) -> FloatArray:
        """Return the days from moments (accounts, instants) to the instants; NaN where `MISSING`."""
        return np.where(moments == MISSING, np.nan, (self.instants - moments) / DAY)

    def decayed(
        self, account: Codes, when: IntArray, half_life: int, *, labels: Array | None = None, n_labels: int = 1
    ) -> FloatArray:
        """Return the number of events strictly before each instant, halved with every half-life (microseconds)."""
        owner, when, _ = self._owners(account, when, labels)
        found = exposures.decayed_before(owner, when, self.instants, half_life, self.n_accounts * n_labels)
        return self._shaped(found, labels, n_labels)

    def total(self, account: Codes, when: IntArray, values: FloatArray, *, days: int) -> FloatArray:
        """Return the sum of the values of events in the days before each instant; NaN values count 0."""
        owner, when, rows = self._owners(account, when, None)
        numbers = np.nan_to_num(values[rows])
        return exposures.totals_within(owner, when, numbers, self.instants, length=days * DAY, n_owners=self.n_accounts)

    def running(
        self, account: Codes, started: IntArray, ended: IntArray, values: FloatArray | None = None
    ) -> FloatArray:
        """Return the number of spans begun before each instant and not ended before it, or the sum of their values."""
        owner, started, rows = self._owners(account, started, None)
        numbers = np.ones(len(rows)) if values is None else np.nan_to_num(values[rows])
        return exposures.totals_while(owner, started, ended[rows], numbers, self.instants, n_owners=self.n_accounts)

    def _owners(self, account: Codes, when: IntArray, labels: Array | None) -> tuple[Array, IntArray, Array]:
        """Return the owner and the moment of the events that count, and which those are."""
        counts: BoolArray = (account >= 0) & (when != MISSING)
        if labels is not None:
            counts &= labels >= 0
        rows = np.flatnonzero(counts)
        whole = len(rows) == len(account)
        owner = account if whole else account[rows]
        if labels is not None:
            owner = labels[rows] * np.int64(self.n_accounts) + owner
        return owner, when if whole else when[rows], rows

    def _count(
        self, owner: Array, when: IntArray, n_labels: int, days: int | None, amounts: IntArray | None
    ) -> IntArray:
        n_owners = self.n_accounts * n_labels
        counts = exposures.counts_before(owner, when, self.instants, n_owners, amounts)
        if days is not None:
            counts -= exposures.counts_before(owner, when, self.earlier(days).instants, n_owners, amounts)
        return counts

    def _shaped(self, found: Array, labels: Array | None, n_labels: int) -> Array:
        if labels is None:
            return found
        return found.T.reshape(len(self.instants), n_labels, self.n_accounts).transpose(1, 2, 0)
