"""Which stage of a lead's life may follow which: the legal moves, as data."""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, cast

from attrs import Attribute, field, frozen

from servicelead._fields import ReadOnlyMapping, kind_of, recognised, refuse
from servicelead.domain.leads import LeadStage

__all__ = ["StageMoves"]

_LEGAL: Mapping[LeadStage, tuple[LeadStage, ...]] = {
    LeadStage.NEW: (LeadStage.WORKING,),
    LeadStage.WORKING: (LeadStage.QUALIFIED,),
    LeadStage.QUALIFIED: (LeadStage.ACCEPTED, LeadStage.REJECTED),
    LeadStage.ACCEPTED: (LeadStage.OPPORTUNITY,),
    LeadStage.OPPORTUNITY: (LeadStage.WON, LeadStage.LOST),
    LeadStage.LOST: (LeadStage.RECYCLED,),
    LeadStage.REJECTED: (LeadStage.RECYCLED,),
    LeadStage.RECYCLED: (LeadStage.WORKING,),
}


def _as_stages(value: Iterable[LeadStage | str]) -> tuple[LeadStage, ...]:
    """Return the stages named; a bare text is one of them, and anything else is left for the validator to refuse."""
    if isinstance(value, str) or not isinstance(cast("object", value), Iterable):
        return (recognised(LeadStage, cast("str", value)),)
    return tuple(recognised(LeadStage, stage) for stage in value)


def _as_moves(value: Mapping[Any, Any]) -> Mapping[LeadStage, tuple[LeadStage, ...]]:
    if not isinstance(cast("object", value), Mapping):
        return value
    return cast(
        "Mapping[LeadStage, tuple[LeadStage, ...]]",
        ReadOnlyMapping({recognised(LeadStage, stage): _as_stages(after) for stage, after in value.items()}),
    )


@frozen(kw_only=True)
class StageMoves:
    """The legal moves of a lead between stages.

    By default new, working, qualified, accepted or rejected, from accepted on to opportunity, won or lost; a lead
    that was rejected or lost can be recycled, and goes back to working. Give your own where your process differs.

    Attributes
    ----------
    legal
        The stages that may follow each `LeadStage`, by name or member. A stage without an entry is final. The order in
        which stages are listed is the order in which entries at one instant are read.
    starts
        Stages in which a lead may begin.

    Raises
    ------
    InvalidValueError
        For a word that is no stage, a stage that follows itself, or one that no start leads to.

    Examples
    --------
    >>> moves = StageMoves()
    >>> [str(stage) for stage in moves.after("qualified")]
    ['accepted', 'rejected']
    >>> [str(stage) for stage in moves.between("new", "accepted")]
    ['working', 'qualified']
    >>> own = StageMoves(legal={"new": ["qualified"], "qualified": ["won", "lost"]})
    >>> own.allows("new", "qualified"), own.allows("new", "working")
    (True, False)
    """

    legal: Mapping[LeadStage, tuple[LeadStage, ...]] = field(
        factory=lambda: dict(_LEGAL), converter=_as_moves, hash=False
    )
    starts: tuple[LeadStage, ...] = field(default=(LeadStage.NEW,), converter=_as_stages)

    @legal.validator
    def _are_moves(self, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, Mapping):
            refuse(self, attribute, "a mapping of stages to stages", kind_of(value), "give a dict")
        for stage, after in value.items():
            self._require_stages(attribute, (stage, *after))
            if stage in after:
                refuse(self, attribute, "moves to another stage", f"{stage.value!r} after itself", "leave it out")

    @starts.validator
    def _lead_everywhere(self, attribute: "Attribute[Any]", value: tuple[LeadStage, ...]) -> None:
        self._require_stages(attribute, value)
        if not value:
            refuse(self, attribute, "at least one stage", "none", "name the stage leads begin in")
        lost = [stage.value for stage in self.order if stage not in value and self.between(None, stage) is None]
        if lost:
            refuse(self, attribute, "stages that lead to all others", f"{', '.join(lost)} out of reach", "add the move")

    def _require_stages(self, attribute: "Attribute[Any]", stages: tuple[Any, ...]) -> None:
        for stage in stages:
            if not isinstance(stage, LeadStage):
                refuse(self, attribute, f"stages among {', '.join(LeadStage)}", kind_of(stage), "map it to one of them")

    @property
    def order(self) -> tuple[LeadStage, ...]:
        """The stages there are, as they are listed: those with moves, then those without."""
        return tuple(dict.fromkeys([*self.legal, *(stage for after in self.legal.values() for stage in after)]))

    def after(self, stage: LeadStage | str | None) -> tuple[LeadStage, ...]:
        """Return the stages that may follow one; None asks for those in which a lead may begin."""
        return self.starts if stage is None else self.legal.get(LeadStage(stage), ())

    def allows(self, stage: LeadStage | str | None, to: LeadStage | str) -> bool:
        """Return whether a move is legal."""
        return LeadStage(to) in self.after(stage)

    def between(self, stage: LeadStage | str | None, to: LeadStage | str) -> tuple[LeadStage, ...] | None:
        """Return the stages between two on the shortest legal way, or None where no way leads there."""
        return self._way(stage, LeadStage(to), without=None)

    def implied_by(self, stage: LeadStage | str) -> tuple[LeadStage, ...]:
        """Return the stages a lead has certainly been in once it is in one: those on every legal way, itself last.

        Of a stage the moves do not know, only itself.
        """
        at = LeadStage(stage)
        if at not in self.order:
            return (at,)
        passed = [other for other in self.order if other != at and self._way(None, at, without=other) is None]
        return (*passed, at)

    def _way(
        self, stage: LeadStage | str | None, to: LeadStage, *, without: LeadStage | None
    ) -> tuple[LeadStage, ...] | None:
        ways: deque[tuple[LeadStage, ...]] = deque([()])
        seen = {without}
        while ways:
            way = ways.popleft()
            for following in self.after(way[-1] if way else stage):
                if following == to and following != without:
                    return way
                if following not in seen:
                    seen.add(following)
                    ways.append((*way, following))
        return None
