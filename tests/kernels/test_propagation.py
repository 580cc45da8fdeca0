from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from kernels.chains import CHAINS, chain, classes_of
from servicelead.kernels import propagation, sweeps
from servicelead.kernels.propagation import paid_via, visits, worth


@given(given_chain=CHAINS, n_classes=st.integers(1, 5), signed=st.booleans())
def test_worth_is_within_its_proven_error(given_chain: Any, n_classes: int, signed: bool) -> None:  # noqa: FBT001 - drawn
    """What each state is worth in the end; the start's by no more than its residual says, and within the tolerance."""
    shares, flow = given_chain
    n = len(flow)
    pay = np.random.default_rng(n).random((n, 2)) - (0.5 if signed else 0.0)
    found, residual = worth(shares, pay, flow[0], classes_of(n, n_classes), tolerance=1e-11)
    for kind in range(2):
        bound = flow[0] @ np.abs(residual[:, kind])
        wrong = np.abs(found - flow @ pay)[:, kind]
        assert bound <= 1e-11
        assert wrong[0] <= bound + 1e-14 * flow[0].sum()
        # Elsewhere by as much more as fewer journeys come there.
        assert (flow[0] * wrong).max() <= flow.diagonal().max() * bound + 1e-13 * flow[0].sum()


@given(given_chain=CHAINS, n_classes=st.integers(1, 5), guess=st.sampled_from(["exact", "flat"]))
def test_visits_are_within_their_proven_error(given_chain: Any, n_classes: int, guess: str) -> None:
    """The flow through each state, whatever was guessed."""
    shares, flow = given_chain
    n = len(flow)
    start = np.eye(n)[0]
    likely = flow[0] if guess == "exact" else np.ones(n)
    likely = np.where(flow[0] > 0, likely, 0.0)
    classes = classes_of(n, n_classes)
    found, residual = visits(shares, start, likely, classes, importance=np.ones(n), tolerance=1e-11)
    assert np.abs(residual).sum() <= 1e-11
    assert np.abs(found - flow[0]).max() <= flow.max() * np.abs(residual).sum() + 1e-14 * flow[0].sum()


@given(given_chain=CHAINS, n_classes=st.integers(1, 5), chunk=st.sampled_from([1, 50, 1 << 22]))
def test_what_is_paid_via_a_class_is_within_its_proven_error(given_chain: Any, n_classes: int, chunk: int) -> None:
    """What flow is worth on first reaching the class, in the chain whose states of that class lead nowhere."""
    shares, flow = given_chain
    n, classes = len(flow), classes_of(len(flow), n_classes)
    pay = np.random.default_rng(n).random((n, 2))
    worth_of = flow @ pay
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(propagation, "_CELLS", chunk)
        paid, missing = paid_via(
            shares, pay, flow[0], classes, importance=worth_of.max(axis=1), tolerance=1e-11 * worth_of[0].max()
        )
    assert missing.max() <= 1e-11 * worth_of[0].max()
    for own in range(1, int(classes.max()) + 1):
        stays = np.where((classes == own)[:, None], 0.0, shares.toarray())
        first = np.where(classes == own, np.linalg.inv(np.eye(n) - stays)[0], 0.0)
        wrong = np.abs(paid[own - 1] - first @ worth_of)
        assert (wrong <= missing[own - 1] + 1e-13 * worth_of.max() * flow[0].sum()).all()


def test_what_pays_nothing_is_paid_nothing() -> None:
    """From class 2 no state that pays is reached: 0 but for rounding, however much flow goes there."""
    shares = sparse.csr_array(np.array([[0, 0.6, 0.4, 0], [0, 0, 0.5, 0], [0, 0, 0, 0.9], [0, 0, 0.3, 0]]))
    flow = np.linalg.inv(np.eye(4) - shares.toarray())[0]
    paid, _ = paid_via(
        shares,
        np.array([[0.0], [0.5], [0.0], [0.0]]),
        flow,
        np.array([0, 1, 2, 3], dtype=np.int32),
        importance=np.ones(4),
        tolerance=1e-12,
    )
    assert 0.3 == pytest.approx(paid[0, 0], rel=1e-12)
    assert [0.0, 0.0] == pytest.approx(paid[1:, 0].tolist(), abs=1e-15)


@pytest.mark.parametrize("seed", [1, 20, 25])
def test_a_bad_guess_costs_sweeps_and_no_accuracy(seed: int) -> None:
    """Settling by a guess that is far off would lead further and further away, so it is given up."""
    shares, flow = chain(10, seed, 0.02)
    likely = np.random.default_rng(seed + 1).random(10) ** 8
    found, residual = visits(shares, np.eye(10)[0], likely, classes_of(10, 2), importance=np.ones(10), tolerance=1e-11)
    assert np.abs(residual).sum() <= 1e-11
    assert flow[0].tolist() == pytest.approx(found.tolist(), abs=1e-9)


def test_flow_ends_where_nothing_is_likely() -> None:
    """A state with a likely flow of 0 takes what enters it and hands nothing on."""
    shares = sparse.csr_array(np.array([[0, 0.5, 0.5], [0, 0, 0.5], [0, 0.5, 0]]))
    found, _ = visits(
        shares,
        np.array([1.0, 0, 0]),
        np.array([1.0, 0, 1.0]),
        np.arange(3, dtype=np.int32),
        importance=np.ones(3),
        tolerance=1e-12,
    )
    assert [1.0, 0.0, 0.5] == pytest.approx(found.tolist(), abs=1e-15)


@pytest.mark.parametrize("seed", range(5))
def test_when_the_steps_run_out_the_residual_says_how_much_is_missing(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """The bound is then above the tolerance, and still a bound."""
    monkeypatch.setattr(sweeps, "_CYCLES", 1)
    shares, flow = chain(30, seed, 0.02)
    start, classes = np.eye(30)[0], classes_of(30, 3)
    found, residual = visits(shares, start, np.ones(30), classes, importance=np.ones(30), tolerance=1e-11)
    assert 1e-11 < np.abs(residual).sum()
    assert np.abs(found - flow[0]).max() <= flow.max() * np.abs(residual).sum()
