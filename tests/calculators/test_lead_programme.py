from typing import Any

import pytest
from attrs import evolve

from attribution.hand import business, lead
from servicelead.calculators import LeadProgramme, ProgrammeChecklist
from servicelead.exceptions import InvalidValueError, UndefinedRateError
from servicelead.uncertainty import VerdictStatus

RISE_AND_FALL = [12, 15, 17, 20, 22, 25, 22, 18, 15, 11, 8, 5]
CHECKLIST = ProgrammeChecklist(documenting=1, routing=1, follow_up=0.5, feedback=0, management_focus=0.5)


def test_leads_per_rep_and_month() -> None:
    """144 leads of 8 people in 6 months are 3 each; 6 of the 8 took part."""
    programme = LeadProgramme(n_leads=144, n_reps=8, n_months=6, n_reporting=6, checklist=CHECKLIST)
    assert (3.0, 0.75, (6, 8)) == (
        programme.leads_per_rep_per_month,
        programme.participation_share,
        (programme.participation.successes, programme.participation.trials),
    )
    assert ("feedback", 0.6) == (CHECKLIST.gaps()["practice"][0], CHECKLIST.readiness_score)


def test_months_add_up() -> None:
    """A programme made of months knows its total, its length and each month's leads per person."""
    programme = LeadProgramme.from_months([4, 0, 8], first_month="2025-11", n_reps=4)
    assert (12, 3, 1.0) == (programme.n_leads, programme.n_months, programme.leads_per_rep_per_month)
    assert ["2025-11", "2025-12", "2026-01"] == programme.months["month"].tolist()
    assert [1.0, 0.0, 2.0] == programme.months["leads_per_rep"].tolist()


def test_it_says_from_when_on_it_fades() -> None:
    """Up to June, down since; in leads per person."""
    programme = LeadProgramme.from_months(RISE_AND_FALL, first_month="2025-01", n_reps=10)
    verdict = programme.fade()
    assert (VerdictStatus.FIRES, "2025-06", "2025-06") == (
        verdict.status,
        verdict.evidence["month"],
        programme.fades_from,
    )
    assert verdict.evidence["upper"] < 0


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        ([5, 6, 8, 9, 11, 12, 14, 15], VerdictStatus.DOES_NOT_FIRE),
        ([9, 2, 8, 3, 9, 1, 8, 3], VerdictStatus.TOO_LITTLE_DATA),
        ([9, 6, 3], VerdictStatus.TOO_LITTLE_DATA),
    ],
)
def test_what_does_not_fade_is_not_said_to(months: list[int], expected: VerdictStatus) -> None:
    """Rising months do not, restless ones and few of them are too little data."""
    programme = LeadProgramme.from_months(months, first_month="2025-01", n_reps=10)
    assert (expected, None) == (programme.fade().status, programme.fades_from)


def test_the_trend_is_of_the_whole_period() -> None:
    """A line that rises by 2 leads of 4 people a month."""
    programme = LeadProgramme.from_months([2, 4, 6, 8], first_month="2025-01", n_reps=4)
    assert 0.5 == pytest.approx(programme.trend().value)


def reported(name: str, day: str, by: str | None = "ann", **more: Any) -> dict[str, Any]:
    """Return a services lead that someone reported."""
    return lead(name, day, reported_by=by, **more)


LEADS = [
    reported("l1", "09-01"),
    reported("l2", "09-30", "bob"),
    reported("l3", "11-30"),
    reported("l4", "12-01"),
    reported("sales", "09-02", "cid", team="sales"),
    reported("nobody", "09-03", None),
    reported("twin", "09-04", "dee", merged_into="l1"),
]


def test_the_tables_are_counted_by_whole_months() -> None:
    """Sales' leads, unreported and merged ones, and those of the month that is not over, are left out."""
    programme = LeadProgramme.from_business(business(leads=LEADS), n_reps=5)
    assert ("2025-09", (2, 0, 1), 2) == (programme.first_month, programme.monthly_leads, programme.n_reporting)
    assert 0.4 == programme.participation_share


def test_a_month_is_one_of_the_businesss_zone() -> None:
    """Midnight UTC of the first of September is August in New York."""
    programme = LeadProgramme.from_business(business(leads=LEADS, zone="America/New_York"), n_reps=5)
    assert ("2025-08", (1, 1, 0, 2)) == (
        programme.first_month,
        programme.monthly_leads[:2] + programme.monthly_leads[2:],
    )


def test_the_first_month_can_be_given() -> None:
    """With the months before the first lead counted as 0."""
    programme = LeadProgramme.from_business(business(leads=LEADS), n_reps=5, first_month="2025-07")
    assert (0, 0, 2, 0, 1) == programme.monthly_leads


def test_without_the_number_of_people_nothing_is_known_of_taking_part() -> None:
    """Those who reported stand in for the people, and of course all of them did."""
    programme = LeadProgramme.from_business(business(leads=LEADS))
    assert (2, None) == (programme.n_reps, programme.n_reporting)
    with pytest.raises(UndefinedRateError, match="n_reporting"):
        _ = programme.participation_share
    with pytest.raises(UndefinedRateError, match="n_reporting"):
        _ = programme.participation


@pytest.mark.parametrize(
    "given", [{"team": "marketing"}, {"team": "support"}, {"first_month": "2026-01"}, {"n_reps": 1}]
)
def test_bad_tables_are_refused(given: dict[str, Any]) -> None:
    """No such leads, an unknown team, nothing since the month, fewer people than reported."""
    with pytest.raises(InvalidValueError, match="LeadProgramme"):
        LeadProgramme.from_business(business(leads=LEADS), **given)


@pytest.mark.parametrize("month", ["January", "2025-13", "2025", "2025-01-01", ""])
def test_a_month_is_written_as_one(month: str) -> None:
    """Year and number."""
    with pytest.raises(InvalidValueError, match="such as '2026-01'"):
        LeadProgramme.from_months([1], first_month=month, n_reps=1)
    with pytest.raises(InvalidValueError, match="such as '2026-01'"):
        LeadProgramme.from_business(business(leads=LEADS), first_month=month)


@pytest.mark.parametrize(
    "given", [{"monthly_leads": (1, 2)}, {"n_leads": 9}, {"monthly_leads": (-4, 0, 16)}, {"n_reporting": 5}]
)
def test_what_does_not_add_up_is_refused(given: dict[str, Any]) -> None:
    """Months that are not the total, negative ones, more reporters than people."""
    with pytest.raises(InvalidValueError, match="LeadProgramme"):
        evolve(LeadProgramme.from_months([4, 0, 8], first_month="2025-11", n_reps=4), **given)


def test_nobody_and_no_time_are_undefined() -> None:
    """Leads per nobody."""
    with pytest.raises(UndefinedRateError, match="leads_per_rep_per_month"):
        _ = LeadProgramme(n_leads=1, n_reps=0, n_months=1).leads_per_rep_per_month
