"""What a reader of observed deflection must be told in words: why a figure is missing, and what the others rest on."""

import numpy as np

from servicelead._typing import Array, IntArray
from servicelead.calculators.deflection_events import ANSWERS, COUNTED
from servicelead.tables import Business

__all__ = ["undefined_because", "warnings_of"]


def undefined_because(business: Business, n_events: int, asked: IntArray) -> str:
    """Return why there is no event deflection rate, given the counted events and how many were asked each question."""
    events = business.self_help_events
    if not len(events):
        return "no self-help events"
    if not (events.entitled == 1).any():
        return "no self-help event of a customer entitled to assisted support"
    if not n_events:
        return "no self-help event of an entitled customer older than the follow-up window"
    return f"no answers to {ANSWERS[int(np.argmax(asked == 0))]} from those who said yes before"


def warnings_of(business: Business, fates: Array, answers: Array, assisted: IntArray) -> tuple[str, ...]:
    """Return what the figures rest on that may not hold."""
    counted = fates >= COUNTED
    n_events = int(np.count_nonzero(counted))
    nameless = int(np.count_nonzero(business.self_help_events.issue_key[counted] < 0))
    unsure = int(np.count_nonzero(business.cases.entitled[assisted] < 0))
    silent = int(np.count_nonzero(answers[0][counted] < 0))
    said = []
    if nameless:
        said.append(
            f"{nameless:,} counted events have no issue key: each is an issue of its own, and no case overrides it"
        )
    if unsure:
        said.append(f"{unsure:,} assisted cases do not say whether the customer was entitled, and count as entitled")
    if 2 * silent > n_events:
        said.append(f"{silent:,} of {n_events:,} counted events have no survey: look at the bounds of non-response")
    return tuple(said)
