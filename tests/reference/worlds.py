"""Small random worlds for hypothesis, and the same worlds as canonical tables.

Instants are whole days around a fixed Monday, sometimes a microsecond off: close enough together that equal times,
touches exactly on a close, and touches exactly a lookback before it all happen often.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from hypothesis import strategies as st

from reference.journeys import Window
from reference.touches import Account, Lead, Opportunity, Touch, World

Tables: TypeAlias = dict[str, dict[str, list[Any]]]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2024, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
CHANNELS = {
    "ad": "marketing",
    "direct": "marketing",
    "call": "sales",
    "support": "services",
    "visit": "services",
    "(null)": "product",
}
SENTIMENTS = (None, None, -1.0, -0.5, 0.0, 0.5, 1.0)


def micros(moment: datetime) -> int:
    """Return the moment as UTC microseconds, exactly."""
    return (moment - EPOCH) // MICROSECOND


def moment(instant: int | None) -> datetime | None:
    """Return UTC microseconds as an aware datetime, exactly; None stays None."""
    return None if instant is None else EPOCH + instant * MICROSECOND


def day(number: int, offset: int = 0) -> int:
    """Return midnight of a day counted from the start, plus ``offset`` microseconds."""
    return micros(START + timedelta(days=number)) + offset


AS_OF = day(40)
PAST = st.builds(day, st.integers(0, 39), st.sampled_from([0, 0, 0, 1, -1]))
ANY_TIME = st.builds(day, st.integers(0, 45), st.sampled_from([0, 0, 0, 1, -1]))
WINDOWS = st.builds(
    Window,
    lookback=st.sampled_from([timedelta(days=5), timedelta(days=15), timedelta(days=90)]),
    max_touches=st.sampled_from([None, None, 1, 3]),
    restart_after_close=st.booleans(),
)


@st.composite
def merges(draw: st.DrawFn, labels: list[str]) -> dict[str, str | None]:
    """Merge some labels into later ones: chains happen, cycles cannot."""
    merged: dict[str, str | None] = {}
    for i, label in enumerate(labels):
        later = labels[i + 1 :]
        merged[label] = draw(st.sampled_from([None, None, *later]))
    return merged


@st.composite
def accounts(draw: st.DrawFn) -> tuple[Account, ...]:
    """Draw one to three accounts, some merged into others."""
    labels = draw(st.permutations(["a2", "a10", "B"]))[: draw(st.integers(1, 3))]
    merged = draw(merges(labels))
    return tuple(Account(account_id=label, merged_into=merged[label]) for label in labels)


@st.composite
def leads(draw: st.DrawFn, account_ids: list[str]) -> tuple[Lead, ...]:
    """Draw up to four leads, some without an account, some merged into others."""
    labels = draw(st.permutations(["l1", "l2", "l3", "l4"]))[: draw(st.integers(0, 4))]
    merged = draw(merges(labels))
    return tuple(
        Lead(
            lead_id=label,
            created_at=draw(ANY_TIME),
            account_id=draw(st.sampled_from([None, *account_ids])),
            merged_into=merged[label],
            team=draw(st.sampled_from(["marketing", "sales", "services"])),
        )
        for label in labels
    )


@st.composite
def touches(draw: st.DrawFn, account_ids: list[str], lead_ids: list[str]) -> tuple[Touch, ...]:
    """Draw up to twelve touches in any order of id and time, each with an account, a lead, or both."""
    found = []
    for number in draw(st.permutations(range(12)))[draw(st.integers(0, 12)) :]:
        occurred_at = draw(st.one_of(PAST, PAST, PAST, ANY_TIME))
        channel = draw(st.sampled_from(sorted(CHANNELS)))
        lead_id = draw(st.sampled_from([None, *lead_ids]))
        account_id = draw(st.sampled_from([*account_ids, *([] if lead_id is None else [None])]))
        sentiment = draw(st.sampled_from(SENTIMENTS))
        known_at = draw(st.sampled_from([None, occurred_at, day(50)])) if sentiment is not None else None
        found.append(
            Touch(
                touchpoint_id=f"t{number}",
                occurred_at=occurred_at,
                channel=channel,
                team=CHANNELS[channel],
                account_id=account_id,
                lead_id=lead_id,
                sentiment=sentiment,
                sentiment_known_at=known_at,
            )
        )
    return tuple(found)


@st.composite
def opportunities(draw: st.DrawFn, account_ids: list[str], lead_ids: list[str]) -> tuple[Opportunity, ...]:
    """Draw up to five opportunities: won, lost and open, closed before, at and after ``as_of``."""
    found = []
    for number in draw(st.permutations(range(5)))[: draw(st.integers(0, 5))]:
        created_at, closed_at = sorted([draw(ANY_TIME), draw(st.one_of(PAST, PAST, st.just(AS_OF), ANY_TIME))])
        outcome = draw(st.sampled_from(["won", "won", "won", "lost", "open"]))
        amounts = st.one_of(st.none(), st.integers(0, 5), st.integers(0, 10**9))
        found.append(
            Opportunity(
                opportunity_id=f"o{number}",
                account_id=draw(st.sampled_from(account_ids)),
                created_at=created_at,
                outcome=outcome,
                closed_at=None if outcome == "open" else closed_at,
                lead_id=draw(st.sampled_from([None, *lead_ids])),
                minor_units=draw(amounts),
            )
        )
    return tuple(found)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a small world seen at ``AS_OF``; an opportunity's own lead always exists by then."""
    drawn_accounts = draw(accounts())
    account_ids = [account.account_id for account in drawn_accounts]
    drawn_leads = draw(leads(account_ids))
    lead_ids = [lead.lead_id for lead in drawn_leads]
    none_in_future = [] if any(lead.created_at > AS_OF for lead in drawn_leads) else lead_ids
    return World(
        as_of=AS_OF,
        accounts=drawn_accounts,
        leads=drawn_leads,
        touches=draw(touches(account_ids, lead_ids)),
        opportunities=draw(opportunities(account_ids, none_in_future)),
    )


