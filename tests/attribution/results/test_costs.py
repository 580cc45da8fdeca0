import math
from typing import Any

import pytest

import servicelead as sl
from attribution.hand import business, deal, journeys, touch
from servicelead.attribution import Attribution, Linear, attribute
from servicelead.attribution.results.costs import period

# Deals closed on 20 and 31 May: windows of 90 days, the first from the end of 19 February.
TOUCHES = [
    touch("t1", "05-01", "ad", "marketing", cost="10.00"),
    touch("t2", "05-02", "call", "sales"),
    touch("t3", "05-03", "ad", "marketing", cost="5.00", account="bolt"),
    touch("t4", "02-19", "ad", "marketing", cost="100.00"),
    touch("t5", "03-03", "fair", "marketing", cost="7.00"),
    touch("t6", "06-01", "call", "sales", cost="1000.00"),
]
DEALS = [deal("o1", "05-31", "30.00"), deal("o2", "05-20", "30.00", created_at="2025-05-01T00:00:00Z")]


def spend(channel: str, start: str, end: str, amount: str, team: str = "marketing") -> dict[str, Any]:
    """Return spend from one day of 2025 to before another."""
    return {"channel": channel, "team": team, "start": f"2025-{start}", "end": f"2025-{end}", "amount": amount}


def credit(*spends: dict[str, Any], deals: Any = DEALS, touches: Any = TOUCHES, zone: str = "UTC") -> Attribution:
    """Return linear credit of closed deals, whose analysis period ends with the last close."""
    found = journeys(touches, deals, spend=spends, zone=zone)
    return attribute(found.select(found.outcome != found.OPEN), Linear())


def cost_of(attribution: Attribution, *dimensions: str) -> dict[Any, float]:
    """Return cost by label, of the rows that have any."""
    rows = attribution.by(*dimensions, intervals=False).rows()
    return {
        row[dimensions[0]] if len(dimensions) == 1 else tuple(row[d] for d in dimensions): row["cost"]
        for row in rows
        if row["cost"]
    }


def test_a_touch_costs_once_in_or_out_of_won_journeys() -> None:
    """In two windows or in none, inside the period each costs once; before and after it does not."""
    assert {"ad": 15.0, "fair": 7.0} == cost_of(credit(), "channel")
    assert {"marketing": 22.0} == cost_of(credit(), "team")


def test_the_period_runs_from_the_earliest_window_to_the_latest_end() -> None:
    """Exclusive at its start, inclusive at its end, as a window is."""
    begin, end = period(credit().journeys)
    day = 86_400_000_000
    ended = credit().journeys.ended_at
    assert ended is not None
    assert (int(ended.min()) - 90 * day, int(ended.max())) == (begin, end)
    assert (0, 0) == period(sl.Journeys.from_business(business()))


def test_a_touch_at_the_instant_the_period_begins_is_outside() -> None:
    """Ninety days before midnight of 31 May is midnight of 2 March; the close itself is inside."""
    touches = [touch(name, day, "ad", cost="1.00") for name, day in (("t1", "03-02"), ("t2", "03-03"), ("t3", "05-31"))]
    found = credit(touches=touches, deals=[deal("o", "05-31", "1.00", closed_at="2025-05-31T00:00:00Z")])
    assert {"ad": 2.0} == cost_of(found, "channel")


def test_return_on_investment_is_undefined_without_cost() -> None:
    """(value - cost) / cost: ad 15 v 15 is 0; call costs nothing: NaN; fair costs 7 for its share."""
    rows = {row["channel"]: row for row in credit().by("channel").rows()}
    value = rows["ad"]["value"]
    assert (value - 15) / 15 == rows["ad"]["roi"]
    assert 0.0 == rows["call"]["cost"]
    assert math.isnan(rows["call"]["roi"])


def test_spend_is_added_and_cut_to_the_period() -> None:
    """31.00 over May is 1.00 a day, all inside; 10.00 over ten days of which five lie after the last close."""
    spends = spend("ad", "05-01", "06-01", "31.00"), spend("call", "05-27", "06-06", "10.00", "sales")
    assert {"ad": 46.0, "fair": 7.0, "call": 5.0} == cost_of(credit(*spends), "channel")
    assert {"marketing": 53.0, "sales": 5.0} == cost_of(credit(*spends), "team")


