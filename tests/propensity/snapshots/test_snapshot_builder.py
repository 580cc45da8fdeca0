from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from budget import examples
from propensity.two_futures import AS_OF, CUTOFF, DAY, two_futures
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError, NoCurrencyError, UnknownNameError
from servicelead.propensity import Feature, Known, SnapshotBuilder, Snapshots
from servicelead.tables import Business
from servicelead.tables.known import known_before
from tables.samples import at, business, deal, lead, touch

FIRST_OF_MARCH = date(2026, 3, 1)


def everything(known: Known) -> Any:
    """Return a figure per account that every row of every table the account has goes into."""
    total = np.zeros(len(known.business.accounts.vocabularies["account_id"]) + 1)
    for table in (known.business.touches, known.business.opportunities, known.business.cases):
        np.add.at(total, table.account_id, 1.0 + np.sum(table.columns()["account_id"] == "a"))
    np.add.at(total, known.business.opportunities.account_id, known.business.opportunities.outcome * 7.0)
    return total[known.account]


BUILDER = SnapshotBuilder(
    windows=(7, 30, 200),
    channels=("call",),
    severities=("low", "a new one"),
    own=(Feature(name="everything", unit="rows", sentence="All there was.", compute=everything),),
)


def bits(snapshots: Snapshots) -> dict[str, Any]:
    """Return every cell, numbers as their bits."""
    cells: dict[str, Any] = {"account": snapshots.account_id.tolist(), "cutoff": snapshots.cutoff.tolist()}
    for name in snapshots.features:
        values = snapshots.features[name]
        cells[name] = values.view(np.int64).tolist() if values.dtype.kind == "f" else values.tolist()
    return cells


def differences(one: Snapshots, two: Snapshots) -> list[str]:
    """Return the columns in which two tables of snapshots differ."""
    first, second = bits(one), bits(two)
    return [name for name in {**first, **second} if first.get(name) != second.get(name)]


def cell(snapshots: Snapshots, name: str) -> Any:
    """Return the only value of a column."""
    (value,) = snapshots.features[name].tolist()
    return value


@settings(max_examples=examples(40))
@given(two_futures())
def test_the_future_changes_no_bit(futures: tuple[Business, Business]) -> None:
    """Nothing added or edited that was not known before the cutoff changes who is looked at, or a bit of a feature."""
    cutoffs = [CUTOFF - 40 * DAY, CUTOFF]
    first, second = (BUILDER.build(future, cutoffs=cutoffs, labelled=False) for future in futures)
    assert [] == differences(first, second)


@settings(max_examples=examples(20))
@given(two_futures())
def test_features_read_what_was_known(futures: tuple[Business, Business]) -> None:
    """Features of a business are those of the same business as it was known just before the cutoff, bit by bit."""
    whole = futures[0]
    known = known_before(whole, CUTOFF)
    first, second = (BUILDER.build(each, cutoffs=[CUTOFF], labelled=False) for each in (whole, known))
    assert [] == differences(first, second)


def test_a_snapshot_is_its_own() -> None:
    """A row is the same, bit by bit, whatever other cutoffs are asked for."""
    simulated = simulate_business(n_accounts=60, seed=4).business
    alone = BUILDER.build(simulated, cutoffs=[date(2026, 3, 1)])
    among = BUILDER.build(simulated, cutoffs=[date(2025, 9, 1), date(2026, 3, 1), date(2026, 1, 15)])
    rows = among.cutoff == alone.cutoff[0]
    assert 0 < len(alone) == np.count_nonzero(rows)
    assert {name: np.array(cells)[rows].tolist() for name, cells in bits(among).items()} == bits(alone)


def subscriber(*more: Any, **tables: Any) -> Business:
    """Return a business whose account a has subscribed since New Year's Day for 1,200 a year."""
    paid = {"subscription_id": "s0", "account_id": "a", "started_at": "2026-01-01", "amount": "100", "period": "month"}
    return business(subscriptions=[paid, *more], **tables)


