"""The stage history of all leads, read against the legal moves: where each lead is, and what cannot be."""

from functools import cached_property
from typing import Self

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._fields import kind_of
from servicelead._typing import MISSING, Array, BoolArray, IntArray, ObjectArray
from servicelead.columns.rates import rate_columns
from servicelead.columns.table import ResultTable
from servicelead.domain.leads import LeadStage
from servicelead.domain.segments import Segmentation
from servicelead.domain.stage_moves import StageMoves
from servicelead.exceptions import InvalidValueError
from servicelead.tables.business import Business
from servicelead.tables.lead_groups import LeadGroups, group_leads
from servicelead.tables.lead_stages import StageStays, legal_table, own_leads, stage_stays
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = ["LifecycleAudit"]

_STAGES = list(LeadStage)
_NAMES = np.array([*(stage.value for stage in _STAGES), None], dtype=object)


@frozen(kw_only=True, eq=False)
class LifecycleAudit:
    """Every lead's way through the stages, as the tables tell it, and where the tables cannot be right.

    Make one with `from_business`. Nothing is mended: what is odd is counted and listed with its rows.

    * Leads merged into another are left out; entries of theirs belong to the survivor.
    * Entries into the stage a lead is in already are counted and otherwise ignored.
    * Entries at one instant are read in the order in which the moves list stages, from the stage before them on.
    * A first entry into the stage after a start is legal: many systems keep no row for the first stage.

    Attributes
    ----------
    business
        The tables.
    moves
        Which stage may follow which.
    stays
        Columns of every stay of a lead in a stage.
    """

    business: Business = field(repr=False)
    moves: StageMoves = field(repr=False)
    stays: StageStays = field(repr=False)

    @classmethod
    def from_business(cls, business: Business, moves: StageMoves | None = None) -> Self:
        """Read the stage history of a business.

        Parameters
        ----------
        business
            The tables; without ``stage_history`` there is only what ``leads.stage`` says.
        moves
            Which stage may follow which; by default those of `StageMoves`.

        Raises
        ------
        InvalidValueError
            When `moves` is something else.

        Examples
        --------
        >>> from datetime import date
        >>> business = Business.from_frames(
        ...     leads={
        ...         "lead_id": ["l1", "l2"], "created_at": ["2026-03-01T09:00:00Z"] * 2, "team": ["services"] * 2,
        ...         "stage": ["won", "working"],
        ...     },
        ...     stage_history={
        ...         "lead_id": ["l1", "l1", "l2"], "stage": ["new", "won", "qualified"],
        ...         "entered_at": ["2026-03-01T09:00:00Z", "2026-03-05T09:00:00Z", "2026-03-07T09:00:00Z"],
        ...     },
        ...     as_of=date(2026, 6, 30),
        ... )
        >>> audit = LifecycleAudit.from_business(business)
        >>> print(audit.illegal)
        from_stage  to_stage   n_moves  n_leads  missing
                    qualified        1        1  new, working
        new         won              1        1  working, qualified, accepted, opportunity
        >>> audit.disagreements.rows()[0]["recorded_stage"]
        'working'
        """
        moves = StageMoves() if moves is None else moves
        if not isinstance(moves, StageMoves):
            raise InvalidValueError(
                f"LifecycleAudit.from_business: moves must be StageMoves; got {kind_of(moves)}; "
                "write StageMoves(legal={...})"
            )
        return cls(business=business, moves=moves, stays=stage_stays(business, moves))

    @cached_property
    def is_illegal(self) -> BoolArray:
        """Which stays a lead had no legal move into, bool (m,)."""
        illegal: BoolArray = ~legal_table(self.moves)[self.stays.before, self.stays.stage]
        return illegal

    @cached_property
    def rows(self) -> IntArray:
        """Rows of the leads that are read, int64 (n,): those not merged into another."""
        return own_leads(self.business)

    @cached_property
    def _last(self) -> IntArray:
        """The last stay of each lead that is read; -1 for one without history."""
        last = np.full(len(self.business.leads), -1, dtype=np.int64)
        ends = np.flatnonzero(self.stays.left_at == MISSING)
        last[self.stays.lead[ends]] = ends
        return last[self.rows]

    @cached_property
    def _history_stage(self) -> Array:
        stage: Array = np.append(self.stays.stage, np.int8(-1))[self._last]
        return stage

    @cached_property
    def stage(self) -> Array:
        """The stage each lead is in, int8 (n,): by its history, else by ``leads.stage``; -1 where neither says."""
        return np.where(self._last >= 0, self._history_stage, self.business.leads.stage[self.rows])

    @cached_property
    def _disagrees(self) -> BoolArray:
        recorded: Array = self.business.leads.stage[self.rows]
        disagrees: BoolArray = (self._last >= 0) & (recorded >= 0) & (recorded != self._history_stage)
        return disagrees

    @cached_property
    def _n_illegal(self) -> IntArray:
        return np.bincount(self.stays.lead[self.is_illegal], minlength=len(self.business.leads))[self.rows]

    @cached_property
    def leads(self) -> ResultTable:
        """Every lead: where it is since when, what its record says, how many stays and illegal moves it has."""
        stays, leads = self.stays, self.business.leads
        return self._table(
            {
                "lead_id": leads.vocabulary("lead_id").decode(leads.lead_id[self.rows]),
                "stage": _NAMES[self.stage],
                "entered_at": np.append(stays.entered_at, MISSING)[self._last].astype("datetime64[us]"),
                "recorded_stage": _NAMES[leads.stage[self.rows]],
                "n_stays": np.bincount(stays.lead, minlength=len(leads))[self.rows],
                "n_illegal": self._n_illegal,
            }
        )

    @cached_property
    def illegal(self) -> ResultTable:
        """Illegal moves by stages, most frequent first, and the stages that are missing on the shortest legal way.

        ``from_stage`` is None for a first entry into a stage no lead begins in; ``missing`` is None where no way leads.
        """
        stays, bad = self.stays, np.flatnonzero(self.is_illegal)
        pair = (stays.before[bad] + 1).astype(np.int64) * len(_STAGES) + stays.stage[bad]
        n_pairs = (len(_STAGES) + 1) * len(_STAGES)
        n_moves = np.bincount(pair, minlength=n_pairs)
        once = np.unique(pair * max(len(self.business.leads), 1) + stays.lead[bad])
        n_leads = np.bincount(once // max(len(self.business.leads), 1), minlength=n_pairs)
        order = np.argsort(-n_moves, kind="stable")[: np.count_nonzero(n_moves)]
        before, to = order // len(_STAGES) - 1, order % len(_STAGES)
        return self._table(
            {
                "from_stage": _NAMES[before],
                "to_stage": _NAMES[to],
                "n_moves": n_moves[order],
                "n_leads": n_leads[order],
                "missing": np.array(
                    [self._missing(_NAMES[a], _NAMES[b]) for a, b in zip(before, to, strict=True)], dtype=object
                ),
            }
        )

    def _missing(self, stage: str | None, to: str) -> str | None:
        way = self.moves.between(stage, to)
        return None if way is None else ", ".join(way)

    @cached_property
    def illegal_moves(self) -> ResultTable:
        """Every illegal move: the lead, from where to where, when, and the row of ``stage_history``."""
        bad = np.flatnonzero(self.is_illegal)
        return self._table({**self._entries(bad), "from_stage": _NAMES[self.stays.before[bad]]})

    @cached_property
    def disagreements(self) -> ResultTable:
        """Leads whose record names another stage than their history ends in."""
        places = np.flatnonzero(self._disagrees)
        leads = self.business.leads
        rows = self.rows[places]
        return self._table(
            {
                "lead_id": leads.vocabulary("lead_id").decode(leads.lead_id[rows]),
                "recorded_stage": _NAMES[leads.stage[rows]],
                "history_stage": _NAMES[self._history_stage[places]],
                "entered_at": self.stays.entered_at[self._last[places]].astype("datetime64[us]"),
            }
        )

    @cached_property
    def before_creation(self) -> ResultTable:
        """Entries into a stage before the lead was created."""
        return self._table(
            self._entries(np.flatnonzero(self.stays.entered_at < self.business.leads.created_at[self.stays.lead]))
        )

    @cached_property
    def rejected_without_reason(self) -> ResultTable:
        """Rejections that do not say why."""
        rejected = self.stays.stage == _STAGES.index(LeadStage.REJECTED)
        return self._table(
            self._entries(np.flatnonzero(rejected & (self.business.stage_history.reason[self.stays.row] < 0)))
        )

    def _entries(self, places: IntArray) -> dict[str, Array]:
        leads, stays = self.business.leads, self.stays
        return {
            "lead_id": leads.vocabulary("lead_id").decode(leads.lead_id[stays.lead[places]]),
            "to_stage": _NAMES[stays.stage[places]],
            "entered_at": stays.entered_at[places].astype("datetime64[us]"),
            "row": stays.row[places],
        }

    @cached_property
    def summary(self) -> ResultTable:
        """How many of each: what was read, and what is odd about it."""
        stays, starts = self.stays, [_STAGES.index(stage) for stage in self.moves.starts]
        is_first, is_start = stays.before < 0, np.isin(stays.stage, starts)
        counts = {
            "leads": len(self.rows),
            "leads without history": int(np.count_nonzero(self._last < 0)),
            "stays": len(stays.stage),
            "illegal moves": int(np.count_nonzero(self.is_illegal)),
            "first stage not recorded": int(np.count_nonzero(is_first & ~is_start & ~self.is_illegal)),
            "repeated entries": stays.n_repeated,
            "entries before the lead was created": len(self.before_creation),
            "rejections without a reason": len(self.rejected_without_reason),
            "leads whose record disagrees": len(self.disagreements),
            "entries of leads not in the table": stays.n_elsewhere,
        }
        return self._table({"what": np.array([*counts], dtype=object), "n": np.array([*counts.values()])})

    def by(
        self,
        by: str | None = None,
        *,
        segmentation: Segmentation | None = None,
        confidence: float = DEFAULT_CONFIDENCE,
    ) -> ResultTable:
        """Return how clean the history of each team's leads is.

        ``illegal_rate`` = leads with an illegal move / leads with a history, with Wilson's interval.

        Parameters
        ----------
        by
            ``"team"``, ``"group"``, ``"channel"``, ``"owner"``, ``"reported_by"``, ``"org_level"``, ``"month"`` (of
            creation) or ``"segment"`` (as of creation); None for all leads together.
        segmentation
            For ``"segment"``.
        confidence
            Of the intervals, between 0 and 1.

        Returns
        -------
        ResultTable
            The label, ``n_leads, n_with_history, n_disagreeing, n_illegal`` and the rate; leads without a label last.

        Raises
        ------
        UnknownNameError, InvalidValueError
            For another dimension, segments without a segmentation, or a confidence out of range.
        """
        require_within("LifecycleAudit.by: confidence", confidence)
        groups = group_leads(self.business, self.rows, by, segmentation)
        masks = {
            "n_leads": np.ones(len(self.rows), dtype=np.bool_),
            "n_with_history": self._last >= 0,
            "n_disagreeing": self._disagrees,
            "n_illegal": self._n_illegal > 0,
        }
        counts = {name: np.bincount(groups.codes[mask], minlength=len(groups.labels)) for name, mask in masks.items()}
        rates = rate_columns("illegal_rate", counts["n_illegal"], counts["n_with_history"], confidence)
        return self._table({**groups.columns(), **counts, **rates})

    def stages(self, by: str | None = None, *, segmentation: Segmentation | None = None) -> ResultTable:
        """Return how many leads are in each stage now; ``n_unknown`` where neither history nor record says.

        Parameters
        ----------
        by, segmentation
            As for `by`.
        """
        groups: LeadGroups = group_leads(self.business, self.rows, by, segmentation)
        width = len(_STAGES) + 1
        cells = groups.codes * width + self.stage % width
        counts = np.bincount(cells, minlength=len(groups.labels) * width).reshape(-1, width)
        names = [*(f"n_{stage.value}" for stage in _STAGES), "n_unknown"]
        return self._table({**groups.columns(), **dict(zip(names, counts.T, strict=True))})

    def _table(self, columns: dict[str, Array] | dict[str, ObjectArray]) -> ResultTable:
        return ResultTable(columns, backend=self.business.backend)

    def __str__(self) -> str:
        return str(self.summary)
