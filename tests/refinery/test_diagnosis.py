from datetime import timedelta
from typing import Any

import pytest
from scipy import stats

from servicelead import Business
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.refinery import (
    CallersIdle,
    FewAccepted,
    Funnel,
    Judgement,
    LeadsDropped,
    LosingEarly,
    QualifyingTooHard,
    Rule,
    SignsOfGaming,
    WinsOfAcceptedLeads,
    WinsWithoutLeads,
    diagnose,
    published_rules,
)
from servicelead.refinery.lengths import length_of
from servicelead.uncertainty import VerdictStatus
from tables.samples import at, business, deal, lead, touch

FIRES, CLEARS, UNSURE = VerdictStatus.FIRES, VerdictStatus.DOES_NOT_FIRE, VerdictStatus.TOO_LITTLE_DATA
MONTH = timedelta(days=30)


def deals(n_won: int, n_lost: int, **more: Any) -> list[Any]:
    """Return so many won and lost deals."""
    outcomes = ["won"] * n_won + ["lost"] * n_lost
    return [deal(str(i), outcome=outcome, **more) for i, outcome in enumerate(outcomes)]


def status(given: Business, rule: Rule) -> VerdictStatus:
    """Return what a rule says at 95%."""
    return rule.judge(given, 0.95).verdict.status


def test_the_worked_numbers() -> None:
    """Above .5: 52 of 100 gives P = .655317, too little data; 60 of 100 gives .977522 and fires; 40 of 100 does not."""
    rule = QualifyingTooHard(win_rate_above=0.5)
    found = [rule.judge(business(opportunities=deals(n, 100 - n)), 0.95).verdict for n in (52, 60, 40)]
    assert [UNSURE, FIRES, CLEARS] == [verdict.status for verdict in found]
    assert [0.655317, 0.977522] == [round(verdict.evidence["probability"], 6) for verdict in found[:2]]


def test_open_deals_say_nothing_of_the_win_rate() -> None:
    """60 of 100 decided fires, whatever is open."""
    still = [{**deal(f"open {i}", outcome="open"), "closed_at": None} for i in range(200)]
    verdict = QualifyingTooHard(win_rate_above=0.5).judge(business(opportunities=deals(60, 40) + still), 0.95).verdict
    assert (60, 100) == (verdict.evidence["successes"], verdict.evidence["trials"])


def test_early_losses_count_from_the_hand_off() -> None:
    """A loss at the very limit is early; lost deals without a hand-off are said, not counted."""
    rows = [deal(f"e{i}", outcome="lost", day=14.0, handed_off_at=at(4)) for i in range(20)]
    rows += [deal("late", outcome="lost", day=15.0, handed_off_at=at(4)), deal("unknown", outcome="lost")]
    judged = LosingEarly(within=timedelta(days=10), share_above=0.5).judge(business(opportunities=rows), 0.95)
    assert FIRES is judged.verdict.status
    assert (20, 21) == (judged.verdict.evidence["successes"], judged.verdict.evidence["trials"])
    assert "1 lost deals do not say" in judged.finding
    assert "within 10 days of hand-off" in judged.question
    assert "Qualify harder" in str(judged)


def test_early_losses_are_counted_in_whole_days_of_the_calendar() -> None:
    """A closing date is the end of its day, a hand-off by date its start; what was lost before is apart."""
    rows = [
        {**deal("edge", outcome="lost", handed_off_at="2026-01-01"), "closed_at": "2026-01-11"},
        {**deal("over", outcome="lost", handed_off_at="2026-01-01"), "closed_at": "2026-01-12"},
        {**deal("same day", outcome="lost", handed_off_at=at(9.5)), "closed_at": at(9.2)},
        {**deal("before", outcome="lost", handed_off_at=at(9.5)), "closed_at": at(8.9)},
    ]
    judged = LosingEarly(within=timedelta(days=10), share_above=0.5).judge(business(opportunities=rows), 0.95)
    assert (2, 3) == (judged.verdict.evidence["successes"], judged.verdict.evidence["trials"])
    assert "1 were lost before they were" in judged.finding


