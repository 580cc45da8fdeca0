import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from budget import examples
from servicelead._typing import FloatArray
from servicelead.kernels.beta_products import beta_product_quantiles

ENDS = np.array([0.025, 0.5, 0.975])
shape = st.floats(1.1, 5_000)


def jeffreys(*counts: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Return the shapes of Jeffreys posteriors of (successes, trials)."""
    return np.array([k + 0.5 for k, _ in counts]), np.array([n - k + 0.5 for k, n in counts])


@given(shape, shape, shape, shape)
@settings(max_examples=examples(12))
def test_products_that_are_beta_again(a: float, b: float, c: float, d: float) -> None:
    """Beta(a, b) Beta(a + b, c) Beta(a + b + c, d) is Beta(a, b + c + d)."""
    found = beta_product_quantiles(np.array([a, a + b, a + b + c]), np.array([b, c, d]), ENDS)
    assert stats.beta(a, b + c + d).ppf(ENDS) == pytest.approx(found, abs=1e-5)


@given(shape, shape)
@settings(max_examples=examples(10))
def test_a_product_of_one_is_itself(a: float, b: float) -> None:
    """One factor has the quantiles of its beta distribution."""
    found = beta_product_quantiles(np.array([a]), np.array([b]), ENDS)
    assert stats.beta(a, b).ppf(ENDS) == pytest.approx(found, abs=1e-12)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_order_of_the_factors_does_not_matter(order: tuple[int, ...]) -> None:
    """Factors may come in any order."""
    a, b = jeffreys((3, 40), (60, 100), (9, 9))
    first = beta_product_quantiles(a, b, ENDS)
    assert first == pytest.approx(beta_product_quantiles(a[[*order]], b[[*order]], ENDS), abs=1e-7)


@pytest.mark.parametrize(
    "counts",
    [
        [(96, 200), (60, 100), (40, 50)],
        [(5, 5), (3, 3), (4, 4)],
        [(1, 1), (1, 1), (1, 1)],
        [(200, 200), (100, 100), (50, 50)],
        [(0, 5), (200, 200), (3, 3)],
        [(96_000, 200_000), (60, 100), (400_000, 500_000)],
    ],
)
def test_against_a_simulation(counts: list[tuple[int, int]]) -> None:
    """As many simulated products lie below each quantile as should; in the audit, of hundreds of millions."""
    a, b = jeffreys(*counts)
    quantiles = beta_product_quantiles(a, b, ENDS)
    rng, rounds, size = np.random.default_rng(8), examples(2), 200_000
    below = np.zeros(3)
    for _ in range(rounds):
        draws = np.prod(rng.beta(a, b, (size, len(a))), axis=1)
        below += (draws[:, np.newaxis] < quantiles).sum(axis=0)
    noise = 5 * np.sqrt(ENDS * (1 - ENDS) / (rounds * size))
    # A quantile may be off by 5e-5 where every posterior is infinite at 1; what lies between is seldom more.
    assert (np.abs(below / (rounds * size) - ENDS) < noise + 2e-4).all()


def test_the_same_every_time() -> None:
    """No draw is involved: two calls agree to the bit."""
    a, b = jeffreys((96, 200), (60, 100), (40, 50))
    assert beta_product_quantiles(a, b, ENDS).tolist() == beta_product_quantiles(a, b, ENDS).tolist()
