"""Opportunities: which account-weeks open one, and what became of it."""

import attrs
import numpy as np

from servicelead._typing import MISSING, Array, BoolArray, IntArray
from servicelead.datasets._accounts import Traits
from servicelead.datasets._hazard import opening_probabilities, weekly_scores, win_probabilities
from servicelead.datasets._recipe import DAY, Recipe, instants, named, numbered, whole_seconds
from servicelead.datasets._touches import Touches

WON, LOST, OPEN = 0, 1, 2
NEW, RENEWAL = 0, 3
OUTCOMES = ("won", "lost", "open")
KINDS = ("new", "upsell", "cross_sell", "renewal")
ACTIVITIES = ("proof_of_concept", "executive_visit")
#: A deal is worth its account's price times one of these, with these chances, whatever the touches were.
VALUE_QUARTERS = np.array([1, 2, 3, 4, 6, 8, 16])
VALUE_CHANCES = np.array([0.10, 0.20, 0.20, 0.20, 0.16, 0.10, 0.04])

_KIND_SHARES = (0.45, 0.30, 0.25)
_STAGES = ("discovery", "proposal", "negotiation", "closed_won", "closed_lost")
# Accounts whose account-by-week arrays fit the processor's cache together.
_BLOCK = 2048


@attrs.frozen(kw_only=True, eq=False)
class Opportunities:
    """Every opportunity by account and time of opening.

    ``closes_at`` may lie after the simulation's end: then the outcome is open.
    """

    account: IntArray
    opened_at: IntArray
    closes_at: IntArray
    outcome: IntArray
    kind: IntArray
    amount: IntArray

    @property
    def closed_at(self) -> IntArray:
        """Time of closing; missing while open."""
        return np.where(self.outcome == OPEN, MISSING, self.closes_at)

    def __len__(self) -> int:
        return int(self.account.size)


def draw_opportunities(recipe: Recipe, traits: Traits, touches: Touches) -> Opportunities:
    """Let the hazard decide.

    Every account-week has its own numbers for opening, winning, worth and days to close, used or not: the same world
    without some touches meets the same chance.
    """
    rng = recipe.stream("outcomes")
    blocks = [
        _draw_block(rng, recipe, traits, touches, slice(start, min(start + _BLOCK, traits.n)))
        # With no accounts there is still one block, of none.
        for start in range(0, max(traits.n, 1), _BLOCK)
    ]
    account, week, is_win, luck, pace = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
    opened_at = recipe.moments(recipe.stream("opening_times"), week)
    order = np.lexsort((opened_at, account))
    account, opened_at, is_win, luck, pace = (column[order] for column in (account, opened_at, is_win, luck, pace))
    days = np.clip(np.rint(np.exp(np.log(26.0) + 0.55 * pace)), 2, 200).astype(np.int64)
    closes_at = opened_at + days * DAY
    outcome = np.where(closes_at >= recipe.end, OPEN, np.where(is_win, WON, LOST))
    quarters = VALUE_QUARTERS[np.searchsorted(np.cumsum(VALUE_CHANCES)[:-1], luck, side="right")]
    return Opportunities(
        account=account,
        opened_at=opened_at,
        closes_at=closes_at,
        outcome=outcome,
        kind=_kinds(recipe, traits, account, opened_at, np.where(outcome == WON, closes_at, recipe.end)),
        amount=traits.price[account] * quarters // 4,
    )


def _draw_block(
    rng: np.random.Generator, recipe: Recipe, traits: Traits, touches: Touches, accounts: slice
) -> tuple[Array, ...]:
    score = weekly_scores(recipe, traits, touches, accounts)
    opens = rng.random(score.shape) < opening_probabilities(recipe.scenario, traits, score, accounts)
    wins = rng.random(score.shape) < win_probabilities(recipe.scenario, score)
    luck, pace = rng.random(score.shape), rng.standard_normal(score.shape)
    account, week = np.nonzero(opens)
    return accounts.start + account, week, wins[opens], luck[opens], pace[opens]


def _kinds(recipe: Recipe, traits: Traits, account: IntArray, opened_at: IntArray, won_at: IntArray) -> IntArray:
    """Return each kind: new business until the account's first win has closed, then one of the others."""
    customer_since = np.where(traits.is_customer, recipe.start, recipe.end)
    np.minimum.at(customer_since, account, won_at)
    draw = recipe.stream("kinds").random(account.size)
    other = 1 + np.searchsorted(np.cumsum(_KIND_SHARES)[:-1], draw, side="right")
    return np.where(opened_at < customer_since[account], NEW, other).astype(np.int64)


def opportunity_table(deals: Opportunities, lead: IntArray, handed_off_at: IntArray) -> dict[str, Array]:
    """Return the opportunities; ``lead`` is -1 and ``handed_off_at`` missing where none led to it."""
    lead_ids = numbered("L", lead)
    lead_ids[lead < 0] = None
    return {
        "opportunity_id": opportunity_ids(deals),
        "account_id": numbered("A", deals.account),
        "lead_id": lead_ids,
        "created_at": instants(deals.opened_at),
        "closed_at": instants(deals.closed_at),
        "outcome": named(OUTCOMES, deals.outcome),
        "amount": deals.amount.astype(np.float64),
        "kind": named(KINDS, deals.kind),
        "handed_off_at": instants(handed_off_at),
        "owner": numbered("rep ", deals.account % 40 + 1, width=3),
    }


def opportunity_ids(deals: Opportunities) -> Array:
    """Return the identifier of every opportunity."""
    return numbered("O", np.arange(len(deals)))


def opportunity_stage_table(recipe: Recipe, deals: Opportunities) -> dict[str, Array]:
    """Return each opportunity's way through its stages, with the amount expected at each."""
    rng = recipe.stream("opportunity_stages")
    progress = np.sort(rng.random((len(deals), 2)), axis=1)
    span = deals.closes_at - deals.opened_at
    entered = np.stack(
        [
            deals.opened_at,
            whole_seconds(deals.opened_at + progress[:, 0] * span),
            whole_seconds(deals.opened_at + progress[:, 1] * span),
            deals.closes_at,
        ],
        axis=1,
    )
    stage = np.broadcast_to(np.arange(4), entered.shape).copy()
    stage[deals.outcome == LOST, 3] = 4
    amount = np.repeat(deals.amount[:, None], 4, axis=1)
    amount[:, 0] = amount[:, 0] * rng.integers(2, 6, len(deals)) // 4
    row, column = np.nonzero(entered < recipe.end)
    return {
        "opportunity_id": opportunity_ids(deals)[row],
        "stage": named(_STAGES, stage[row, column]),
        "entered_at": instants(entered[row, column]),
        "amount": amount[row, column].astype(np.float64),
    }


def activity_table(recipe: Recipe, deals: Opportunities) -> dict[str, Array]:
    """Return proofs of concept and executive visits, which large deals see more often."""
    rng = recipe.stream("activities")
    size = (len(deals), len(ACTIVITIES))
    is_large: BoolArray = deals.amount > 20_000
    happens = rng.random(size) < np.where(is_large, 0.45, 0.15)[:, None]
    span = np.minimum(deals.closes_at, recipe.end) - deals.opened_at
    occurred_at = whole_seconds(deals.opened_at[:, None] + rng.random(size) * span[:, None])
    row, column = np.nonzero(happens)
    return {
        "opportunity_id": opportunity_ids(deals)[row],
        "activity": named(ACTIVITIES, column),
        "occurred_at": instants(occurred_at[row, column]),
    }
