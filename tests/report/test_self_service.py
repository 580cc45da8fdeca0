from typing import Any

import pytest

from report.businesses import business_of
from report.pages import read
from servicelead.calculators import ObservedDeflection
from servicelead.datasets import simulate_business
from servicelead.report import render_report
from servicelead.report.self_service import self_service
from servicelead.tables import Business


def surveyed(succeeded: list[Any]) -> Business:
    """Return one account per event, each asked whether it worked; who says yes had meant to call and need not now."""
    n = len(succeeded)
    agreed = [True if answer else None for answer in succeeded]
    return business_of(
        self_help_events={
            "event_id": [f"e{i}" for i in range(n)],
            "account_id": [f"s{i}" for i in range(n)],
            "occurred_at": ["2026-03-01T09:00:00Z"] * n,
            "entitled": [True] * n,
            "succeeded": succeeded,
            "intended_assisted": agreed,
            "needs_no_further_action": agreed,
        }
    )


def test_figures_are_those_of_the_calculator() -> None:
    """Rates, bounds, counts and warnings are `ObservedDeflection`'s; the fates add up to all events."""
    business = simulate_business(300, seed=5).business
    observed, found = ObservedDeflection.from_business(business), self_service(business)
    assert found is not None
    assert (found.deflected, found.demand_rate) == (observed.deflected_cases(), observed.demand_deflection_rate())
    assert (found.lowest, found.highest) == (observed.non_response_lower, observed.non_response_upper)
    assert (found.n_events, found.n_assisted) == (observed.n_events, observed.n_assisted_cases)
    assert sum(fate.n for fate in found.fates) == len(business.self_help_events)
    assert found.warnings == observed.warnings


@pytest.mark.parametrize(
    ("succeeded", "words"),
    [
        ([True, True, False, False], "About 2 cases that nobody had to open"),
        ([None, None], "That cannot be said:"),
    ],
)
def test_the_answer_comes_first(succeeded: list[Any], words: str) -> None:
    """The page says how many cases were saved, or why that cannot be said."""
    page = read(render_report(surveyed(succeeded)))
    assert words in page.text
    assert "self-service" in page.values("id")


def test_without_events_there_is_no_section() -> None:
    """A business without self-help events has no such question."""
    business = business_of()
    assert self_service(business) is None
    assert 'id="self-service"' not in render_report(business)