def test_features_by_hand() -> None:
    """A small business, worked out with pencil and paper: days are those of 2026, the cutoff 1 March, day 59."""
    given = subscriber(
        {"subscription_id": "s1", "account_id": "a", "started_at": "2026-02-15", "amount": "50", "period": "month",
         "seats": 5},
        accounts=[{"account_id": "a", "created_at": "2025-12-30"}],
        touchpoints=[
            touch("t1", day=29, sentiment=-0.5), touch("t2", day=49, sentiment=0.25, sentiment_known_at="2026-03-02"),
            touch("t3", day=58, team="sales"), touch("t4", day=59),
        ],
        opportunities=[
            deal("o1", day=20, kind="upsell", amount="300"), deal("o2", day=58.5, outcome="lost"), deal("o3", day=59),
        ],
        cases=[
            {"case_id": "c1", "account_id": "a", "opened_at": "2026-02-01", "closed_at": "2026-02-03",
             "severity": "high"},
            {"case_id": "c2", "account_id": "a", "opened_at": "2026-02-20", "closed_at": "2026-03-05"},
        ],
        leads=[
            {"lead_id": "l1", "account_id": "a", "created_at": "2026-02-01", "team": "services",
             "follow_up_due_at": "2026-02-10", "followed_up_at": "2026-03-03"},
            {"lead_id": "l2", "account_id": "a", "created_at": "2026-02-01", "team": "sales"},
        ],
        stage_history=[
            {"lead_id": "l2", "stage": "qualified", "entered_at": "2026-02-02T00:00:00Z"},
            {"lead_id": "l2", "stage": "lost", "entered_at": "2026-02-05T00:00:00Z"},
            {"lead_id": "l1", "stage": "rejected", "entered_at": "2026-03-01T00:00:00Z"},
        ],
        account_history=[
            {"account_id": "a", "valid_from": "2026-01-01", "tier": "low", "health": 3},
            {"account_id": "a", "valid_from": "2026-03-01", "tier": "high", "health": 9},
        ],
        usage=[{"account_id": "a", "occurred_at": "2026-02-20T00:00:00Z", "feature": "f", "quantity": 4, "users": 3}],
    )  # fmt: skip
    snapshots = SnapshotBuilder().build(given, cutoffs=[FIRST_OF_MARCH], labelled=False)
    expected = {
        "touches_30d": 3.0, "services_touches_30d": 2.0, "sales_touches_30d": 1.0, "touches_change_30d": 3.0,
        "services_touch_share_365d": 2 / 3, "days_since_touch": 1.0, "days_since_services_touch": 10.0,
        "services_touches_decayed": 0.5 + 2 ** (-1 / 3), "negative_touches_90d": 1.0, "positive_touches_90d": 0.0,
        "mean_sentiment_365d": -0.5, "cases_30d": 2.0, "high_cases_30d": 1.0, "open_cases": 1.0,
        "mean_case_days_365d": 2.0, "days_since_case": 9.0, "recurring_revenue": 1800.0,
        "recurring_revenue_change_30d": 600.0, "subscriptions": 2.0, "subscribed_seats": 5.0, "days_as_customer": 59.0,
        "days_since_subscription_start": 14.0, "won_deals": 1.0, "lost_deals": 1.0, "open_deals": 1.0, "win_rate": 0.5,
        "won_value_365d": 300.0, "won_expansions": 1.0, "days_since_won_deal": 39.0, "leads_30d": 2.0,
        "services_leads_30d": 1.0, "open_leads": 1.0, "leads_qualified_30d": 1.0, "overdue_follow_ups": 1.0,
        "account_age": 61.0, "tier": "low", "health": 3.0, "usage_30d": 4.0, "mean_users_30d": 3.0,
        "features_used_30d": 1.0, "licence_utilisation_ratio_30d": 0.6, "days_since_use": 9.0,
    }  # fmt: skip
    assert expected == {name: pytest.approx(cell(snapshots, name), abs=1e-12) if isinstance(value, float)
                        else cell(snapshots, name) for name, value in expected.items()}  # fmt: skip