def test_wins_without_leads_fires_below_its_share() -> None:
    """2 of 40 won deals name a lead: surely below a half; 38 of 40: surely not."""
    leads = [lead(str(i)) for i in range(40)]
    rule = WinsWithoutLeads(linked_share_below=0.5)
    for n, expected in ((2, FIRES), (38, CLEARS), (20, UNSURE)):
        rows = [deal(str(i), lead_id=str(i) if i < n else None) for i in range(40)]
        judged = rule.judge(business(opportunities=rows, leads=leads), 0.95)
        assert expected is judged.verdict.status
        assert (n, 40, 0.5) == tuple(judged.verdict.evidence[name] for name in ("successes", "trials", "below"))


def test_dropped_leads_have_had_nothing_at_all() -> None:
    """Touched, moved on, followed up or young leads are not dropped; one touched only when it was made is."""
    leads = [lead("touched"), lead("moved"), lead("followed", followed_up_at=at(3)), lead("young", created_at=at(170))]
    leads += [lead("made", account="b"), lead("stage", stage="rejected")]
    touches = [touch("1", lead_id="touched", day=2), touch("2", lead_id="made", day=0), touch("3", "b", day=5)]
    moves = [{"lead_id": "moved", "stage": "working", "entered_at": at(1)}]
    given = business(leads=leads, touchpoints=touches, stage_history=moves)
    evidence = LeadsDropped(after=MONTH, share_above=0.1).judge(given, 0.95).verdict.evidence
    assert (1, 5) == (evidence["successes"], evidence["trials"])
    evidence = LeadsDropped(after=MONTH, share_above=0.1, account_touches=True).judge(given, 0.95).verdict.evidence
    assert (0, 5) == (evidence["successes"], evidence["trials"])


@pytest.mark.parametrize(("capacity", "expected"), [(100, FIRES), (20, CLEARS), (36, UNSURE)])
def test_idle_callers_by_the_poisson_posterior(capacity: float, expected: VerdictStatus) -> None:
    """30 leads in the period: surely fewer than 90% of 100, surely not of 20; of 36 nobody can say."""
    leads = [lead(str(i), created_at=at(170)) for i in range(30)] + [lead("old")]
    judged = CallersIdle(capacity=capacity, period=MONTH, idle_share_above=0.1).judge(business(leads=leads), 0.95)
    assert (expected, 30) == (judged.verdict.status, judged.verdict.evidence["n_leads"])
    assert float(stats.gamma(30.5).cdf(0.9 * capacity)) == pytest.approx(judged.verdict.evidence["probability"])


def test_callers_without_data_are_not_idle() -> None:
    """Without leads, or where the tables begin within the period, there is too little data; a quiet month is idle."""
    rule = CallersIdle(capacity=100, period=MONTH, idle_share_above=0.1)
    young = [lead(str(i), created_at=at(170)) for i in range(30)]
    assert [UNSURE] * 3 == [
        status(business(), rule),
        status(business(touchpoints=[touch("1")]), rule),
        status(business(leads=young), rule),
    ]
    assert FIRES is status(business(leads=young, touchpoints=[touch("1")]), rule)
    assert FIRES is status(business(leads=[lead("old")]), rule)


def accepted(n: int, n_won: int, of: int) -> Business:
    """Return leads of which so many were accepted and won."""
    leads = [lead(f"{i:03}", opportunity_id=f"o{i}" if i < n_won else None) for i in range(of)]
    moves = [{"lead_id": f"{i:03}", "stage": "accepted", "entered_at": at(2)} for i in range(n)]
    return business(leads=leads, stage_history=moves, opportunities=[deal(f"o{i}") for i in range(n_won)])


