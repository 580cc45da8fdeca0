"""The funnel of leads: how many of those in a stage get to the next, and how long it takes."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any, Self, cast

import numpy as np
from attrs import Attribute, field, frozen

from servicelead._fields import duration, kind_of, proportion, recognised, refuse
from servicelead._typing import MISSING, Array, BoolArray, IntArray
from servicelead.columns.rates import rate_columns
from servicelead.columns.table import ResultTable
from servicelead.domain.leads import LeadStage
from servicelead.domain.segments import Segmentation
from servicelead.domain.stage_moves import StageMoves
from servicelead.refinery.time_in_stage import median_stays, with_implied_starts
from servicelead.tables.base import frozen_array
from servicelead.tables.business import Business
from servicelead.tables.lead_groups import LeadGroups, group_leads
from servicelead.tables.lead_stages import StageStays, own_leads, stage_stays
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = ["USUAL_MATURITY", "Funnel"]

_STAGES = list(LeadStage)
_WAY = (
    LeadStage.NEW,
    LeadStage.WORKING,
    LeadStage.QUALIFIED,
    LeadStage.ACCEPTED,
    LeadStage.OPPORTUNITY,
    LeadStage.WON,
)
#: How long leads are given where nobody was asked: on a page, and on the command line unless it is said.
USUAL_MATURITY = timedelta(days=180)
_LATEST = np.iinfo(np.int64).max


def _as_stages(value: Iterable[LeadStage | str]) -> tuple[LeadStage, ...]:
    if isinstance(value, str) or not isinstance(cast("object", value), Iterable):
        return cast("tuple[LeadStage, ...]", value)
    return tuple(recognised(LeadStage, stage) for stage in value)


@frozen(kw_only=True, eq=False)
class Funnel:
    """Leads on their way through a row of stages, each counted once per stage.

    Make one with `from_business`. A lead has *reached* a stage when it entered it or a later one of the row, or one
    that no legal move leads to without it: a rejected lead was qualified. It did so at the earliest such entry. Every
    lead reaches the stage it starts in when it is created, if not before. A lead that went back, or came a second
    time, keeps its first times.

    A lead counts in a step once it reached the step's first stage at least `maturity` before ``as_of``; a younger one
    is not yet observable, whether or not it has moved on, because those that have would be the quick ones. It advances
    if it reached the next stage by ``as_of``.

    What only ``leads.stage`` says was reached at some time: it counts as advanced, and, where a time is needed, as
    undated. Without ``stage_history`` that leaves the first step and `cumulative`; a lead that went back to an
    earlier stage then seems never to have been further.

    Attributes
    ----------
    business
        The tables.
    maturity
        How long a lead is given.
    stages
        The row, at least two stages.
    moves
        Which stage may follow which: what a stage implies.
    confidence
        Of the intervals.
    rows
        Rows of the leads that are counted, int64 (n,): those not merged into another.
    stays
        Columns of every stay of a lead in a stage.
    """

    business: Business = field(repr=False)
    maturity: timedelta = field(validator=duration())
    stages: tuple[LeadStage, ...] = field(default=_WAY, converter=_as_stages)
    moves: StageMoves = field(factory=StageMoves, repr=False)
    confidence: float = field(default=DEFAULT_CONFIDENCE, validator=proportion())
    rows: IntArray = field(init=False, repr=False)
    stays: StageStays = field(init=False, repr=False)

    @stages.validator
    def _are_a_row(self, attribute: "Attribute[Any]", value: Any) -> None:
        rule, remedy = f"stages among {', '.join(LeadStage)}", "list them in order"
        if not isinstance(value, tuple):
            refuse(self, attribute, rule, kind_of(value), remedy)
        for stage in value:
            if not isinstance(stage, LeadStage):
                refuse(self, attribute, rule, f"among them {kind_of(stage)} that is no stage", remedy)
        if len(value) < 2:
            refuse(self, attribute, "at least two stages", f"{len(value)}", "list them in order")
        if len(set(value)) < len(value):
            refuse(self, attribute, "different stages", "one of them twice", "list each once, in order")

    @moves.validator
    def _are_moves(self, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, StageMoves):
            refuse(self, attribute, "StageMoves", kind_of(value), "write moves=StageMoves(legal={...})")

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "rows", frozen_array(own_leads(self.business)))
        object.__setattr__(self, "stays", stage_stays(self.business, self.moves))

    @classmethod
    def from_business(
        cls,
        business: Business,
        *,
        maturity: timedelta,
        stages: Sequence[LeadStage | str] = _WAY,
        moves: StageMoves | None = None,
        confidence: float = DEFAULT_CONFIDENCE,
    ) -> Self:
        """Return the funnel of a business's leads.

        Parameters
        ----------
        business
            The tables.
        maturity
            How long a lead is given before it counts: about as long as nearly all need that ever move on.
        stages
            The row of stages, in order, by name or member.
        moves
            Which stage may follow which; by default those of `StageMoves`.
        confidence
            Of the intervals, between 0 and 1.

        Raises
        ------
        InvalidValueError
            For an argument that is none of these.

        Examples
        --------
        >>> from servicelead.datasets import simulate_business
        >>> business = simulate_business(n_accounts=600, seed=4).business
        >>> funnel = Funnel.from_business(business, maturity=timedelta(days=60))
        >>> funnel.steps()["to_stage"].tolist()
        ['working', 'qualified', 'accepted', 'opportunity', 'won']
        >>> bool((funnel.steps()["n_advanced"] <= funnel.steps()["n_mature"]).all())
        True
        """
        return cls(
            business=business,
            maturity=maturity,
            stages=stages,
            moves=StageMoves() if moves is None else moves,
            confidence=confidence,
        )

    @cached_property
    def entered_at(self) -> IntArray:
        """When each lead reached each stage, int64 (stages, n); `MISSING` where it did not, or nothing says when."""
        n, stays = len(self.business.leads), self.stays
        furthest = self._furthest[stays.stage]
        times = np.full((len(self.stages), n), _LATEST)
        for place in range(len(self.stages)):
            # Stays are ordered by lead and time: the first of a lead is its earliest.
            here = np.flatnonzero(furthest == place)
            lead = stays.lead[here]
            first = np.flatnonzero(np.diff(lead, prepend=-1))
            times[place, lead[first]] = stays.entered_at[here[first]]
        if self.stages[0] in self.moves.starts:
            np.minimum(times[0], self.business.leads.created_at, out=times[0])
        times = np.minimum.accumulate(times[::-1, self.rows], axis=0)[::-1]
        return frozen_array(np.where(times == _LATEST, MISSING, times))

    @cached_property
    def has_reached(self) -> BoolArray:
        """Whether each lead reached each stage by ``as_of``, at whatever time, bool (stages, n)."""
        recorded = np.append(self._furthest, -1)[self.business.leads.stage[self.rows]]
        reached: BoolArray = (self.entered_at != MISSING) | (recorded >= np.arange(len(self.stages))[:, None])
        return frozen_array(reached)

    @property
    def n_without_history(self) -> int:
        """Leads that have no entry in ``stage_history``."""
        return len(self.rows) - len(np.unique(self.stays.lead))

    @property
    def _furthest(self) -> IntArray:
        """The furthest stage of the row that each of the nine implies, by its place; -1 for none."""
        implied = [self.moves.implied_by(stage) for stage in _STAGES]
        places = [[self.stages.index(other) for other in stages if other in self.stages] for stages in implied]
        return np.array([max(found, default=-1) for found in places])

    def steps(self, by: str | None = None, *, segmentation: Segmentation | None = None) -> ResultTable:
        """Return how many leads get from each stage to the next.

        ``advance_rate = n_advanced / n_mature``, with Wilson's interval;
        ``n_reached = n_mature + n_too_young + n_undated``.

        Parameters
        ----------
        by
            ``"team"``, ``"group"``, ``"channel"``, ``"owner"``, ``"reported_by"``, ``"org_level"``, ``"month"`` (the
            cohort: of creation) or ``"segment"`` (as of creation); None for all leads together.
        segmentation
            For ``"segment"``.

        Returns
        -------
        ResultTable
            The label, ``from_stage, to_stage, n_reached, n_too_young, n_undated, n_mature, n_advanced`` and the rate;
            NaN where no lead is old enough. Leads without a label come last.

        Raises
        ------
        UnknownNameError, InvalidValueError
            For another dimension, or segments without a segmentation.
        """
        groups = self._groups(by, segmentation)
        n_steps = len(self.stages) - 1
        counts = [self._counted(groups, place, place + 1) for place in range(n_steps)]
        return self._table(
            groups, {"from_stage": self.stages[:-1], "to_stage": self.stages[1:]}, counts, "n_advanced", "advance_rate"
        )

    def cumulative(self, by: str | None = None, *, segmentation: Segmentation | None = None) -> ResultTable:
        """Return how many of all leads get as far as each stage.

        ``reach_rate = n_reached / n_mature``, of the leads that reached the first stage at least `maturity` before
        ``as_of``, with Wilson's interval.

        Parameters
        ----------
        by, segmentation
            As for `steps`.

        Returns
        -------
        ResultTable
            The label, ``stage, n_leads`` (that reached the first stage), ``n_too_young, n_undated, n_mature,
            n_reached`` (of these, the stage) and the rate.
        """
        groups = self._groups(by, segmentation)
        names = {"n_reached": "n_leads", "n_advanced": "n_reached"}
        counts = [
            {names.get(name, name): n for name, n in self._counted(groups, 0, place).items()}
            for place in range(len(self.stages))
        ]
        return self._table(groups, {"stage": self.stages}, counts, "n_reached", "reach_rate")

    def time_in_stage(self, by: str | None = None, *, segmentation: Segmentation | None = None) -> ResultTable:
        """Return the median days that leads stay in each stage, by Kaplan-Meier.

        A stay ends with any move, onwards or not; one that has not ended is censored at ``as_of``. Every stay counts,
        a second one after recycling too; accounts are the independent units. Stages without a legal way out are left
        out. Lengths are counted in whole minutes, floored.

        A lead whose first entry is into another stage than the start of the moves was in the start before, from its
        creation; for no time where the entry is dated earlier still. A lead without entries is there until ``as_of``,
        unless ``leads.stage`` says that it moved on: nothing says when. Where the moves have several starts, nothing
        says in which a lead began, and only entries begin a stay.

        Parameters
        ----------
        by, segmentation
            As for `steps`.

        Returns
        -------
        ResultTable
            The label, ``stage, n_stays, n_left, median_days`` with bounds; NaN where less than half have left while
            anybody was observed, or a bound is not reached.
        """
        groups = group_leads(self.business, np.arange(len(self.business.leads)), by, segmentation)
        stays = with_implied_starts(self.business, self.stays, self.moves)
        return median_stays(self.business, stays, groups, self.moves, self.confidence)

    def _groups(self, by: str | None, segmentation: Segmentation | None) -> LeadGroups:
        return group_leads(self.business, self.rows, by, segmentation)

    def _counted(self, groups: LeadGroups, place: int, to: int) -> dict[str, IntArray]:
        """Return the counts of each group: of the leads that reached one stage, those that reached another."""
        reached, at = self.has_reached[place], self.entered_at[place]
        is_dated = at != MISSING
        waited = self.maturity // timedelta(microseconds=1)
        is_mature = is_dated & (at <= self.business.as_of - waited)
        masks = {
            "n_reached": reached,
            "n_too_young": is_dated & ~is_mature,
            "n_undated": reached & ~is_dated,
            "n_mature": is_mature,
            "n_advanced": is_mature & self.has_reached[to],
        }
        return {name: np.bincount(groups.codes[mask], minlength=len(groups.labels)) for name, mask in masks.items()}

    def _table(
        self,
        groups: LeadGroups,
        stages: dict[str, Sequence[LeadStage]],
        counts: list[dict[str, IntArray]],
        successes: str,
        rate: str,
    ) -> ResultTable:
        """Return a row per group and place in the row of stages, group by group."""
        n_groups = len(groups.labels)
        flat = {name: np.stack([place[name] for place in counts], axis=1).ravel() for name in counts[0]}
        named: dict[str, Array] = {**groups.columns(np.repeat(np.arange(n_groups), len(counts)))}
        for name, row in stages.items():
            named[name] = np.array([stage.value for stage in row] * n_groups, dtype=object)
        rates = rate_columns(rate, flat[successes], flat["n_mature"], self.confidence)
        return ResultTable({**named, **flat, **rates}, backend=self.business.backend)

    def __str__(self) -> str:
        return str(self.steps())
