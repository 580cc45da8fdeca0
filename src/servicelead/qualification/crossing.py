"""When scores first reached a threshold: at a touch, at a change of fit, or while something negative faded."""

from itertools import pairwise
from typing import Any

import numpy as np

from servicelead._typing import Array, BoolArray, FloatArray, IntArray
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.crossings import first_rises
from servicelead.kernels.points import STEP, capped_sums, running_sums
from servicelead.kernels.segments import block_edges
from servicelead.qualification.events import Events
from servicelead.qualification.scoring import Scoring

__all__ = ["first_crossings"]

#: Events that are worked on together; their running sums take one number per event and sum.
_BLOCK = 1 << 17
_NEVER = np.iinfo(np.int64).max
#: Running sums are not rounded to steps: within this many steps, and one more per event, the score itself decides.
_SLACK = 4.0


def first_crossings(scoring: Scoring, threshold: Any) -> Array:
    """Return when each lead's score first reached its threshold, not-a-time where it did not."""
    levels = _levels(threshold, len(scoring.leads))
    events = Events.of(scoring)
    found = np.full(len(levels), _NEVER)
    for first, stop in pairwise(block_edges(events.offsets, _BLOCK).tolist()):
        found[first:stop] = _search(events.part(first, stop), levels[first:stop])
    out = found.astype("datetime64[us]")
    out[found == _NEVER] = np.datetime64("NaT", "us")
    return out


def _levels(threshold: Any, n: int) -> FloatArray:
    try:
        levels = np.broadcast_to(np.asarray(threshold, dtype=np.float64), (n,))
    except (TypeError, ValueError):
        levels = np.array([np.nan])
    if not np.isfinite(levels).all():
        raise InvalidValueError(
            "LeadScores.first_crossing threshold must be a finite number, or one per lead; got something else; "
            "name the points that qualify"
        )
    return np.rint(levels / STEP)


def _search(events: Events, levels: FloatArray) -> IntArray:
    terms = events.scoring.terms
    points = np.zeros((len(events.at), len(terms.rates)))
    touched = np.flatnonzero(events.rule >= 0)
    points[touched, terms.term_of_rule[events.rule[touched]]] = events.points[touched] / STEP
    totals = running_sums(points, events.at, events.offsets, terms.rates)
    fit = events.scoring.fit.at(events.lead + events.first, events.at)
    there = events.at >= events.created[events.lead]
    slack = _SLACK + np.arange(len(events.at)) - events.offsets[events.lead]
    score = events.scoring.capped(events.scoring.engagement(totals) + fit)
    found = _at_events(events, levels, there & (score >= levels[events.lead] - slack))
    # A rise is possible where something negative fades, and what is positive would be enough without it.
    best = capped_sums(np.maximum(totals, 0.0), terms.caps, terms.groups, terms.group_caps).sum(axis=1) + fit
    rising = there & (events.at < found[events.lead]) & ((totals < 0) & (terms.rates > 0)).any(axis=1)
    rising &= events.scoring.capped(best) >= levels[events.lead] - slack
    rows = np.flatnonzero(rising)
    return np.minimum(found, _between_events(events, levels, rows, totals[rows], fit[rows]))


def _at_events(events: Events, levels: FloatArray, near: BoolArray) -> IntArray:
    """Return the first event of each lead at which the score, worked out exactly, has reached its level.

    Of several events at one instant the first already stands for all: the score is that of the instant.
    """
    found = np.full(len(levels), _NEVER)
    rows = np.flatnonzero(near)
    while len(rows):
        lead = events.lead[rows]
        first = np.append(True, lead[1:] != lead[:-1])
        asked, at = lead[first], events.at[rows[first]]
        reached = events.scores(asked, at) >= levels[asked]
        found[asked[reached]] = at[reached]
        rows = rows[~first & (found[lead] == _NEVER)]
    return found


def _between_events(
    events: Events, levels: FloatArray, rows: IntArray, totals: FloatArray, fit: FloatArray
) -> IntArray:
    """Return when the score of each lead first rises to its level after one of some events and before the next."""
    terms = events.scoring.terms
    found = np.full(len(levels), _NEVER)
    if not len(rows):
        return found
    lead = events.lead[rows]
    follows = np.append(events.at[1:], 0)[rows]
    is_last = rows + 1 == events.offsets[lead + 1]
    end = np.where(is_last, events.scoring.as_of, follows - 1)
    spans = (end - events.at[rows]).astype(np.float64)
    after = first_rises(
        totals,
        terms.rates,
        levels[lead] - fit,
        spans,
        caps=terms.caps,
        groups=terms.groups,
        group_caps=terms.group_caps,
    )
    rises = np.flatnonzero(~np.isnan(after))
    lead, end = lead[rises], end[rises]
    at = np.minimum(events.at[rows[rises]] + np.ceil(after[rises]).astype(np.int64), end)
    # Rounding to steps may hold the score just below its level for a moment longer.
    step = 1
    while len(at):
        reached = events.scores(lead, at) >= levels[lead]
        np.minimum.at(found, lead[reached], at[reached])
        left = ~reached & (at + step <= end)
        lead, at, end = lead[left], at[left] + step, end[left]
        step *= 2
    return found