def test_accepted_and_won_leads_against_published_figures() -> None:
    """30 of 100 accepted is surely below .55; 40 of 80 accepted won is above .30; 20 of 80 nobody can say."""
    few = FewAccepted(accept_rate_below=0.55, maturity=MONTH)
    assert [FIRES, CLEARS] == [status(accepted(n, 0, 100), few) for n in (30, 80)]
    range_of_wins = WinsOfAcceptedLeads(lowest=0.2, highest=0.3, maturity=MONTH)
    found = {n: range_of_wins.judge(accepted(80, n, 100), 0.95) for n in (2, 20, 40)}
    assert [FIRES, UNSURE, FIRES] == [judged.verdict.status for judged in found.values()]
    assert "qualify harder" in str(found[2])
    assert "qualify less hard" in str(found[40])
    assert CLEARS is range_of_wins.judge(accepted(4_000, 1_000, 4_000), 0.95).verdict.status
    assert 0 == few.judge(business(leads=[lead("young", created_at=at(170))]), 0.95).verdict.evidence["trials"]


def test_every_lead_that_names_a_won_deal_is_won() -> None:
    """Not only the first, which the deal is linked to."""
    leads = [lead(name, opportunity_id="o") for name in "ab"]
    moves = [{"lead_id": name, "stage": "accepted", "entered_at": at(1)} for name in "ab"]
    rule = WinsOfAcceptedLeads(lowest=0.2, highest=0.3, maturity=MONTH)
    evidence = rule.judge(business(leads=leads, stage_history=moves, opportunities=[deal("o")]), 0.95).verdict.evidence
    assert (2, 2) == (evidence["successes"], evidence["trials"])


def test_accepted_leads_count_from_their_acceptance_as_in_the_funnel() -> None:
    """An old lead accepted lately does not count yet, one accepted who knows when is counted apart."""
    leads = [lead(name) for name in ("1 long ago", "2 lately", "3 at the edge", "5 lost")] + [
        lead("4 undated", stage="won")
    ]
    days = {"1 long ago": 1, "2 lately": 170, "3 at the edge": 150}
    moves = [{"lead_id": name, "stage": "accepted", "entered_at": at(day)} for name, day in days.items()]
    moves += [{"lead_id": "1 long ago", "stage": "won", "entered_at": at(175)}]
    moves += [{"lead_id": "5 lost", "stage": "lost", "entered_at": at(9)}]
    given = business(leads=leads, stage_history=moves, as_of=at(180))
    judged = WinsOfAcceptedLeads(lowest=0.2, highest=0.3, maturity=MONTH).judge(given, 0.95)
    evidence = judged.verdict.evidence
    assert (1, 3, 1) == (evidence["successes"], evidence["trials"], evidence["n_undated"])
    assert judged.finding.endswith(
        "accepted at least 30 days ago were won; 1 of which nothing says when they were are left out."
    )
    row = Funnel.from_business(given, maturity=MONTH, stages=["accepted", "won"]).steps().rows()[0]
    assert (row["n_advanced"], row["n_mature"], row["n_undated"]) == (1, 3, 1)


def test_times_are_said_in_their_own_unit() -> None:
    """Twelve hours are not 0 days, and one day is not 1 days."""
    half, day = timedelta(hours=12), timedelta(days=1)
    assert "after 12 hours?" in LeadsDropped(after=half, share_above=0.1).judge(business(), 0.95).question
    assert "came in 1 day;" in CallersIdle(capacity=1, period=day, idle_share_above=0.1).judge(business(), 0.95).finding
    assert "at least 12 hours ago" in FewAccepted(accept_rate_below=0.5, maturity=half).judge(business(), 0.95).finding
    assert "within 1 day of" in LosingEarly(within=day, share_above=0.1).judge(business(), 0.95).question
    assert ["1 minute", "1.5 seconds"] == [length_of(timedelta(seconds=seconds)) for seconds in (60, 1.5)]