def amount_text(minor_units: int | None) -> str | None:
    """Return cents as decimal text: 1205 is ``12.05``."""
    return None if minor_units is None else f"{minor_units // 100}.{minor_units % 100:02d}"


def to_tables(world: World) -> Tables:
    """Render the world as canonical tables: instants as aware datetimes, amounts as decimal text."""
    return {
        "accounts": {
            "account_id": [account.account_id for account in world.accounts],
            "merged_into": [account.merged_into for account in world.accounts],
        },
        "leads": {
            "lead_id": [lead.lead_id for lead in world.leads],
            "account_id": [lead.account_id for lead in world.leads],
            "merged_into": [lead.merged_into for lead in world.leads],
            "created_at": [moment(lead.created_at) for lead in world.leads],
            "team": [lead.team for lead in world.leads],
        },
        "touchpoints": {
            "touchpoint_id": [touch.touchpoint_id for touch in world.touches],
            "account_id": [touch.account_id for touch in world.touches],
            "lead_id": [touch.lead_id for touch in world.touches],
            "occurred_at": [moment(touch.occurred_at) for touch in world.touches],
            "team": [touch.team for touch in world.touches],
            "channel": [touch.channel for touch in world.touches],
            "sentiment": [touch.sentiment for touch in world.touches],
            "sentiment_known_at": [moment(touch.sentiment_known_at) for touch in world.touches],
        },
        "opportunities": {
            "opportunity_id": [opportunity.opportunity_id for opportunity in world.opportunities],
            "account_id": [opportunity.account_id for opportunity in world.opportunities],
            "lead_id": [opportunity.lead_id for opportunity in world.opportunities],
            "created_at": [moment(opportunity.created_at) for opportunity in world.opportunities],
            "closed_at": [moment(opportunity.closed_at) for opportunity in world.opportunities],
            "outcome": [opportunity.outcome for opportunity in world.opportunities],
            "amount": [amount_text(opportunity.minor_units) for opportunity in world.opportunities],
            "currency": ["USD" for _ in world.opportunities],
        },
    }
