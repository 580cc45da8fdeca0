import pickle
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import attrs
import pytest

from servicelead import domain as d
from servicelead.exceptions import CurrencyError, InvalidValueError, MixedCurrencyError, ServiceLeadError

CANARY = "jane@example.com"
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
LATER = datetime(2025, 3, 2, 12, tzinfo=UTC)

#: The least each class needs.
LEAST: dict[type[Any], dict[str, Any]] = {
    d.Account: {"account_id": "a1"},
    d.AccountState: {"account_id": "a1", "valid_from": NOON},
    d.Activity: {"opportunity_id": "o1", "activity": "visit", "occurred_at": NOON},
    d.Case: {"case_id": "c1", "account_id": "a1", "opened_at": NOON},
    d.Contact: {"contact_id": "p1"},
    d.Lead: {"lead_id": "l1", "created_at": NOON, "team": "services"},
    d.Opportunity: {"opportunity_id": "o1", "account_id": "a1", "created_at": NOON, "outcome": "open"},
    d.OpportunityStageEntry: {"opportunity_id": "o1", "stage": "demo", "entered_at": NOON},
    d.Payment: {"payment_id": "y1", "account_id": "a1", "paid_at": NOON, "amount": 5},
    d.SelfHelpEvent: {"event_id": "e1", "account_id": "a1", "occurred_at": NOON, "entitled": True},
    d.Spend: {"channel": "ads", "team": "marketing", "start": NOON, "end": LATER, "amount": 5},
    d.StageEntry: {"lead_id": "l1", "stage": "new", "entered_at": NOON},
    d.Subscription: {"subscription_id": "s1", "account_id": "a1", "started_at": NOON, "amount": 5, "period": "month"},
    d.Touchpoint: {
        "touchpoint_id": "t1",
        "account_id": "a1",
        "occurred_at": NOON,
        "team": "services",
        "channel": "call",
    },
    d.Usage: {"account_id": "a1", "occurred_at": NOON},
}

#: The canonical columns, "?" for optional; `Touchpoint.account_id` is optional only beside a lead.
COLUMNS = {
    d.Account: "account_id merged_into? name? created_at? seats? industry? annual_recurring_revenue? currency? "
    "parent_account_id?",
    d.AccountState: "account_id valid_from",
    d.Contact: "contact_id account_id? merged_into? org_level? email_key?",
    d.Lead: "lead_id account_id? merged_into? contact_id? created_at team group? channel? owner? org_level? need? "
    "reported_by? stage? opportunity_id? follow_up_promised_at? follow_up_due_at? followed_up_at?",
    d.StageEntry: "lead_id stage entered_at reason?",
    d.Touchpoint: "touchpoint_id account_id? lead_id? contact_id? occurred_at team group? channel sentiment? "
    "sentiment_known_at? cost? currency? campaign?",
    d.Opportunity: "opportunity_id account_id lead_id? created_at closed_at? outcome amount? currency? kind? "
    "handed_off_at? owner?",
    d.OpportunityStageEntry: "opportunity_id stage entered_at amount?",
    d.Activity: "opportunity_id activity occurred_at",
    d.Subscription: "subscription_id contract_id? account_id started_at ended_at? amount period period_count? "
    "currency? seats? product? end_reason?",
    d.Payment: "payment_id account_id paid_at amount currency? kind?",
    d.Usage: "account_id occurred_at feature? quantity? users?",
    d.SelfHelpEvent: "event_id account_id occurred_at entitled issue_key? resource? succeeded? intended_assisted? "
    "needs_no_further_action?",
    d.Case: "case_id account_id opened_at closed_at? entitled? severity? sentiment? issue_key?",
    d.Spend: "channel team start end amount currency?",
}

every_class = pytest.mark.parametrize("kind", LEAST, ids=lambda kind: kind.__name__)


def make(kind: type[Any], /, **changes: Any) -> Any:
    """Make the least object of a class, with changes."""
    return kind(**LEAST[kind] | changes)


@every_class
def test_fields_are_the_canonical_columns(kind: type[Any]) -> None:
    """Field names, their order and which are optional are those of the canonical table."""
    own = [field for field in attrs.fields(kind) if field.name != "attributes"]
    named = [field.name + ("" if field.default is attrs.NOTHING else "?") for field in own]
    assert COLUMNS[kind].split() == named
    assert all(field.kw_only for field in attrs.fields(kind))


@every_class
def test_objects_are_values(kind: type[Any]) -> None:
    """Equal when their fields are, hashable, picklable, frozen; further columns are kept and read-only."""
    source = {"tier": ["gold"]}
    one, other = make(kind, attributes=source), make(kind, attributes=dict(source))
    source["tier"] = []
    assert one == other
    assert hash(one) == hash(other)
    assert one.attributes["tier"] == ["gold"]
    assert one != make(kind)
    assert one == pickle.loads(pickle.dumps(one))  # noqa: S301 - our own bytes
    assert isinstance(one.attributes, Mapping)
    with pytest.raises(TypeError):
        one.attributes["tier"] = 1  # type: ignore[index]  # that it cannot is the promise
    with pytest.raises(AttributeError):
        one.attributes = {}


