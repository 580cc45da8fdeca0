import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead._typing import FloatArray
from servicelead.studies import credit_errors as module
from servicelead.studies.credit_errors import CreditErrors

WHOLE = st.integers(-50, 50)
ROWS = st.lists(st.tuples(st.integers(0, 50), WHOLE), min_size=1, max_size=10)
#: visit, email, case, and cases that left the customer angry
TRUTH = np.array([60.0, 0.0, 30.0, -10.0])
CREDIT = np.array([20.0, 40.0, 80.0, 20.0])


def credit_errors(
    credit: FloatArray, truth: FloatArray, harmful: list[bool] | None = None, *, materiality: float = 0.01
) -> CreditErrors:
    """Hold credit against truth, of a model that calls nothing harmful unless told otherwise."""
    said = np.zeros(len(credit), dtype=np.bool_) if harmful is None else np.array(harmful)
    return module.credit_errors(credit, truth, said, materiality=materiality)


def columns(rows: list[tuple[int, int]]) -> tuple[FloatArray, FloatArray]:
    """Return credit and truth."""
    return np.array([row[0] for row in rows], dtype=np.float64), np.array([row[1] for row in rows], dtype=np.float64)


def same(expected: CreditErrors, found: CreditErrors) -> bool:
    """Whether two are the same to rounding, undefined figures included."""
    return np.allclose(expected, found, rtol=1e-9, atol=1e-12, equal_nan=True)


def test_worked_on_paper() -> None:
    """Four labels, every figure by hand."""
    found = credit_errors(CREDIT, TRUTH)
    # A: (40 + 40 + 50 + 30) / 2 of 100. B, at half the credit: (50 + 20 + 10 + 20) / 2 of 100.
    expected = CreditErrors(
        credited_value=160.0,
        true_value=80.0,
        money_error=0.8,
        allocation_error=0.5,
        sign_errors=1,
        false_harms=0,
        n_negative=1,
        nil_share=0.25,
        harm_share=0.1,
        rank_correlation=0.5 / math.sqrt(5.0 * 4.5),  # ranks 1.5, 3, 4, 1.5 against 4, 2, 3, 1
    )
    assert found == pytest.approx(expected)


def test_immaterial_effects_have_no_sign() -> None:
    """An effect of a tenth of all counts for its sign at a materiality of a tenth, and not above."""
    at, above = (credit_errors(CREDIT, TRUTH, materiality=part) for part in (0.1, 0.11))
    assert (1, 1) == (at.sign_errors, at.n_negative)
    assert (0, 0) == (above.sign_errors, above.n_negative)


def test_a_model_that_says_negative_can_be_wrong_the_other_way() -> None:
    """A helpful label called harmful is a sign error; a harmful one called harmful, or given nothing, is none."""
    negative = credit_errors(np.array([-5.0, 0.0, 5.0, -1.0]), TRUTH)
    assert (1, 1) == (negative.sign_errors, negative.false_harms)
    nothing = credit_errors(np.array([5.0, 1.0, 5.0, 0.0]), TRUTH)
    assert (0, 0) == (nothing.sign_errors, nothing.false_harms)


def test_what_a_model_states_beside_its_credit_comes_first() -> None:
    """Credit that is left to a label called harmful does not make it helpful; what does nothing has no sign."""
    right = credit_errors(CREDIT, TRUTH, [False, True, False, True])
    assert (0, 0) == (right.sign_errors, right.false_harms)
    wrong = credit_errors(CREDIT, TRUTH, [True, False, True, False])
    assert (3, 2) == (wrong.sign_errors, wrong.false_harms)
    assert credit_errors(CREDIT, TRUTH).money_error == wrong.money_error


@given(rows=ROWS, factor=st.floats(1e-3, 1e3))
def test_scaling_credit_moves_only_what_is_stated_in_money(rows: list[tuple[int, int]], factor: float) -> None:
    """Error B, signs, the nil share and the ranks ask how credit is divided, not how much of it there is."""
    credit, truth = columns(rows)
    expected = credit_errors(credit, truth)
    found = credit_errors(factor * credit, truth)
    assert same(expected, found._replace(credited_value=expected.credited_value, money_error=expected.money_error))


@given(truth=st.lists(WHOLE, min_size=1, max_size=10), factor=st.floats(1e-3, 1e3))
def test_the_truth_is_not_wrong(truth: list[int], factor: float) -> None:
    """Credit that is the truth has no error, and credit in proportion to it none of division."""
    effects = np.array(truth, dtype=np.float64)
    if not effects.any():
        return
    exact, scaled = (credit_errors(k * effects, effects) for k in (1.0, factor))
    assert (0.0, 0) == (exact.money_error, exact.sign_errors)
    assert scaled.money_error == pytest.approx(abs(factor - 1) / 2, abs=1e-12)
    if effects.sum() > 0:
        assert scaled.allocation_error == pytest.approx(0.0, abs=1e-12)


@given(rows=ROWS, seed=st.integers(0, 100))
def test_order_of_labels_does_not_matter(rows: list[tuple[int, int]], seed: int) -> None:
    """Shuffling the labels changes nothing."""
    credit, truth = columns(rows)
    order = np.random.default_rng(seed).permutation(len(rows))
    assert same(credit_errors(credit, truth), credit_errors(credit[order], truth[order]))


@given(rows=ROWS)
def test_error_b_is_the_share_to_be_moved_where_nothing_does_harm(rows: list[tuple[int, int]]) -> None:
    """Then it is what lies on labels with too much, of all credit: from 0 to 1."""
    credit, truth = columns([(c, abs(t)) for c, t in rows])
    found = credit_errors(credit, truth).allocation_error
    if credit.sum() == 0 or truth.sum() == 0:
        assert math.isnan(found)
        return
    too_much = [max(c / credit.sum() - t / truth.sum(), 0.0) for c, t in zip(credit, truth, strict=True)]
    assert found == pytest.approx(math.fsum(too_much), abs=1e-12)
    assert 0.0 <= found <= 1.0 + 1e-12


@given(rows=ROWS)
def test_no_credit_above_nothing_divides_better_than_the_harm_allows(rows: list[tuple[int, int]]) -> None:
    """The harm share is the least error B, and what is true of the helpful, with nothing for the rest, comes to it."""
    credit, truth = columns(rows)
    if truth.sum() <= 0:
        return
    if credit.sum() > 0:
        found = credit_errors(credit, truth)
        assert found.allocation_error >= found.harm_share - 1e-12
    best = credit_errors(np.maximum(truth, 0.0), truth)
    assert best.harm_share == pytest.approx(best.allocation_error, abs=1e-12)


def test_what_cannot_be_said() -> None:
    """No effects, no credit, effects that add up to nothing: NaN, and never a warning."""
    zeros = np.zeros(4)
    nothing = credit_errors(CREDIT, zeros)
    assert [True, True, True] == [
        math.isnan(x) for x in (nothing.money_error, nothing.allocation_error, nothing.rank_correlation)
    ]
    assert (1.0, 0, 0) == (nothing.nil_share, nothing.sign_errors, nothing.n_negative)
    uncredited = credit_errors(zeros, TRUTH)
    assert 0.5 == uncredited.money_error
    assert math.isnan(uncredited.allocation_error)
    assert math.isnan(uncredited.nil_share)
    assert math.isnan(credit_errors(CREDIT, np.array([10.0, 0.0, 0.0, -10.0])).allocation_error)
    for size in (0, 4):
        empty = credit_errors(np.zeros(size), np.zeros(size))
        assert math.isnan(empty.money_error)
        assert (0, 0) == (empty.sign_errors, empty.n_negative)
