from itertools import pairwise
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kernels.ragged import counts, offsets_of, origins, split
from servicelead.kernels.segments import (
    block_edges,
    concatenate_ranges,
    drop_empty,
    lengths,
    owners,
    segment_ids,
    segment_min,
    segment_sums,
)


@given(counts, origins)
def test_lengths_and_ids_invert_offsets(counts: list[int], origin: int) -> None:
    """Lengths give back the counts, and each element names its own segment, whatever the origin."""
    offsets = offsets_of(counts, origin)
    expected = [segment for segment, count in enumerate(counts) for _ in range(count)]
    assert counts == lengths(offsets).tolist()
    assert expected == segment_ids(offsets).tolist()
    assert expected == owners(offsets).tolist()
    assert np.int32 == segment_ids(offsets).dtype
    assert np.intp == owners(offsets).dtype


@given(counts, origins, st.randoms(use_true_random=False))
def test_reductions_equal_loops(counts: list[int], origin: int, random: Random) -> None:
    """Sums and minima equal those of a loop; an empty segment is 0 or the value asked for."""
    offsets = offsets_of(counts, origin)
    values = np.array([random.randint(-(2**53), 2**53) for _ in range(sum(counts))], dtype=np.int64)
    segments = [segment.tolist() for segment in split(values, offsets)]
    assert [sum(segment) for segment in segments] == segment_sums(values, offsets).tolist()
    assert [min(segment, default=-7) for segment in segments] == segment_min(values, offsets, empty=-7).tolist()
    halves = values % 1024 / 2  # exact in floating point in any order
    expected = [float(sum(segment)) for segment in split(halves, offsets)]
    assert expected == segment_sums(halves, offsets).tolist()
    assert np.float64 == segment_sums(halves, offsets).dtype
    assert [min(segment, default=np.inf) for segment in split(halves, offsets)] == segment_min(
        halves, offsets, empty=np.inf
    ).tolist()


def test_integer_sums_survive_wrapping_totals() -> None:
    """Each segment's sum is exact even where the running total passes 2^63."""
    assert [2**62, 2**62 + 1, 2**62] == segment_sums(np.array([2**62, 2**62, 1, 2**62]), offsets_of([1, 2, 1])).tolist()


def test_a_float_sum_is_blind_to_its_neighbours() -> None:
    """A huge segment beside a tiny one takes nothing from it."""
    assert [1e300, 1e-300] == segment_sums(np.array([1e300, 1e-300]), offsets_of([1, 1])).tolist()


@given(counts, origins)
def test_drop_empty_keeps_the_content(counts: list[int], origin: int) -> None:
    """Without its empty segments a ragged array covers the same elements."""
    kept = drop_empty(offsets_of(counts, origin))
    assert [count for count in counts if count] == lengths(kept).tolist()
    assert origin == kept[0]


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 5)), max_size=20))
def test_concatenated_ranges_equal_a_loop(ranges: list[tuple[int, int]]) -> None:
    """Ranges come one after another, in the order given, overlaps included."""
    starts, sizes = np.array(ranges, dtype=np.int64).reshape(-1, 2).T
    expected = [number for start, size in ranges for number in range(start, start + size)]
    assert expected == concatenate_ranges(starts, sizes).tolist()


@given(counts, origins, st.integers(1, 20))
def test_blocks_cover_all_segments_within_their_size(counts: list[int], origin: int, size: int) -> None:
    """Blocks are never empty, cover every segment once, and exceed the size only for a single segment."""
    offsets = offsets_of(counts, origin)
    edges = block_edges(offsets, size)
    assert 0 == edges[0]
    assert len(counts) == edges[-1]
    for start, stop in pairwise(edges.tolist()):
        assert start < stop <= start + size
        assert stop == start + 1 or offsets[stop] - offsets[start] <= size
