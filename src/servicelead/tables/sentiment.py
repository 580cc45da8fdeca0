"""Negative touches: left out, or as channels of their own."""

import numpy as np
from attrs import evolve

from servicelead._arguments import require_number
from servicelead._typing import BoolArray
from servicelead.columns.vocabulary import Vocabulary
from servicelead.tables.base import frozen_array
from servicelead.tables.touches import TouchTable

__all__ = ["at_least_as_happy", "by_sentiment"]

_SUFFIX = " (negative)"


def at_least_as_happy(touches: TouchTable, below: float) -> BoolArray:
    """Return the touches whose sentiment is not below a bound, bool (touches,); what nobody asked about is not."""
    require_number("drop_negative: below", below)
    kept: BoolArray = ~(touches.sentiment < below)
    return kept


def by_sentiment(touches: TouchTable) -> TouchTable:
    """Return the touches with those of negative sentiment on channels called ``<channel> (negative)``.

    A suffix that would collide with a channel already there is repeated until it does not.
    """
    labels = touches.vocabularies["channel"].labels.tolist()
    negative = touches.sentiment < 0
    used = np.unique(touches.channel[negative]).tolist()
    names = {code: labels[code] + _SUFFIX for code in used}
    while set(names.values()) & set(labels):
        names = {code: name + _SUFFIX for code, name in names.items()}
    ranked = sorted([*labels, *names.values()])
    place = {label: code for code, label in enumerate(ranked)}
    as_is = np.array([place[label] for label in labels], dtype=np.int32)
    as_negative = np.array([place[names.get(code, label)] for code, label in enumerate(labels)], dtype=np.int32)
    channel = np.where(negative, as_negative[touches.channel], as_is[touches.channel]) if labels else touches.channel
    return evolve(
        touches,
        channel=frozen_array(channel),
        vocabularies={**touches.vocabularies, "channel": Vocabulary(ranked)},
    )
