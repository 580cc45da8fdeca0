"""Journeys as definitions section 2 words them, one account and one opportunity at a time.

Where the wording leaves room, this oracle reads it as follows.

* An opportunity or a lead created after ``as_of`` is not read; nor is one whose account's merges go in a circle.
* The journey of an account without an open opportunity holds only its touches after the last close.
* ``restart_after_close``: "the first opportunity" is the first by end, closed before still open, then by
  opportunity id; a touch serves that one or none. No open opportunity takes a touch from another open one.
* ``max_touches`` and ``drop_negative`` shorten journeys; the touches they leave out were in a window all the same,
  so ``outside_windows`` does not count them, and it does not count touches without an account either.
* "Negative" is a sentiment below 0; a missing sentiment is never below any bound.
* The opportunity's own lead, and the leads of an account, are the survivors of their merges.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

from reference.touches import (
    Lead,
    Opportunity,
    Touch,
    World,
    account_of_lead,
    account_of_touch,
    surviving_account,
    surviving_lead,
    touches_of_account,
)

NO_TOUCHES_IN_WINDOW = "no_touches_in_window"
ONLY_NEGATIVE_TOUCHES = "only_negative_touches"


@dataclass(frozen=True, kw_only=True)
class Window:
    """Which touches count for an opportunity."""

    lookback: timedelta = timedelta(days=90)
    max_touches: int | None = None
    restart_after_close: bool = False

    def holds(self, instant: int, end: int) -> bool:
        """Return whether ``end - lookback < instant <= end``."""
        return end - self.lookback // timedelta(microseconds=1) < instant <= end


@dataclass(frozen=True, kw_only=True)
class Journey:
    """The touches before one close (or before ``as_of``), in order, with what the rules need to know."""

    account_id: str
    outcome: str
    end: int
    touches: tuple[Touch, ...]
    opportunity_id: str | None = None
    minor_units: int = 0
    lead_created_at: int | None = None
    opportunity_created_at: int | None = None
    only_negative_touches: bool = False

    @property
    def unattributed_reason(self) -> str | None:
        """Why the value of a won journey goes to no touch; None if it does not."""
        if self.outcome != "won" or self.touches:
            return None
        return ONLY_NEGATIVE_TOUCHES if self.only_negative_touches else NO_TOUCHES_IN_WINDOW

    @property
    def order(self) -> tuple[str, int, str]:
        """Sort key of journeys."""
        return (self.account_id, self.end, self.opportunity_id or "")


def is_closed(opportunity: Opportunity, as_of: int) -> bool:
    """Return whether the opportunity had closed by ``as_of``."""
    return opportunity.outcome != "open" and opportunity.closed_at is not None and opportunity.closed_at <= as_of


def end_of(opportunity: Opportunity, as_of: int) -> int:
    """Return the close, or ``as_of`` for an opportunity still open then."""
    return opportunity.closed_at if is_closed(opportunity, as_of) and opportunity.closed_at is not None else as_of


def opportunities_of_account(world: World, account_id: str) -> list[Opportunity]:
    """Return the account's opportunities known at ``as_of``: by end, closed before open, then id."""
    own = [
        opportunity
        for opportunity in world.opportunities
        if opportunity.created_at <= world.as_of and surviving_account(world, opportunity.account_id) == account_id
    ]
    return sorted(
        own,
        key=lambda opportunity: (
            end_of(opportunity, world.as_of),
            not is_closed(opportunity, world.as_of),
            opportunity.opportunity_id,
        ),
    )


def touches_in_window(world: World, window: Window, account_id: str, opportunity: Opportunity) -> list[Touch]:
    """Return the touches of one opportunity, before ``max_touches``."""
    others = opportunities_of_account(world, account_id)
    inside = []
    for touch in touches_of_account(world, account_id):
        if not window.holds(touch.occurred_at, end_of(opportunity, world.as_of)):
            continue
        # An open opportunity has not closed, so it takes no touch from another open one.
        closed = [other for other in others if is_closed(other, world.as_of)]
        takers = [other for other in closed if end_of(other, world.as_of) >= touch.occurred_at] or [opportunity]
        if window.restart_after_close and takers[0] != opportunity:
            continue
        inside.append(touch)
    return inside


def touches_since_last_close(world: World, window: Window, account_id: str) -> list[Touch]:
    """Return what an account without an open opportunity did after its last close, before ``max_touches``."""
    opportunities = opportunities_of_account(world, account_id)
    if any(not is_closed(opportunity, world.as_of) for opportunity in opportunities):
        return []
    closes = [end_of(opportunity, world.as_of) for opportunity in opportunities]
    return [
        touch
        for touch in touches_of_account(world, account_id)
        if window.holds(touch.occurred_at, world.as_of) and all(touch.occurred_at > close for close in closes)
    ]


