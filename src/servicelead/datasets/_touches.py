"""Touches: when each account was touched on each channel, and how that left the customer.

These touches are drawn before any outcome and never look at one; what they cause is decided in ``_hazard``, and
touches that outcomes cause are added in ``_feedback``.
"""

import attrs
import numpy as np

from servicelead._typing import MISSING, Array, BoolArray, FloatArray, IntArray
from servicelead.datasets._accounts import Traits
from servicelead.datasets._recipe import DAY, PERIOD_WEEKS, Recipe, instants, named, numbered, whole_seconds
from servicelead.datasets._scenario import Channel
from servicelead.kernels.segments import concatenate_ranges


@attrs.frozen(kw_only=True, eq=False)
class Touches:
    """Every touch once, by account and time.

    Attributes
    ----------
    week
        The week of the simulation it lies in.
    channel
        Position in the scenario's channels.
    sentiment
        As recorded: NaN where nobody asked, or the answer came after the end.
    known_at
        When the answer came; missing where there is none.
    """

    account: IntArray
    occurred_at: IntArray
    week: IntArray
    channel: IntArray
    sentiment: FloatArray
    known_at: IntArray

    def __len__(self) -> int:
        return int(self.account.size)

    @property
    def touch_type(self) -> IntArray:
        """Signed touch type: twice the channel, and one more if the touch is known to have left somebody unhappy."""
        return 2 * self.channel + (self.sentiment < 0)

    def select(self, rows: Array) -> "Touches":
        """Return some of the touches; the others are as if they never happened."""
        return Touches(**{name: getattr(self, name)[rows] for name in attrs.fields_dict(Touches)})

    def of_accounts(self, accounts: IntArray) -> "Touches":
        """Return the touches of some accounts (ascending)."""
        first, past = np.searchsorted(self.account, accounts), np.searchsorted(self.account, accounts, side="right")
        return self.select(concatenate_ranges(first, past - first))

    @classmethod
    def in_order(cls, *parts: "Touches") -> "Touches":
        """Return the touches of all parts."""
        names = attrs.fields_dict(cls)
        touches = cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
        return touches.select(np.lexsort((touches.occurred_at, touches.account)))


def draw_touches(recipe: Recipe, traits: Traits) -> Touches:
    """Draw every touch, each channel from a stream of its own, in bursts a quarter long."""
    shape = (traits.n, recipe.periods)
    engagement = traits.activity[:, None] * recipe.stream("engagement").gamma(3.0, 1 / 3, shape)
    return Touches.in_order(
        *(
            _channel_touches(recipe, traits, engagement, position, channel)
            for position, channel in enumerate(recipe.scenario.channels)
        )
    )


def _channel_touches(
    recipe: Recipe, traits: Traits, engagement: FloatArray, position: int, channel: Channel
) -> Touches:
    rng = recipe.stream("touches", channel.name)
    counts = rng.poisson(PERIOD_WEEKS * channel.weekly_rate * _interest(traits, channel) * engagement)
    account, period = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), recipe.periods)
    week = PERIOD_WEEKS * period + rng.integers(0, PERIOD_WEEKS, period.size)
    occurred_at = recipe.moments(week, rng.random(week.size))
    sentiment, known_at = np.full(account.size, np.nan), np.full(account.size, MISSING)
    if channel.mean_sentiment is not None:
        felt = channel.mean_sentiment + 0.2 * traits.health[account, period] + rng.normal(0, 0.4, account.size)
        answered_at = whole_seconds(occurred_at + np.clip(rng.exponential(1.5, account.size), 0.01, 6) * DAY)
        is_known = (rng.random(account.size) < 0.8) & (answered_at < recipe.end)
        sentiment[is_known] = np.round(np.clip(felt[is_known], -1, 1), 2)
        known_at[is_known] = answered_at[is_known]
    is_alive = (week >= traits.active_from[account]) & (week < recipe.weeks)
    return Touches(
        account=account,
        occurred_at=occurred_at,
        week=week,
        channel=np.full(account.size, position),
        sentiment=sentiment,
        known_at=known_at,
    ).select(is_alive)


def _interest(traits: Traits, channel: Channel) -> FloatArray:
    """Return how often the channel touches each account in each period, relative to the average."""
    buying_stage = np.where(traits.is_customer, 1.0, channel.prospect_factor)
    by_fit = np.exp(channel.fit_to_touches * traits.fit)
    by_health = np.exp(channel.health_to_touches * traits.health - channel.health_to_touches**2 / 2)
    interest: FloatArray = (buying_stage * by_fit)[:, None] * by_health
    return interest


def touch_table(
    recipe: Recipe, touches: Touches, contacts: IntArray, lead: IntArray, is_lead_only: BoolArray
) -> dict[str, Array]:
    """Return the touches as recorded.

    ``contacts`` are the offsets of each account's contacts, ``lead`` the lead a touch is filed under (-1 for none)
    and ``is_lead_only`` the touches whose account is known only through that lead.
    """
    rng = recipe.stream("touch_records")
    channels = recipe.scenario.channels
    size = len(touches)
    first, past = contacts[touches.account], contacts[touches.account + 1]
    contact = first + (rng.random(size) * (past - first)).astype(np.int64)
    account_ids = numbered("A", np.arange(contacts.size - 1))[touches.account]
    account_ids[is_lead_only] = None
    lead_ids = numbered("L", lead)
    lead_ids[lead < 0] = None
    contact_ids = numbered("P", contact)
    contact_ids[rng.random(size) < 0.3] = None
    return {
        "touchpoint_id": numbered("T", np.arange(size)),
        "account_id": account_ids,
        "lead_id": lead_ids,
        "contact_id": contact_ids,
        "occurred_at": instants(touches.occurred_at),
        "team": named(tuple(channel.team for channel in channels), touches.channel),
        "group": named(tuple(channel.group for channel in channels), touches.channel),
        "channel": named(tuple(channel.name for channel in channels), touches.channel),
        "sentiment": touches.sentiment.copy(),
        "sentiment_known_at": instants(touches.known_at.copy()),
        "cost": _costs(rng, channels, touches),
        "campaign": _campaigns(rng, recipe, touches),
    }


def _costs(rng: np.random.Generator, channels: tuple[Channel, ...], touches: Touches) -> FloatArray:
    """Whole units, so that every currency can hold them; marketing's money is spend by month."""
    mean = np.array([channel.cost for channel in channels])[touches.channel]
    cost = np.maximum(1.0, np.rint(mean * rng.gamma(4.0, 0.25, mean.size)))
    is_spend = np.array([channel.team == "marketing" for channel in channels])[touches.channel]
    cost[is_spend | (rng.random(mean.size) < 0.15)] = np.nan
    return cost


def _campaigns(rng: np.random.Generator, recipe: Recipe, touches: Touches) -> Array:
    """Return one of two campaigns a quarter for each marketing channel."""
    channels = recipe.scenario.channels
    names = tuple(
        f"{channel.name} {period + 1}{variant}"
        for channel in channels
        for period in range(recipe.periods)
        for variant in "ab"
    )
    period = touches.week // PERIOD_WEEKS
    campaign = 2 * (touches.channel * recipe.periods + period) + rng.integers(0, 2, len(touches))
    is_marketing = np.array([channel.team == "marketing" for channel in channels])[touches.channel]
    return named(names, np.where(is_marketing, campaign, -1))
