"""The product of independent beta variables: a chain of rates that were each measured on its own."""

import numpy as np

from servicelead._typing import FloatArray

__all__ = ["beta_product_quantiles"]

#: Nodes per factor: quantiles are right to 1e-5 where every b is above 1, and to 5e-5 where all are 1/2 (the density
#: is then infinite at 1).
_NODES = 96


def beta_product_quantiles(a: FloatArray, b: FloatArray, probabilities: FloatArray) -> FloatArray:
    r"""Return quantiles of the product of independent :math:`X_i \sim \mathrm{Beta}(a_i, b_i)`.

    With X the factor that is widest for its mean and P the product of the others,

    .. math:: \Pr(X P \le q) = \mathrm{E}\, I_{q / P}(a, b)

    (I the regularised incomplete beta function, 1 from q = P on). The expectation is a Gauss-Jacobi rule in each
    other factor, whose nodes lie where the factor's mass is; the quantile is where the sum crosses the probability.
    Nothing is drawn at random.

    Parameters
    ----------
    a, b : float64 (k,)
        Above 0, and above 1 together; one pair per factor, at least one.
    probabilities : float64 (m,)
        Strictly between 0 and 1.

    Returns
    -------
    float64 (m,)

    Examples
    --------
    The product of Beta(2, 3) and Beta(5, 4) is Beta(2, 7).

    >>> product = beta_product_quantiles(np.array([2.0, 5.0]), np.array([3.0, 4.0]), np.array([0.5]))
    >>> from scipy.special import betaincinv
    >>> bool(abs(product[0] - betaincinv(2, 7, 0.5)) < 1e-7)
    True
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - heavy, loaded on first use
    from scipy.special import betainc  # noqa: PLC0415 - the same

    first = int(np.argmax(b / (a * (a + b + 1.0))))
    points, weights = np.ones((2, 1))
    for i in range(len(a)):
        if i != first:
            nodes, shares = _rule(float(a[i]), float(b[i]))
            points, weights = np.outer(points, nodes).ravel(), np.outer(weights, shares).ravel()

    def excess(q: float, probability: float) -> float:
        # The nodes stay inside (0, 1), so that nothing is divided by 0.
        return float(weights @ betainc(a[first], b[first], np.minimum(q / points, 1.0))) - probability

    return np.array([brentq(excess, 0.0, 1.0, args=(p,), xtol=1e-14) for p in probabilities.tolist()])


def _rule(a: float, b: float) -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights of the Gauss rule of Beta(a, b), from the recurrence of its Jacobi polynomials."""
    from scipy.linalg import eigh_tridiagonal  # noqa: PLC0415 - heavy, loaded on first use

    n = np.arange(1.0, _NODES)
    s = a + b - 2.0
    centre = np.append((a - b) / (a + b), (a - b) * s / ((2 * n + s) * (2 * n + s + 2)))
    spread = 4 * n * (n + a - 1) * (n + b - 1) * (n + s) / ((2 * n + s) ** 2 * (2 * n + s + 1) * (2 * n + s - 1))
    nodes, vectors = eigh_tridiagonal((1 + centre) / 2, np.sqrt(spread) / 2)
    return nodes.astype(np.float64), vectors[0].astype(np.float64) ** 2