@every_class
def test_every_field_refuses_what_is_not_its_kind_without_repeating_it(kind: type[Any]) -> None:
    """A list in any field is an error that names class and field and never the value."""
    for name in attrs.fields_dict(kind):
        with pytest.raises(ServiceLeadError) as caught:
            make(kind, **{name: [CANARY]})
        assert f"{kind.__name__}.{name} must be " in str(caught.value)
        assert "; got " in str(caught.value)
        assert CANARY not in str(caught.value)


@every_class
def test_a_required_field_refuses_none(kind: type[Any]) -> None:
    """What the canonical table requires cannot be None."""
    for column in COLUMNS[kind].split():
        if not column.endswith("?"):
            with pytest.raises(InvalidValueError, match=rf"{kind.__name__}\.{column} must be"):
                make(kind, **{column: None})


@every_class
def test_names_texts_and_further_columns_stay_out_of_the_repr(kind: type[Any]) -> None:
    """What may name a person or a company is not printed."""
    private = {"name", "owner", "reported_by", "need", "reason", "email_key"} & set(attrs.fields_dict(kind))
    secret = make(kind, attributes={"note": "hush"}, **dict.fromkeys(private, "hush"))
    assert "hush" not in repr(secret)


@pytest.mark.parametrize(
    ("kind", "name", "enum"),
    [
        (d.Touchpoint, "team", d.Team),
        (d.Spend, "team", d.Team),
        (d.Lead, "team", d.Team),
        (d.Lead, "org_level", d.OrgLevel),
        (d.Lead, "stage", d.LeadStage),
        (d.Contact, "org_level", d.OrgLevel),
        (d.Opportunity, "kind", d.OpportunityKind),
        (d.Subscription, "period", d.BillingPeriod),
        (d.SelfHelpEvent, "resource", d.Resource),
    ],
)
def test_choices_take_the_member_or_its_name(kind: type[Any], name: str, enum: type[StrEnum]) -> None:
    """Each name becomes its member; another name is an error that lists them and does not repeat it."""
    for member in enum:
        assert getattr(make(kind, **{name: member.value}), name) is member
        assert getattr(make(kind, **{name: member}), name) is member
    with pytest.raises(InvalidValueError, match=rf"{kind.__name__}\.{name} must be one of {', '.join(enum)}") as caught:
        make(kind, **{name: CANARY})
    assert CANARY not in str(caught.value)


def test_names_and_order_of_the_enumerations() -> None:
    """Codes in tables follow the order of teams and outcomes."""
    assert ["marketing", "sales", "services", "product", "partner"] == list(d.Team)
    assert ["won", "lost", "open"] == list(d.Outcome)
    assert ["week", "month", "quarter", "year"] == list(d.BillingPeriod)


@pytest.mark.parametrize(
    ("given", "kept"),
    [(5, Decimal(5)), (0.1, Decimal("0.1")), ("12.50", Decimal("12.50")), (Decimal(-3), Decimal(-3))],
)
def test_amounts_become_exact_decimals(given: Any, kept: Decimal) -> None:
    """Numbers and text are kept as exact decimals in major units."""
    payment = make(d.Payment, amount=given, currency="USD")
    assert str(kept) == str(payment.amount)
    assert payment.currency == "USD"


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), Decimal("NaN"), "1,000", "", True, None])
def test_amounts_are_finite(bad: Any) -> None:
    """What is no finite number is no amount."""
    with pytest.raises(InvalidValueError, match=r"Payment\.amount must be Money, a finite number or its decimal text"):
        make(d.Payment, amount=bad)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (d.Payment, "amount"),
        (d.Spend, "amount"),
        (d.Subscription, "amount"),
        (d.Opportunity, "amount"),
        (d.Touchpoint, "cost"),
        (d.Account, "annual_recurring_revenue"),
    ],
)
def test_money_brings_its_currency_along(kind: type[Any], name: str) -> None:
    """Money stays money, gives the object its currency, and tolerates no other."""
    money = d.Money(500, "USD")
    made = make(kind, **{name: money})
    assert (getattr(made, name), made.currency) == (money, "USD")
    with pytest.raises(MixedCurrencyError, match=rf"{kind.__name__}\.currency must be the currency of"):
        make(kind, **{name: money, "currency": "EUR"})
    with pytest.raises(CurrencyError, match="ISO 4217"):
        make(kind, currency="dollars")
    assert make(kind).currency is None


@pytest.mark.parametrize("kind", [d.Account, d.Contact, d.Lead], ids=lambda kind: kind.__name__)
def test_nothing_merges_into_itself(kind: type[Any]) -> None:
    """A survivor is another row."""
    (identifier,) = [name for name in LEAST[kind] if name == f"{kind.__name__.lower()}_id"] or ["contact_id"]
    assert make(kind, merged_into="other").merged_into == "other"
    with pytest.raises(InvalidValueError, match=rf"{kind.__name__}\.merged_into must be different from {identifier}"):
        make(kind, merged_into=LEAST[kind][identifier])


