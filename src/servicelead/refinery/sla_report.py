"""How well the promises between teams are kept: rates with intervals, and the time it takes."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from attrs import Attribute, field, frozen

from servicelead._fields import kind_of, proportion, refuse
from servicelead._typing import MISSING, IntArray, ObjectArray
from servicelead.columns.rates import rate_columns
from servicelead.columns.table import ResultTable
from servicelead.domain.segments import Segmentation
from servicelead.exceptions import UnknownNameError
from servicelead.refinery.lengths import length_of
from servicelead.refinery.one_or_more import as_tuple
from servicelead.refinery.sla import STATES, Clocks, Sla
from servicelead.survival import Lifetimes, SurvivalCurve, kaplan_meier
from servicelead.tables.business import Business
from servicelead.tables.lead_groups import group_leads, units_of_leads
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Rate

__all__ = ["SlaReport"]

_HOUR = 3_600_000_000


@frozen(kw_only=True, eq=False)
class SlaReport:
    """Promises between teams, lead by lead, at ``as_of``.

    A lead is *in time* when its clock stopped by the due moment, *late* when it stopped after it, *missed* when it is
    overdue and still runs, and *open* when it runs and is not yet due. Attainment leaves the open ones out:

    ``attainment_rate = in time / (in time + late + missed)``

    A lead whose end is known and not when (``leads.stage`` says it, and no entry), or dated before the start alone, has
    not missed anything that the tables can show: it is counted apart, in no rate and in no time.

    How long it takes is estimated by Kaplan-Meier: a lead nobody has touched yet is censored at ``as_of``, not left
    out, which would count the quick alone.

    Attributes
    ----------
    business
        The tables.
    slas
        The promises, one or more, each with a name of its own.
    confidence
        Of the intervals.

    Raises
    ------
    InvalidValueError
        Without a promise, or for two of one name.

    Examples
    --------
    >>> from datetime import timedelta
    >>> from servicelead.datasets import simulate_business
    >>> business = simulate_business(n_accounts=300, seed=1).business
    >>> response = Sla(
    ...     name="first response", begins="created", within=timedelta(days=7),
    ...     ends=["working", "qualified", "accepted", "rejected", "opportunity"],
    ... )
    >>> report = SlaReport(business=business, slas=[response])
    >>> attained = report.attainment()
    >>> attained.names[:6]
    ('sla', 'n_leads', 'n_in_time', 'n_late', 'n_missed', 'n_open')
    >>> report.rate("first response").trials == int(attained["n_leads"][0] - attained["n_open"][0])
    True
    """

    business: Business = field(repr=False)
    slas: tuple[Sla, ...] = field(converter=as_tuple)
    confidence: float = field(default=DEFAULT_CONFIDENCE, validator=proportion())
    clocks: tuple[Clocks, ...] = field(init=False, repr=False)

    @slas.validator
    def _are_named_apart(self, attribute: "Attribute[Any]", value: Any) -> None:
        if not value:
            refuse(self, attribute, "one or more Sla", "none", "state each promise and its target")
        for sla in value:
            if not isinstance(sla, Sla):
                refuse(self, attribute, "one or more Sla", kind_of(sla), "state each promise and its target")
        if len({sla.name for sla in value}) < len(value):
            refuse(self, attribute, "of different names", "two of one name", "name each")

    @clocks.default
    def _run(self) -> tuple[Clocks, ...]:
        given: tuple[Any, ...] = self.slas  # not yet validated: attrs fills in defaults first
        return tuple(sla.clocks(self.business) for sla in given if isinstance(sla, Sla))

    def clock(self, sla: str) -> Clocks:
        """Return the clocks of a promise by its name; `UnknownNameError` when there is none."""
        names = [each.name for each in self.slas]
        if sla not in names:
            raise UnknownNameError(f"SlaReport has no promise of that name; it has {', '.join(names)}")
        return self.clocks[names.index(sla)]

    def rate(self, sla: str) -> Rate:
        """Return the attainment of a promise: those in time among those in time, late or missed."""
        counts = self._counts(self.clock(sla), slice(None))
        return Rate(counts["n_in_time"], counts["n_in_time"] + counts["n_late"] + counts["n_missed"])

    def curve(self, sla: str) -> SurvivalCurve:
        """Return the share of leads whose clock still runs, by hours since it started; accounts are independent."""
        return self._curve(self.clock(sla), slice(None))

    def attainment(self, by: str | None = None, *, segmentation: Segmentation | None = None) -> ResultTable:
        """Return how many leads were in time, and the rate with its Wilson interval.

        Parameters
        ----------
        by
            ``"team"``, ``"group"``, ``"channel"``, ``"owner"``, ``"reported_by"``, ``"month"`` (of creation) or
            ``"segment"``; None for all leads together.
        segmentation
            For ``"segment"``: read as of the lead's creation.

        Returns
        -------
        ResultTable
            ``sla, [by], n_leads, n_in_time, n_late, n_missed, n_open, n_without_due, n_undated, n_before_start,
            attainment_rate, attainment_rate_lower, attainment_rate_upper``; NaN where nothing is due yet. Leads without
            a label come last.

        Raises
        ------
        UnknownNameError
            For another dimension.
        InvalidValueError
            For segments without a segmentation.
        """
        counted = self._table(by, segmentation, self._counts)
        in_time = counted["n_in_time"]
        settled = in_time + counted["n_late"] + counted["n_missed"]
        rates = rate_columns("attainment_rate", in_time, settled, self.confidence)
        columns = {name: counted[name] for name in counted}
        return ResultTable({**columns, **rates}, backend=self.business.backend)

    def speed(
        self,
        by: str | None = None,
        *,
        quantiles: Sequence[float] = (0.5, 0.9),
        segmentation: Segmentation | None = None,
    ) -> ResultTable:
        """Return the hours it takes until clocks stop, leads still waiting counted as censored.

        Left out is who says nothing of it: no start, or an end that is undated or dated before the start. A follow-up
        stamped before it was promised took no time.

        Parameters
        ----------
        by, segmentation
            As for `attainment`.
        quantiles
            Shares of leads, strictly between 0 and 1: ``.5`` is the median.

        Returns
        -------
        ResultTable
            ``sla, [by], n_leads, n_left_out, n_stopped``, then for each quantile ``q50_hours, q50_lower, q50_upper``
            ...; NaN where fewer leads than that have had their answer.

        Raises
        ------
        UnknownNameError, InvalidValueError
            As for `attainment`, and for a quantile out of range.
        """

        def row(clocks: Clocks, chosen: IntArray) -> dict[str, float]:
            curve = self._curve(clocks, chosen)
            timed, stopped = clocks.is_timed[chosen], clocks.stopped[chosen] != MISSING
            cells: dict[str, float] = {
                "n_left_out": int(np.count_nonzero(~timed)),
                "n_stopped": int(np.count_nonzero(timed & stopped)),
            }
            for share in quantiles:
                for part, number in zip(("hours", "lower", "upper"), curve.quantile(share).figures, strict=True):
                    cells[f"q{100 * share:g}_{part}"] = number
            return cells

        return self._table(by, segmentation, row)

    def overdue(self, sla: str) -> ResultTable:
        """Return the leads that are overdue and still wait, the most recently due first.

        Returns
        -------
        ResultTable
            ``lead_id, account_id, owner, due_at, overdue_hours``.
        """
        clocks, leads, as_of = self.clock(sla), self.business.leads, self.business.as_of
        missed = np.flatnonzero(clocks.states(as_of) == STATES.index("missed"))
        missed = missed[np.lexsort((clocks.rows[missed], -clocks.due[missed]))]
        rows, due = clocks.rows[missed], clocks.due[missed]
        decoded = {
            name: leads.vocabulary(name).decode(leads.codes(name)[rows]) for name in ("lead_id", "account_id", "owner")
        }
        return ResultTable(
            {**decoded, "due_at": due.astype("datetime64[us]"), "overdue_hours": (as_of - due) / _HOUR},
            backend=self.business.backend,
        )

    def _counts(self, clocks: Clocks, chosen: Any) -> dict[str, int]:
        counts = np.bincount(clocks.states(self.business.as_of)[chosen], minlength=len(STATES))
        return {f"n_{state}": n for state, n in zip(STATES, counts.tolist(), strict=True)}

    def _curve(self, clocks: Clocks, chosen: Any) -> SurvivalCurve:
        timed = np.arange(len(clocks.rows))[chosen]
        timed = timed[clocks.is_timed[timed]]
        started, stopped = clocks.started[timed], clocks.stopped[timed]
        unit = units_of_leads(self.business)[clocks.rows[timed]]
        ends = np.where(stopped == MISSING, self.business.as_of, stopped)
        lifetimes = Lifetimes(
            durations=np.maximum(ends - started, 0) / _HOUR, events=stopped != MISSING, accounts=unit, unit="hours"
        )
        return kaplan_meier(lifetimes, confidence=self.confidence)

    def _table(self, by: str | None, segmentation: Segmentation | None, row: Any) -> ResultTable:
        names: list[ObjectArray] = []
        rows: list[dict[str, Any]] = []
        for sla, clocks in zip(self.slas, self.clocks, strict=True):
            groups = group_leads(self.business, clocks.rows, by, segmentation)
            order = np.argsort(groups.codes, kind="stable")
            bounds = np.searchsorted(groups.codes[order], np.arange(len(groups.labels) + 1)).tolist()
            names.append(groups.labels)
            for start, stop in pairwise(bounds):
                chosen = order[start:stop]
                rows.append({"sla": sla.name, "n_leads": len(chosen), **row(clocks, chosen)})
        # Without leads there are no groups: a row of nobody says what the columns are.
        known = rows or [{"sla": "", "n_leads": 0, **row(self.clocks[0], np.zeros(0, dtype=np.int64))}]
        columns = {name: np.array([cells[name] for cells in known])[: len(rows)] for name in known[0]}
        labels = {} if by is None else {by: np.concatenate(names)}
        return ResultTable({"sla": columns.pop("sla"), **labels, **columns}, backend=self.business.backend)

    def __str__(self) -> str:
        lines = []
        for sla in self.slas:
            rate, median = self.rate(sla.name), self.curve(sla.name).median
            target = "by its due date" if sla.within is None else f"within {length_of(sla.within)}"
            lines.append(f"{sla.name}, {target}: {rate.interval(self.confidence)}")
            lines.append(f"  median: {median}")
        return "\n".join(lines)
