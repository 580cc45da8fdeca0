"""Totals of a model's credit, block by block: no share of a placement is kept."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from servicelead._typing import Codes, FloatArray, IntArray
from servicelead.attribution.results.credit import Block, Credit, Equal, GivenShares, Pick, Shares
from servicelead.kernels.allocation import allocate, allocate_equally, share_weights
from servicelead.kernels.segments import block_edges
from servicelead.kernels.shares import uniform_shares
from servicelead.kernels.totals import credit_totals, label_totals
from servicelead.tables.journeys import Journeys

__all__ = ["credit_by_label", "minor_units_in", "minor_units_of", "shares_in", "shares_of"]

_BLOCK = 1 << 17  # placements; their columns stay in the processor's cache


def blocks(journeys: Journeys) -> Iterator[Block]:
    """Cut the journeys into blocks of about 130,000 placements."""
    for start, stop in pairwise(block_edges(journeys.offsets, _BLOCK).tolist()):
        yield Block.of(journeys, start, stop)


def credit_by_label(
    journeys: Journeys,
    source: Credit,
    labels: Codes,
    n_labels: int,
    amounts: FloatArray,
    *,
    shares: FloatArray | None = None,
) -> FloatArray:
    """Return, per label, the shares times the amounts of their journeys: float64 (n_labels, m).

    Shares that were worked out before are used again, unless the model states its credit in a cheaper form.
    """
    totals = np.zeros((n_labels, amounts.shape[1]))
    ones = np.ones(0)
    for block in blocks(journeys):
        credit = source.credit(journeys, block)
        if isinstance(credit, Shares) and shares is not None and not isinstance(source, GivenShares):
            source = GivenShares(shares)
        given = amounts[block.journeys]
        if isinstance(credit, Pick):
            filled = credit.positions >= 0
            positions, given = (credit.positions, given) if filled.all() else (credit.positions[filled], given[filled])
            picked = labels[positions]
            for column in range(amounts.shape[1]):
                totals[:, column] += label_totals(picked, given[:, column], n_labels)
            continue
        n = block.last - block.first
        if isinstance(credit, Equal):
            ones = ones if len(ones) >= n else np.ones(n)
            weights, given = ones[:n], given / np.maximum(np.diff(block.offsets), 1)[:, None]
        else:
            weights = credit.shares
        totals += credit_totals(labels[block.placements], weights, block.offsets, given, n_labels)
    return totals


def shares_of(journeys: Journeys, source: Credit) -> FloatArray:
    """Return the share of every placement; those of a journey with placements add up to 1."""
    shares = np.empty(journeys.n_placements)
    for block in blocks(journeys):
        shares[block.placements] = shares_in(journeys, source, block)
    return shares


def shares_in(journeys: Journeys, source: Credit, block: Block) -> FloatArray:
    """Return the shares of one block's placements."""
    credit = source.credit(journeys, block)
    if isinstance(credit, Equal):
        return uniform_shares(block.offsets)
    if isinstance(credit, Shares):
        return credit.shares
    shares = np.zeros(block.last - block.first)
    shares[credit.positions[credit.positions >= 0] - block.first] = 1.0
    return shares


def minor_units_of(journeys: Journeys, source: Credit, totals: IntArray) -> IntArray:
    """Return the exact minor units of every placement; those of a journey add up to its total."""
    parts = np.empty(journeys.n_placements, dtype=np.int64)
    for block in blocks(journeys):
        parts[block.placements] = minor_units_in(journeys, source, block, totals)
    return parts


def minor_units_in(journeys: Journeys, source: Credit, block: Block, totals: IntArray) -> IntArray:
    """Return the exact minor units of one block's placements."""
    credit, given = source.credit(journeys, block), totals[block.journeys]
    if isinstance(credit, Equal):
        return allocate_equally(given, block.offsets)
    if isinstance(credit, Shares):
        weights = source.integer_weights(journeys, block)
        return allocate(given, share_weights(credit.shares) if weights is None else weights, block.offsets)
    parts = np.zeros(block.last - block.first, dtype=np.int64)
    filled = credit.positions >= 0
    parts[credit.positions[filled] - block.first] = given[filled]
    return parts