@pytest.mark.parametrize(
    ("kind", "later", "changes"),
    [
        (d.Opportunity, "closed_at", {"created_at": LATER, "closed_at": NOON, "outcome": "won"}),
        (d.Subscription, "ended_at", {"started_at": LATER, "ended_at": NOON}),
        (d.Case, "closed_at", {"opened_at": LATER, "closed_at": NOON}),
        (d.Spend, "end", {"start": LATER, "end": NOON}),
    ],
)
def test_nothing_ends_before_it_starts(kind: type[Any], later: str, changes: dict[str, Any]) -> None:
    """Ends lie at or after starts; the same moment is allowed."""
    with pytest.raises(InvalidValueError, match=rf"{kind.__name__}\.{later} must be not before"):
        make(kind, **changes)
    assert getattr(make(kind, **changes | {later: LATER}), later) == LATER


def test_a_touch_belongs_to_an_account_or_a_lead() -> None:
    """One of the two is enough; neither is an error."""
    assert make(d.Touchpoint, account_id=None, lead_id="l1").account_id is None
    with pytest.raises(InvalidValueError, match=r"Touchpoint\.account_id must be given where lead_id is not"):
        make(d.Touchpoint, account_id=None)


@pytest.mark.parametrize("kind", [d.Touchpoint, d.Case], ids=lambda kind: kind.__name__)
def test_sentiment_lies_between_minus_one_and_one(kind: type[Any]) -> None:
    """The ends belong to the range, nothing beyond does."""
    assert [-1, 1] == [make(kind, sentiment=end).sentiment for end in (-1, 1)]
    with pytest.raises(InvalidValueError, match=r"sentiment must be a number in \[-1, 1\]; got a number above"):
        make(kind, sentiment=1.5)


def test_outcome_and_close_agree() -> None:
    """Won and lost have a close, open has none."""
    assert make(d.Opportunity, outcome="lost", closed_at=date(2025, 3, 31)).outcome is d.Outcome.LOST
    for outcome in ("won", "lost"):
        with pytest.raises(InvalidValueError, match=r"Opportunity\.closed_at must be given"):
            make(d.Opportunity, outcome=outcome)
    with pytest.raises(InvalidValueError, match=r"Opportunity\.closed_at must be None for an open opportunity"):
        make(d.Opportunity, outcome="open", closed_at=LATER)


def test_a_rejection_has_a_reason() -> None:
    """Other stages need none."""
    assert make(d.StageEntry, stage="rejected", reason="no budget").stage is d.LeadStage.REJECTED
    with pytest.raises(InvalidValueError, match=r"StageEntry\.reason must be given for a rejection"):
        make(d.StageEntry, stage="rejected")


def test_an_address_is_no_pseudonym() -> None:
    """A contact never holds an e-mail address, and the message does not repeat it."""
    with pytest.raises(InvalidValueError, match=r"Contact\.email_key must be a keyed pseudonym") as caught:
        make(d.Contact, email_key=CANARY)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (d.Account, "seats", -1),
        (d.Subscription, "period_count", 0),
        (d.Subscription, "seats", 1.5),
        (d.Usage, "quantity", -0.5),
        (d.Usage, "users", -1),
    ],
)
def test_counts_have_a_floor(kind: type[Any], name: str, value: float) -> None:
    """Counts are not negative, and a price covers at least one period."""
    with pytest.raises(InvalidValueError, match=rf"{kind.__name__}\.{name} must be a (whole )?number of at least"):
        make(kind, **{name: value})


def test_a_further_column_cannot_pose_as_a_field() -> None:
    """A canonical column is given as the field, not among the attributes."""
    with pytest.raises(InvalidValueError, match=r"Account\.attributes must be names other than the fields"):
        make(d.Account, attributes={"seats": 3})
    assert d.AccountState(account_id="a1", valid_from=NOON, attributes={"seats": 3}).attributes == {"seats": 3}


def test_exchange_rate() -> None:
    """A rate is positive and exact, on a day, between two currencies."""
    good: dict[str, Any] = {"date": date(2025, 3, 1), "from_currency": "EUR", "to_currency": "USD", "rate": 1.04}
    assert Decimal("1.04") == d.ExchangeRate(**good).rate
    for bad in ({"rate": 0}, {"rate": "x"}, {"to_currency": "EUR"}, {"date": NOON}, {"date": "2025-03-01"}):
        with pytest.raises(InvalidValueError, match=rf"ExchangeRate\.{next(iter(bad))} must be"):
            d.ExchangeRate(**good | bad)
    with pytest.raises(CurrencyError, match=r"ExchangeRate\.from_currency"):
        d.ExchangeRate(**good | {"from_currency": "euro"})
