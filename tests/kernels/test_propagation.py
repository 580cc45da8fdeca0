from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from servicelead._typing import FloatArray
from servicelead.kernels import propagation
from servicelead.kernels.propagation import visits, worth


def chain(n: int, seed: int, leak: float) -> tuple[Any, FloatArray]:
    """Return the shares of a random chain that ends sooner or later, and the flow through each from each."""
    rng = np.random.default_rng(seed)
    shares = rng.random((n, n)) * (rng.random((n, n)) < 0.4)
    np.fill_diagonal(shares, 0)
    shares[:, 0] = 0
    shares *= (1 - leak) / np.maximum(shares.sum(axis=1), 1e-9)[:, None]
    flow = np.linalg.inv(np.eye(n) - shares).astype(np.float64)
    return sparse.csr_array(shares), flow


CHAINS = st.builds(chain, st.integers(2, 30), st.integers(0, 10**6), st.floats(0.02, 1))


@given(given_chain=CHAINS, n_classes=st.integers(1, 5), signed=st.booleans())
def test_worth_is_within_its_proven_error(given_chain: Any, n_classes: int, signed: bool) -> None:  # noqa: FBT001 - drawn
    """What each state is worth in the end; the start's by no more than its residual says, and within the tolerance."""
    shares, flow = given_chain
    n = len(flow)
    pay = np.random.default_rng(n).random(n) - (0.5 if signed else 0.0)
    classes = (np.arange(n) % n_classes).astype(np.int32)
    found, residual = worth(shares, pay, flow[0], classes, tolerance=1e-11)
    bound = flow[0] @ np.abs(residual)
    assert bound <= 1e-11
    assert abs(found[0] - (flow @ pay)[0]) <= bound + 1e-14 * flow[0].sum()
    # Elsewhere by as much more as fewer journeys come there.
    assert (flow[0] * np.abs(found - flow @ pay)).max() <= flow.diagonal().max() * bound + 1e-13 * flow[0].sum()


@given(given_chain=CHAINS, n_classes=st.integers(1, 5), guess=st.sampled_from(["exact", "flat"]))
def test_visits_are_within_their_proven_error(given_chain: Any, n_classes: int, guess: str) -> None:
    """The flow through each state, whatever was guessed."""
    shares, flow = given_chain
    n = len(flow)
    start = np.eye(n)[0]
    likely = flow[0] if guess == "exact" else np.ones(n)
    likely = np.where(flow[0] > 0, likely, 0.0)
    classes = (np.arange(n) % n_classes).astype(np.int32)
    found, residual = visits(shares, start, likely, classes, importance=np.ones(n), tolerance=1e-11)
    assert np.abs(residual).sum() <= 1e-11
    assert np.abs(found - flow[0]).max() <= flow.max() * np.abs(residual).sum() + 1e-14 * flow[0].sum()


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
    monkeypatch.setattr(propagation, "_CYCLES", 1)
    shares, flow = chain(30, seed, 0.02)
    start, classes = np.eye(30)[0], (np.arange(30) % 3).astype(np.int32)
    found, residual = visits(shares, start, flow[0], classes, importance=np.ones(30), tolerance=1e-11)
    assert 1e-11 < np.abs(residual).sum()
    assert np.abs(found - flow[0]).max() <= flow.max() * np.abs(residual).sum()
