from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from servicelead.kernels.movements import CHURN, CONTRACTION, EXPANSION, NEW, annualised, movements, net_changes

CHANGES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(-9, 9)), min_size=1, max_size=30)


@given(CHANGES, st.sampled_from([0, 2**55]))
def test_net_changes_are_the_sums_of_a_dictionary(changes: list[tuple[int, int, int]], shift: int) -> None:
    """Changes of one account at one time add up, in order, also where account and time do not fit beside the row."""
    totals: dict[tuple[int, int], int] = {}
    for account, when, change in changes:
        totals[account + shift, when] = totals.get((account + shift, when), 0) + change
    expected = [(*key, change) for key, change in sorted(totals.items()) if change]
    columns = np.array(changes, dtype=np.int64).T
    actual = net_changes(columns[0] + shift, columns[1], columns[2])
    assert expected == list(zip(*(column.tolist() for column in actual), strict=True))


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=12))
def test_reversing_time_swaps_gains_and_losses(changes: list[int]) -> None:
    """What expands going forward contracts going backward, and what begins ends."""
    changes = [change for change in [*changes, -sum(changes)] if change]
    forward, backward = (
        movements(np.zeros(len(steps), dtype=np.int64), np.arange(len(steps)), np.array(steps, dtype=np.int64))[0]
        for steps in (changes, [-change for change in reversed(changes)])
    )
    sizes = np.abs(np.array(changes, dtype=np.int64))
    for gains, losses in (((EXPANSION,), (CONTRACTION,)), ((NEW, 2), (CHURN,))):
        assert sizes[np.isin(forward, gains)].sum() == sizes[::-1][np.isin(backward, losses)].sum()
        assert sizes[np.isin(forward, losses)].sum() == sizes[::-1][np.isin(backward, gains)].sum()


def test_a_negative_balance_is_not_active() -> None:
    """Falling to or below 0 is churn, moving below 0 is expansion or contraction by sign, rising above it a return."""
    kind, opening = movements(np.zeros(5, dtype=np.int64), np.arange(5), np.array([5, -8, -1, 2, 7]))
    assert [NEW, CHURN, CONTRACTION, EXPANSION, 2] == kind.tolist()
    assert [0, 5, -3, -4, -2] == opening.tolist()


def test_a_long_absence_makes_a_return_new() -> None:
    """The absence is counted from the loss before the return, and only a longer one than allowed is new business."""
    account, at = np.array([0, 0, 0, 0, 0]), np.array([0, 10, 20, 30, 41])
    changes = np.array([5, -5, 5, -5, 5])
    assert [0, 4, 2, 4, 0] == movements(account, at, changes, longest_absence=10)[0].tolist()
    assert [0, 4, 2, 4, 2] == movements(account, at, changes)[0].tolist()


@given(st.integers(0, 10**12), st.sampled_from([1, 4, 12, 52]), st.integers(1, 40))
def test_annualised_rounds_half_even_once(amount: int, per_year: int, count: int) -> None:
    """A year's amount is the nearest whole minor unit, and rounding is counted."""
    exact = Fraction(amount * per_year, count)
    units, rounded = annualised(np.array([amount]), np.array([per_year]), np.array([count]))
    assert (round(exact), exact.denominator != 1) == (units[0], rounded[0])


def test_nothing_moves_in_nothing() -> None:
    """Empty columns give empty columns."""
    empty = np.zeros(0, dtype=np.int64)
    assert [0, 0, 0] == [len(column) for column in net_changes(empty, empty, empty)]
    assert 0 == len(movements(empty, empty, empty)[0])
