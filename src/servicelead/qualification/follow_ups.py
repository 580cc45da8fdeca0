"""Every promised follow-up of a business: kept, late, broken or open, by whom, and which accounts are at risk."""

from functools import cached_property

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._typing import MISSING, Array, BoolArray, IntArray
from servicelead.columns.rates import rate_columns
from servicelead.columns.table import ResultTable
from servicelead.columns.zones import DAY
from servicelead.domain.segments import Segmentation
from servicelead.qualification.follow_up import PromiseState
from servicelead.tables.base import frozen_array
from servicelead.tables.business import Business
from servicelead.tables.lead_groups import group_leads
from servicelead.tables.lead_stages import own_leads
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Rate

__all__ = ["FollowUpPromises", "follow_up_promises"]

_STATES = list(PromiseState)
_IN_TIME, _LATE, _BROKEN, _OPEN, _UNDATED = range(len(_STATES))
_NAMES = np.array([state.value for state in _STATES], dtype=object)


@frozen(kw_only=True, eq=False)
class FollowUpPromises:
    """Every promised follow-up and what became of it by ``as_of``.

    Make one with `follow_up_promises`. A lead has a promise where it says when one was made or when it was due. One
    without a due date is counted, and in no rate.

    ``breach_rate = (late + broken) / (in time + late + broken)``; ``broken_rate = broken / (in time + late + broken)``

    Attributes
    ----------
    business
        The tables.
    rows
        Rows of the leads that were promised something, int64 (n,); leads merged into another are left out.
    state
        What became of each, int8 (n,): its place in `PromiseState`.
    """

    business: Business = field(repr=False)
    rows: IntArray = field(repr=False)
    state: Array = field(repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def count(self, *states: PromiseState) -> int:
        """Return how many promises are in one of some states."""
        counts = np.bincount(self.state, minlength=len(_STATES))
        return int(np.sum(counts[[_STATES.index(state) for state in states]]))

    @property
    def breach_rate(self) -> Rate:
        """Promises kept late or broken, of all that are settled; ``.interval()`` is Wilson's."""
        late, broken = self.count(PromiseState.LATE), self.count(PromiseState.BROKEN)
        return Rate(late + broken, self.count(PromiseState.IN_TIME) + late + broken)

    @property
    def broken_rate(self) -> Rate:
        """Promises broken, of all that are settled; ``.interval()`` is Wilson's."""
        return Rate(self.count(PromiseState.BROKEN), self.breach_rate.trials)

    @cached_property
    def table(self) -> ResultTable:
        """Every promise: lead, account, team, owner, the three moments, state, and days after it was due.

        ``days_late`` is counted to the follow-up of a late promise and to ``as_of`` of a broken one; NaN for others.
        """
        leads, rows = self.business.leads, self.rows
        coded = {
            name: leads.vocabulary(name).decode(leads.codes(name)[rows])
            for name in ("lead_id", "account_id", "team", "owner")
        }
        moments = {
            name: getattr(leads, name)[rows].astype("datetime64[us]")
            for name in ("follow_up_promised_at", "follow_up_due_at", "followed_up_at")
        }
        return self._table({**coded, **moments, "state": _NAMES[self.state], "days_late": self._days_late})

    @property
    def _days_late(self) -> Array:
        leads, rows = self.business.leads, self.rows
        until = np.where(self.state == _LATE, leads.followed_up_at[rows], self.business.as_of)
        due = np.where(self.state == _UNDATED, until, leads.follow_up_due_at[rows])
        return np.where((self.state == _LATE) | (self.state == _BROKEN), (until - due) / DAY, np.nan)

    @cached_property
    def summary(self) -> ResultTable:
        """How many promises are in each state, and how many are odd."""
        leads, rows = self.business.leads, self.rows
        promised, due, done = (
            getattr(leads, name)[rows] for name in ("follow_up_promised_at", "follow_up_due_at", "followed_up_at")
        )
        others = np.setdiff1d(own_leads(self.business), rows, assume_unique=True)
        counts = {
            **{state.value.replace("_", " "): self.count(state) for state in _STATES},
            "due before it was promised": _count(_precedes(due, promised)),
            "followed up before it was promised": _count(_precedes(done, promised)),
            "broken, of a lead without an account": _count((self.state == _BROKEN) & (leads.account_id[rows] < 0)),
            "leads without a promise": len(others),
            "followed up without a promise": _count(leads.followed_up_at[others] != MISSING),
        }
        return self._table({"what": np.array([*counts], dtype=object), "n": np.array([*counts.values()])})

    def by(
        self,
        by: str | None = None,
        *,
        segmentation: Segmentation | None = None,
        confidence: float = DEFAULT_CONFIDENCE,
    ) -> ResultTable:
        """Return the promises and their rates by team, owner, segment ...

        Parameters
        ----------
        by
            ``"team"``, ``"group"``, ``"channel"``, ``"owner"``, ``"reported_by"``, ``"org_level"``, ``"month"`` (of
            the lead's creation) or ``"segment"`` (as of it); None for all promises together.
        segmentation
            For ``"segment"``.
        confidence
            Of Wilson's intervals, between 0 and 1.

        Returns
        -------
        ResultTable
            The label, ``n_promises`` and the number in each state, ``breach_rate`` and ``broken_rate`` with bounds; NaN
            where nothing is settled. Leads without a label come last.

        Raises
        ------
        UnknownNameError, InvalidValueError
            For another dimension, segments without a segmentation, or a confidence out of range.
        """
        require_within("FollowUpPromises.by: confidence", confidence)
        groups = group_leads(self.business, self.rows, by, segmentation)
        cells = groups.codes * len(_STATES) + self.state
        counts = np.bincount(cells, minlength=len(groups.labels) * len(_STATES)).reshape(-1, len(_STATES))
        settled = np.sum(counts[:, [_IN_TIME, _LATE, _BROKEN]], axis=1)
        return self._table(
            {
                **groups.columns(),
                "n_promises": np.sum(counts, axis=1),
                **{f"n_{state.value}": column for state, column in zip(_STATES, counts.T, strict=True)},
                **rate_columns("breach_rate", counts[:, _LATE] + counts[:, _BROKEN], settled, confidence),
                **rate_columns("broken_rate", counts[:, _BROKEN], settled, confidence),
            }
        )

    @cached_property
    def at_risk(self) -> ResultTable:
        """Accounts with a broken promise: how many, the oldest one's due date and the days since; worst first.

        A services lead does not hurt satisfaction unless the promised follow-up does not happen: call these first.
        """
        leads = self.business.leads
        broken = self.rows[(self.state == _BROKEN) & (leads.account_id[self.rows] >= 0)]
        n_accounts = len(leads.vocabularies["account_id"])
        n_broken = np.bincount(leads.account_id[broken], minlength=n_accounts)
        oldest = np.full(n_accounts, np.iinfo(np.int64).max)
        np.minimum.at(oldest, leads.account_id[broken], leads.follow_up_due_at[broken])
        accounts = np.flatnonzero(n_broken)
        accounts = accounts[np.lexsort((accounts, oldest[accounts], -n_broken[accounts]))]
        return self._table(
            {
                "account_id": leads.vocabulary("account_id").decode(accounts),
                "n_broken": n_broken[accounts],
                "oldest_due_at": oldest[accounts].astype("datetime64[us]"),
                "days_overdue": (self.business.as_of - oldest[accounts]) / DAY,
            }
        )

    def _table(self, columns: dict[str, Array]) -> ResultTable:
        return ResultTable(columns, backend=self.business.backend)

    def __str__(self) -> str:
        rates = [f"{name}: {rate.interval()}" for name, rate in
                 (("breach rate", self.breach_rate), ("broken rate", self.broken_rate))]  # fmt: skip
        return "\n".join([str(self.summary), *rates])


def follow_up_promises(business: Business) -> FollowUpPromises:
    """Return every promised follow-up of a business and what became of it by ``as_of``.

    Parameters
    ----------
    business
        The tables; leads with ``follow_up_promised_at``, ``follow_up_due_at`` and ``followed_up_at``.

    Returns
    -------
    FollowUpPromises
        Empty where no lead was promised anything.

    Examples
    --------
    >>> from datetime import date
    >>> leads = {
    ...     "lead_id": ["l1", "l2", "l3", "l4"], "account_id": ["a", "a", "b", "c"], "team": ["services"] * 4,
    ...     "created_at": ["2026-03-01T09:00:00Z"] * 4, "follow_up_due_at": ["2026-03-06"] * 3 + ["2026-04-30"],
    ...     "followed_up_at": ["2026-03-04T10:00:00Z", "2026-03-09T10:00:00Z", "", ""],
    ... }
    >>> promises = follow_up_promises(Business.from_frames(leads=leads, as_of=date(2026, 3, 31)))
    >>> promises.table["state"].tolist()
    ['in_time', 'late', 'broken', 'open']
    >>> print(promises.breach_rate, "|", promises.broken_rate)
    2 of 3 (0.6667) | 1 of 3 (0.3333)
    >>> promises.at_risk["account_id"].tolist()
    ['b']
    """
    leads = business.leads
    rows = own_leads(business)
    rows = rows[(leads.follow_up_promised_at[rows] != MISSING) | (leads.follow_up_due_at[rows] != MISSING)]
    due, done = leads.follow_up_due_at[rows], leads.followed_up_at[rows]
    # Nothing after as_of is in the tables: a follow-up that is there has happened.
    state = np.select(
        [due == MISSING, (done != MISSING) & (done <= due), done != MISSING, due < business.as_of],
        [_UNDATED, _IN_TIME, _LATE, _BROKEN],
        _OPEN,
    )
    return FollowUpPromises(business=business, rows=frozen_array(rows), state=frozen_array(state.astype(np.int8)))


def _precedes(first: IntArray, second: IntArray) -> BoolArray:
    known: BoolArray = (first != MISSING) & (second != MISSING) & (first < second)
    return known


def _count(rows: BoolArray) -> int:
    return int(np.count_nonzero(rows))
