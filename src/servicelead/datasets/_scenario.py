"""What a scenario says: its channels, the touches that deals draw, and what drives both."""

import attrs


@attrs.frozen(kw_only=True)
class Channel:
    """One kind of touch.

    Attributes
    ----------
    weekly_rate
        Touches per account and week, for an account of average activity, fit and health.
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
    fit_to_touches, health_to_touches
        What one unit of an account's fit, which is on record, and of its health, which is not, adds to the log rate.
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
    fit_to_touches: float = 0.0
    health_to_touches: float = 0.0


@attrs.frozen(kw_only=True)
class FollowUp:
    """Touches that a deal draws, and that therefore cannot have brought it about.

    Attributes
    ----------
    channel
        Name of the touches' channel.
    cause
        "opened": between the opening and the close; "won" or "lost": after a close of that outcome.
    at_most, chance
        How many there can be, and the chance of each.
    weeks
        How long after the close they may come.
    """

    channel: str
    cause: str
    at_most: int
    chance: float
    weeks: int = 0


@attrs.frozen(kw_only=True)
class Departures:
    """Why customers leave, where touches have a say in it; see ``_departures``.

    Attributes
    ----------
    trouble_rate
        Chance per week that a customer gets into trouble and opens a critical case.
    visit_channel, visit_chance
        Touches that follow trouble, and how often they do.
    log_odds
        Of leaving in a week without trouble or visit in the thirteen weeks before.
    trouble_log_odds, visit_log_odds
        What each adds.
    """

    trouble_rate: float
    visit_channel: str
    visit_chance: float
    log_odds: float
    trouble_log_odds: float
    visit_log_odds: float


@attrs.frozen(kw_only=True)
class Scenario:
    """One simulated world.

    Attributes
    ----------
    synergy
        What sales and services touches together add to the log hazard beyond their separate effects.
    weekly_hazard
        Chance per week that an untouched account of average fit and health opens an opportunity.
    win_log_odds, win_per_score
        Log-odds of winning an opportunity opened without touches, and what one unit of score adds.
    activity_spread
        Standard deviation of the log of how often accounts are touched, whatever their fit and health.
    fit_to_hazard, health_to_hazard
        What one unit of an account's fit and of its hidden health adds to the log hazard.
    health_persistence
        Correlation of an account's hidden health between two quarters; 1 is a health that never changes.
    follow_ups
        What deals draw.
    departures
        Why customers leave; None where their hidden health decides, and touches do not.
    """

    channels: tuple[Channel, ...]
    synergy: float
    weekly_hazard: float
    win_log_odds: float
    win_per_score: float
    activity_spread: float
    fit_to_hazard: float
    health_to_hazard: float
    health_persistence: float
    follow_ups: tuple[FollowUp, ...] = ()
    departures: Departures | None = None
