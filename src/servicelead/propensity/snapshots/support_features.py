"""Features of support and use: cases and how they went, self-help, and how much of the product is used."""

from collections.abc import Iterator

import numpy as np

from servicelead._typing import MISSING, IntArray
from servicelead.columns.zones import DAY
from servicelead.kernels.grouping import compress
from servicelead.propensity.snapshots.feature import Column
from servicelead.propensity.snapshots.recurring import recurring_amounts
from servicelead.propensity.snapshots.scope import Scope, number, ratio
from servicelead.tables.panel import Panel

__all__ = ["support_features"]


def support_features(scope: Scope) -> Iterator[Column]:
    """Yield the features of cases, self-help and usage."""
    yield from _cases(scope)
    yield from _usage(scope)
    events = scope.business.self_help_events
    yield from scope.counts(
        "self_help_events", "events", "Attempts to help oneself", events.account_id, events.occurred_at
    )


def _cases(scope: Scope) -> Iterator[Column]:
    cases, panel, days = scope.business.cases, scope.panel, scope.longest
    opened = cases.opened_at
    yield from scope.counts("cases", "cases", "Cases opened", cases.account_id, opened, change=True)
    for severity in scope.severities:
        code = cases.vocabulary("severity").get(severity)
        rows = np.flatnonzero((cases.severity == code) & (code >= 0))
        yield from scope.counts(
            f"{severity}_cases", "cases", f"Cases of severity {severity} opened", cases.account_id[rows], opened[rows]
        )
    sentence = "Cases opened before the cutoff and not closed before it."
    yield number("open_cases", "cases", sentence, panel.running(cases.account_id, cases.opened_at, cases.closed_at))
    yield scope.since("case", "Days since the latest case was opened.", cases.account_id, cases.opened_at)
    lasted = np.where(cases.closed_at == MISSING, 0, cases.closed_at - cases.opened_at)
    closed = panel.count(cases.account_id, cases.closed_at, days=days)
    spent = panel.add_up(cases.account_id, cases.closed_at, lasted, days=days)
    sentence = f"Mean days from opening to close of the cases closed in the {days} days before the cutoff."
    yield number(f"mean_case_days_{days}d", "days", sentence, ratio(spent / DAY, closed))
    bad = np.flatnonzero(cases.sentiment < 0)
    counts = panel.count(cases.account_id[bad], cases.closed_at[bad], days=days)
    sentence = f"Cases closed in the {days} days before the cutoff that left the customer unhappy."
    yield number(f"negative_cases_{days}d", "cases", sentence, counts)


def _usage(scope: Scope) -> Iterator[Column]:
    usage, panel = scope.business.usage, scope.panel
    account, when = usage.account_id, usage.occurred_at
    yield scope.since("use", "Days since the product was last used.", account, when)
    counted = np.flatnonzero(~np.isnan(usage.users))
    paid = recurring_amounts(scope.business)
    seats = panel.running(paid.account, paid.started, paid.ended, paid.seats)
    for days in scope.windows:
        quantity = panel.total(account, when, usage.quantity, days=days)
        earlier = panel.earlier(days).total(account, when, usage.quantity, days=days)
        sentence = f"Quantity used in the {days} days before the cutoff."
        yield number(f"usage_{days}d", "quantity", sentence, quantity)
        sentence = f"Quantity used in the {days} days before the cutoff, less that of the {days} days before that."
        yield number(f"usage_change_{days}d", "quantity", sentence, quantity - earlier)
        users = panel.total(account[counted], when[counted], usage.users[counted], days=days)
        rows = panel.count(account[counted], when[counted], days=days)
        sentence = f"Mean users per record of use in the {days} days before the cutoff."
        used = ratio(users, rows)
        yield number(f"mean_users_{days}d", "users", sentence, used)
        sentence = f"Mean users in the {days} days before the cutoff over the seats paid for just before it."
        yield number(f"licence_utilisation_ratio_{days}d", "users per seat", sentence, ratio(used, seats))
        sentence = f"Different parts of the product used in the {days} days before the cutoff."
        yield number(f"features_used_{days}d", "parts", sentence, _features_used(scope, days))


def _features_used(scope: Scope, days: int) -> IntArray:
    """Return how many features have their latest use within the window: no set of events per window is needed."""
    usage, panel = scope.business.usage, scope.panel
    rows = np.flatnonzero(usage.feature >= 0)
    n_features = len(usage.vocabulary("feature"))
    pairs, pair = compress(
        usage.account_id[rows] * np.int64(n_features) + usage.feature[rows], panel.n_accounts * n_features
    )
    parts = Panel(n_accounts=len(pairs), instants=panel.instants)
    latest = parts.latest(pair.astype(np.int32), usage.occurred_at[rows])
    out = np.zeros((panel.n_accounts, len(panel.instants)), dtype=np.int64)
    np.add.at(out, pairs // max(n_features, 1), (latest >= panel.instants - days * DAY).astype(np.int64))
    return out
