"""The worlds that can be simulated: which touches there are, who gets them, and what each truly does.

A scenario is data. Its numbers say what happens; how touches turn into opportunities is in ``_hazard``, how
opportunities turn into touches in ``_feedback``.
"""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from attrs import evolve

from servicelead.datasets._scenario import Channel, Departures, FollowUp, Scenario
from servicelead.exceptions import InvalidValueError

_marketing = partial(Channel, team="marketing", prospect_factor=1.6)
_sales = partial(Channel, team="sales", group="account_executives", prospect_factor=1.4)
_services = partial(Channel, team="services", prospect_factor=0.6)

_CHANNELS = (
    _marketing(
        name="paid_search", group="digital", weekly_rate=0.018, effect=0.4,
        lag_weeks=1.5, cost=14, lead_rate=0.08,
    ),
    _marketing(name="email", group="digital", weekly_rate=0.042, effect=0.0, lag_weeks=2.0, cost=2, lead_rate=0.01),
    _marketing(
        name="webinar", group="programmes", weekly_rate=0.008, effect=0.6,
        lag_weeks=3.0, cost=60, lead_rate=0.12,
    ),
    _marketing(
        name="event", group="programmes", weekly_rate=0.005, effect=0.7,
        lag_weeks=4.0, cost=320, lead_rate=0.15,
    ),
    _sales(name="call", weekly_rate=0.0145, effect=0.5, lag_weeks=2.0, cost=25, lead_rate=0.05),
    _sales(name="demo", weekly_rate=0.005, effect=1.1, lag_weeks=2.5, cost=180, lead_rate=0.12),
    _services(
        name="support_case", group="support", weekly_rate=0.115, effect=0.35, negative_effect=-0.9,
        lag_weeks=2.0, mean_sentiment=0.35, cost=45, lead_rate=0.02,
    ),
    _services(
        name="field_visit", group="field", weekly_rate=0.03, effect=0.9, negative_effect=-0.5,
        lag_weeks=3.0, mean_sentiment=0.55, cost=260, lead_rate=0.05,
    ),
    _services(
        name="onboarding", group="professional", weekly_rate=0.012, effect=0.6, negative_effect=-0.4,
        lag_weeks=5.0, mean_sentiment=0.55, cost=400, lead_rate=0.03,
    ),
    _services(
        name="success_review", group="success", weekly_rate=0.028, effect=0.8, negative_effect=-0.35,
        lag_weeks=4.0, mean_sentiment=0.55, cost=90, lead_rate=0.06,
    ),
    _services(
        name="training", group="education", weekly_rate=0.018, effect=0.6, negative_effect=-0.3,
        lag_weeks=4.0, mean_sentiment=0.65, cost=120, lead_rate=0.03,
    ),
)  # fmt: skip


def _with(scenario: Scenario, **changes: Mapping[str, Any]) -> Scenario:
    """Return the scenario with some channels changed, named by themselves or by their team."""
    return evolve(
        scenario,
        channels=tuple(
            evolve(channel, **{**changes.get(channel.team, {}), **changes.get(channel.name, {})})
            for channel in scenario.channels
        ),
    )


_NO_CONFOUNDING = Scenario(
    channels=_CHANNELS,
    synergy=0.3,
    weekly_hazard=0.007,
    win_log_odds=-0.9,
    win_per_score=0.5,
    activity_spread=0.5,
    fit_to_hazard=1.0,
    health_to_hazard=0.0,
    health_persistence=0.8,
)
_ALIKE = {"fit_to_touches": 0.5}
_HIDDEN_TARGETING = _with(
    evolve(_NO_CONFOUNDING, health_to_hazard=0.5, health_persistence=1.0),
    sales={"health_to_touches": 0.4},
    webinar={"health_to_touches": 0.3},
    event={"health_to_touches": 0.3},
    support_case={"health_to_touches": -0.6},
    success_review={"health_to_touches": 0.4},
    training={"health_to_touches": 0.4},
)

#: Every scenario by name.
SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        "default": _with(_NO_CONFOUNDING, marketing=_ALIKE, sales=_ALIKE, services=_ALIKE),
        "no_confounding": _NO_CONFOUNDING,
        "observed_targeting": _with(
            evolve(_NO_CONFOUNDING, fit_to_hazard=1.5),
            marketing={"fit_to_touches": 1.0},
            email={"fit_to_touches": 0.5},
            call={"fit_to_touches": 2.0, "weekly_rate": 0.012},
            demo={"fit_to_touches": 2.0, "weekly_rate": 0.0042},
        ),
        "hidden_targeting": _HIDDEN_TARGETING,
        "drifting_health": evolve(_HIDDEN_TARGETING, health_persistence=0.8),
        "strong_negatives": _with(
            _NO_CONFOUNDING,
            support_case={"effect": 0.6, "negative_effect": -1.8, "mean_sentiment": 0.2},
            field_visit={"effect": 1.3, "negative_effect": -1.2, "mean_sentiment": 0.35},
            onboarding={"effect": 0.9, "negative_effect": -1.5, "mean_sentiment": 0.2},
        ),
        "rare_channel": _with(_NO_CONFOUNDING, event={"weekly_rate": 0.00047, "effect": 2.0}),
        "services_heavy": _with(
            evolve(_NO_CONFOUNDING, activity_spread=1.0),
            support_case={"weekly_rate": 0.24},
            field_visit={"weekly_rate": 0.05, "effect": 0.8},
            email={"weekly_rate": 0.06},
            call={"weekly_rate": 0.013},
            demo={"weekly_rate": 0.0045},
        ),
        "outcome_feedback": _with(
            evolve(
                _NO_CONFOUNDING,
                follow_ups=(
                    FollowUp(channel="call", cause="opened", at_most=2, chance=0.4),
                    FollowUp(channel="demo", cause="opened", at_most=1, chance=0.3),
                    FollowUp(channel="onboarding", cause="won", at_most=2, chance=0.4, weeks=8),
                    FollowUp(channel="email", cause="lost", at_most=1, chance=0.5, weeks=26),
                ),
            ),
            call={"weekly_rate": 0.009},
            demo={"weekly_rate": 0.0027},
            field_visit={"effect": 0.8},
            email={"weekly_rate": 0.055},
        ),
        "visits_to_troubled": _with(
            evolve(
                _NO_CONFOUNDING,
                departures=Departures(
                    trouble_rate=0.006,
                    visit_channel="field_visit",
                    visit_chance=0.8,
                    log_odds=-6.2,
                    trouble_log_odds=2.4,
                    visit_log_odds=-0.8,
                ),
            ),
            field_visit={"weekly_rate": 0.012},
        ),
    }
)


def find_scenario(name: object) -> Scenario:
    """Return the scenario of that name, or say which there are."""
    if not isinstance(name, str) or name not in SCENARIOS:
        raise InvalidValueError(
            f"simulate_business.scenario: must be a known name, got {type(name).__name__} of none; "
            f"choose one of: {', '.join(sorted(SCENARIOS))}."
        )
    return SCENARIOS[name]
