"""Support as its own tables: a case for every support touch, and self-help before and beside the cases."""

import numpy as np

from servicelead._typing import MISSING, Array, IntArray
from servicelead.datasets._accounts import Traits
from servicelead.datasets._departures import is_trouble
from servicelead.datasets._recipe import DAY, Recipe, instants, named, numbered, whole_seconds
from servicelead.datasets._subscriptions import Purchases
from servicelead.datasets._touches import Touches

_N_ISSUES = 240
_SEVERITIES = ("low", "normal", "high", "critical")
_RESOURCES = ("article", "community", "bot")


def support_tables(
    recipe: Recipe, traits: Traits, touches: Touches, purchases: Purchases
) -> dict[str, dict[str, Array]]:
    """Return ``cases`` and ``self_help_events``; one case in seven follows self-help that failed on the same issue."""
    rng = recipe.stream("cases")
    names = [channel.name for channel in recipe.scenario.channels]
    rows = np.flatnonzero(touches.channel == names.index("support_case"))
    account, opened_at, sentiment = touches.account[rows], touches.occurred_at[rows], touches.sentiment[rows]
    issue = rng.integers(0, _N_ISSUES, rows.size)
    closed_at = whole_seconds(opened_at + rng.lognormal(0.3, 1.0, rows.size) * DAY)
    worry = rng.random(rows.size) + 0.3 * np.nan_to_num(-sentiment)
    severity = np.searchsorted([0.4, 0.8, 1.0], worry)
    if recipe.scenario.departures:
        # Trouble is what makes a case critical here, and nothing else does.
        troubled = is_trouble(recipe, traits, recipe.scenario.departures, touches.select(rows))
        severity = np.where(troubled, len(_SEVERITIES) - 1, np.minimum(severity, len(_SEVERITIES) - 2))
    cases = {
        "case_id": numbered("C", np.arange(rows.size)),
        "account_id": numbered("A", account),
        "opened_at": instants(opened_at),
        "closed_at": instants(np.where(closed_at < recipe.end, closed_at, MISSING)),
        "entitled": recipe.day_of(opened_at) >= purchases.since[account],
        "severity": named(_SEVERITIES, severity),
        "sentiment": np.where(closed_at < recipe.end, sentiment, np.nan),
        "issue_key": numbered("issue-", issue, width=4),
    }
    return {"cases": cases, "self_help_events": _self_help(recipe, traits, purchases, (account, opened_at, issue))}


def _self_help(
    recipe: Recipe, traits: Traits, purchases: Purchases, cases: tuple[IntArray, IntArray, IntArray]
) -> dict[str, Array]:
    case_account, opened_at, issue = cases
    rng = recipe.stream("self_help")
    asked_first = whole_seconds(opened_at - rng.uniform(0.02, 3, opened_at.size) * DAY)
    is_asked = (rng.random(opened_at.size) < 1 / 7) & (asked_first > traits.created_at[case_account])
    alone = np.repeat(np.arange(traits.n), rng.poisson(0.06 * recipe.weeks * traits.activity))
    week = rng.integers(0, recipe.weeks, alone.size)
    moment = recipe.moments(week, rng.random(week.size))
    is_alive = week >= traits.active_from[alone]
    account = np.concatenate([case_account[is_asked], alone[is_alive]])
    occurred_at = np.concatenate([asked_first[is_asked], moment[is_alive]])
    key = np.concatenate([issue[is_asked], rng.integers(0, _N_ISSUES, alone.size)[is_alive]])
    is_before_case = np.arange(account.size) < is_asked.sum()
    order = np.lexsort((occurred_at, account))
    size = account.size
    succeeded = (rng.random(size) < 0.52) & ~is_before_case
    surveyed = rng.random(size) < 0.4
    return {
        "event_id": numbered("H", np.arange(size)),
        "account_id": numbered("A", account[order]),
        "occurred_at": instants(occurred_at[order]),
        "entitled": (recipe.day_of(occurred_at) >= purchases.since[account])[order],
        "issue_key": numbered("issue-", key, width=4)[order],
        "resource": named(_RESOURCES, rng.integers(0, len(_RESOURCES), size))[order],
        "succeeded": _answers(succeeded, surveyed)[order],
        "intended_assisted": _answers(rng.random(size) < 0.6, surveyed & succeeded)[order],
        "needs_no_further_action": _answers(rng.random(size) < 0.8, surveyed & succeeded)[order],
    }


def _answers(said: Array, was_asked: Array) -> Array:
    """Return true, false, or nothing where the question was not asked."""
    answers = said.astype(object)
    answers[~was_asked] = None
    return answers
