"""Two businesses with one past: all that was known before a cutoff is the same in both, all else is drawn anew."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from servicelead.tables import Business

DAY = 86_400_000_000
#: 1 March 2026, the cutoff; the past begins 400 days before it, the future lasts 100 days.
CUTOFF = 1_772_323_200_000_000
AS_OF = CUTOFF + 100 * DAY

Row = dict[str, Any]
Tables = dict[str, list[Row]]

ACCOUNTS = ["a", "b", "c"]
PAST = st.one_of(st.integers(CUTOFF - 400 * DAY, CUTOFF - 1), st.sampled_from([CUTOFF - 1, CUTOFF - 30 * DAY]))
FUTURE = st.one_of(st.integers(CUTOFF, AS_OF), st.just(CUTOFF))
LATER = st.one_of(st.none(), FUTURE)
AMOUNT = st.integers(1, 99_999).map(lambda cents: f"{cents / 100:.2f}")
SENTIMENT = st.one_of(st.none(), st.sampled_from([-1.0, -0.3, 0.0, 0.1, 0.7]))


def rows(
    draw: st.DrawFn, prefix: str, most: int, moment: st.SearchStrategy[int], column: str, **more: Any
) -> list[Row]:
    """Draw rows of one table: an identifier, a moment and further cells."""
    out = []
    for number in range(draw(st.integers(0, most))):
        row = {"account_id": draw(st.sampled_from(ACCOUNTS)), column: draw(moment)}
        row |= {name: draw(cell) for name, cell in more.items()}
        out.append({"id": f"{prefix}{number}"} | row)
    return out


def touches(draw: st.DrawFn, prefix: str, moment: st.SearchStrategy[int]) -> list[Row]:
    """Draw touches; some name only a lead, which may come about later, or never."""
    out = rows(
        draw, prefix, 6, moment, "occurred_at", lead_id=st.sampled_from([None, "P-l0", "F-l0", "F-l1"]),
        team=st.sampled_from(["services", "sales", "marketing"]), channel=st.sampled_from(["call", "visit"]),
        contact_id=st.sampled_from([None, "p", "q"]), sentiment=SENTIMENT,
    )  # fmt: skip
    return [row | {"account_id": None} if row["lead_id"] and draw(st.booleans()) else row for row in out]


def subscriptions(draw: st.DrawFn, prefix: str, moment: st.SearchStrategy[int]) -> list[Row]:
    """Draw subscriptions."""
    return rows(
        draw, prefix, 3, moment, "started_at", amount=AMOUNT, period=st.sampled_from(["month", "year"]),
        seats=st.sampled_from([None, 1, 7]),
    )  # fmt: skip


def deals(draw: st.DrawFn, prefix: str, moment: st.SearchStrategy[int]) -> list[Row]:
    """Draw deals without their ends."""
    return rows(draw, prefix, 4, moment, "created_at")


def closed(draw: st.DrawFn, deal: Row, moment: int | None) -> Row:
    """Close a deal at a moment, or leave it open."""
    kind, amount = draw(st.sampled_from(["upsell", "new", None])), draw(st.one_of(st.none(), AMOUNT))
    outcome = "open" if moment is None else draw(st.sampled_from(["won", "lost"]))
    lead = draw(st.sampled_from([None, "l0"]))
    return deal | {"closed_at": moment, "outcome": outcome, "kind": kind, "amount": amount, "lead_id": lead}


def leads(draw: st.DrawFn, prefix: str, moment: st.SearchStrategy[int]) -> list[Row]:
    """Draw leads without what becomes of them."""
    return rows(draw, prefix, 3, moment, "created_at", team=st.sampled_from(["services", "sales"]))


def plain(draw: st.DrawFn, prefix: str, moment: st.SearchStrategy[int]) -> Tables:
    """Draw the tables whose rows are known at once and for all."""
    number = st.one_of(st.none(), st.floats(0, 1e6, allow_nan=False))
    history = rows(draw, prefix, 3, moment, "valid_from", tier=st.sampled_from(["x", "y", None]), health=number)
    stages = rows(draw, prefix, 4, moment, "entered_at", stage=st.sampled_from(["qualified", "rejected", "working"]))
    return {
        "usage": rows(
            draw, prefix, 4, moment, "occurred_at", quantity=number, users=number, feature=st.sampled_from("fg")
        ),
        "payments": rows(draw, prefix, 3, moment, "paid_at", amount=AMOUNT),
        "self_help_events": rows(draw, prefix, 3, moment, "occurred_at", entitled=st.just("yes")),
        "account_history": history,
        "stage_history": [row | {"lead_id": draw(st.sampled_from(["P-l0", "P-l1"]))} for row in stages],
    }


@st.composite
def two_futures(draw: st.DrawFn) -> tuple[Business, Business]:
    """Draw a past, and two futures of it."""
    kept: dict[str, Any] = {
        "touchpoints": touches(draw, "P-t", PAST),
        "subscriptions": subscriptions(draw, "P-s", PAST),
        "opportunities": deals(draw, "P-o", PAST),
        "leads": leads(draw, "P-l", PAST),
        "cases": rows(draw, "P-c", 4, PAST, "opened_at", severity=st.sampled_from(["low", "high", None])),
        "contacts": [{"id": "p", "account_id": "a"}, {"id": "q", "account_id": "b"}],
        "accounts": [{"id": name, "created_at": draw(PAST)} for name in ACCOUNTS],
        **plain(draw, "P-", PAST),
    }
    # What an attribute is, a number or text, is told by its whole column: let both have one of theirs.
    kept["account_history"].append({"account_id": "c", "valid_from": CUTOFF - 500 * DAY, "tier": "x", "health": 1.0})
    kept["subscriptions"] += [
        {"id": f"P-{name}", "account_id": name, "started_at": CUTOFF - 450 * DAY, "amount": "9", "period": "month"}
        for name in ACCOUNTS  # so that everybody is looked at
    ]
    # Ends that were known, and sentiments that were known.
    for title, column in (("subscriptions", "ended_at"), ("cases", "closed_at")):
        begun = {"subscriptions": "started_at", "cases": "opened_at"}[title]
        for row in kept[title]:
            end = draw(st.one_of(st.none(), PAST))
            row[column] = None if end is None or end < row[begun] or row["id"] in {"P-a", "P-b"} else end
            if title == "cases" and row[column] is not None:
                row["sentiment"] = draw(SENTIMENT)
    kept["opportunities"] = [
        closed(draw, deal, draw(PAST)) if draw(st.booleans()) else deal for deal in kept["opportunities"]
    ]
    for row in kept["touchpoints"]:
        row["sentiment_known_at"] = draw(st.one_of(st.none(), PAST))
    for row in kept["leads"]:
        row["follow_up_promised_at"], row["follow_up_due_at"] = draw(PAST), draw(st.one_of(st.none(), PAST, FUTURE))
        row["followed_up_at"] = draw(st.one_of(st.none(), PAST))
    return of_future(draw, kept), of_future(draw, kept)


def of_future(draw: st.DrawFn, kept: Mapping[str, Any]) -> Business:
    """Draw what was not known: later rows, ends and sentiments, and whatever says how things stand today."""
    tables: dict[str, list[Row]] = {title: [dict(row) for row in given] for title, given in kept.items()}
    for row in tables["subscriptions"]:
        if row["ended_at"] is None:
            row |= {"ended_at": draw(LATER), "end_reason": draw(st.sampled_from([None, "price"]))}
    for row in tables["cases"]:
        if row["closed_at"] is None:
            row |= {"closed_at": draw(LATER), "sentiment": draw(SENTIMENT)}
    tables["opportunities"] = [
        deal if "outcome" in deal else closed(draw, deal, draw(LATER)) for deal in tables["opportunities"]
    ]
    for row in tables["touchpoints"]:
        if row["sentiment"] is None and row["sentiment_known_at"] is None and draw(st.booleans()):
            row |= {"sentiment": draw(SENTIMENT), "sentiment_known_at": draw(FUTURE)}
    for row in tables["leads"]:
        if row["followed_up_at"] is None:
            row["followed_up_at"] = draw(LATER)
    today(draw, tables)
    tables["accounts"].append({"id": draw(st.sampled_from(["0", "bb", "z"])), "created_at": draw(FUTURE)})
    tables["touchpoints"] += touches(draw, "F-t", FUTURE)
    tables["subscriptions"] += subscriptions(draw, "F-s", FUTURE)
    tables["opportunities"] += [closed(draw, deal, None) for deal in deals(draw, "F-o", FUTURE)]
    tables["leads"] += leads(draw, "F-l", FUTURE)
    tables["cases"] += rows(draw, "F-c", 3, FUTURE, "opened_at", severity=st.sampled_from(["a new one", "high"]))
    for title, more in plain(draw, "F-", FUTURE).items():
        tables[title] = tables[title] + more
    return business_of(tables)


def today(draw: st.DrawFn, tables: Tables) -> None:
    """Draw what says how things stand today."""
    for row in tables["leads"]:
        row |= {"stage": draw(st.sampled_from(["new", "won"])), "owner": draw(st.sampled_from("xy"))}
    for row in tables["accounts"]:
        row |= {"seats": draw(st.integers(1, 9)), "industry": draw(st.sampled_from(["tech", "food"]))}
    for row in tables["contacts"]:
        row["org_level"] = draw(st.sampled_from(["executive", "manager"]))


_IDS = {
    "touchpoints": "touchpoint_id", "subscriptions": "subscription_id", "opportunities": "opportunity_id",
    "leads": "lead_id", "cases": "case_id", "contacts": "contact_id", "accounts": "account_id",
    "payments": "payment_id", "self_help_events": "event_id",
}  # fmt: skip


def business_of(tables: Mapping[str, list[Row]]) -> Business:
    """Return the business of tables given as rows."""
    frames: dict[str, Any] = {}
    for title, given in tables.items():
        named = [
            {_IDS.get(title, "row") if name == "id" else name: cell for name, cell in row.items()} for row in given
        ]
        names = dict.fromkeys(name for row in named for name in row if name != "row")
        if title == "stage_history":
            names.pop("account_id", None)
        frames[title] = {name: [row.get(name) for row in named] for name in names}
    return Business.from_frames(
        **{title: frame for title, frame in frames.items() if frame}, as_of=AS_OF, currency="USD"
    )
