"""The worlds that can be simulated: which touches there are, how often, and what each truly does.

A scenario is data. Its numbers say what happens; how touches turn into opportunities is in ``_hazard``.
"""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

import attrs

from servicelead.exceptions import InvalidValueError


@attrs.frozen(kw_only=True)
class Channel:
    """One kind of touch.

    Attributes
    ----------
    weekly_rate
        Touches per account and week, for an account of average activity.
    prospect_factor
        How many times as often an account that has not bought yet is touched.
    effect
        What a saturated exposure adds to the log of the opportunity hazard; 0 is a channel that does nothing.
    negative_effect
        The same for touches that left the customer unhappy.
    lag_weeks
        Mean of the carry-over, a gamma-shaped hump that starts the week after the touch.
    mean_sentiment
        How it leaves the average customer, in [-1, 1]; None where nobody asks.
    cost
        Mean cost of a touch; of marketing it is spend by month and not on the touch.
    lead_rate
        Share of touches that bring a lead.
    """

    name: str
    team: str
    group: str
    weekly_rate: float
    prospect_factor: float
    effect: float
    negative_effect: float = 0.0
    lag_weeks: float
    mean_sentiment: float | None = None
    cost: float
    lead_rate: float


@attrs.frozen(kw_only=True)
class Scenario:
    """One simulated world.

    Attributes
    ----------
    synergy
        What sales and services touches together add to the log hazard beyond their separate effects.
    weekly_hazard
        Chance per week that an untouched account of ten seats opens an opportunity.
    win_log_odds, win_per_score
        Log-odds of winning an opportunity opened without touches, and what one unit of score adds.
    health_persistence
        Correlation of an account's hidden health between two quarters.
    """

    channels: tuple[Channel, ...]
    synergy: float
    weekly_hazard: float
    win_log_odds: float
    win_per_score: float
    health_persistence: float


_marketing = partial(Channel, team="marketing", prospect_factor=1.6)
_sales = partial(Channel, team="sales", group="account_executives", prospect_factor=1.4)
_services = partial(Channel, team="services", prospect_factor=0.6)

_DEFAULT = Scenario(
    channels=(
        _marketing(
            name="paid_search", group="digital", weekly_rate=0.018, effect=0.4,
            lag_weeks=1.5, cost=14, lead_rate=0.08,
        ),
        _marketing(name="email", group="digital", weekly_rate=0.022, effect=0.0, lag_weeks=2.0, cost=2, lead_rate=0.02),
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
            lag_weeks=2.0, mean_sentiment=0.2, cost=45, lead_rate=0.02,
        ),
        _services(
            name="field_visit", group="field", weekly_rate=0.03, effect=1.0, negative_effect=-0.5,
            lag_weeks=3.0, mean_sentiment=0.4, cost=260, lead_rate=0.05,
        ),
        _services(
            name="onboarding", group="professional", weekly_rate=0.012, effect=0.6, negative_effect=-0.4,
            lag_weeks=5.0, mean_sentiment=0.4, cost=400, lead_rate=0.03,
        ),
        _services(
            name="success_review", group="success", weekly_rate=0.028, effect=0.8, negative_effect=-0.35,
            lag_weeks=4.0, mean_sentiment=0.4, cost=90, lead_rate=0.06,
        ),
        _services(
            name="training", group="education", weekly_rate=0.018, effect=0.6, negative_effect=-0.3,
            lag_weeks=4.0, mean_sentiment=0.5, cost=120, lead_rate=0.03,
        ),
    ),
    synergy=0.3,
    weekly_hazard=0.007,
    win_log_odds=-0.9,
    win_per_score=0.5,
    health_persistence=0.8,
)  # fmt: skip

#: Every scenario by name.
SCENARIOS: Mapping[str, Scenario] = MappingProxyType({"default": _DEFAULT})


def find_scenario(name: object) -> Scenario:
    """Return the scenario of that name, or say which there are."""
    if not isinstance(name, str) or name not in SCENARIOS:
        raise InvalidValueError(
            f"simulate_business.scenario: must be a known name, got {type(name).__name__} of none; "
            f"choose one of: {', '.join(sorted(SCENARIOS))}."
        )
    return SCENARIOS[name]
