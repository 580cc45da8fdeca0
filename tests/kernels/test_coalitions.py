from collections import Counter
from math import lcm

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.ragged import counts, offsets_of, origins, split
from servicelead._typing import Codes, IntArray
from servicelead.kernels.coalitions import (
    coalitions_of,
    distinct_coalitions,
    members_of,
    repeats_within,
    split_weights,
)


def labels_for(offsets: IntArray, n_labels: int, seed: int) -> Codes:
    """Draw a label for each element."""
    n = int(offsets[-1] - offsets[0])
    return np.random.default_rng(seed).integers(0, n_labels, n).astype(np.int32)


#: One word, its last bit, two words, many words.
SIZES = st.sampled_from([1, 3, 12, 21, 64, 65, 200])
SEEDS = st.integers(0, 2**32 - 1)


@given(lengths=counts, origin=origins, n_labels=SIZES, seed=SEEDS)
def test_coalitions_are_the_sets_of_labels(lengths: list[int], origin: int, n_labels: int, seed: int) -> None:
    """Packed and unpacked, each segment's coalition is its set of labels, ascending."""
    offsets = offsets_of(lengths, origin)
    labels = labels_for(offsets, n_labels, seed)
    packed = coalitions_of(labels, offsets, n_labels)
    assert (len(lengths), max(1, -(-n_labels // 64))) == packed.shape
    expected = [sorted(set(part.tolist())) for part in split(labels, offsets)]
    ends, members = members_of(packed)
    assert expected == [part.tolist() for part in split(members, ends)]


@given(lengths=counts, n_labels=SIZES, seed=SEEDS)
def test_distinct_coalitions_are_all_and_each_once(lengths: list[int], n_labels: int, seed: int) -> None:
    """Every row is found again, no row twice, however many words a row has."""
    offsets = offsets_of(lengths)
    packed = coalitions_of(labels_for(offsets, n_labels, seed), offsets, n_labels)
    distinct, which = distinct_coalitions(packed)
    assert packed.tolist() == distinct[which].tolist()
    assert len(set(map(tuple, packed.tolist()))) == len(distinct)


@given(lengths=counts, origin=origins, n_labels=SIZES, seed=SEEDS)
def test_repeats_are_counted_within_segments(lengths: list[int], origin: int, n_labels: int, seed: int) -> None:
    """How often an element's label occurs in its own segment, and how many labels that has."""
    offsets = offsets_of(lengths, origin)
    labels = labels_for(offsets, n_labels, seed)
    repeats, n_distinct = repeats_within(labels, offsets, n_labels)
    parts = [Counter(part.tolist()) for part in split(labels, offsets)]
    assert [len(part) for part in parts] == n_distinct.tolist()
    expected = [part[label] for part, own in zip(parts, split(labels, offsets), strict=True) for label in own.tolist()]
    assert expected == repeats.tolist()


@given(lengths=counts, origin=origins, n_labels=SIZES, seed=SEEDS)
def test_weights_are_in_the_exact_ratio(lengths: list[int], origin: int, n_labels: int, seed: int) -> None:
    """The least common multiple of a segment's repeats over each."""
    offsets = offsets_of(lengths, origin)
    labels = labels_for(offsets, n_labels, seed)
    repeats, n_distinct = repeats_within(labels, offsets, n_labels)
    weights = split_weights(repeats, n_distinct, offsets)
    for own, part in zip(split(weights, offsets), split(repeats, offsets), strict=True):
        assert [lcm(*part.tolist()) // count for count in part.tolist()] == own.tolist()


@pytest.mark.parametrize("n_primes", [15, 16])
def test_weights_too_large_are_rounded_where_they_are(n_primes: int) -> None:
    """Where the multiple leaves 64 bits, or its weights together 60, they are rounded to 2^-60; neighbours are not."""
    primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53][:n_primes]
    repeats = np.array([prime for prime in primes for _ in range(prime)] + [1, 2, 2])
    offsets = np.array([0, sum(primes), sum(primes) + 3])
    weights = split_weights(repeats, np.array([n_primes, 2]), offsets)
    assert [2, 1, 1] == weights[-3:].tolist()
    large = weights[:-3].astype(object)
    assert 2**60 * 0.999 < large.sum() < 2**61
    expected = np.array([2**60 / (n_primes * count) for count in repeats[:-3].tolist()])
    assert (np.abs(large - expected) <= 1).all()
