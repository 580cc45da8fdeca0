"""Opportunities: what is recorded of those that opened."""

import attrs
import numpy as np

from servicelead._typing import MISSING, Array, BoolArray, IntArray
from servicelead.datasets._recipe import Recipe, instants, named, numbered, whole_seconds

WON, LOST, OPEN = 0, 1, 2
NEW, RENEWAL = 0, 3
OUTCOMES = ("won", "lost", "open")
KINDS = ("new", "upsell", "cross_sell", "renewal")
ACTIVITIES = ("proof_of_concept", "executive_visit")

_STAGES = ("discovery", "proposal", "negotiation", "closed_won", "closed_lost")


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

    def select(self, rows: Array) -> "Opportunities":
        """Return some of the opportunities."""
        return Opportunities(**{name: getattr(self, name)[rows] for name in attrs.fields_dict(Opportunities)})

    def of_accounts(self, accounts: IntArray, *, but: bool = False) -> "Opportunities":
        """Return the opportunities of some accounts, or of all but those."""
        return self.select(np.isin(self.account, accounts, invert=but))

    @classmethod
    def in_order(cls, *parts: "Opportunities") -> "Opportunities":
        """Return the opportunities of all parts."""
        names = attrs.fields_dict(cls)
        deals = cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
        return deals.select(np.lexsort((deals.opened_at, deals.account)))


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
