import math
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.ragged import counts, offsets_of, origins, split
from servicelead.kernels.decay import decay_shares

DAY = 86_400_000_000


def test_seven_days_halve_the_credit() -> None:
    """Ages of 14, 7 and 0 days at a half-life of 7 days share 1 : 2 : 4."""
    shares = decay_shares(np.array([14 * DAY, 7 * DAY, 0]), offsets_of([3]), 7.0 * DAY)
    assert pytest.approx([1 / 7, 2 / 7, 4 / 7], rel=1e-15) == shares.tolist()


@given(counts, origins, st.integers(1, 10**15), st.floats(0, 1e7), st.randoms(use_true_random=False))
def test_shares_are_never_nan_and_sum_to_one(
    counts: list[int], origin: int, half_life: int, oldest: float, random: Random
) -> None:
    """For ages up to 1e7 half-lives, in any order, a segment's shares sum to 1 within n units in the last place."""
    oldest = min(oldest, 2**62 / half_life)
    ages = np.array([random.randint(0, int(oldest * half_life)) for _ in range(sum(counts))], dtype=np.int64)
    offsets = offsets_of(counts, origin)
    shares = decay_shares(ages, offsets, float(half_life))
    assert (shares >= 0).all()
    for segment in split(shares, offsets):
        if len(segment):
            total = sum((Fraction(share) for share in segment.tolist()), Fraction(0))
            assert abs(total - 1) <= len(segment) * Fraction(2) ** -52


@given(counts, st.randoms(use_true_random=False))
def test_whole_half_lives_weigh_exact_powers_of_two(counts: list[int], random: Random) -> None:
    """Shares are 2^-(age - smallest age) over their sum, to the bit, where ages are whole half-lives."""
    ages = np.array([random.randint(0, 20) for _ in range(sum(counts))], dtype=np.int64)
    offsets = offsets_of(counts)
    expected = [[2.0 ** -(age - int(segment.min())) for age in segment.tolist()] for segment in split(ages, offsets)]
    actual = decay_shares(ages * 5, offsets, 5.0).tolist()
    assert [weight / math.fsum(segment) for segment in expected for weight in segment] == actual


@given(counts, st.integers(0, 10**12), st.randoms(use_true_random=False))
def test_shares_ignore_neighbours_and_a_common_shift(counts: list[int], shift: int, random: Random) -> None:
    """A segment's shares are the same bits alone, among others, and with every age shifted."""
    ages = np.array([random.randint(0, 90 * DAY) for _ in range(sum(counts))], dtype=np.int64)
    offsets = offsets_of(counts)
    shares = decay_shares(ages, offsets, 7.0 * DAY)
    assert shares.tolist() == decay_shares(ages + shift, offsets, 7.0 * DAY).tolist()
    for age, share in zip(split(ages, offsets), split(shares, offsets), strict=True):
        assert share.tolist() == decay_shares(age, offsets_of([len(age)]), 7.0 * DAY).tolist()
