"""The life of one lead: where it is, how it came there, and where it may go from here."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from attrs import Attribute, evolve, field, frozen

from servicelead._fields import Moment, kind_of, precedes, refuse, text
from servicelead.domain.leads import LeadStage, StageEntry
from servicelead.domain.stage_moves import StageMoves
from servicelead.exceptions import IllegalMoveError, InvalidValueError

__all__ = ["LeadLifecycle"]

#: Clocks of two zones never differ by more: from 12 hours behind UTC to 14 ahead of it.
_WIDEST = timedelta(hours=26)


def _as_entries(value: Iterable[StageEntry]) -> tuple[StageEntry, ...]:
    return tuple(value)


def _is_earlier(entry: Moment, other: Moment) -> bool:
    """Whether one moment certainly lies before another, whichever zone it is that the business names."""
    return precedes(entry, other) or _clock(other, time.min) - _clock(entry, time.max) > _WIDEST


def _clock(value: Moment, of_a_date: time) -> datetime:
    """Return what a wall clock shows at a moment, at a given time of day where it is a date."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else datetime.combine(value, of_a_date)


@frozen(kw_only=True)
class LeadLifecycle:
    """A lead's way through the stages; every move gives a new one, and nothing that was is changed.

    A move is legal where `moves` says so, is not before an entry that it follows, and says why if it is a rejection.
    A lead may be entered into several stages at one moment, and into no stage twice in a row.

    Attributes
    ----------
    lead_id
        The lead.
    history
        Every entry so far, oldest first; its rows are those of the table ``stage_history``.
    moves
        Which stage may follow which.

    Raises
    ------
    IllegalMoveError
        For a move that is not legal; it names those that are.
    InvalidValueError
        For an entry before one that it follows, one of another lead, or a rejection without a reason.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> days = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 9, 10)]
    >>> lead = LeadLifecycle(lead_id="l1").move("new", days[0]).move("working", days[1]).move("qualified", days[2])
    >>> lead.stage, [str(stage) for stage in lead.legal_stages]
    (<LeadStage.QUALIFIED: 'qualified'>, ['accepted', 'rejected'])
    >>> lead.move("won", days[3])
    Traceback (most recent call last):
        ...
    servicelead.exceptions.IllegalMoveError: LeadLifecycle.move: a lead in qualified can go to accepted or rejected; ...
    """

    lead_id: str = field(validator=text())
    moves: StageMoves = field(factory=StageMoves, repr=False)
    history: tuple[StageEntry, ...] = field(default=(), converter=_as_entries)

    @moves.validator
    def _are_moves(self, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, StageMoves):
            refuse(self, attribute, "StageMoves", kind_of(value), "write moves=StageMoves(legal={...})")

    @history.validator
    def _is_a_legal_way(self, attribute: "Attribute[Any]", value: tuple[Any, ...]) -> None:
        before: StageEntry | None = None
        for entry in value:
            if not isinstance(entry, StageEntry) or entry.lead_id != self.lead_id:
                got = "one of another lead" if isinstance(entry, StageEntry) else kind_of(entry)
                refuse(self, attribute, "entries of this lead", got, "give its own rows of stage_history")
            self._check_stage(before, entry)
            before = entry
        for place, entry in enumerate(value):
            # Against all before it: an entry whose zone is not known says little of those on either side.
            if any(_is_earlier(entry.entered_at, other.entered_at) for other in value[:place]):
                raise InvalidValueError(
                    "LeadLifecycle.move: at must not be before an entry that it follows; got an earlier moment; "
                    "check the clocks of the two, or enter moves in their order"
                )

    def _check_stage(self, before: StageEntry | None, entry: StageEntry) -> None:
        stage = None if before is None else before.stage
        legal = self.moves.after(stage)
        if entry.stage not in legal:
            names = tuple(str(other) for other in legal)
            place = "a lead" if stage is None else f"a lead in {stage}"
            rule = f"can {'begin in' if stage is None else 'go to'} {' or '.join(names)}" if names else "stays there"
            raise IllegalMoveError(
                f"LeadLifecycle.move: {place} {rule}; got {entry.stage}; "
                f"{'enter one of these first' if names else 'begin a new lead'}",
                stage=None if stage is None else str(stage),
                asked=str(entry.stage),
                legal=names,
            )

    @property
    def stage(self) -> LeadStage | None:
        """The stage it is in; None before its first."""
        return self.history[-1].stage if self.history else None

    @property
    def entered_at(self) -> Moment | None:
        """When it entered that stage; None before its first."""
        return self.history[-1].entered_at if self.history else None

    @property
    def legal_stages(self) -> tuple[LeadStage, ...]:
        """The stages it may enter next; none where it is at its end."""
        return self.moves.after(self.stage)

    def move(self, stage: LeadStage | str, at: Moment, reason: str | None = None) -> "LeadLifecycle":
        """Return the lead's life with one move more.

        Parameters
        ----------
        stage
            `LeadStage` it enters, or its name.
        at
            When: not before any entry so far. Two aware moments are compared as instants, two that wait for the
            business's zone by their days. One of each is refused where no zone could make it right: where its clock
            is more than 26 hours behind, which is how far clocks of two zones are apart at most.
        reason
            Why; a rejection needs one.

        Returns
        -------
        LeadLifecycle

        Raises
        ------
        IllegalMoveError
            For a move that is not legal; it names those that are.
        InvalidValueError
            For an unknown stage, a clock that goes backwards, or a rejection without a reason.
        """
        entry = StageEntry(lead_id=self.lead_id, stage=stage, entered_at=at, reason=reason)
        return evolve(self, history=(*self.history, entry))
