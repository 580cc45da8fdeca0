"""Random absorbing chains for the tests of iteration."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy import sparse

from servicelead._typing import Codes, FloatArray

__all__ = ["CHAINS", "chain", "classes_of"]


def chain(n: int, seed: int, leak: float) -> tuple[Any, FloatArray]:
    """Return the shares of a random chain that ends sooner or later, and the flow through each from each."""
    rng = np.random.default_rng(seed)
    shares = rng.random((n, n)) * (rng.random((n, n)) < 0.4)
    np.fill_diagonal(shares, 0)
    shares[:, 0] = 0
    shares *= (1 - leak) / np.maximum(shares.sum(axis=1), 1e-9)[:, None]
    flow = np.linalg.inv(np.eye(n) - shares).astype(np.float64)
    return sparse.csr_array(shares), flow


def classes_of(n: int, n_classes: int) -> Codes:
    """Return the class of each state: that of the start, and some of different sizes."""
    return np.sort(np.append(0, (np.arange(n - 1) ** 2 % 7 % n_classes) + 1)).astype(np.int32)


CHAINS = st.builds(chain, st.integers(2, 30), st.integers(0, 10**6), st.floats(0.02, 1))
