"""What one team promises another about leads, and how well the promise is kept."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from attrs import Attribute, field, frozen
from attrs.validators import optional

from servicelead._fields import duration, flag, kind_of, refuse, text
from servicelead._typing import MISSING, BoolArray, IntArray
from servicelead.domain.leads import LeadStage
from servicelead.domain.touchpoints import Team
from servicelead.refinery.responses import earliest, first_entries, first_touches, has_reached
from servicelead.tables.business import Business
from servicelead.tables.lead_stages import own_leads

__all__ = ["STATES", "Clocks", "Sla"]

#: What may become of a promise about a lead; missed is due and not happened, the last two have no usable date.
STATES = ("in_time", "late", "missed", "open", "without_due", "undated", "before_start")
_STAGES = tuple(stage.value for stage in LeadStage)
_BEGINS = ("created", "promised", *_STAGES)
_ENDS = ("followed_up", *_STAGES)
_MICROSECOND = timedelta(microseconds=1)


def _as_words(values: Any) -> Any:
    if isinstance(values, str):
        return (values,)
    return tuple(values) if isinstance(values, Sequence | set | frozenset) else values


def _words(*allowed: str) -> Any:
    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, tuple) or any(word not in allowed for word in value):
            got = "something else" if isinstance(value, tuple) else kind_of(value)
            refuse(instance, attribute, f"a list of words among {', '.join(allowed)}", got, "choose among these words")

    return check


@frozen(kw_only=True)
class Clocks:
    """The clock of each lead that a promise is about.

    Attributes
    ----------
    rows
        Rows of the leads whose clock has started, shape (n,).
    started, stopped, due
        UTC microseconds, shape (n,); `MISSING` where nothing says when it started, it has not stopped at a known time,
        or nothing says when it is due.
    ended_before, ended_undated
        bool (n,): whether what stops a clock that has not stopped is dated before its start alone, or known without a
        date. No two of stopped, ended before and ended undated hold of one lead.
    """

    rows: IntArray = field(repr=False)
    started: IntArray = field(repr=False)
    stopped: IntArray = field(repr=False)
    due: IntArray = field(repr=False)
    ended_before: BoolArray = field(repr=False)
    ended_undated: BoolArray = field(repr=False)

    def states(self, as_of: int) -> IntArray:
        """Return the place of each lead's state in `STATES`."""
        is_stopped: BoolArray = self.stopped != MISSING
        is_state = {
            "without_due": self.due == MISSING,
            "undated": self.ended_undated,
            "before_start": self.ended_before,
            "in_time": is_stopped & (self.stopped <= self.due),
            "late": is_stopped,
            "missed": self.due < as_of,
        }
        return np.select(list(is_state.values()), [STATES.index(state) for state in is_state], STATES.index("open"))

    @property
    def is_timed(self) -> BoolArray:
        """Whether something says how long each lead has waited, bool (n,)."""
        timed: BoolArray = (self.started != MISSING) & ~self.ended_before & ~self.ended_undated
        return timed


@frozen(kw_only=True)
class Sla:
    """A promise between teams: what starts a lead's clock, what stops it, and by when it should.

    The clock starts at `begins` and stops at the first entry of one of `ends`, at or after the start, or touch by one
    of `touched_by`, after it: the touch a lead came from is no answer to it. Nothing has a default target: what is in
    time is for the two teams to say.

    A promised follow-up is followed up by any follow-up, one stamped before the promise too: dates alone are read as
    00:00. A lead that says when it was due and not when it was promised has a clock whose start is unknown; stages and
    touches stop it from the lead's creation on.

    Attributes
    ----------
    name
        What the two teams call it.
    begins
        ``"created"``, ``"promised"`` (a follow-up was), or the stage whose first entry starts the clock.
    ends
        Stages whose entry stops it, and ``"followed_up"``. Name later stages too: leads skip some.
    touched_by
        Teams whose touch of the lead stops it.
    account_touches
        Whether a touch that names the lead's account and no lead stops it too.
    within
        Time allowed. None only where it begins ``"promised"``: each lead then has its own due date.
    of_teams
        Whose leads it is about; empty for all.

    Raises
    ------
    InvalidValueError
        For an unknown word, an end that is no end, or no time allowed.

    Examples
    --------
    >>> first_call = Sla(
    ...     name="marketing to sales", begins="created", ends=["working", "qualified", "rejected"],
    ...     touched_by=["sales"], within=timedelta(hours=24), of_teams=["marketing"],
    ... )
    >>> first_call.within.days
    1
    """

    name: str = field(validator=text())
    begins: str = field()
    ends: tuple[str, ...] = field(default=(), converter=_as_words, validator=_words(*_ENDS))
    touched_by: tuple[str, ...] = field(default=(), converter=_as_words, validator=_words(*Team))
    account_touches: bool = field(default=False, validator=flag())
    within: timedelta | None = field(validator=optional(duration()))
    of_teams: tuple[str, ...] = field(default=(), converter=_as_words, validator=_words(*Team))

    @begins.validator
    def _is_a_start(self, attribute: "Attribute[Any]", value: Any) -> None:
        if value not in _BEGINS:
            refuse(self, attribute, f"one of {', '.join(_BEGINS)}", kind_of(value), "choose one of these words")

    @touched_by.validator
    def _something_ends_it(self, attribute: "Attribute[Any]", value: Any) -> None:
        if not value and not self.ends:
            refuse(self, attribute, "given where ends is empty", "nothing that stops the clock", "say what does")

    @within.validator
    def _is_there(self, attribute: "Attribute[Any]", value: Any) -> None:
        if value is None and self.begins != "promised":
            refuse(self, attribute, "a time allowed", "None", "only promised follow-ups have due dates of their own")

    def clocks(self, business: Business) -> Clocks:
        """Return the clock of every lead it is about that has started by ``as_of``; merged leads are left out."""
        leads, rows = business.leads, own_leads(business)
        if self.of_teams:
            rows = rows[np.isin(leads.team[rows], [list(Team).index(Team(name)) for name in self.of_teams])]
        started = self._starts(business, rows)
        runs = started != MISSING
        if self.within is None:
            runs |= leads.follow_up_due_at[rows] != MISSING
        rows, started = rows[runs], started[runs]
        since = np.where(started == MISSING, leads.created_at[rows], started)
        stages = [LeadStage(word) for word in self.ends if word != "followed_up"]
        teams = [Team(name) for name in self.touched_by]
        followed_up = leads.followed_up_at[rows] if "followed_up" in self.ends else np.full(len(rows), MISSING)
        answers = self.begins == "promised"
        stopped = earliest(
            first_entries(business, rows, since, stages),
            first_touches(business, rows, since, teams, account_touches=self.account_touches),
            followed_up if answers else np.where(followed_up >= since, followed_up, MISSING),
        )
        before = earliest(first_entries(business, rows, np.full(len(rows), MISSING), stages), followed_up)
        is_running = stopped == MISSING
        is_before = is_running & (before != MISSING)
        return Clocks(
            rows=rows,
            started=started,
            stopped=stopped,
            due=leads.follow_up_due_at[rows] if self.within is None else started + self.within // _MICROSECOND,
            ended_before=is_before,
            ended_undated=is_running & ~is_before & has_reached(business, rows, stages),
        )

    def _starts(self, business: Business, rows: IntArray) -> IntArray:
        if self.begins == "created":
            return business.leads.created_at[rows]
        if self.begins == "promised":
            return business.leads.follow_up_promised_at[rows]
        anytime = np.full(len(rows), MISSING)
        return first_entries(business, rows, anytime, [LeadStage(self.begins)])
