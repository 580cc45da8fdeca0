from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from kernels.chains import CHAINS, classes_of
from servicelead.kernels import sweeps
from servicelead.kernels.sweeps import prepared, solved


@given(
    given_chain=CHAINS,
    n_classes=st.integers(1, 5),
    columns=st.integers(1, 3),
    blocks=st.sampled_from([1, 2, 6, 30]),
)
def test_all_columns_are_solved_and_closed_cells_hand_nothing_on(
    given_chain: Any, n_classes: int, columns: int, blocks: int
) -> None:
    """Each column is the solution of its own system, whatever the blocks; what reaches closed cells is told apart."""
    shares, flow = given_chain
    n, classes = len(flow), classes_of(len(flow), n_classes)
    rng = np.random.default_rng(n)
    closed = rng.random(n) < 0.2
    weights = np.where(closed, 0.0, rng.random(n))
    parts = weights / np.maximum(np.bincount(classes, weights=weights), 1e-300)[classes]
    start = rng.random((n, columns)) * ~closed[:, None]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeps, "_BLOCKS", blocks)
        system = prepared(shares.T.tocsr(), classes, (~closed).astype(np.float64), parts)
        cells = np.flatnonzero(np.repeat(closed, columns))
        found, missing = solved(system, start, importance=np.ones(n), tolerance=1e-12, closed=cells)
    onward = np.where(closed[:, None], 0.0, shares.toarray())
    exact = np.linalg.inv(np.eye(n) - onward).T @ start
    assert not found[closed].any()
    assert np.abs(missing[~closed]).sum(axis=0).max() <= 1e-12
    assert np.abs(np.where(closed[:, None], missing, found) - exact).max() <= 1e-12 * (1 + flow.max())


def test_what_goes_round_between_classes_is_settled_and_not_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three states that hand on all but a millionth would take millions of sweeps; one cycle is enough."""
    shares = np.full((3, 3), (1 - 1e-6) / 2)
    np.fill_diagonal(shares, 0.0)
    monkeypatch.setattr(sweeps, "_CYCLES", 1)
    system = prepared(sparse.csr_array(shares.T), np.arange(3, dtype=np.int32), np.ones(3), np.ones(3))
    found, missing = solved(
        system, np.eye(3)[:, :1], importance=np.ones(3), tolerance=1e-9, closed=np.zeros(0, dtype=np.int64)
    )
    assert 1e6 == pytest.approx(found.sum(), rel=1e-9)
    assert np.abs(missing).sum() <= 1e-9


def test_settling_may_know_a_whole_class_to_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three states that go round and round, closing one leaves two, which are settled as well."""
    shares = np.array([[0.0, 1 - 1e-6, 0.0], [1 - 2e-6, 0.0, 1e-6], [0.5, 0.5, 0.0]])
    monkeypatch.setattr(sweeps, "_CYCLES", 1)
    system = prepared(sparse.csr_array(shares.T), np.arange(3, dtype=np.int32), np.ones(3), np.ones(3))
    _, missing = solved(
        system,
        np.eye(3)[:, :1],
        importance=np.ones(3),
        tolerance=1e-9,
        closed=np.array([2]),
        closed_classes=np.array([2]),
    )
    exact = np.linalg.solve(np.eye(2) - shares[:2, :2].T, [1.0, 0.0])[1] * 1e-6
    assert exact == pytest.approx(missing[2, 0], rel=1e-9)
