from datetime import timedelta

import pytest

from report.businesses import business_of
from report.pages import read
from servicelead.datasets import simulate_business
from servicelead.qualification import follow_up_promises
from servicelead.refinery import Funnel, diagnose, published_rules
from servicelead.report import render_report
from servicelead.report.refinery import lead_refinery
from servicelead.tables import Business

HALF_A_YEAR = timedelta(days=180)
LEADS = {
    "lead_id": ["l1", "l2"],
    "account_id": ["a0", "<i>a1</i>"],
    "team": ["services", "services"],
    "created_at": ["2026-06-01T09:00:00Z"] * 2,
    "follow_up_promised_at": ["2026-06-01T09:00:00Z"] * 2,
}


@pytest.fixture(scope="module")
def business() -> Business:
    """Return a simulated business with leads in all stages."""
    return simulate_business(300, seed=5).business


def test_figures_are_those_of_the_library(business: Business) -> None:
    """Stages, steps, medians, teams, verdicts and promises are the library's, at half a year's maturity."""
    found, funnel = lead_refinery(business), Funnel.from_business(business, maturity=HALF_A_YEAR)
    assert found is not None
    reached, steps, stays = funnel.cumulative(), funnel.steps(), funnel.time_in_stage()
    assert reached["reach_rate"].tolist() == [stage.rate for stage in found.stages]
    assert steps["advance_rate_upper"].tolist() == [step.upper for step in found.steps]
    assert stays["median_days"][: len(found.steps)].tolist() == [step.median_days for step in found.steps]
    by_team = funnel.cumulative("team")
    assert by_team["n_reached"][by_team["stage"] == "won"].tolist() == [team.won.n_reached for team in found.teams]
    assert by_team["reach_rate"][by_team["stage"] == "accepted"].tolist() == [t.accepted.rate for t in found.teams]
    assert diagnose(business, published_rules(maturity=HALF_A_YEAR)).judgements == found.judgements
    promises = follow_up_promises(business)
    assert found.promises is not None
    assert promises.breach_rate.interval() == found.promises.breach_rate
    kept = found.promises
    assert promises.summary["n"][:4].tolist() == [kept.in_time, kept.late, kept.broken, kept.open]
    assert promises.at_risk["account_id"][:10].tolist() == [line.account for line in kept.at_risk]


def test_the_answer_comes_first(business: Business) -> None:
    """The page says what share is won and where fewest get through, the verdicts in words, and who waits."""
    page, found = read(render_report(business)), lead_refinery(business)
    assert found is not None
    assert found.promises is not None
    assert found.narrowest is not None
    assert found.won.rate is not None
    assert f"{found.won.rate:.1%} of leads are won (95% interval" in page.text
    assert min(step.rate or 0 for step in found.steps) == found.narrowest.rate
    assert f"fewest get from {found.narrowest.start} to {found.narrowest.end}" in page.text
    for judgement in found.judgements:
        assert judgement.finding in page.text
        assert judgement.verdict.fires == (judgement.action in page.text)
    assert f"{found.promises.n_at_risk} accounts wait for one" in page.text
    assert "refinery" in page.values("id")
    assert {"#def-reach", "#def-verdict", "#def-promises"} <= set(page.values("href"))


def test_leads_too_young_to_tell() -> None:
    """Where no lead is old enough the page says so and shows no bar; promises are counted all the same."""
    dues = {"follow_up_due_at": ["2026-06-05", "2026-06-06"], "followed_up_at": ["2026-06-02T09:00:00Z", ""]}
    html = render_report(business_of(leads={**LEADS, **dues}))
    page = read(html)
    assert "That is not yet to be seen: none of 2 leads was created at least 180 days ago." in page.text
    assert "50.0% were late or broken" in page.text
    assert "1 account waits for one" in page.text
    assert "<bdi>&lt;i&gt;a1&lt;/i&gt;</bdi>" in html


def test_promises_that_are_not_settled() -> None:
    """Open promises, and leads without any, have no rate."""
    dues = {"follow_up_due_at": ["2026-07-05", "2026-07-06"], "followed_up_at": ["", ""]}
    assert "None is settled yet; 2 are open." in read(render_report(business_of(leads={**LEADS, **dues}))).text
    without = {name: column for name, column in LEADS.items() if not name.startswith("follow")}
    page = read(render_report(business_of(leads=without)))
    assert "promised follow-ups" not in page.text
    assert "def-promises" not in page.values("id")


def test_without_leads_there_is_no_section() -> None:
    """A business without leads has no such question."""
    assert lead_refinery(business_of()) is None
    assert 'id="refinery"' not in render_report(business_of())
