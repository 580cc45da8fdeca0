import math
from decimal import Decimal

import pytest

from report.businesses import business_of
from servicelead import Journeys, attribute
from servicelead.attribution import LastTouch, Linear, PositionBased, influenced, sourced
from servicelead.datasets import simulate_business
from servicelead.domain import Team
from servicelead.report.credit import credit_lines, credit_months
from servicelead.report.model import Report, make_report
from servicelead.report.rules import DEFAULT_STRATEGIES, Compared, Comparison
from servicelead.tables import Business


@pytest.fixture(scope="module")
def business() -> Business:
    """Return a simulated business."""
    return simulate_business(n_accounts=300, seed=3).business


@pytest.fixture(scope="module")
def report(business: Business) -> Report:
    """Return its figures."""
    return make_report(business, None, None)


@pytest.fixture(scope="module")
def journeys(business: Business) -> Journeys:
    """Return its journeys."""
    return Journeys.from_business(business)


def test_money_adds_up(report: Report, journeys: Journeys) -> None:
    """Teams, channels and months each add up to the credited value, and that with the unattributed to all won."""
    assert journeys.minor_units is not None
    assert Decimal(int(journeys.minor_units.sum())) / 100 == report.won
    assert report.credited == sum(line.value for line in report.teams)
    assert report.credited == sum(line.value for line in report.channels)
    assert report.credited == sum(month.total for month in report.months)
    assert report.unattributed_value == sum(line.value for line in report.unattributed)
    assert report.unattributed_value > 0


def test_deals_are_counted(report: Report, business: Business) -> None:
    """Won, lost and open deals are those of the table."""
    assert [(business.opportunities.outcome == code).sum() for code in range(3)] == [
        report.n_won,
        report.n_lost,
        report.n_open,
    ]


def test_sourcing_is_the_two_tables_side_by_side(report: Report, journeys: Journeys) -> None:
    """Each team has its row of both tables; what has no team comes last."""
    for line in report.sourcing:
        team = None if line.team is None else str(line.team)
        assert sourced(journeys).row(team=team)["revenue"] == line.sourced
        rows = [row for row in influenced(journeys).rows() if row["team"] == team]
        assert (rows[0]["revenue"] if rows else 0.0) == line.influenced
    assert [None] == [line.team for line in report.sourcing[-1:]]


def test_sourcing_is_largest_first(report: Report) -> None:
    """Teams stand by what they sourced, not by name."""
    teams = [line for line in report.sourcing if line.team is not None]
    assert sorted((line.sourced for line in teams), reverse=True) == [line.sourced for line in teams]
    assert sorted(str(line.team) for line in teams) != [str(line.team) for line in teams]


@pytest.mark.parametrize(("n_accounts", "few"), [(1, False), (2, True), (29, True), (30, False)])
def test_few_accounts_are_marked(n_accounts: int, few: bool) -> None:  # noqa: FBT001 - a table of cases
    """From 2 to 29 accounts with a closed journey intervals are rough; one account has none."""
    assert few == make_report(business_of(n_accounts=n_accounts), None, None).few_accounts


def test_rules_disagree_as_the_library_says(report: Report, journeys: Journeys) -> None:
    """Each rule's share of each team is that of its attribution, and the range holds them all."""
    services = report.comparison.of_team(Team.SERVICES)
    assert services is not None
    expected = [
        attribute(journeys, strategy).by("team").row(team="services")["share"]
        for strategy in DEFAULT_STRATEGIES.values()
    ]
    assert tuple(expected) == services.shares
    assert (min(expected), max(expected)) == (services.lowest, services.highest)
    assert [line.label for line in report.channels] == [line.label for line in report.comparison.channels]


def test_what_leads_is_told_with_its_share(report: Report) -> None:
    """The three largest channels, their share together, and the part of the ten largest deals."""
    assert report.channels[:3] == report.leading
    assert report.leading_share == pytest.approx(math.fsum(line.share or 0 for line in report.channels[:3]))
    assert report.deals_share == pytest.approx(float(sum(deal.value for deal in report.deals)) / float(report.won))
    nothing = make_report(business_of(outcome="lost"), None, None)
    assert ((), 0.0, None) == (nothing.leading, nothing.leading_share, nothing.deals_share)


def compared(**shares: tuple[float | None, ...]) -> Comparison:
    """Return a comparison of teams by their shares under each rule."""
    teams = tuple(Compared(label=team, team=Team(team), shares=given) for team, given in shares.items())
    return Comparison(rules=("a", "b"), meanings=("", ""), warnings=(), teams=teams, channels=())


def test_rules_agree_or_not_on_the_order_of_teams() -> None:
    """The order is the same if no team overtakes another under any rule; a tie overtakes nobody."""
    assert compared(services=(0.7, 0.5), sales=(0.3, 0.5)).same_order
    assert not compared(services=(0.7, 0.4), sales=(0.3, 0.6)).same_order
    assert compared(services=(1.0, 1.0), sales=(None, None)).same_order


def test_the_widest_range_is_that_of_one_team() -> None:
    """The team on which the rules lie furthest apart; nobody without teams."""
    widest = compared(services=(0.6, 0.5), sales=(0.3, 0.1), partner=(None, 0.2)).widest
    assert widest is not None
    assert widest.team == Team.SALES
    assert widest.spread == pytest.approx(0.2)
    assert compared().widest is None