@pytest.mark.parametrize(("day", "label"), [("2026-03-10", 0), ("2026-03-11", 1), ("2026-04-09", 1), ("2026-04-10", 0)])
def test_the_label_window(day: str, label: int) -> None:
    """The label is a win in [cutoff + gap, cutoff + gap + horizon): 11 March to 9 April for ten and thirty days."""
    won = deal("o", day=5, closed_at=f"{day}T00:00:00Z", kind="cross_sell", amount="70")
    builder = SnapshotBuilder(gap=timedelta(days=10), horizon=timedelta(days=30))
    found = builder.build(subscriber(opportunities=[won]), cutoffs=[FIRST_OF_MARCH])
    assert [label] == found.label.tolist()
    assert [7000 * label] == found.value.tolist()


def test_kinds_are_the_callers() -> None:
    """Only wins of the kinds named are expansions; a loss never is."""
    won = [deal("o1", day=70, kind="new"), deal("o2", day=71, kind="upsell", outcome="lost")]
    given = subscriber(opportunities=won)
    assert [0] == SnapshotBuilder().build(given, cutoffs=[FIRST_OF_MARCH]).label.tolist()
    assert [1] == SnapshotBuilder(kinds=["new"]).build(given, cutoffs=[FIRST_OF_MARCH]).label.tolist()


def test_labels_from_the_ledger() -> None:
    """A rise of recurring revenue counts from the amount asked for, net of what is replaced at that moment."""
    given = business(
        subscriptions=[
            {"subscription_id": "s0", "account_id": "a", "started_at": "2026-01-01", "ended_at": "2026-04-01",
             "amount": "100", "period": "month"},
            {"subscription_id": "s1", "account_id": "a", "started_at": "2026-04-01", "amount": "120",
             "period": "month"},
        ]
    )  # fmt: skip
    for minimum, label in ((240, 1), (240.01, 0)):
        found = SnapshotBuilder(minimum_expansion=minimum).build(given, cutoffs=[FIRST_OF_MARCH])
        assert [label] == found.label.tolist()
        assert [24000 * label] == found.value.tolist()
    with pytest.raises(NoCurrencyError):
        SnapshotBuilder(minimum_expansion=1).build(business(currency=None), cutoffs=[FIRST_OF_MARCH])


def test_windows_that_are_not_over_are_counted() -> None:
    """A cutoff whose label window ends after as_of has no rows, and the accounts it would have had are counted."""
    found = SnapshotBuilder().build(subscriber(), cutoffs=[date(2026, 4, 2), date(2026, 4, 3)])
    assert [date(2026, 4, 2)] == [moment.date() for moment in found.table.to_dict()["cutoff"]]
    assert 1 == found.dropped.row(reason="label_window_not_over")["n_rows"]


@pytest.mark.parametrize(
    ("started", "ended", "n_rows"),
    [
        ("2026-02-28", None, 1),
        ("2026-03-01", None, 0),
        ("2026-01-01", "2026-02-28", 0),
        ("2026-01-01", "2026-03-01", 1),
        ("2026-02-01", "2026-02-01", 0),
    ],
)
def test_active_just_before(started: str, ended: str | None, n_rows: int) -> None:
    """Active is who had begun to pay before the cutoff and was not known before it to have ended."""
    paid = {"subscription_id": "s", "account_id": "a", "started_at": started, "ended_at": ended, "amount": "9",
            "period": "month"}  # fmt: skip
    other = paid | {"subscription_id": "s2", "account_id": "b", "started_at": "2025-01-01", "ended_at": "2025-02-01"}
    given = business(subscriptions=[paid, other])
    assert n_rows == len(SnapshotBuilder().build(given, cutoffs=[FIRST_OF_MARCH], labelled=False))


