"""How customers felt after promises that were kept, and after promises that were broken."""

from datetime import timedelta
from typing import cast

import numpy as np
from attrs import frozen

from servicelead._arguments import require_within
from servicelead._fields import kind_of
from servicelead._typing import Array, Codes, FloatArray, IntArray
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.clustered_means import clustered_means
from servicelead.kernels.windows import places_among_own
from servicelead.qualification.follow_up import PromiseState
from servicelead.qualification.follow_ups import FollowUpPromises
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate

__all__ = ["SatisfactionGap", "satisfaction_gap"]

_METHOD = "welch, clustered by account"
_LONGEST = timedelta(days=36_500)


@frozen(kw_only=True)
class SatisfactionGap:
    """Sentiment after kept promises beside that after broken ones: an association.

    Nobody drew lots over which promises to break: they break where people are overworked and customers were unhappy
    before.

    Attributes
    ----------
    kept, broken
        Mean sentiment, -1 to 1, after promises kept in time and after broken ones.
    difference
        ``kept - broken``.
    n_silent
        Promises kept or broken after which nobody said anything in the time looked at.
    """

    kept: Estimate
    broken: Estimate
    difference: Estimate
    n_silent: int

    def __str__(self) -> str:
        return "\n".join(
            [
                f"kept:       {self.kept}",
                f"broken:     {self.broken}",
                f"difference: {self.difference}",
                f"{self.n_silent:,} promises without a word after; an association: no lots were drawn",
            ]
        )


def satisfaction_gap(
    promises: FollowUpPromises,
    *,
    within: timedelta = timedelta(days=90),
    confidence: float = DEFAULT_CONFIDENCE,
) -> SatisfactionGap:
    r"""Compare sentiment after kept promises with sentiment after broken ones.

    Each promise counts once, with the mean sentiment of all touches and cases of its account at instants t with
    ``due < t <= due + within``, known by ``as_of``. The clock starts at the due date for both, because until then a
    broken promise is not yet broken. Promises kept late are in neither arm. With n promises in m accounts per arm and
    :math:`e_{ga} = \sum (x - \bar x_g) / n_g` over an account's promises,

    .. math:: \bar x_1 - \bar x_2 \pm t_\nu \sqrt V, \qquad
              V = \sum_a \Bigl(\sqrt{\tfrac{m_1}{m_1 - 1}}\, e_{1a} - \sqrt{\tfrac{m_2}{m_2 - 1}}\, e_{2a}\Bigr)^2

    with Welch's degrees of freedom: accounts are the independent units, and one may be in both arms. With one promise
    per account it is Welch's interval.

    Parameters
    ----------
    promises
        What `follow_up_promises` returned.
    within
        How long after the due date a customer's word counts.
    confidence
        Of the intervals, between 0 and 1.

    Returns
    -------
    SatisfactionGap
        In points of sentiment. Undefined for an arm in which nobody said anything; without bounds for one account.

    Raises
    ------
    InvalidValueError
        For a time that is not positive or longer than a century, or a confidence out of range.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> from servicelead.qualification import follow_up_promises
    >>> gap = satisfaction_gap(follow_up_promises(simulate_business(n_accounts=300, seed=4).business))
    >>> gap.difference.is_defined, gap.difference.unit
    (True, 'points of sentiment')
    """
    require_within("satisfaction_gap: confidence", confidence)
    if not isinstance(cast("object", within), timedelta) or not timedelta(0) < within <= _LONGEST:
        raise InvalidValueError(
            f"satisfaction_gap: within must be a timedelta above 0 and up to a century; got {kind_of(within)}; "
            "write e.g. timedelta(days=90)"
        )
    leads, state = promises.business.leads, promises.state
    states = list(PromiseState)
    kept, broken = states.index(PromiseState.IN_TIME), states.index(PromiseState.BROKEN)
    compared = np.flatnonzero((state == kept) | (state == broken))
    rows = promises.rows[compared]
    account, due = leads.account_id[rows], leads.follow_up_due_at[rows]
    mean = _sentiment_after(promises, account, due, due + within // timedelta(microseconds=1))
    heard = np.flatnonzero(~np.isnan(mean))
    means, variances, both, n_accounts = clustered_means(
        state[compared[heard]] == broken, account[heard].astype(np.int64), mean[heard]
    )
    value = float(means[0] - means[1])
    freedom = _welch(variances, n_accounts)
    n_both = len(np.unique(account[heard]))
    return SatisfactionGap(
        kept=_estimate(means[0], variances[0], n_accounts[0] - 1, int(n_accounts[0]), confidence),
        broken=_estimate(means[1], variances[1], n_accounts[1] - 1, int(n_accounts[1]), confidence),
        difference=_estimate(value, both, freedom, n_both, confidence),
        n_silent=len(compared) - len(heard),
    )


def _sentiment_after(promises: FollowUpPromises, account: Codes, start: IntArray, stop: IntArray) -> FloatArray:
    """Return the mean sentiment of each account after one moment and up to another; NaN where nothing was said."""
    touches, cases = promises.business.touches, promises.business.cases
    total, n = np.zeros(len(account)), np.zeros(len(account), dtype=np.int64)
    known = np.flatnonzero(account >= 0)
    span = (account[known], start[known], stop[known])
    for owner, when, sentiment in (
        (touches.account_id, touches.occurred_at, touches.sentiment),
        (cases.account_id, cases.opened_at, cases.sentiment),
    ):
        said = np.flatnonzero((owner >= 0) & ~np.isnan(sentiment))
        sums, counts = _window_sums((owner[said], when[said], sentiment[said]), *span)
        total[known] += sums
        n[known] += counts
    mean: FloatArray = np.divide(total, n, out=np.full(len(account), np.nan), where=n > 0)
    return mean


def _window_sums(
    said: tuple[Codes, IntArray, Array], wanted: Codes, start: IntArray, stop: IntArray
) -> tuple[FloatArray, IntArray]:
    """Return the sum and number of each wanted owner's values with ``start < when <= stop``; rows are sorted."""
    owner, when, values = said
    begin, end = (places_among_own(owner, when, wanted, bound + 1) for bound in (start, stop))
    running = np.concatenate([np.zeros(1), np.cumsum(values)])
    return running[end] - running[begin], end - begin


def _welch(variances: FloatArray, n: IntArray) -> float:
    if np.isnan(variances).any() or not variances.any():
        return float("nan")
    shares = variances / np.sum(variances)
    return float(1.0 / np.sum(shares**2 / (n - 1)))


def _estimate(value: float, variance: float, freedom: float, n: int, confidence: float) -> Estimate:
    unit = "points of sentiment"
    if np.isnan(value):
        return Estimate.undefined(
            "nobody said anything after such promises", method=_METHOD, unit=unit, confidence=confidence
        )
    lower = upper = reason = None
    if np.isnan(variance):
        reason = "one account says nothing of how accounts vary"
    elif not variance:
        reason = "no spread between accounts, so nothing says how sure the mean is"
    else:
        from scipy.special import stdtrit  # noqa: PLC0415 - heavy, loaded on first use

        half = float(stdtrit(freedom, (1 + confidence) / 2)) * float(np.sqrt(variance))
        lower, upper = float(value) - half, float(value) + half
    return Estimate(
        value=float(value), lower=lower, upper=upper, confidence=confidence, method=_METHOD, n=n, unit=unit,
        reason=reason,
    )  # fmt: skip