def test_top_deals_are_the_largest_and_explained(report: Report, journeys: Journeys) -> None:
    """Ten deals by value, largest first; the touches of each add up to it exactly."""
    largest = sorted(journeys.value[journeys.is_won].tolist(), reverse=True)[:10]
    assert largest == [float(deal.value) for deal in report.deals]
    for deal in report.deals:
        if deal.unattributed:
            assert deal.touches == ()
        else:
            assert deal.value == sum(touch.value for touch in deal.touches)
            assert deal.services_share == pytest.approx(
                math.fsum(touch.share for touch in deal.touches if touch.team == Team.SERVICES)
            )


def test_what_is_most_frequent_comes_first() -> None:
    """Rejects and findings stand by their number of rows, each with the first few records."""
    touchpoints = {
        "touchpoint_id": [f"t{i}" for i in range(9)],
        "account_id": ["a0", "", *["a0"] * 7],
        "occurred_at": ["never", "2026-03-01T00:00:00Z", *["never"] * 6, "2026-03-01T00:00:00Z"],
        "team": ["somebody"] * 9,
        "channel": ["call"] * 8 + [""],
    }
    quality = make_report(business_of(touchpoints=touchpoints), None, None).quality
    counts = [remark.n for remark in quality.rejects]
    assert sorted(counts, reverse=True) == counts
    assert len(counts) > 1
    assert ("not_a_time", 7, "1, 3, 4, 5, 6, ...") == (
        quality.rejects[0].code,
        quality.rejects[0].n,
        quality.rejects[0].first_records,
    )


def test_one_deal_by_hand() -> None:
    """Four touches share 1,200.01 position-based: 480.01, 120.00, 120.00, 480.00."""
    deal = make_report(business_of(n_accounts=1), None, None).deals[0]
    assert ("o0", "a0", "2026-03-10", Decimal("1200.01")) == (
        deal.opportunity_id,
        deal.account_id,
        deal.closed,
        deal.value,
    )
    assert [Decimal("480.01"), Decimal("120.00"), Decimal("120.00"), Decimal("480.00")] == [
        touch.value for touch in deal.touches
    ]
    assert ["case", "visit", "call", "mail"] == [touch.channel for touch in deal.touches]
    assert deal.touches[0].when == "2026-03-01 09:30"
    assert deal.services_share == pytest.approx(0.5)


def test_times_are_in_the_zone_of_the_business() -> None:
    """A touch at 09:30 UTC is shown as 18:30 in Tokyo, and the close keeps its date."""
    source = business_of(n_accounts=1)
    tokyo = Business.from_frames(
        as_of=source.as_of,
        zone="Asia/Tokyo",
        touchpoints=source.touches.to_frame("pandas").assign(occurred_at="2026-03-01T09:30:00Z"),
        opportunities={
            "opportunity_id": ["o"],
            "account_id": ["a0"],
            "created_at": ["2026-03-01"],
            "closed_at": ["2026-03-10"],
            "outcome": ["won"],
            "amount": ["1"],
        },
    )
    deal = make_report(tokyo, None, None).deals[0]
    assert ("2026-03-01 18:30", "2026-03-10") == (deal.touches[0].when, deal.closed)


def test_further_channels_are_put_together(journeys: Journeys) -> None:
    """Beyond the largest, channels are one line with their sums and no interval."""
    attribution = attribute(journeys, Linear())
    whole, cut = credit_lines(attribution, "channel"), credit_lines(attribution, "channel", most=3)
    assert whole[:3] == cut[:3]
    assert len(whole) - 3 == cut[3].n_labels
    assert sum(line.value for line in whole[3:]) == cut[3].value
    assert sum(line.n_touches for line in whole[3:]) == cut[3].n_touches
    assert cut[3].lower is None
    assert math.fsum(line.share or 0 for line in cut) == pytest.approx(1)
    assert whole == credit_lines(attribution, "channel", most=len(whole))


def test_months_have_no_gaps_and_are_at_most_three_years() -> None:
    """Deals in March 2020, January 2026 and March 2026 give the 36 months up to March 2026."""
    closes = ["2020-03-10", "2026-01-10", "2026-03-10"]
    business = business_of(
        touchpoints={
            "touchpoint_id": ["t1", "t2", "t3"],
            "account_id": ["a"] * 3,
            "occurred_at": [f"{close}T00:00:00Z" for close in closes],
            "team": ["services", "unknown", "sales"],
            "channel": ["case"] * 3,
        },
        opportunities={
            "opportunity_id": ["o1", "o2", "o3"],
            "account_id": ["a"] * 3,
            "created_at": ["2020-01-01T00:00:00Z"] * 3,
            "closed_at": closes,
            "outcome": ["won"] * 3,
            "amount": ["1.00", "2.00", "4.00"],
        },
    )
    months = credit_months(attribute(Journeys.from_business(business), LastTouch()))
    assert ["2023-04", "2026-03"] == [months[0].month, months[-1].month]
    assert len(months) == 36
    assert {None: Decimal(2)} == {team: value for team, value in months[-3].value.items() if value}
    assert {Team.SALES: Decimal(4)} == {team: value for team, value in months[-1].value.items() if value}
    assert months[0].total == 0


def test_without_a_currency_values_are_measures() -> None:
    """Amounts are floats where there is no currency."""
    report = make_report(business_of(currency=None), None, {"Position": PositionBased()})
    assert isinstance(report.won, float)
    assert report.won == pytest.approx(2400.02)
    assert all(isinstance(line.value, float) for line in (*report.teams, *report.channels))