def test_who_pays_now_and_then_is_active() -> None:
    """Payments recur within the gap; without payments and subscriptions active is who had won us."""
    payments = [{"payment_id": "p", "account_id": "a", "paid_at": "2026-02-01T00:00:00Z", "amount": "5"}]
    given = business(payments=payments, opportunities=[deal("o", account="b", day=3)])
    for gap, names in ((28, ["a"]), (27, [])):
        builder = SnapshotBuilder(payment_gap=timedelta(days=gap))
        assert names == builder.build(given, cutoffs=[FIRST_OF_MARCH], labelled=False).account_id.tolist()
    only_deals = business(opportunities=[deal("o", account="b", day=3)])
    assert ["b"] == SnapshotBuilder().build(only_deals, cutoffs=[FIRST_OF_MARCH]).account_id.tolist()
    assert [] == SnapshotBuilder().build(only_deals, cutoffs=[date(2026, 1, 4)]).account_id.tolist()


def test_the_calendar_knows_the_zone() -> None:
    """Cutoffs are the beginnings of local months; by default the twelve latest whose label is known."""
    given = subscriber(zone="America/New_York")
    months = SnapshotBuilder(since=date(2026, 2, 1), until=date(2026, 3, 1)).build(given).table.to_dict()["cutoff"]
    expected = [datetime(2026, 2, 1, 5, tzinfo=UTC), datetime(2026, 3, 1, 5, tzinfo=UTC)]
    assert expected == months
    default = SnapshotBuilder().build(given).table.to_dict()["cutoff"]
    assert [2, 3, 4] == [moment.month for moment in default]  # active from February; May's label is not known yet
    quarters = SnapshotBuilder(every="quarter", horizon=timedelta(days=7)).build(subscriber(fiscal_year_start=2))
    assert [2, 5] == [moment.month for moment in quarters.table.to_dict()["cutoff"]]


def test_scoring_looks_at_the_moment_after_as_of() -> None:
    """Without labels there is one cutoff, at which all is known, and every label says that nobody asked."""
    given = subscriber(touchpoints=[touch("t", day=180.5)])  # on 30 June, the last day
    found = SnapshotBuilder().build(given, labelled=False)
    assert [[given.as_of + 1], [-1], [1.0]] == [
        found.cutoff.tolist(), found.label.tolist(), found.features["touches_30d"].tolist()
    ]  # fmt: skip


def test_training_and_scoring_have_the_same_columns() -> None:
    """The columns do not depend on which labels the data happen to have."""
    given = simulate_business(n_accounts=40, seed=2).business
    assert (
        SnapshotBuilder().build(given).features.names == SnapshotBuilder().build(given, labelled=False).features.names
    )
    assert {"number", "category"} == {feature.kind for feature in SnapshotBuilder().build(given).definitions}


def test_every_feature_says_what_it_is() -> None:
    """Each column has a definition with a unit and a sentence that ends."""
    found = SnapshotBuilder(assume_constant=("contacts", "industry")).build(simulate_business(n_accounts=30).business)
    assert found.features.names == tuple(feature.name for feature in found.definitions)
    assert all(feature.unit and feature.sentence.endswith(".") for feature in found.definitions)


def test_undated_attributes_are_refused_unless_constant() -> None:
    """An attribute of which only today's value is known is refused, and read where it is said never to change."""
    given = subscriber(accounts=[{"account_id": "a", "industry": "food"}])
    with pytest.raises(InvalidValueError, match="industry"):
        SnapshotBuilder(attributes=("industry",)).build(given)
    with pytest.raises(UnknownNameError):
        SnapshotBuilder(attributes=("colour",)).build(given)
    with pytest.raises(UnknownNameError, match="industri"):
        SnapshotBuilder(assume_constant=("industri",)).build(given)
    found = SnapshotBuilder(assume_constant=("industry",)).build(given, cutoffs=[FIRST_OF_MARCH])
    assert "food" == cell(found, "industry")


