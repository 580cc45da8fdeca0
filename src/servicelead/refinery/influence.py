"""Do leads and deals move on sooner after a touch? An association, stage by stage and age held equal."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from attrs import frozen

from servicelead._arguments import require_whole, require_within
from servicelead._fields import is_number, kind_of
from servicelead._typing import Codes, IntArray
from servicelead.columns.zones import DAY
from servicelead.domain.touchpoints import Team
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.kernels.windows import places_among_own
from servicelead.refinery.stage_periods import (
    StagePeriods,
    Stays,
    stage_periods,
    stays_of_leads,
    stays_of_opportunities,
)
from servicelead.survival.odds import odds_ratios
from servicelead.tables.business import Business
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate, Rate

__all__ = ["Influence", "influence"]

_LONGEST = 36_500  # days


@frozen(kw_only=True)
class Influence:
    """Odds of moving on within a period, after touches of the account over those without.

    It is an association. Stage and age are held equal, and whatever else makes people call, or be called, is still in
    it: a seller calls the lead that is about to move.

    Attributes
    ----------
    odds_ratio
        Above 1: who was touched moved on more often.
    touched, untouched
        Periods in which a lead moved on, of all periods with and without a touch before.
    n_without_account
        Stays left out because their lead has no account, whose touches nobody knows.
    """

    odds_ratio: Estimate
    touched: Rate
    untouched: Rate
    n_without_account: int

    def __str__(self) -> str:
        return "\n".join(
            [
                f"moved on after a touch: {self.touched} periods",
                f"moved on without:       {self.untouched} periods",
                f"odds ratio, stage and age held equal: {self.odds_ratio}",
                "an association: nobody was touched by lot",
            ]
        )


def influence(
    business: Business,
    *,
    team: Team | str,
    channels: Sequence[str] | None = None,
    of: Literal["leads", "opportunities"] = "leads",
    stages: Sequence[str] | None = None,
    days: int = 7,
    lookback_days: int = 28,
    penalty: float = 0.1,
    confidence: float = DEFAULT_CONFIDENCE,
) -> Influence:
    r"""Compare how often leads, or deals, move on to a later stage with and without touches shortly before.

    Every stay in a stage is cut into periods from its start. With h the chance of moving on in one,

    .. math:: \log \frac{h}{1 - h} = b_{\text{stage}} + b_1 \log(1 + \text{age}) + b_2\, 1_{\text{touched}}

    where touches of the account count in the lookback *strictly before* the period begins, so that the touch which is
    the move itself is no cause of it. The odds ratio is :math:`e^{b_2}`. Coefficients but the intercept have a ridge
    penalty; intervals are of rows clustered by account.

    Parameters
    ----------
    business
        Leads with their history of stages (or opportunities with theirs), and touches.
    team, channels
        Whose touches: of one team, and if named of some channels only.
    of
        ``"leads"`` or ``"opportunities"``.
    stages
        Only for opportunities, whose stages are yours to name: in their order. Leave out the closing ones: winning
        counts as moving on by itself.
    days
        Length of a period, at least 1. Periods not over at ``as_of`` are left out.
    lookback_days
        How far before a period touches count, at least 1. Periods whose lookback begins before the first touch of all
        are left out, for nobody seems touched then.
    penalty
        Ridge penalty on squared coefficients, above 0.
    confidence
        Of the intervals, between 0 and 1.

    Returns
    -------
    Influence
        Undefined, with the reason, where nobody or everybody moved on or was touched, or of fewer than two accounts.

    Raises
    ------
    InvalidValueError
        For arguments out of range, another team, or stages of leads.
    UnknownNameError
        For a channel that no touch has, or a stage that no opportunity was in.
    ConvergenceError
        When the coefficients are not found.

    Notes
    -----
    P. D. Allison, "Discrete-time methods for the analysis of event histories", Sociological Methodology 13, 1982.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> found = influence(simulate_business(n_accounts=300, seed=1).business, team="sales")
    >>> found.odds_ratio.is_defined, found.touched.trials > 0
    (True, True)
    """
    require_within("influence: confidence", confidence)
    days = require_whole("influence: days", days, 1, _LONGEST)
    lookback = require_whole("influence: lookback_days", lookback_days, 1, _LONGEST) * DAY
    if not is_number(penalty) or penalty <= 0:
        raise InvalidValueError(f"influence: penalty must be a number above 0; got {kind_of(penalty)}; .1 is mild")
    if team not in list(Team):
        raise InvalidValueError(f"influence: team must be one of {', '.join(Team)}; got {kind_of(team)}; name one")
    stays = _stays(business, of, stages)
    moments = business.touches.occurred_at
    first = int(moments.min()) if len(moments) else business.as_of
    periods = stage_periods(stays, business.as_of, days, first + lookback)
    own, when = _touches(business, Team(team), channels)
    before, since = (
        places_among_own(own, when, stays.account[periods.stay], bound)
        for bound in (periods.begins, periods.begins - lookback)
    )
    n_touches = before - since
    touched = n_touches > 0
    counts = [
        Rate(int(np.count_nonzero(periods.moved_on[rows])), int(np.count_nonzero(rows))) for rows in (touched, ~touched)
    ]
    stage = np.unique(stays.stage[periods.stay], return_inverse=True)[1]
    columns = [np.ones(len(touched)), touched.astype(np.float64), np.log1p(periods.age)]
    columns += [(stage == code).astype(np.float64) for code in range(1, int(stage.max(initial=0)) + 1)]
    estimates = odds_ratios(
        periods.moved_on,
        np.column_stack(columns),
        stays.account[periods.stay].astype(np.int64),
        undefined=_why_undefined(stays, periods, n_touches),
        penalty=penalty,
        confidence=confidence,
    )
    return Influence(
        odds_ratio=estimates[1], touched=counts[0], untouched=counts[1], n_without_account=stays.n_without_account
    )


def _stays(business: Business, of: str, stages: Sequence[str] | None) -> Stays:
    if of == "leads" and stages is None:
        return stays_of_leads(business)
    if of == "opportunities" and stages is not None and not isinstance(stages, str):
        return stays_of_opportunities(business, stages)
    raise InvalidValueError(
        "influence: of must be leads, whose stages are known, or opportunities with stages in their order; got "
        f"{kind_of(of)} and {kind_of(stages)}; write of='opportunities', stages=['discovery', 'proposal', ...]"
    )


def _touches(business: Business, team: Team, channels: Sequence[str] | None) -> tuple[Codes, IntArray]:
    """Return the account and moment of each touch that counts."""
    touches = business.touches
    wanted = (touches.team == list(Team).index(team)) & (touches.account_id >= 0)
    if channels is not None:
        names = touches.vocabulary("channel")
        unknown = set(channels) - set(names.labels.tolist())
        if unknown:
            raise UnknownNameError(f"influence: no touch has {len(unknown)} of the channels; check their names")
        wanted &= np.isin(touches.channel, names.codes_of(list(channels)))
    return touches.account_id[wanted], touches.occurred_at[wanted]


def _why_undefined(stays: Stays, periods: StagePeriods, n_touches: IntArray) -> str | None:
    if len(np.unique(stays.account[periods.stay])) < 2:
        return "fewer than two accounts"
    if periods.moved_on.all() or not periods.moved_on.any():
        return "everybody moved on at once" if periods.moved_on.any() else "nobody moved on"
    if (n_touches > 0).all() or not (n_touches > 0).any():
        return "everybody was touched" if n_touches.any() else "nobody was touched"
    return None
