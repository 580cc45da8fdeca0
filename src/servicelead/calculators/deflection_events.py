"""What became of every self-help event on its way to being a deflected case, or not."""

from datetime import timedelta
from enum import StrEnum

import numpy as np

from servicelead._typing import Array, BoolArray, IntArray
from servicelead.columns.zones import FIRST, LAST
from servicelead.kernels.issues import followed_within, last_of_each
from servicelead.tables import Business

__all__ = ["ANSWERS", "COUNTED", "EventFate", "fates_of", "microseconds"]

#: The three questions, in the order in which each leads on to the next.
ANSWERS = ("succeeded", "intended_assisted", "needs_no_further_action")


class EventFate(StrEnum):
    """Where a self-help event leaves the way to a deflected case; every event has exactly one fate.

    The first three are not counted. `UNANSWERED` and `RULED_OUT` lack an answer that would be needed; the second
    cannot have deflected a case all the same, because another answer is no or a case followed.
    """

    NOT_ENTITLED = "not_entitled"
    REPEATED = "repeated"
    CENSORED = "censored"
    UNANSWERED = "unanswered"
    RULED_OUT = "ruled_out"
    NOT_SUCCESSFUL = "not_successful"
    NOT_INTENDED = "not_intended"
    FURTHER_ACTION = "further_action"
    OVERRIDDEN = "overridden"
    DEFLECTED = "deflected"

    @property
    def meaning(self) -> str:
        """What it means, in words."""
        return _MEANINGS[self]


_MEANINGS = {
    EventFate.NOT_ENTITLED: "customer not entitled to assisted support",
    EventFate.REPEATED: "another event stands for the same issue of the account",
    EventFate.CENSORED: "too young: the follow-up window is still open",
    EventFate.UNANSWERED: "an answer is missing, and it may have deflected a case",
    EventFate.RULED_OUT: "an answer is missing, but another answer or a case rules deflection out",
    EventFate.NOT_SUCCESSFUL: "did not find the answer",
    EventFate.NOT_INTENDED: "would not have opened a case",
    EventFate.FURTHER_ACTION: "needed further action",
    EventFate.OVERRIDDEN: "said that all was well, and then opened a case",
    EventFate.DEFLECTED: "a deflected case",
}
_FATES = tuple(EventFate)
_CODES = {fate: np.int8(code) for code, fate in enumerate(_FATES)}
#: Code from which on an event counts.
COUNTED = int(_CODES[EventFate.UNANSWERED])


def microseconds(duration: timedelta) -> int:
    """Return a duration in microseconds, at most the whole of time, which 64 bits hold."""
    return min(duration // timedelta(microseconds=1), LAST - FIRST)


def fates_of(business: Business, follow_up: timedelta) -> tuple[Array, Array]:
    """Return the fate of every event, as its place in `EventFate`, and the answers, as later cases correct them.

    Events of one issue by one account count once, however far apart: the latest that is old enough and whose answers
    are complete stands for the issue; failing that the latest with an answer; failing that the latest. An issue is
    followed by a case if one was opened at, or within `follow_up` after, any of its events.

    Parameters
    ----------
    business
        The tables.
    follow_up
        An event younger than that at ``as_of`` is censored.

    Returns
    -------
    fates : int8 (n_events,)
    answers : int8 (3, n_events)
        The answer to needing nothing more is no where a case followed one who succeeded and had meant to open it.
    """
    window = microseconds(follow_up)
    events = business.self_help_events
    answers = np.stack([getattr(events, name) for name in ANSWERS])
    is_mature = business.as_of - events.occurred_at >= window
    entitled = np.flatnonzero(events.entitled == 1)
    keys, is_followed = _issues(business, window)
    complete = _complete(answers)
    ranks = 4 * is_mature + 2 * complete + (answers[0] >= 0)
    place, followed = last_of_each(keys[entitled], ranks[entitled], is_followed[entitled])
    rows = entitled[place]
    given = answers[:, rows]
    agreed = (given[:2] == 1).all(axis=0)
    overridden = followed & (given == 1).all(axis=0)
    answers[2, rows[followed & agreed]] = 0
    stages = [
        (~is_mature[rows], EventFate.CENSORED),
        (given[0] == 0, EventFate.NOT_SUCCESSFUL),
        ((given[0] == 1) & (given[1] == 0), EventFate.NOT_INTENDED),
        (overridden, EventFate.OVERRIDDEN),
        (agreed & (answers[2, rows] == 0), EventFate.FURTHER_ACTION),
        ((given == 1).all(axis=0), EventFate.DEFLECTED),
        (followed | (given == 0).any(axis=0), EventFate.RULED_OUT),
    ]
    fates = np.full(len(events), _CODES[EventFate.NOT_ENTITLED], dtype=np.int8)
    fates[entitled] = _CODES[EventFate.REPEATED]
    fates[rows] = np.select(
        [is_so for is_so, _ in stages], [_CODES[f] for _, f in stages], _CODES[EventFate.UNANSWERED]
    )
    return fates, answers


def _complete(answers: Array) -> BoolArray:
    """Mark events of which every question that was reached has an answer."""
    first, second, third = answers
    complete: BoolArray = (first == 0) | ((first == 1) & ((second == 0) | ((second == 1) & (third >= 0))))
    return complete


def _issues(business: Business, window: int) -> tuple[IntArray, BoolArray]:
    """Return one number per issue of an account for each event, and whether a case on it followed the event.

    An event without an issue key is an issue of its own, and no case can be told to be about it.
    """
    events, cases = business.self_help_events, business.cases
    n_issues = len(events.vocabularies["issue_key"])
    keys = events.account_id.astype(np.int64) * n_issues + events.issue_key
    known = events.issue_key >= 0
    nameless = np.flatnonzero(~known)
    keys[nameless] = -1 - nameless
    # Each table has its own codes of issue keys; those of events are the ones that matter.
    shared = np.append(
        events.vocabularies["issue_key"].codes_of(cases.vocabularies["issue_key"].labels.tolist()), np.int32(-1)
    )
    issue = shared[cases.issue_key]
    about = issue >= 0
    later = cases.account_id[about].astype(np.int64) * n_issues + issue[about]
    return keys, followed_within(keys, events.occurred_at, window, later, cases.opened_at[about])
