"""Features of touches: how many, by whom, how lately, growing or fading, and how they left the customer."""

from collections.abc import Iterator

import numpy as np

from servicelead._typing import Codes, IntArray
from servicelead.domain.leads import OrgLevel
from servicelead.domain.touchpoints import Team
from servicelead.kernels.grouping import compress
from servicelead.propensity.snapshots.feature import Column
from servicelead.propensity.snapshots.scope import Scope, number, ratio
from servicelead.tables import TouchTable

__all__ = ["touch_features"]

#: Sentiments are added up in whole steps of this size, so that no order of addition changes a bit of the sum.
_STEPS = 2.0**32


def touch_features(scope: Scope) -> Iterator[Column]:
    """Yield the features of touches, each counted when it was known to be one of the account's."""
    yield from _counts(scope)
    yield from _recency(scope)
    yield from _channels(scope)
    yield from _sentiment(scope)
    yield from _contacts(scope)


def _counts(scope: Scope) -> Iterator[Column]:
    touches, panel = scope.business.touches, scope.panel
    teams = [str(team.value) for team in Team]
    reaches = {0, *scope.windows, *(2 * days for days in scope.windows)}
    before = {
        days: panel.earlier(days).count(
            touches.account_id, touches.known_of_account_at, labels=touches.team, n_labels=len(teams)
        )
        for days in reaches
    }
    for days in scope.windows:
        now, then = before[0] - before[days], before[days] - before[2 * days]
        total = now.sum(axis=0)
        yield number(f"touches_{days}d", "touches", f"Touches in the {days} days before the cutoff.", total)
        sentence = f"Touches in the {days} days before the cutoff, less those of the {days} days before that."
        yield number(f"touches_change_{days}d", "touches", sentence, total - then.sum(axis=0))
        for place, team in enumerate(teams):
            sentence = f"Touches by {team} in the {days} days before the cutoff."
            yield number(f"{team}_touches_{days}d", "touches", sentence, now[place])
    for place, team in enumerate(teams):
        sentence = f"Share of the touches in the {scope.longest} days before the cutoff that {team} made."
        yield number(f"{team}_touch_share_{scope.longest}d", "share", sentence, ratio(now[place], total))


def _recency(scope: Scope) -> Iterator[Column]:
    touches, panel = scope.business.touches, scope.panel
    teams = [str(team.value) for team in Team]
    account, when, team_of, n = touches.account_id, touches.known_of_account_at, touches.team, len(teams)
    latest = panel.latest(account, when, labels=team_of, n_labels=n)
    decayed = panel.decayed(account, when, scope.half_life, labels=team_of, n_labels=n)
    yield number("days_since_touch", "days", "Days since the latest touch.", panel.days_since(latest.max(axis=0)))
    for place, team in enumerate(teams):
        sentence = f"Days since the latest touch by {team}."
        yield number(f"days_since_{team}_touch", "days", sentence, panel.days_since(latest[place]))
    for place, team in enumerate(teams):
        sentence = f"Touches by {team}, each halved with every half-life of its age."
        yield number(f"{team}_touches_decayed", "touches", sentence, decayed[place])


def _channels(scope: Scope) -> Iterator[Column]:
    touches = scope.business.touches
    for channel in scope.channels:
        code = touches.vocabulary("channel").get(channel)
        rows = np.flatnonzero(touches.channel == code)
        account, when = touches.account_id[rows], touches.known_of_account_at[rows]
        for days in scope.windows:
            counts = scope.panel.count(account, when, days=days)
            sentence = f"Touches on {channel} in the {days} days before the cutoff."
            yield number(f"{channel}_touches_{days}d", "touches", sentence, counts)


def _sentiment(scope: Scope) -> Iterator[Column]:
    """Yield how touches left the customer, each counted when that became known."""
    touches, panel, days = scope.business.touches, scope.panel, scope.longest
    told = np.flatnonzero(~np.isnan(touches.sentiment))
    account, sentiment = touches.account_id[told], touches.sentiment[told]
    known_at = np.maximum(touches.known_of_account_at, touches.sentiment_known_at)[told]
    for name, sign in (("negative", -1), ("positive", 1)):
        rows = np.flatnonzero(np.sign(sentiment) == sign)
        for reach in scope.windows:
            counts = panel.count(account[rows], known_at[rows], days=reach)
            sentence = f"Touches that turned out {name} in the {reach} days before the cutoff."
            yield number(f"{name}_touches_{reach}d", "touches", sentence, counts)
        sentence = f"Touches that turned out {name}, each halved with every half-life since."
        decayed = panel.decayed(account[rows], known_at[rows], scope.half_life)
        yield number(f"{name}_touches_decayed", "touches", sentence, decayed)
    steps = np.rint(sentiment * _STEPS).astype(np.int64)
    sums = panel.add_up(account, known_at, steps, days=days) / _STEPS
    sentence = f"Mean sentiment, from -1 to 1, that became known in the {days} days before the cutoff."
    yield number(
        f"mean_sentiment_{days}d", "sentiment", sentence, ratio(sums, panel.count(account, known_at, days=days))
    )


def _contacts(scope: Scope) -> Iterator[Column]:
    touches, contacts = scope.business.touches, scope.business.contacts
    account, contact, when = _first_meetings(touches)
    sentence = "People at the account who had been touched."
    yield number("contacts_met", "people", sentence, scope.panel.count(account, when))
    if scope.with_levels:
        level = np.full(len(touches.vocabulary("contact_id")) + 1, -1, dtype=np.int64)
        level[contacts.contact_id] = contacts.org_level
        levels = [str(each.value) for each in OrgLevel]
        counts = scope.panel.count(account, when, labels=level[contact], n_labels=len(levels))
        for place, name in enumerate(levels):
            sentence = f"People of level {name} who had been touched."
            yield number(f"{name}_contacts_met", "people", sentence, counts[place])


def _first_meetings(touches: TouchTable) -> tuple[Codes, IntArray, IntArray]:
    """Return account, contact and moment of the first touch of each contact in each account."""
    rows = np.flatnonzero((touches.contact_id >= 0) & (touches.account_id >= 0))
    n_accounts, n_contacts = len(touches.vocabulary("account_id")), len(touches.vocabulary("contact_id"))
    pairs, pair = compress(
        touches.account_id[rows] * np.int64(n_contacts) + touches.contact_id[rows], n_accounts * n_contacts
    )
    first = np.full(len(pairs), np.iinfo(np.int64).max)
    np.minimum.at(first, pair, touches.known_of_account_at[rows])
    account, contact = np.divmod(pairs, max(n_contacts, 1))
    return account.astype(np.int32), contact, first
