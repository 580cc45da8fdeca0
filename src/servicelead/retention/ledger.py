"""The movement ledger: what recurred, what moved, and the proof that the two agree."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
from attrs import field, frozen

from servicelead._typing import Array, IntArray
from servicelead.columns.table import ResultTable
from servicelead.columns.vocabulary import Vocabulary
from servicelead.columns.zones import Zone
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.grouping import group_sums
from servicelead.kernels.movements import NEW
from servicelead.retention.events import Events, entries_of, events_of, periods_of
from servicelead.retention.given import KINDS, read_movements
from servicelead.retention.periods import Grain, Periods
from servicelead.retention.policy import RetentionPolicy
from servicelead.retention.slices import signed
from servicelead.retention.slicing import By
from servicelead.retention.statements import movement_table, reconciliation, statement_table
from servicelead.retention.totals import MovementTotals
from servicelead.tables.business import Business
from servicelead.tables.movements import Spans, roll_up, spans_of_payments, spans_of_subscriptions

__all__ = ["MovementLedger"]


@frozen(kw_only=True, eq=False)
class MovementLedger:
    """Per account and period: new, expansion, reactivation, contraction and churn, in annualised minor units.

    Every amount is a whole number of minor units a year, so that equal prices never drift, and for every period and
    slice, exactly::

        opening + new + expansion + reactivation - contraction - churn + transfers in - transfers out = closing

    A simplified implementation, for one account::

        def ledger(amounts):                      # at the close of each period
            opening, was_customer = 0, False
            for closing in amounts:
                if closing > 0 >= opening: yield "reactivation" if was_customer else "new", closing - opening
                elif opening > 0 >= closing: yield "churn", opening - closing
                elif closing > opening: yield "expansion", closing - opening
                elif closing < opening: yield "contraction", opening - closing
                opening, was_customer = closing, was_customer or closing > 0

    Make one with `from_business` or `from_movements`.

    Attributes
    ----------
    policy
        The choices it was made under.
    periods
        Its `Periods`: grain, labels, boundaries.
    currency
        ISO 4217 code of the amounts; None of a movements table that names none.
    accounts
        The vocabulary of `account`.
    account, period, kind, amount, opening
        One row per movement, ordered by account and time: account code, period, kind (0 new, 1 expansion,
        2 reactivation, 3 contraction, 4 churn), minor units a year, and what the account had before it.
    spans, business
        What it was made of; None for a movements table.
    """

    policy: RetentionPolicy
    periods: Periods
    currency: str | None
    accounts: Vocabulary = field(repr=False)
    account: IntArray = field(repr=False)
    period: IntArray = field(repr=False)
    kind: Array = field(repr=False)
    amount: IntArray = field(repr=False)
    opening: IntArray = field(repr=False)
    zone: Zone = field(repr=False)
    spans: Spans | None = field(default=None, repr=False)
    business: Business | None = field(default=None, repr=False)
    backend: str | None = None

    @classmethod
    def from_business(
        cls,
        business: Business,
        policy: RetentionPolicy | None = None,
        *,
        grain: Grain = "month",
        source: Literal["subscriptions", "payments"] = "subscriptions",
        parents: bool = False,
    ) -> Self:
        """Make the ledger of a business, from its first subscription to the last period that was over at ``as_of``.

        Parameters
        ----------
        business
            The tables, with a currency.
        policy
            The choices; by default `RetentionPolicy()`.
        grain
            ``"month"``, ``"quarter"`` or ``"year"``, of the business's zone and fiscal year.
        source
            ``"payments"`` for perpetual customers.
        parents
            Whether accounts are rolled up to their topmost parent: what moves between subsidiaries is no movement.

        Returns
        -------
        MovementLedger
            Empty, without periods, when nothing recurs.

        Raises
        ------
        NoCurrencyError
            When the business has no currency.
        InvalidValueError
            For an unknown grain or source, and amounts that cannot be annualised.

        Examples
        --------
        >>> from datetime import date
        >>> business = Business.from_frames(
        ...     subscriptions={
        ...         "subscription_id": ["s1", "s2"], "account_id": ["a", "a"], "period": ["month", "month"],
        ...         "started_at": ["2026-01-10", "2026-03-01"], "ended_at": ["2026-03-01", ""],
        ...         "amount": ["100.00", "80.00"],
        ...     },
        ...     as_of=date(2026, 3, 31), currency="USD",
        ... )
        >>> print(MovementLedger.from_business(business).statement())
        USD a year
        period   opening   new       expansion  reactivation  contraction  churn   closing
        2026-01      0.00  1,200.00     0.0000        0.0000         0.00  0.0000  1,200.00
        2026-02  1,200.00      0.00     0.0000        0.0000         0.00  0.0000  1,200.00
        2026-03  1,200.00      0.00     0.0000        0.0000       240.00  0.0000    960.00
        """
        policy = RetentionPolicy() if policy is None else policy
        spans = _spans(business, policy, source)
        if parents:
            spans = spans.of_accounts(roll_up(business.accounts))
        periods = Periods.spanning(
            int(spans.started.min(initial=business.as_of + 1)),
            business.as_of,
            grain=grain,
            zone=business.zone,
            fiscal_year_start=business.fiscal_year_start,
            whole=policy.immature == "excluded",
        )
        return cls(
            policy=policy,
            periods=periods,
            currency=business.currency,
            accounts=business.accounts.vocabularies["account_id"],
            **entries_of(spans, policy, periods, business.zone),
            zone=business.zone,
            spans=spans,
            business=business,
            backend=business.backend,
        )

    @classmethod
    def from_movements(
        cls,
        table: Any,
        *,
        as_of: Any,
        currency: str,
        grain: Grain = "month",
        zone: str = "UTC",
        fiscal_year_start: int = 1,
    ) -> Self:
        """Take over the movements of another system: its names for them stand, and its balances follow from them.

        Parameters
        ----------
        table
            Any data frame or mapping with the columns ``account_id``, ``occurred_at``, ``movement`` (new, expansion,
            reactivation, contraction, churn) and ``amount``: annualised, in major units of `currency`, at least 0.
        as_of
            As for `Business.from_frames`.
        currency
            ISO 4217 code.
        grain, zone, fiscal_year_start
            What its periods are.

        Returns
        -------
        MovementLedger
            Told apart by cohort only. An account that loses more than it has closes below 0 and is not active.

        Raises
        ------
        IngestError
            When a column is missing.
        InvalidValueError
            For a row that breaks a rule; it names the column and the first such row.

        Examples
        --------
        >>> from datetime import date
        >>> ledger = MovementLedger.from_movements(
        ...     {
        ...         "account_id": ["a", "b", "a"], "occurred_at": ["2026-01-10", "2026-01-20", "2026-02-03"],
        ...         "movement": ["new", "new", "churn"], "amount": ["100.00", "40.00", "100.00"],
        ...     },
        ...     as_of=date(2026, 2, 28), currency="USD",
        ... )
        >>> ledger.totals("2026-02").churn, ledger.totals("2026-02").closing
        (10000, 4000)
        """
        frame = Business.from_frames(as_of=as_of, zone=zone, currency=currency, fiscal_year_start=fiscal_year_start)
        given = read_movements(table, zone=frame.zone, currency=currency)
        periods = Periods.spanning(
            int(given.at.min(initial=frame.as_of + 1)),
            frame.as_of,
            grain=grain,
            zone=frame.zone,
            fiscal_year_start=fiscal_year_start,
            whole=True,
        )
        inside = given.at < periods.boundaries[-1]
        account, kind, amount = given.account[inside], given.kind[inside], given.amount[inside]
        change = signed(kind, amount)
        running = np.cumsum(change)
        starts = np.searchsorted(account, account, side="left")
        return cls(
            policy=RetentionPolicy(),
            periods=periods,
            currency=currency,
            accounts=given.accounts,
            account=account,
            period=periods.of(given.at[inside]),
            kind=kind,
            amount=amount,
            opening=running - change - (running - change)[starts],
            zone=frame.zone,
            backend=given.backend,
        )

    def __len__(self) -> int:
        return len(self.account)

    def movements(self, by: By = None) -> ResultTable:
        """Return exact movements per period, and per slice.

        Parameters
        ----------
        by
            None; ``"cohort"``, the period of an account's first movement; a label of the subscriptions such as
            ``"product"``, ``"end_reason"`` or an extra column of text; or a `Segmentation` of accounts, read as of each
            period's close. What changes its label without the account moving is a transfer.

        Returns
        -------
        ResultTable
            ``period, opening``, the movements and ``closing``, int64 minor units a year, oldest first; slices without
            a movement are left out, and what has no label is under None.

        Raises
        ------
        UnknownNameError, InvalidValueError, SegmentationError
            When there is no such label, or it cannot be read.
        """
        return movement_table(self, by)

    def statement(self, by: By = None, *, per: Literal["year", "month"] = "year") -> ResultTable:
        """Return movements to print, in major units a year or a month.

        A monthly figure is a twelfth; each movement of a slice is rounded half-even once to minor units, and openings
        and closings follow from the rounded movements, so that what is printed adds up.

        Arguments and errors are those of `movements`.
        """
        return statement_table(self, by, per)

    def reconcile(self, by: By = None) -> ResultTable:
        """Prove the identity: what the movements lead to, what the subscriptions add up to, and their difference, 0.

        Parameters
        ----------
        by
            As for `movements`; or ``"account"``, every account in every period in which something of it changes.

        Returns
        -------
        ResultTable
            ``period, closing, counted, difference`` in minor units a year, per slice. A ledger of a movements table has
            only its movements to count.
        """
        return reconciliation(self, by)

    def totals(self, period: str) -> MovementTotals:
        """Return the movements of one period, and the ratios they give.

        Raises
        ------
        UnknownNameError
            When it is no period of the ledger.
        """
        self.periods.position(period)
        row = self.movements().row(period=period)
        return MovementTotals(opening=row["opening"], **{kind: row[kind] for kind in KINDS})

    def balances(self, period: str) -> IntArray:
        """Return what each account has at the close of a period, int64 minor units a year by account code.

        Raises
        ------
        UnknownNameError
            When it is no period of the ledger.
        """
        rows = self.period <= self.periods.position(period)
        change = signed(self.kind[rows], self.amount[rows])
        return group_sums(self.account[rows], change, len(self.accounts))

    @cached_property
    def entries(self) -> ResultTable:
        """Every movement: ``account_id, period, movement, opening, amount`` in minor units a year."""
        periods, kinds = (np.array([*names, None], dtype=object) for names in (self.periods.labels, KINDS))
        return ResultTable(
            {
                "account_id": self.accounts.decode(self.account),
                "period": periods[self.period],
                "movement": kinds[self.kind],
                "opening": self.opening,
                "amount": self.amount,
            },
            backend=self.backend,
        )

    @cached_property
    def cohorts(self) -> IntArray:
        """The period of each account's first new business, by account code; -1 for one that has none."""
        out = np.full(len(self.accounts), -1, dtype=np.int64)
        rows = np.flatnonzero(self.kind == NEW)[::-1]  # the first one is written last
        out[self.account[rows]] = self.period[rows]
        return out

    @property
    def warnings(self) -> Mapping[str, int]:
        """How many amounts were rounded to be annualised, and how many discounts were above their price."""
        if self.spans is None:
            return {}
        found = {"amounts_rounded": self.spans.n_rounded, "discounts_above_price": self.spans.n_over_discounted}
        return {name: n for name, n in found.items() if n}

    @cached_property
    def events(self) -> Events:
        """The beginnings and ends it was made of, booked as the policy says; none for a movements table."""
        if self.spans is None:
            nothing = np.zeros(0, dtype=np.int64)
            return Events(nothing, nothing, nothing, nothing)
        return events_of(self.spans, self.policy, self.periods, self.zone)

    def period_of(self, when: IntArray) -> IntArray:
        """Return the period of each time of `events`."""
        return periods_of(when, self.policy, self.periods, self.zone)[0]


def _spans(business: Business, policy: RetentionPolicy, source: str) -> Spans:
    if source == "subscriptions":
        return spans_of_subscriptions(
            business.subscriptions,
            business.as_of,
            discounts=policy.discounts,
            constant_rate=policy.currency == "constant_rate",
        )
    if source == "payments":
        gap = policy.payment_gap // timedelta(microseconds=1)
        return spans_of_payments(business.payments, business.as_of, period=policy.payment_period, gap=gap)
    raise InvalidValueError('MovementLedger.from_business(source=) must be "subscriptions" or "payments"')
