"""Features of money: what recurs, what was paid, how many seats, and how these changed."""

from collections.abc import Iterator

import numpy as np

from servicelead._typing import MISSING, FloatArray
from servicelead.propensity.snapshots.charges import charges
from servicelead.propensity.snapshots.feature import Column
from servicelead.propensity.snapshots.recurring import recurring_amounts
from servicelead.propensity.snapshots.scope import Scope, number
from servicelead.tables.panel import Panel

__all__ = ["revenue_features"]


def revenue_features(scope: Scope) -> Iterator[Column]:
    """Yield the features of subscriptions and payments."""
    yield from _revenue(scope)
    yield from _seats(scope)
    payments, days = scope.business.payments, scope.longest
    payer, paid_at = charges(scope.business)
    yield from scope.counts("payments", "payments", "Payments, refunds not among them,", payer, paid_at)
    paid = scope.panel.total(payments.account_id, payments.paid_at, scope.amounts(payments.amount), days=days)
    yield number(f"paid_{days}d", scope.money, f"Payments less refunds in the {days} days before the cutoff.", paid)
    yield scope.since("payment", "Days since the latest payment; a refund is none.", payer, paid_at)


def _revenue(scope: Scope) -> Iterator[Column]:
    spans, unit = recurring_amounts(scope.business), f"{scope.money} a year"

    def revenue(panel: Panel) -> FloatArray:
        minor = panel.running(spans.account, spans.started, spans.ended, spans.annual)
        return scope.amounts(minor if scope.business.currency is None else minor.astype(np.int64))

    now = revenue(scope.panel)
    sentence = "Annual recurring revenue just before the cutoff; an end at or after it is not known yet."
    yield number("recurring_revenue", unit, sentence, now)
    for days in scope.windows:
        sentence = f"Annual recurring revenue just before the cutoff, less that of {days} days earlier."
        change = now - revenue(scope.panel.earlier(days))
        yield number(f"recurring_revenue_change_{days}d", unit, sentence, change)
    active = scope.panel.running(spans.account, spans.started, spans.ended)
    yield number("subscriptions", "subscriptions", "Paid subscriptions running just before the cutoff.", active)
    yield scope.since("subscription_start", "Days since the latest paid start.", spans.account, spans.started)
    first = _first(scope.panel, spans.account, spans.started)
    yield number("days_as_customer", "days", "Days since the first paid subscription began.", first)
    ended = scope.panel.count(spans.account, spans.ended, days=scope.longest)
    sentence = f"Paid subscriptions that ended in the {scope.longest} days before the cutoff, renewed or not."
    yield number(f"subscriptions_ended_{scope.longest}d", "subscriptions", sentence, ended)


def _seats(scope: Scope) -> Iterator[Column]:
    paid = recurring_amounts(scope.business)
    spans = paid.account, paid.started, paid.ended, paid.seats
    now = scope.panel.running(*spans)
    yield number("subscribed_seats", "seats", "Seats of the paid subscriptions running just before the cutoff.", now)
    for days in scope.windows:
        sentence = f"Seats paid for just before the cutoff, less those of {days} days earlier."
        change = now - scope.panel.earlier(days).running(*spans)
        yield number(f"subscribed_seats_change_{days}d", "seats", sentence, change)


def _first(panel: Panel, account: np.ndarray, started: np.ndarray) -> FloatArray:
    """Return the days since the first of an account's moments, NaN before it."""
    first = np.full(panel.n_accounts, np.iinfo(np.int64).max)
    np.minimum.at(first, account, started)
    moments = np.where(first[:, None] < panel.instants, first[:, None], MISSING)
    return panel.days_since(moments)
