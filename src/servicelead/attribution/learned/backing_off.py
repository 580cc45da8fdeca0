r"""Probabilities of a chain for histories it has seldom seen, or never.

The chance of x after a history h of k labels leans on the chance after the shorter history h', as if that had been seen
m times more, m being the number of things x could be,

.. math:: p_k(x \mid h) = \frac{n(h, x) + m\, p_{k-1}(x \mid h')}{n(h) + m},

down to no history at all. Frequent histories speak for themselves; of a new one nothing is claimed that a shorter
one does not support, and no probability is 0.
"""

from collections.abc import Iterator

import numpy as np

from servicelead._typing import Codes, FloatArray, IntArray
from servicelead.attribution.learned.labelling import labels_of_placements
from servicelead.attribution.learned.summary import Summary
from servicelead.kernels.grouping import occurrences
from servicelead.kernels.transitions import CONVERSION, NON_CONVERSION, NOTHING
from servicelead.tables.journeys import Journeys

__all__ = ["conversion_chances", "last_labels", "recoded", "step_chances"]

_UNKNOWN = -9


def step_chances(summary: Summary, asked: Codes) -> Iterator[FloatArray]:
    """Yield the chance of each step asked for by chains of order 0, 1, ... up to that of the summary.

    Parameters
    ----------
    summary
        Of a Markov chain.
    asked : int32 (m, order + 1)
        Histories and what follows, in codes of the summary; `recoded` gives them.
    """
    keys, counts = summary.keys, summary.counts["n"]
    # Any label, two ends, and a label nobody has seen yet are equally likely before anything is known.
    m = len(summary.labels) + 3.0
    chance = np.full(len(asked), 1.0 / m)
    for width in range(1, keys.shape[1] + 1):
        after = occurrences(keys[:, -width:-1], counts, asked[:, -width:-1])
        chance = (occurrences(keys[:, -width:], counts, asked[:, -width:]) + m * chance) / (after + m)
        yield chance


def conversion_chances(summary: Summary, histories: Codes) -> FloatArray:
    """Return the chance that a journey that ended after these labels, int32 (n, order), was won.

    The chance to end in conversion over that to end at all; 1/2 for all when the summary is of no journeys.
    """
    won, lost = (_chance_of(mark, summary, histories) for mark in (CONVERSION, NON_CONVERSION))
    return won / (won + lost)


def _chance_of(mark: int, summary: Summary, histories: Codes) -> FloatArray:
    asked = np.pad(histories, ((0, 0), (0, 1)), constant_values=mark)
    *_, chance = step_chances(summary, asked)
    return chance


def recoded(keys: Codes, labels: tuple[tuple[str, ...], ...], summary: Summary) -> Codes:
    """Return keys over other labels in codes of the summary; labels it has not seen equal nothing it holds."""
    place = {label: code for code, label in enumerate(summary.labels)}
    table = np.array([place.get(label, _UNKNOWN) for label in labels] or [_UNKNOWN], dtype=np.int32)
    return np.where(keys >= 0, table[np.maximum(keys, 0)], keys).astype(np.int32)


def last_labels(journeys: Journeys, summary: Summary, order: int) -> Codes:
    """Return the last labels of each journey, oldest first and filled in front: int32 (n, order), as `recoded`."""
    codes, labels = labels_of_placements(journeys, summary.dimensions)
    if not len(codes):
        return np.full((journeys.n, order), NOTHING, dtype=np.int32)
    back: IntArray = np.arange(order, 0, -1)
    places = journeys.offsets[1:, None] - back
    rows = np.where(back <= journeys.lengths[:, None], codes[np.maximum(places, 0)], np.int32(NOTHING))
    return recoded(rows.astype(np.int32), tuple(labels), summary)