def test_published_rules_carry_published_thresholds() -> None:
    """.5, .55 and .20 to .30, and nothing else."""
    hard, few, wins = published_rules(maturity=MONTH)
    assert QualifyingTooHard(win_rate_above=0.5) == hard
    assert FewAccepted(accept_rate_below=0.55, maturity=MONTH) == few
    assert WinsOfAcceptedLeads(lowest=0.2, highest=0.3, maturity=MONTH) == wins


def test_a_diagnosis_is_read_in_sentences() -> None:
    """What fires ends in its action, what does not has none; rules are found by name."""
    given = business(opportunities=deals(60, 40))
    diagnosis = diagnose(given, [QualifyingTooHard(win_rate_above=0.5), WinsWithoutLeads(linked_share_below=0.01)])
    assert ["qualifying_too_hard", "wins_without_leads"] == diagnosis.table["rule"].tolist()
    assert ("qualifying_too_hard",) == tuple(each.name for each in diagnosis.fired if each.name[0] == "q")
    first = str(diagnosis).splitlines()[0]
    assert first.startswith("Do we win more than 50% of the deals we decide? YES: 60 of 100 (60.0%)")
    assert first.endswith(diagnosis["qualifying_too_hard"].action)
    with pytest.raises(UnknownNameError):
        diagnosis["else"]


def test_gaming_is_a_rule_too() -> None:
    """A lead made on the day its deal was won fires; without rows it does not, and says so."""
    rows = [deal("o", day=10)]
    assert FIRES is status(
        business(opportunities=rows, leads=[lead("l", created_at=at(10), opportunity_id="o")]), SignsOfGaming()
    )
    judged = SignsOfGaming().judge(business(opportunities=rows), 0.95)
    assert (CLEARS, "Nothing of the kind found.") == (judged.verdict.status, judged.finding)


def test_without_data_nothing_fires() -> None:
    """Every rule of rates has too little data of an empty business."""
    rules = [*published_rules(maturity=MONTH), LosingEarly(within=MONTH, share_above=0.5)]
    rules += [WinsWithoutLeads(linked_share_below=0.5), LeadsDropped(after=MONTH, share_above=0.1)]
    assert {UNSURE} == {judged.verdict.status for judged in diagnose(business(), rules).judgements}


def test_a_rule_of_ones_own() -> None:
    """Anything with `judge` is a rule."""

    class Always:
        def judge(self, business: Business, confidence: float) -> Judgement:
            return QualifyingTooHard(win_rate_above=0.5).judge(business, confidence)

    assert 1 == len(diagnose(business(), [Always()]).judgements)


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        (QualifyingTooHard, {"win_rate_above": 50}),
        (LosingEarly, {"within": MONTH, "share_above": 0}),
        (LosingEarly, {"within": 30, "share_above": 0.5}),
        (CallersIdle, {"capacity": 0, "period": MONTH, "idle_share_above": 0.1}),
        (LeadsDropped, {"after": timedelta(0), "share_above": 0.1}),
        (WinsOfAcceptedLeads, {"lowest": 0.3, "highest": 0.2, "maturity": MONTH}),
    ],
)
def test_wrong_thresholds_are_refused(rule: Any, wrong: dict[str, Any]) -> None:
    """A share that is none, a time that is none, a range upside down."""
    with pytest.raises(InvalidValueError, match=rule.__name__):
        rule(**wrong)


def test_wrong_arguments_are_refused() -> None:
    """What is no rule, and a confidence of a half; one rule stands alone."""
    rule = QualifyingTooHard(win_rate_above=0.5)
    assert diagnose(business(), [rule]) == diagnose(business(), rule)
    wrong: Any
    for wrong in (["win rate"], "win rate", 3, None):
        with pytest.raises(InvalidValueError, match="rules"):
            diagnose(business(), wrong)
    with pytest.raises(InvalidValueError, match="confidence"):
        diagnose(business(), [], confidence=0.5)
