"""One row per account and period it began as a customer: what had happened before, and whether it left within."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from servicelead._typing import BoolArray, Codes, FloatArray, IntArray
from servicelead.columns.zones import DAY
from servicelead.domain.touchpoints import Team
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.kernels.segments import concatenate_ranges
from servicelead.kernels.windows import places_among_own
from servicelead.survival import Lifetimes
from servicelead.tables import Business

__all__ = ["PersonPeriods", "person_periods"]

_EPOCH = date(1970, 1, 1).toordinal()


class PersonPeriods(NamedTuple):
    """Rows of accounts in periods of their life as customers.

    Attributes
    ----------
    account
        Account code.
    age
        Periods the account had been a customer for when this one began.
    left
        Whether its first churn fell into the period.
    n_touches
        Touches in the lookback, strictly before the period began.
    severity
        Sum of the severity scores of the cases opened in it.
    """

    account: IntArray
    age: IntArray
    left: BoolArray
    n_touches: IntArray
    severity: FloatArray


def person_periods(
    business: Business,
    *,
    days: int,
    lookback_days: int,
    team: Team,
    channels: Sequence[str] | None,
    severity: Mapping[str, float],
    since: date | None,
) -> PersonPeriods:
    """Return every period that was over at ``as_of`` and that an account began as a customer.

    A period that was not over is left out whether the account left in it or not: keeping it only where it did
    would count departures more eagerly than stays. So is one whose lookback begins before `since`, by default the
    day of the first touch of all: before records begin nobody seems touched.

    Raises
    ------
    UnknownNameError
        For a channel that no touch has.
    InvalidValueError
        When a case has a severity that has no score.
    """
    lives = Lifetimes.from_subscriptions(business)
    table = business.subscriptions
    row = np.zeros(0, dtype=np.int64) if lives.rows is None else lives.rows
    account, first_day = table.account_id[row], business.zone.to_local(table.started_at[row]) // DAY
    lasted = lives.durations.astype(np.int64)
    today = int(business.zone.to_local(np.array([business.as_of]))[0]) // DAY
    over = (today + 1 - first_day) // days
    # Who is gone on a day was last there on the day before; who never was there at all left in the first period.
    leaves_in = np.maximum(lasted - 1, 0) // days
    n_begun = np.minimum(np.where(lives.events, leaves_in + 1, over), np.maximum(over, 0))
    unknown = np.clip((_first_recorded(business, since) + lookback_days - first_day + days - 1) // days, 0, n_begun)
    owner = np.repeat(np.arange(len(account)), n_begun - unknown)
    age = concatenate_ranges(unknown, n_begun - unknown)
    begun = first_day[owner] + age * days
    bounds = np.stack([business.zone.day_start(begun - lookback_days), business.zone.day_start(begun)])
    whose = account[owner]
    n_touches = np.diff(_counts(business, whose, bounds, team, channels), axis=0)[0]
    return PersonPeriods(
        account=whose.astype(np.int64),
        age=age,
        left=lives.events[owner] & (leaves_in[owner] == age),
        n_touches=n_touches,
        severity=np.diff(_severities(business, whose, bounds, severity), axis=0)[0],
    )


def _first_recorded(business: Business, since: date | None) -> int:
    """Return the first day, counted from 1970, on which touches were recorded."""
    if since is not None:
        return since.toordinal() - _EPOCH
    when = business.touches.occurred_at
    if not len(when):
        return -_EPOCH  # nothing tells when records begin
    return int(business.zone.to_local(when.min(keepdims=True))[0]) // DAY


def _counts(
    business: Business, account: Codes, bounds: IntArray, team: Team, channels: Sequence[str] | None
) -> IntArray:
    """Return the place of each bound among the touches: how many of the account lie between is the difference."""
    touches = business.touches
    wanted = touches.team == list(Team).index(team)
    if channels is not None:
        names = touches.vocabulary("channel")
        unknown = set(channels) - set(names.labels.tolist())
        if unknown:
            raise UnknownNameError(f"services_effect: no touch has {len(unknown)} of the channels; check their names")
        wanted &= np.isin(touches.channel, names.codes_of(list(channels)))
    rows = np.flatnonzero(wanted & (touches.account_id >= 0))
    own, when = touches.account_id[rows], touches.occurred_at[rows]
    return np.stack([places_among_own(own, when, account, bound) for bound in bounds])


def _severities(business: Business, account: Codes, bounds: IntArray, scores: Mapping[str, float]) -> FloatArray:
    """Return the sum of the scores of the account's cases opened strictly before each bound."""
    cases = business.cases
    labels = cases.vocabulary("severity").labels.tolist()
    known = np.array([label in scores for label in labels] + [True], dtype=bool)
    if len(cases) and not known[cases.severity].all():
        raise InvalidValueError(
            f"services_effect: severity must score every severity that cases have; {int(np.sum(~known))} are missing; "
            f"give one number for each"
        )
    worth = np.array([float(scores.get(label, 0.0)) for label in labels] + [0.0])[cases.severity]
    running = np.concatenate([np.zeros(1), np.cumsum(worth)])
    place = np.stack([places_among_own(cases.account_id, cases.opened_at, account, bound) for bound in bounds])
    return running[place]
