"""What happened: touches bring about deals, and where the scenario says so deals draw touches.

The touches a deal would draw are fixed beforehand for every account-week, whether a deal opens in it or not. A deal
and what it draws act on later weeks only, so drawing deals and touches in turn settles, the earliest weeks first.
"""

import numpy as np

from servicelead._typing import MISSING, BoolArray, FloatArray, IntArray
from servicelead.datasets._accounts import Traits
from servicelead.datasets._departures import trouble_touches
from servicelead.datasets._hazard import blocks
from servicelead.datasets._opportunities import LOST, WON, Opportunities
from servicelead.datasets._outcomes import draw_opportunities
from servicelead.datasets._recipe import WEEK, Recipe, whole_seconds
from servicelead.datasets._scenario import FollowUp
from servicelead.datasets._touches import Touches, draw_touches


def draw_all_touches(recipe: Recipe, traits: Traits) -> Touches:
    """Return every touch, those that deals drew among them."""
    unprompted = draw_touches(recipe, traits)
    if recipe.scenario.departures:
        unprompted = Touches.in_order(unprompted, *trouble_touches(recipe, traits, recipe.scenario.departures))
    if not recipe.scenario.follow_ups:
        return unprompted
    deals = draw_opportunities(recipe, traits, unprompted, np.arange(traits.n))
    unsettled = np.unique(deals.account)
    while unsettled.size:
        before = deals.of_accounts(unsettled)
        touches = Touches.in_order(unprompted.of_accounts(unsettled), *follow_ups(recipe, before))
        after = draw_opportunities(recipe, traits, touches, unsettled)
        deals = Opportunities.in_order(deals.of_accounts(unsettled, but=True), after)
        unsettled = _accounts_that_differ(before, after)
    return Touches.in_order(unprompted, *follow_ups(recipe, deals))


def _accounts_that_differ(some: Opportunities, others: Opportunities) -> IntArray:
    """Return the accounts, ascending, that do not have the same opportunities with the same outcomes."""
    sets = [
        set(zip(*(getattr(deals, name).tolist() for name in ("account", "opened_at", "outcome")), strict=True))
        for deals in (some, others)
    ]
    return np.array(sorted({account for account, *_ in sets[0] ^ sets[1]}), dtype=np.int64)


def follow_ups(recipe: Recipe, deals: Opportunities) -> list[Touches]:
    """Return what the deals draw, one part for each of the scenario's follow-ups."""
    wanted = recipe.scenario.follow_ups
    position = {channel.name: number for number, channel in enumerate(recipe.scenario.channels)}
    places = np.split(_luck(recipe, deals), np.cumsum([follow_up.at_most for follow_up in wanted]), axis=1)
    parts = []
    for follow_up, place in zip(wanted, places[:-1], strict=True):
        begins, ends, is_cause = _span(follow_up, deals)
        row, slot = np.nonzero((place < follow_up.chance) & is_cause[:, None])
        part_of_span = place[row, slot] / follow_up.chance
        occurred_at = whole_seconds(begins[row] + part_of_span * (ends - begins)[row])
        parts.append(
            Touches(
                account=deals.account[row],
                occurred_at=occurred_at,
                week=(occurred_at - recipe.start) // WEEK,
                channel=np.full(row.size, position[follow_up.channel]),
                sentiment=np.full(row.size, np.nan),
                known_at=np.full(row.size, MISSING),
            ).select(occurred_at < recipe.end)
        )
    return parts


def _luck(recipe: Recipe, deals: Opportunities) -> FloatArray:
    """Return the numbers of the account-week in which each deal opened: one for each touch it might draw."""
    n_numbers = sum(follow_up.at_most for follow_up in recipe.scenario.follow_ups)
    week = (deals.opened_at - recipe.start) // WEEK
    parts = []
    for block in blocks(recipe.n_accounts):
        rng = recipe.stream("follow_ups", str(block.start))
        numbers = rng.random((block.stop - block.start, recipe.weeks, n_numbers))
        rows = slice(*np.searchsorted(deals.account, [block.start, block.stop]))
        parts.append(numbers[deals.account[rows] - block.start, week[rows]])
    return np.concatenate(parts)


def _span(follow_up: FollowUp, deals: Opportunities) -> tuple[IntArray, IntArray, BoolArray]:
    """Return when the touches begin and end, and which deals draw them."""
    if follow_up.cause == "opened":
        return deals.opened_at, deals.closes_at, np.ones(len(deals), dtype=np.bool_)
    outcome = {"won": WON, "lost": LOST}[follow_up.cause]
    return deals.closes_at, deals.closes_at + follow_up.weeks * WEEK, deals.outcome == outcome
