"""Deflection rates of groups of self-help events, with intervals that know accounts answer alike."""

from typing import NamedTuple

import numpy as np

from servicelead._typing import Array, Codes, FloatArray, IntArray
from servicelead.calculators.deflection_events import COUNTED, EventFate
from servicelead.kernels.answer_chains import chain_counts, chain_rates, chain_sizes, wilson_bounds

__all__ = ["METHOD", "Rates", "rates_of"]

METHOD = "wilson, clustered by account"
_COMPLETE = tuple(EventFate).index(EventFate.NOT_SUCCESSFUL)
_DEFLECTED = tuple(EventFate).index(EventFate.DEFLECTED)


class Rates(NamedTuple):
    """Figures of each group of counted events; NaN where there is none.

    ``asked`` and ``agreed`` have one row per question. ``n_accounts`` have an answer to the first.
    """

    n_events: IntArray
    n_answered: IntArray
    asked: IntArray
    agreed: IntArray
    n_accounts: IntArray
    rate: FloatArray
    lower: FloatArray
    upper: FloatArray
    non_response_lower: FloatArray
    non_response_upper: FloatArray

    def columns(self) -> dict[str, Array]:
        """Return the figures as the columns of a table."""
        stages = np.divide(self.agreed, self.asked, out=np.full(self.asked.shape, np.nan), where=self.asked > 0)
        return {
            "n_events": self.n_events,
            "n_answered": self.n_answered,
            "success_rate": stages[0],
            "intent_given_success_rate": stages[1],
            "no_further_action_given_intent_rate": stages[2],
            "event_deflection_rate": self.rate,
            "event_deflection_rate_lower": self.lower,
            "event_deflection_rate_upper": self.upper,
            "non_response_lower": self.non_response_lower,
            "non_response_upper": self.non_response_upper,
            "deflected_cases": self.n_events * self.rate,
            "deflected_cases_lower": self.n_events * self.lower,
            "deflected_cases_upper": self.n_events * self.upper,
        }


def rates_of(
    fates: Array, answers: Array, accounts: Codes, *, labels: Codes, n_labels: int, confidence: float
) -> Rates:
    """Return the rates of each group of counted events.

    The rate is the product of the rates of the questions, each among those who said yes before and answered it:
    k/n where everyone who began the survey finished it, and not biased downwards by those who stopped half-way. The
    interval is Wilson's, on as many independent events as the answers are worth given that accounts answer alike.

    Parameters
    ----------
    fates : int8 (p,)
        None below `COUNTED`.
    answers : int8 (3, p)
        As corrected by later cases.
    accounts, labels : int32 (p,)
    n_labels : int
    confidence : float
    """
    counts = chain_counts(answers, labels, n_labels)
    rate = chain_rates(*counts)
    sizes, n_accounts = chain_sizes(answers, accounts, labels, counts, confidence)
    lower, upper = wilson_bounds(rate, sizes, confidence)
    n_events, n_answered, deflected = (
        np.bincount(labels[chosen], minlength=n_labels)
        for chosen in (fates >= COUNTED, fates >= _COMPLETE, fates == _DEFLECTED)
    )
    # The rate lets complete answers speak for all others, also for events that are ruled out: so does its upper bound.
    silent = n_events - n_answered
    known = n_events > 0
    nothing = np.full(n_labels, np.nan)
    return Rates(
        n_events=n_events,
        n_answered=n_answered,
        asked=counts[0],
        agreed=counts[1],
        n_accounts=n_accounts,
        rate=rate,
        lower=lower,
        upper=upper,
        non_response_lower=np.divide(deflected, n_events, out=nothing.copy(), where=known),
        non_response_upper=np.divide(deflected + silent, n_events, out=nothing.copy(), where=known),
    )