def latest(touches: Sequence[Touch], max_touches: int | None) -> tuple[Touch, ...]:
    """Return the last ``max_touches`` of the touches, all of them for None."""
    skipped = 0 if max_touches is None else max(len(touches) - max_touches, 0)
    return tuple(touches[skipped:])


def lead_of_opportunity(world: World, window: Window, account_id: str, opportunity: Opportunity) -> Lead | None:
    """Return the opportunity's own lead, else the account's earliest lead created in the window, else None."""
    if opportunity.lead_id is not None:
        own = surviving_lead(world, opportunity.lead_id)
        if own is not None and own.created_at <= world.as_of:
            return own
    in_window = [
        lead
        for lead in world.leads
        if lead.merged_into is None
        and account_of_lead(world, lead.lead_id) == account_id
        and window.holds(lead.created_at, end_of(opportunity, world.as_of))
    ]
    return min(in_window, key=lambda lead: lead.created_at, default=None)


def journey_of_opportunity(world: World, window: Window, account_id: str, opportunity: Opportunity) -> Journey:
    """Return the one journey of one opportunity."""
    closed = is_closed(opportunity, world.as_of)
    won = closed and opportunity.outcome == "won"
    lead = lead_of_opportunity(world, window, account_id, opportunity)
    return Journey(
        account_id=account_id,
        opportunity_id=opportunity.opportunity_id,
        outcome=opportunity.outcome if closed else "open",
        end=end_of(opportunity, world.as_of),
        minor_units=(opportunity.minor_units or 0) if won else 0,
        touches=latest(touches_in_window(world, window, account_id, opportunity), window.max_touches),
        lead_created_at=None if lead is None else lead.created_at,
        opportunity_created_at=opportunity.created_at,
    )


def surviving_accounts(world: World) -> list[str]:
    """Return every account that touches or opportunities could belong to, in order."""
    survivors = {surviving_account(world, account.account_id) for account in world.accounts}
    return sorted(account_id for account_id in survivors if account_id is not None)


def known_world(world: World) -> World:
    """Return the world without the leads that did not exist at ``as_of``."""
    return replace(world, leads=tuple(lead for lead in world.leads if lead.created_at <= world.as_of))


def build_journeys(world: World, window: Window) -> list[Journey]:
    """Return all journeys of the world, ordered by account id, end and opportunity id."""
    world = known_world(world)
    journeys = []
    for account_id in surviving_accounts(world):
        journeys += [
            journey_of_opportunity(world, window, account_id, opportunity)
            for opportunity in opportunities_of_account(world, account_id)
        ]
        since = touches_since_last_close(world, window, account_id)
        if since:
            touches = latest(since, window.max_touches)
            journeys.append(Journey(account_id=account_id, outcome="open", end=world.as_of, touches=touches))
    journeys.sort(key=lambda journey: journey.order)
    assert all(before.order < after.order for before, after in pairwise(journeys)), "the order leaves no ties"
    return journeys


def outside_windows(world: World, window: Window) -> list[Touch]:
    """Return the touches that have an account and a past, but lie in no journey's window."""
    world = known_world(world)
    inside: set[str] = set()
    for account_id in surviving_accounts(world):
        for opportunity in opportunities_of_account(world, account_id):
            touches = touches_in_window(world, window, account_id, opportunity)
            inside.update(touch.touchpoint_id for touch in touches)
        since = touches_since_last_close(world, window, account_id)
        inside.update(touch.touchpoint_id for touch in since)
    return [
        touch
        for touch in world.touches
        if touch.occurred_at <= world.as_of
        and account_of_touch(world, touch) is not None
        and touch.touchpoint_id not in inside
    ]


def drop_negative(journeys: Iterable[Journey], below: float) -> list[Journey]:
    """Remove touches with a sentiment below the bound; a journey this empties says so."""
    shortened = []
    for journey in journeys:
        kept = tuple(touch for touch in journey.touches if touch.sentiment is None or touch.sentiment >= below)
        emptied = bool(journey.touches) and not kept
        only_negative = emptied or journey.only_negative_touches
        shortened.append(replace(journey, touches=kept, only_negative_touches=only_negative))
    return shortened


def split_by_sentiment(journeys: Iterable[Journey]) -> list[Journey]:
    """Give a channel's negative touches a channel of their own."""

    def renamed(touch: Touch) -> Touch:
        if touch.sentiment is not None and touch.sentiment < 0:
            return replace(touch, channel=f"{touch.channel} (negative)")
        return touch

    return [replace(journey, touches=tuple(map(renamed, journey.touches))) for journey in journeys]


def unattributed(journeys: Iterable[Journey]) -> dict[str, int]:
    """Return the won minor units that go to no touch, by reason."""
    totals: dict[str, int] = {}
    for journey in journeys:
        reason = journey.unattributed_reason
        if reason is not None:
            totals[reason] = totals.get(reason, 0) + journey.minor_units
    return totals
