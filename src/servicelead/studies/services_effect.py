"""Do customers who are touched leave less often? An association, with the trouble they were in held equal."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from attrs import frozen

from servicelead._arguments import require_within
from servicelead._fields import is_number, kind_of
from servicelead.domain.touchpoints import Team
from servicelead.exceptions import InvalidValueError
from servicelead.studies.person_periods import PersonPeriods, person_periods
from servicelead.survival.odds import odds_ratios
from servicelead.tables import Business
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate

__all__ = ["ServicesEffect", "services_effect"]

_LONGEST = 36_500  # days


@frozen(kw_only=True)
class ServicesEffect:
    """Odds of leaving in a period, of accounts touched before it, over those of accounts not touched.

    It is an association. With severity held equal one known reason for being touched is taken out, and whatever else
    makes people call, or be called, is still in it.

    Attributes
    ----------
    naive
        Odds ratio with nothing but age held equal; below 1: who was touched left less often.
    adjusted
        Odds ratio with severity held equal too.
    severity
        Odds ratio of one point of severity.
    n_periods, n_touched, n_left
        Periods of accounts, those of them after a touch, and those in which the account left.
    """

    naive: Estimate
    adjusted: Estimate
    severity: Estimate
    n_periods: int
    n_touched: int
    n_left: int

    def __str__(self) -> str:
        return "\n".join(
            [
                f"{self.n_periods:,} periods, {self.n_touched:,} after a touch, {self.n_left:,} with a departure",
                f"naive:    {self.naive}",
                f"adjusted: {self.adjusted}",
                "an association: nobody was touched by lot",
            ]
        )


def services_effect(
    business: Business,
    *,
    severity: Mapping[str, float],
    team: Team | str = Team.SERVICES,
    channels: Sequence[str] | None = None,
    days: int = 30,
    lookback_days: int = 90,
    since: date | None = None,
    penalty: float = 0.1,
    confidence: float = DEFAULT_CONFIDENCE,
) -> ServicesEffect:
    r"""Compare departures after touches with departures without, among accounts in equal trouble.

    Every account's life as a customer is cut into periods. With h the chance that it leaves in one,

    .. math:: \log \frac{h}{1 - h} = b_0 + b_1 \log(1 + \text{age}) + b_2\, 1_{\text{touched}} + b_3\, \text{severity}

    where touches and cases count only in the lookback strictly before the period begins, so that a farewell call is no
    cause of the farewell. The odds ratio is :math:`e^{b_2}`; the naive one leaves :math:`b_3` out. Coefficients but
    the intercept have a ridge penalty, so that there is an answer where nobody who was touched left; intervals are of
    rows clustered by account.

    Parameters
    ----------
    business
        Subscriptions with a currency, touches, and cases with severities.
    severity
        Score of each severity that cases have, such as ``{"low": 1, "high": 3}``; a case without one scores 0.
    team, channels
        Whose touches: of one team, and if named of some channels only.
    days
        Length of a period, at least 1. Periods not over at ``as_of`` are left out.
    lookback_days
        How far before a period touches and cases count, at least 1.
    since
        The day on which records of touches begin; by default that of the first touch of all. Periods whose lookback
        begins before it are left out, for nobody seems touched then.
    penalty
        Ridge penalty on squared coefficients, above 0.
    confidence
        Of the intervals, between 0 and 1.

    Returns
    -------
    ServicesEffect
        Undefined, with the reason, where nobody or everybody left or was touched, or of fewer than two accounts.

    Raises
    ------
    InvalidValueError
        For arguments out of range, another team, or a severity of cases that has no score.
    UnknownNameError
        For a channel that no touch has.
    NoCurrencyError
        When the business has no currency.
    ConvergenceError
        When the coefficients are not found.

    Notes
    -----
    P. D. Allison, "Discrete-time methods for the analysis of event histories", Sociological Methodology 13, 1982.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> business = simulate_business(n_accounts=300, seed=3).business
    >>> scores = {"low": 1, "normal": 2, "high": 3, "critical": 4}
    >>> effect = services_effect(business, severity=scores, channels=["support_case"])
    >>> effect.adjusted.is_defined, effect.n_left < effect.n_periods
    (True, True)
    """
    require_within("services_effect: confidence", confidence)
    _require_days("days", days)
    _require_days("lookback_days", lookback_days)
    if not is_number(penalty) or penalty <= 0:
        raise InvalidValueError(
            f"services_effect: penalty must be a number above 0; got {kind_of(penalty)}; .1 is mild"
        )
    if not all(is_number(score) for score in severity.values()):
        raise InvalidValueError("services_effect: severity must be numbers by name, such as {'low': 1, 'high': 3}")
    if team not in list(Team):
        raise InvalidValueError(
            f"services_effect: team must be one of {', '.join(Team)}; got {kind_of(team)}; name one"
        )
    _require_date(since)
    rows = person_periods(
        business,
        days=days,
        lookback_days=lookback_days,
        team=Team(team),
        channels=channels,
        severity=severity,
        since=since,
    )
    ages = [np.ones(len(rows.age)), np.log1p(rows.age), (rows.n_touches > 0).astype(np.float64)]
    naive, full = (
        odds_ratios(
            rows.left,
            np.column_stack(columns),
            rows.account,
            undefined=_why_undefined(rows),
            penalty=penalty,
            confidence=confidence,
        )
        for columns in (ages, [*ages, rows.severity])
    )
    return ServicesEffect(
        naive=naive[2],
        adjusted=full[2],
        severity=full[3],
        n_periods=len(rows.age),
        n_touched=int(np.count_nonzero(rows.n_touches)),
        n_left=int(np.count_nonzero(rows.left)),
    )


def _require_days(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _LONGEST:
        raise InvalidValueError(
            f"services_effect: {name} must be whole days from 1 to {_LONGEST:,}; got {kind_of(value)}; count in int"
        )


def _require_date(value: Any) -> None:
    if value is not None and (isinstance(value, datetime) or not isinstance(value, date)):
        raise InvalidValueError(f"services_effect: since must be a date; got {kind_of(value)}; write date(2026, 1, 1)")


def _why_undefined(rows: PersonPeriods) -> str | None:
    touched = rows.n_touches > 0
    if len(np.unique(rows.account)) < 2:
        return "fewer than two accounts"
    if rows.left.all() or not rows.left.any():
        return "everybody left" if rows.left.any() else "nobody left"
    if touched.all() or not touched.any():
        return "everybody was touched" if touched.any() else "nobody was touched"
    return None