def test_nothing_gives_nothing() -> None:
    """A business without rows, and a calendar without cutoffs, give every column and no row."""
    empty = SnapshotBuilder().build(business())
    assert 0 == len(empty) == len(empty.X)
    assert "touches_90d" in empty.features
    none = SnapshotBuilder(since=date(2026, 5, 2), until=date(2026, 5, 3)).build(subscriber())
    assert 0 == len(none) == len(none.label)
    assert 0 == len(SnapshotBuilder().build(subscriber(), cutoffs=[]))


@pytest.mark.parametrize("days", [{"since": date(2026, 8, 1)}, {"until": date(2028, 8, 1)}])
def test_a_calendar_after_as_of_is_refused(days: dict[str, date]) -> None:
    """Cutoffs that all lie after what is known are no empty table but a mistake."""
    with pytest.raises(InvalidValueError, match=next(iter(days))):
        SnapshotBuilder(**days).build(subscriber(), labelled=False)  # type: ignore[arg-type]  # a day under either name
    summer = SnapshotBuilder(since=date(2026, 6, 1), until=date(2026, 8, 1))
    assert 2 == len(summer.build(subscriber(), labelled=False))  # the first moment after as_of is still known before


def test_a_touch_of_a_later_lead_counts_from_then() -> None:
    """A touch of 2 February through a lead of 5 March is nothing on 1 March, and a touch of 5 March on 1 April."""
    met = touch("t", None, day=32, lead_id="l", contact_id="p", sentiment=-1.0)
    given = subscriber(touchpoints=[met], leads=[lead("l", created_at=at(63))], contacts=[{"contact_id": "p"}])
    names = ("touches_30d", "call_touches_30d", "negative_touches_30d", "contacts_met", "days_since_touch")
    found = SnapshotBuilder(channels=("call",)).build(given, cutoffs=[FIRST_OF_MARCH, date(2026, 4, 1)], labelled=False)
    assert [0.0, 1.0] * 4 == [value for name in names[:4] for value in found.features[name].tolist()]
    assert ["nan", "27.0"] == [str(value) for value in found.features["days_since_touch"].tolist()]


def test_free_seats_are_not_counted() -> None:
    """Seats are those of paid subscriptions, as subscriptions are."""
    spans = {"account_id": "a", "started_at": "2026-01-02", "period": "month", "seats": 5}
    free, paid = spans | {"subscription_id": "f", "amount": "0"}, spans | {"subscription_id": "p", "amount": "1"}
    given = subscriber(free, paid, usage=[{"account_id": "a", "occurred_at": "2026-02-28", "users": 4}])
    found = SnapshotBuilder().build(given, cutoffs=[FIRST_OF_MARCH])
    assert [5.0, 0.8] == [cell(found, name) for name in ("subscribed_seats", "licence_utilisation_ratio_30d")]


def test_without_a_currency() -> None:
    """Plain measures recur, are paid and are won just as money is."""
    paid = {"subscription_id": "s", "account_id": "a", "started_at": "2026-01-01", "amount": 2.5, "period": "month"}
    won = deal("o", day=70, kind="upsell", amount=7.25)
    found = SnapshotBuilder().build(
        business(subscriptions=[paid], opportunities=[won], currency=None), cutoffs=[FIRST_OF_MARCH]
    )
    assert [30.0, 7.25, 1] == [cell(found, "recurring_revenue"), found.value[0], found.label[0]]