def test_the_day_on_whose_last_instant_the_period_begins_is_outside() -> None:
    """Closed at the end of 31 May, 90 days: of 1 to 4 March only the 3rd is inside."""
    late = [deal("o1", "05-31", "30.00")]
    assert {"ad": 15.0 + 1.0, "fair": 7.0} == cost_of(
        credit(spend("ad", "03-01", "03-04", "3.00"), deals=late), "channel"
    )


def test_spend_on_a_channel_without_touches_has_a_row_of_its_own() -> None:
    """Radio cost 9.00 and touched nobody: value 0, everything lost; it is not put under another label."""
    table = credit(spend("radio", "05-01", "05-10", "9.00")).by("channel")
    row = table.row(channel="radio")
    assert (0, 0, 0.0, 0.0, 9.0, -1.0) == tuple(
        row[name] for name in ("n_touches", "n_placements", "conversions", "value", "cost", "roi")
    )
    assert None not in table["channel"].tolist()


def test_crossed_cells_that_only_cost_have_rows_of_their_own() -> None:
    """A team's spend on a channel that another team's touches are on is that team's."""
    crossed = credit(spend("ad", "05-01", "05-11", "10.00", team="partner"))
    expected = {("ad", "marketing"): 15.0, ("fair", "marketing"): 7.0, ("ad", "partner"): 10.0}
    assert expected == cost_of(crossed, "channel", "team")
    assert {("bolt", "ad"): 5.0, ("acme", "ad"): 10.0, ("acme", "fair"): 7.0} == cost_of(credit(), "account", "channel")


@pytest.mark.parametrize("dimension", ["month", "touch_month"])
def test_costs_have_the_month_in_which_they_arose(dimension: str) -> None:
    """March's touch and April's spend, though no deal closed and no touch was placed then."""
    found = credit(spend("ad", "04-21", "05-11", "20.00"))
    assert {"2025-05": 25.0, "2025-04": 10.0, "2025-03": 7.0} == cost_of(found, dimension)


def test_days_of_spend_are_days_of_the_zone() -> None:
    """October to December in New York, 92 days and an hour: 31, 30 and 31 of 92.00."""
    touches = [touch("t1", "10-01", "ad", "marketing")]
    deals = [deal("o1", "12-31", "1.00", closed_at="2025-12-30T23:00:00Z"), deal("o2", "10-02", "1.00")]
    found = credit(spend("ad", "10-01", "12-31", "91.00"), deals=deals, touches=touches, zone="America/New_York")
    assert {"2025-10": 31.0, "2025-11": 30.0, "2025-12": 30.0} == cost_of(found, "month")


def test_where_nobody_can_tell_cost_is_unknown() -> None:
    """A segment or deal has no cost of its own; spend names neither campaign nor account, so it is left out there."""
    found = credit(spend("ad", "05-01", "06-01", "31.00"))
    assert all(math.isnan(cost) for cost in found.by("opportunity")["cost"])
    assert {None: 22.0} == cost_of(found, "campaign")
    assert {"acme": 17.0, "bolt": 5.0} == cost_of(found, "account")


def test_parts_of_accounts_cost_their_own_touches() -> None:
    """Spend belongs to no account: it counts where all accounts are back together."""
    found = journeys(TOUCHES, DEALS, spend=[spend("ad", "05-01", "06-01", "31.00")])
    labels = found.vocabulary("account").labels
    parts = [attribute(found.of_accounts(labels == name), Linear()) for name in ("acme", "bolt")]
    assert {"ad": 10.0, "fair": 7.0} == cost_of(attribute(parts[0].journeys.won(), Linear()), "channel")
    assert {"ad": 46.0, "fair": 7.0} == cost_of(attribute(found, Linear()), "channel")
    assert cost_of(attribute(found, Linear()), "channel") == cost_of(parts[0] + parts[1], "channel")


def test_measures_without_a_currency_cost_too() -> None:
    """Amounts that are plain numbers are summed as they are."""
    found = journeys(TOUCHES, DEALS, currency=None)
    assert 15.0 == cost_of(attribute(found.select(found.is_won), Linear()), "channel")["ad"]
