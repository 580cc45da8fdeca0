"""Plain records of what happened, who survives a merge, and whose account a touch belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Account:
    """A customer; ``merged_into`` names the account that replaced it."""

    account_id: str
    merged_into: str | None = None


@dataclass(frozen=True, kw_only=True)
class Lead:
    """A lead; it may have no account yet, and may have been merged into another lead."""

    lead_id: str
    created_at: int
    account_id: str | None = None
    merged_into: str | None = None
    team: str = "services"


@dataclass(frozen=True, kw_only=True)
class Touch:
    """One interaction at ``occurred_at`` (UTC microseconds, as every instant here)."""

    touchpoint_id: str
    occurred_at: int
    channel: str
    team: str = "services"
    account_id: str | None = None
    lead_id: str | None = None
    sentiment: float | None = None
    sentiment_known_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class Opportunity:
    """A deal; ``minor_units`` is its amount in cents, None when the source gave none."""

    opportunity_id: str
    account_id: str
    created_at: int
    outcome: str
    closed_at: int | None = None
    lead_id: str | None = None
    minor_units: int | None = None


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything the oracle is told, and the instant after which nothing is read."""

    as_of: int
    accounts: tuple[Account, ...] = ()
    leads: tuple[Lead, ...] = ()
    touches: tuple[Touch, ...] = ()
    opportunities: tuple[Opportunity, ...] = ()


def survivor(label: str, merged_into: Mapping[str, str | None]) -> str | None:
    """Return the last of the chain ``label -> merged_into -> ...``, or None if the chain never ends (a cycle)."""
    seen = [label]
    while (following := merged_into.get(seen[-1])) is not None:
        if following in seen:
            return None
        seen.append(following)
    return seen[-1]


def surviving_account(world: World, account_id: str) -> str | None:
    """Return the account that ``account_id`` was merged into in the end (itself if it never was)."""
    return survivor(account_id, {account.account_id: account.merged_into for account in world.accounts})


def surviving_lead(world: World, lead_id: str) -> Lead | None:
    """Return the lead that ``lead_id`` was merged into in the end; None for a cycle or a lead nobody knows."""
    lead_id_in_the_end = survivor(lead_id, {lead.lead_id: lead.merged_into for lead in world.leads})
    for lead in world.leads:
        if lead.lead_id == lead_id_in_the_end:
            return lead
    return None


def account_of_lead(world: World, lead_id: str) -> str | None:
    """Return the account of the surviving lead; None when it has none."""
    lead = surviving_lead(world, lead_id)
    if lead is None or lead.account_id is None:
        return None
    return surviving_account(world, lead.account_id)


def account_of_touch(world: World, touch: Touch) -> str | None:
    """Return the touch's own account, else its lead's; None means that the touch is never attributed."""
    if touch.account_id is not None:
        return surviving_account(world, touch.account_id)
    if touch.lead_id is not None:
        return account_of_lead(world, touch.lead_id)
    return None


def as_known(touch: Touch, as_of: int) -> Touch:
    """Return the touch as it was known at ``as_of``: a sentiment that came in later is not there yet."""
    if touch.sentiment_known_at is not None and touch.sentiment_known_at > as_of:
        return replace(touch, sentiment=None)
    return touch


def touches_of_account(world: World, account_id: str) -> list[Touch]:
    """Return the account's touches up to ``as_of``, by time, then touchpoint id."""
    own = [
        as_known(touch, world.as_of)
        for touch in world.touches
        if touch.occurred_at <= world.as_of and account_of_touch(world, touch) == account_id
    ]
    return sorted(own, key=lambda touch: (touch.occurred_at, touch.touchpoint_id))
