"""A business: every canonical table, checked once, with the zone, currency and date it is seen at."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from attrs import field, frozen

from servicelead._typing import MISSING
from servicelead.columns import parse
from servicelead.columns.frames import read_columns
from servicelead.columns.table import ResultTable
from servicelead.columns.zones import Zone
from servicelead.exceptions import InvalidValueError, NaiveDatetimeError
from servicelead.tables import accounting
from servicelead.tables.accounts import Accounts, Contacts
from servicelead.tables.build import Built, build
from servicelead.tables.events import Cases, SelfHelpEvents, Spend, Usage
from servicelead.tables.history import AccountHistory
from servicelead.tables.leads import Leads, StageHistory
from servicelead.tables.line_accounting import lines_table
from servicelead.tables.objects import objects_to_columns
from servicelead.tables.opportunities import Activities, Opportunities, OpportunityStageHistory
from servicelead.tables.rejected_rows import Rejects
from servicelead.tables.rejects import Finding
from servicelead.tables.subscriptions import Payments, Subscriptions
from servicelead.tables.touches import TouchTable

__all__ = ["Business"]


@frozen(kw_only=True, eq=False)
class Business:
    """Every table of a business as it was known at `as_of`.

    Nothing after `as_of` is in it: rows that happened later are rejected and counted, deals that close later
    are open. Every row read is kept, rejected or a duplicate: ``counts`` proves it, ``rejects`` names each
    refused row with its rule and remedy, ``findings`` counts what is odd about rows that were kept.

    Build one with `from_objects`, `from_frames`, or `servicelead.read_folder`.

    Attributes
    ----------
    as_of
        UTC microseconds of the last instant that is read.
    zone
        Time zone in which dates, naive datetimes and months are read.
    currency
        ISO 4217 code of every amount; None for plain measures.
    fiscal_year_start
        Month in which a fiscal year begins, 1 to 12.
    backend
        Data frame library of the input, in which results are handed out; None for objects and mappings.
    counts
        Rows read, kept, rejected and duplicates, per source.
    lines
        Physical lines of each delimited file: header, blank, kept, rejected and duplicates, which add up.
    reject_list
        Every refused row, a `Reject` for each of its bad cells; kept as columns, each object made when asked for.
    finding_list
        What is odd about rows that were kept.
    conflicting_ids
        For each table, the number of identifiers whose rows contradict one another.
    """

    as_of: int
    zone: Zone
    currency: str | None
    fiscal_year_start: int = 1
    backend: str | None = None
    accounts: Accounts = field(repr=False)
    account_history: AccountHistory = field(repr=False)
    contacts: Contacts = field(repr=False)
    leads: Leads = field(repr=False)
    stage_history: StageHistory = field(repr=False)
    touches: TouchTable = field(repr=False)
    opportunities: Opportunities = field(repr=False)
    opportunity_stage_history: OpportunityStageHistory = field(repr=False)
    activities: Activities = field(repr=False)
    subscriptions: Subscriptions = field(repr=False)
    payments: Payments = field(repr=False)
    usage: Usage = field(repr=False)
    self_help_events: SelfHelpEvents = field(repr=False)
    cases: Cases = field(repr=False)
    spend: Spend = field(repr=False)
    reject_list: Rejects = field(factory=Rejects, repr=False)
    finding_list: tuple[Finding, ...] = field(default=(), repr=False)
    conflicting_ids: Mapping[str, int] = field(factory=dict, repr=False)
    counts: ResultTable = field(factory=lambda: accounting.counts_table({}, None), repr=False)
    lines: ResultTable = field(factory=lambda: lines_table({}, None), repr=False)

    @classmethod
    def from_frames(
        cls,
        *,
        as_of: Any,
        zone: str | None = None,
        currency: str | None = None,
        fiscal_year_start: int = 1,
        exchange_rates: Any = None,
        columns: Mapping[str, Mapping[str, str]] | None = None,
        extra_findings: Sequence[Finding] = (),
        **tables: Any,
    ) -> Self:
        """Build a business from data frames, or from mappings of column name to array.

        Parameters
        ----------
        as_of
            Aware datetime, or a date (its last microsecond in the zone), or int64 UTC microseconds.
        zone
            IANA name. Without it dates are read in UTC and a datetime without an offset is an error.
        currency
            ISO 4217 code to report in; by default the only one the rows name, or none.
        exchange_rates
            Table of ``date, from, to, rate``, needed when rows name several currencies.
        columns
            For each table, canonical column name to yours: ``{"touchpoints": {"channel": "utm_source"}}``. Your
            column replaces one that already has the canonical name.
        extra_findings
            Remarks of the caller's own checks, to be reported beside the library's.
        **tables
            The canonical tables by name: ``touchpoints=...``, ``opportunities=...`` and so on.

        Raises
        ------
        UnknownNameError
            For a table that does not exist.
        IngestError
            When a required column, or one that `columns` names, is missing.
        NaiveDatetimeError, MixedCurrencyError, InvalidValueError
            As their names say.

        Examples
        --------
        >>> from datetime import date
        >>> business = Business.from_frames(
        ...     touchpoints={
        ...         "touchpoint_id": ["t1"], "account_id": ["a"], "occurred_at": ["2026-03-01T09:00:00Z"],
        ...         "team": ["services"], "channel": ["support_case"],
        ...     },
        ...     opportunities={
        ...         "opportunity_id": ["o1"], "account_id": ["a"], "created_at": ["2026-03-02T00:00:00Z"],
        ...         "closed_at": ["2026-03-10"], "outcome": ["won"], "amount": ["1200.00"],
        ...     },
        ...     as_of=date(2026, 6, 30), currency="USD",
        ... )
        >>> len(business.touches), business.opportunities.amount.tolist()
        (1, [120000])
        """
        place = Zone("UTC" if zone is None else zone)
        moment = _as_of(as_of, place, zone_named=zone is not None)
        if fiscal_year_start not in range(1, 13):
            raise InvalidValueError("Business.fiscal_year_start must be a month, a whole number from 1 to 12")
        built = build(
            tables,
            as_of=moment,
            zone=place,
            zone_named=zone is not None,
            currency=currency,
            exchange_rates=exchange_rates,
            columns=columns or {},
        )
        return cls._of(built, moment, place, fiscal_year_start, extra_findings)

    @classmethod
    def from_objects(
        cls,
        *,
        as_of: Any,
        zone: str | None = None,
        currency: str | None = None,
        fiscal_year_start: int = 1,
        exchange_rates: Any = None,
        **tables: Iterable[Any] | None,
    ) -> Self:
        """Build a business from domain objects: ``touchpoints=[Touchpoint(...), ...]`` and so on.

        Arguments and errors are those of `from_frames`; `exchange_rates` may be `ExchangeRate` objects.

        Examples
        --------
        >>> from datetime import UTC, date, datetime
        >>> from servicelead.domain import Touchpoint
        >>> touch = Touchpoint(
        ...     touchpoint_id="t1", account_id="a", occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
        ...     team="services", channel="field_visit",
        ... )
        >>> len(Business.from_objects(touchpoints=[touch], as_of=date(2026, 6, 30)).touches)
        1
        """
        rates = exchange_rates
        if isinstance(rates, list | tuple):
            rates = {
                "date": [r.date for r in rates],
                "from": [r.from_currency for r in rates],
                "to": [r.to_currency for r in rates],
                "rate": [r.rate for r in rates],
            }
        frames: dict[str, Any] = {
            name: objects_to_columns(objects) for name, objects in tables.items() if objects is not None
        }
        return cls.from_frames(
            as_of=as_of,
            zone=zone,
            currency=currency,
            fiscal_year_start=fiscal_year_start,
            exchange_rates=rates,
            **frames,
        )

    @classmethod
    def _of(cls, built: Built, as_of: int, zone: Zone, fiscal_year_start: int, extra: Sequence[Finding]) -> Self:
        tables: dict[str, Any] = dict(built.tables)
        return cls(
            as_of=as_of,
            zone=zone,
            currency=built.currency,
            fiscal_year_start=fiscal_year_start,
            backend=built.backend,
            touches=tables.pop("touchpoints"),
            reject_list=accounting.rejects_of(built.drafts),
            finding_list=(*accounting.findings_of(built.drafts), *extra),
            counts=accounting.counts_table(built.drafts, built.backend),
            lines=lines_table(built.drafts, built.backend),
            conflicting_ids=accounting.conflicting_ids(built.drafts),
            **tables,
        )

    @cached_property
    def rejects(self) -> ResultTable:
        """Every bad cell of every refused row: file, table, record, line, column, code, rule, remedy; no values."""
        return accounting.rejects_table(self.reject_list, self.backend)

    @cached_property
    def reasons(self) -> ResultTable:
        """Refused rows per table, column and code: how many rows, and of how many identifiers where they conflict."""
        return accounting.reasons_table(self.reject_list, self.conflicting_ids, self.backend)

    @cached_property
    def findings(self) -> ResultTable:
        """What is odd about rows that were kept: how many, which first, and the remedy."""
        return accounting.findings_table(self.finding_list, self.backend)

    def __str__(self) -> str:
        when = np.datetime64(self.as_of, "us")
        n_rejected = int(np.sum(self.counts["rejected"], dtype=np.int64))
        rejected = f", {n_rejected:,} rows rejected (see .reasons)" if n_rejected else ""
        held = f"{len(self.touches):,} touches, {len(self.opportunities):,} opportunities"
        return f"Business as of {when} UTC, {held}{rejected}"


def _as_of(value: Any, zone: Zone, *, zone_named: bool) -> int:
    column = read_columns({"as_of": [value]})[0]["as_of"]
    instants, problems = parse.instants(column, zone, deadline=True)
    if "local_time" in problems and not zone_named:
        raise NaiveDatetimeError("Business.as_of has no zone; pass an aware datetime, a date, or zone=")
    if instants[0] == MISSING:
        raise InvalidValueError(
            "Business.as_of must be a moment that the zone's clocks showed: an aware datetime, a date or UTC "
            f"microseconds, got {type(value).__name__}; e.g. date(2026, 6, 30)"
        )
    return int(instants[0])
