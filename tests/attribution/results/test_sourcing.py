from typing import Any

import pytest

import servicelead as sl
from attribution.hand import business, deal, journeys, lead, paths, touch
from servicelead.attribution import influenced, sourced
from servicelead.exceptions import MissingTimesError

TOUCHES = [
    touch("t1", "05-01", "ad", "marketing"),
    touch("t2", "05-02", "support", "services"),
    touch("t3", "05-03", "call", "sales"),
    touch("t4", "05-01", "support", "services", account="bolt"),
    touch("t5", "12-01", "call", "sales", account="cone"),
]
LEADS = [lead("l1", "04-01", "services"), lead("l2", "04-02", "partner", account="dot")]
DEALS = [
    deal("o1", "05-10", "100.00", lead_id="l1"),  # marketing came first, but a services lead is behind it
    deal("o2", "05-11", "40.00"),  # no lead: marketing's touch came first
    deal("o3", "05-12", "60.00", account="bolt"),
    deal("o4", "05-12", "999.00", account="bolt", outcome="lost"),
    deal("o5", None, "70.00", account="cone", outcome="open"),
    deal("o6", "05-12", "8.00", account="dot", lead_id="l2"),  # a lead and no touch
    deal("o7", "05-12", "2.00", account="none"),  # neither
]


def rows(table: Any) -> dict[Any, tuple[Any, ...]]:
    """Return number won, revenue, number open and pipeline by team."""
    return {row["team"]: (row["n_won"], row["revenue"], row["n_open"], row["pipeline"]) for row in table.rows()}


def test_a_deal_is_sourced_by_its_leads_team_else_by_its_first_touch() -> None:
    """Each deal once: the rows add up to 210.00 won and 70.00 in the pipeline."""
    table = sourced(journeys(TOUCHES, DEALS, leads=LEADS))
    expected = {
        "services": (2, 160.0, 0, 0.0),
        "marketing": (1, 40.0, 0, 0.0),
        "partner": (1, 8.0, 0, 0.0),
        None: (1, 2.0, 0, 0.0),
        "sales": (0, 0.0, 1, 70.0),
    }
    assert expected == rows(table)
    assert list(expected) == table["team"].tolist()
    assert 1.0 == pytest.approx(table["revenue_share"].sum())


def test_a_deal_is_influenced_by_every_team_that_touched_it() -> None:
    """Whole deals for each team: 140.00 + 60.00 services, 140.00 marketing and sales, of 210.00."""
    table = influenced(journeys(TOUCHES, DEALS, leads=LEADS))
    assert {
        "services": (3, 200.0, 0, 0.0),
        "marketing": (2, 140.0, 0, 0.0),
        "sales": (2, 140.0, 1, 70.0),
    } == rows(table)
    assert [200 / 210, 140 / 210, 140 / 210] == pytest.approx(table["revenue_share"].tolist())


@pytest.mark.parametrize("question", [sourced, influenced])
def test_pipeline_is_pipeline_however_models_read_open_journeys(question: Any) -> None:
    """A window that counts open journeys as lost does not make open deals disappear."""
    given = business(TOUCHES, DEALS, leads=LEADS)
    as_lost = sl.Journeys.from_business(given, window=sl.JourneyWindow(open_as="lost"))
    assert rows(question(sl.Journeys.from_business(given))) == rows(question(as_lost))


@pytest.mark.parametrize("question", [sourced, influenced])
def test_nothing_is_sourced_by_nobody(question: Any) -> None:
    """No deals, no rows; paths have no teams."""
    assert 0 == len(question(sl.Journeys.from_business(business())))
    with pytest.raises(MissingTimesError):
        question(paths(("ad", 1, "1")))