@pytest.mark.parametrize(
    "settings",
    [
        {"until": date(2026, 1, 1), "since": date(2026, 1, 2)},
        {"every": "week"}, {"since": datetime(2026, 1, 1, tzinfo=UTC)}, {"horizon": timedelta(0)},
        {"horizon": timedelta(hours=36)}, {"gap": timedelta(days=-1)}, {"kinds": ("gift",)}, {"kinds": "upsell"},
        {"kinds": ()}, {"minimum_expansion": 0}, {"windows": ()}, {"windows": (90, 30)}, {"windows": (1.5,)},
        {"windows": (10**9,)}, {"horizon": timedelta(days=36_526)}, {"gap": timedelta(days=36_526)},
        {"half_life": 30}, {"channels": "call"}, {"severities": (1,)},
        {"own": (Feature(name="f", unit="u", sentence="S."),)},
    ],
)  # fmt: skip
def test_settings_are_checked(settings: dict[str, Any]) -> None:
    """A setting that makes no sense is refused by name."""
    with pytest.raises(InvalidValueError, match=next(iter(settings))):
        SnapshotBuilder(**settings)


@pytest.mark.parametrize("cutoff", ["yesterday", None, date(2026, 7, 2), AS_OF + 500 * DAY, 1.5])
def test_cutoffs_are_checked(cutoff: Any) -> None:
    """A cutoff must be a moment, and not lie after what is known."""
    with pytest.raises(InvalidValueError, match="cutoffs"):
        SnapshotBuilder().build(subscriber(), cutoffs=[cutoff])


def test_cutoffs_are_listed() -> None:
    """Moments of any form are taken in any order, each once; a single one must be put in a list."""
    days = np.array(["2026-03-01", "2026-02-01"], dtype="datetime64[D]")
    given = subscriber()
    mixed = [datetime(2026, 3, 1, tzinfo=UTC), date(2026, 2, 1), FIRST_OF_MARCH]
    expected = SnapshotBuilder().build(given, cutoffs=days).cutoff.tolist()
    assert expected == SnapshotBuilder().build(given, cutoffs=mixed).cutoff.tolist()
    assert expected[1:] == [CUTOFF] == SnapshotBuilder().build(given, cutoffs=[CUTOFF, CUTOFF]).cutoff.tolist()
    lone: Any = FIRST_OF_MARCH
    with pytest.raises(InvalidValueError, match="brackets"):
        SnapshotBuilder().build(given, cutoffs=lone)


def own(compute: Any, **more: Any) -> SnapshotBuilder:
    """Return a builder with one feature of one's own."""
    return SnapshotBuilder(own=(Feature(**{"name": "mine", "unit": "u", "sentence": "S.", "compute": compute} | more),))


def test_a_feature_of_ones_own() -> None:
    """It is given what was known, once per cutoff, and its values become a column."""
    seen: list[int] = []

    def touched(known: Known) -> Any:
        seen.append(known.cutoff)
        return np.bincount(known.business.touches.account_id, minlength=9)[known.account]

    given = subscriber(touchpoints=[touch("t1", day=1), touch("t2", day=40), touch("t3", day=59)])
    found = own(touched).build(given, cutoffs=[date(2026, 2, 1), FIRST_OF_MARCH])
    assert [1.0, 2.0] == found.features["mine"].tolist()
    assert found.cutoff.tolist() == seen
    label = own(lambda known: ["x"] * len(known.account), kind="category").build(given, cutoffs=[FIRST_OF_MARCH])
    assert "x" == cell(label, "mine")


@pytest.mark.parametrize(
    ("compute", "more"),
    [
        (lambda known: known.business.touches.occurred_at, {}),
        (lambda known: np.full(len(known.account), np.inf), {}),
        (lambda known: ["text"] * len(known.account), {}),
        (lambda known: [1] * len(known.account), {"kind": "category"}),
        (lambda known: np.zeros(len(known.account)), {"name": "touches_30d"}),
    ],
)
def test_features_of_ones_own_are_checked(compute: Any, more: dict[str, Any]) -> None:
    """One value per account, finite, of the kind it says, under a name of its own."""
    with pytest.raises(InvalidValueError, match=more.get("name", "mine")):
        own(compute, **more).build(subscriber(), cutoffs=[FIRST_OF_MARCH])
