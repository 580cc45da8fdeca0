from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from servicelead._typing import BoolArray, FloatArray
from servicelead.kernels.ranking import captured, precision_at_own_score, top_membership

ROWS = st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=15)


def columns(rows: list[tuple[int, bool]]) -> tuple[FloatArray, BoolArray]:
    """Return scores with many ties, and events."""
    return np.array([score / 8 for score, _ in rows]), np.array([event for _, event in rows])


def weighted_average_precision(scores: FloatArray, is_event: BoolArray, weights: FloatArray) -> float:
    """Average precision by loops, of rows that count as often as their weights say."""
    total = 0.0
    for score, event, weight in zip(scores, is_event, weights, strict=True):
        if event:
            above = scores >= score
            total += weight * (weights * is_event)[above].sum() / weights[above].sum()
    return float(total / weights[is_event].sum())


def slope(figure: Callable[[FloatArray], float], row: int, n: int) -> float:
    """Return the derivative of a figure by one row's weight."""
    step = np.zeros(n)
    step[row] = 1e-5
    return (figure(1 + step) - figure(1 - step)) / 2e-5


@given(ROWS)
def test_precision_averages_to_scikit_learns(rows: list[tuple[int, bool]]) -> None:
    """Its mean over events is the average precision, ties together."""
    scores, is_event = columns(rows)
    precision, _ = precision_at_own_score(scores, is_event)
    if is_event.any():
        expected = average_precision_score(is_event, scores)
        assert expected == pytest.approx(precision[is_event].mean())


@given(ROWS)
def test_what_a_row_moves_is_the_derivative_by_its_weight(rows: list[tuple[int, bool]]) -> None:
    """Of the average precision, against a difference quotient."""
    scores, is_event = columns(rows)
    if not is_event.any():
        return
    precision, moved = precision_at_own_score(scores, is_event)
    average = precision[is_event].mean()
    influence = (is_event * (precision - average) + moved) / is_event.sum()
    expected = [
        slope(lambda w: weighted_average_precision(scores, is_event, w), row, len(rows)) for row in range(len(rows))
    ]
    np.testing.assert_allclose(expected, influence, atol=1e-6)


@given(ROWS, st.integers(0, 20))
def test_ties_at_the_edge_are_the_mean_over_all_orders(rows: list[tuple[int, bool]], twentieths: int) -> None:
    """Each row's membership is its chance when ties are drawn by lot, and they add up to the share."""
    scores, share = columns(rows)[0], twentieths / 20
    membership = top_membership(scores, share)
    assert membership.sum() == pytest.approx(share * len(scores))
    for score, part in zip(scores, membership, strict=True):
        room = share * len(scores) - np.count_nonzero(scores > score)
        expected = min(max(room / np.count_nonzero(scores == score), 0.0), 1.0)
        assert expected == pytest.approx(part)


@given(ROWS)
def test_the_curve_is_what_the_members_hold(rows: list[tuple[int, bool]]) -> None:
    """For every share of rows."""
    scores, is_event = columns(rows)
    shares = np.arange(11) / 10
    expected = [top_membership(scores, share) @ is_event for share in shares]
    np.testing.assert_allclose(expected, captured(scores, is_event.astype(np.float64), shares), atol=1e-9)
