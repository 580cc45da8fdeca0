"""Where the likelihood of a cohort's survivors is greatest, and when it is so nowhere."""

from typing import Any

import numpy as np

from servicelead._fields import kind_of
from servicelead._typing import FloatArray
from servicelead.exceptions import ConvergenceError, InvalidValueError, SolveError
from servicelead.kernels.shifted_beta import log_likelihood, log_likelihood_derivatives, spread_of_churn

__all__ = ["greatest_likelihood", "survivor_counts"]

_MOST_STEPS = 200
#: Of alpha + beta: customers so much alike cannot be told from equal ones.
_LARGEST = 1e9
_ALIKE = "those who stay do not become loyaler, so that all may be equal"


def greatest_likelihood(counts: FloatArray) -> tuple[float, float]:
    """Return alpha and beta of the greatest likelihood.

    Raises
    ------
    InvalidValueError
        For nobody at the start, or fewer than two periods.
    SolveError
        Where the likelihood has no greatest value.
    ConvergenceError
        When it is not found.
    """
    if len(counts) < 3 or counts[0] <= 0:
        raise InvalidValueError(
            "ShiftedBetaGeometric.fit: survivors must be those at the start, above 0, and after at least two periods; "
            f"got {len(counts)} numbers, or 0 at the start; one period cannot tell two parameters"
        )
    why = _why_impossible(counts)
    parameters = None if why else _maximum(counts / counts[0])
    if parameters is None:
        raise SolveError(
            "ShiftedBetaGeometric.fit: the likelihood must have a greatest value; got survivors of whom "
            f"{why or _ALIKE}; observe more periods or more customers, or describe them with kaplan_meier"
        )
    return parameters


def _why_impossible(counts: FloatArray) -> str | None:
    if counts[-1] == counts[0]:
        return "nobody left"
    if counts[1] == 0:
        return "nobody stayed through the first period"
    if counts[-1] == counts[1]:
        return "nobody left after the first period"
    return None if spread_of_churn(counts) > 0 else _ALIKE


def _maximum(shares: FloatArray) -> tuple[float, float] | None:
    """Return alpha and beta of the greatest likelihood by Newton's method with step-halving; None if there is none."""
    place = np.log(_start(shares))
    height = log_likelihood(shares, *np.exp(place).tolist())
    for _ in range(_MOST_STEPS):
        alpha, beta = np.exp(place).tolist()
        if alpha + beta > _LARGEST:
            return None
        gradient, hessian = log_likelihood_derivatives(shares, alpha, beta)
        bends, axes = np.linalg.eigh(-hessian)
        # Where the surface does not bend down, as far as it bends up: still uphill.
        step = axes @ ((axes.T @ gradient) / np.maximum(np.abs(bends), 1e-12))
        step /= max(1.0, float(np.abs(step).max()) / 2.0)
        if float(np.abs(step).max()) < 1e-11 or float(gradient @ step) < 1e-22:
            return alpha, beta
        for _ in range(60):
            tried = log_likelihood(shares, *np.exp(place + step).tolist())
            if tried > height or np.abs(step).max() < 1e-8:  # rounding hides gains as small as that
                break
            step = step / 2.0
        place, height = place + step, tried
    raise ConvergenceError(
        "ShiftedBetaGeometric.fit: the greatest likelihood must be found within 200 steps; it was not; "
        "check the survivors"
    )


def _start(shares: FloatArray) -> FloatArray:
    """Return alpha and beta that give the first two retention rates, or near ones."""
    first, second = float(shares[1]), min(float(shares[2] / shares[1]), 0.999)
    total = (1 - second) / (second - first) if second > first else 10.0
    total = min(max(total, 0.01), 1e4)
    return total * np.array([1 - first, first]).clip(1e-3, 1.0)


def survivor_counts(name: str, values: Any) -> FloatArray:
    """Return survivors as float64, or refuse what cannot be the survivors of a cohort."""
    try:
        counts = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        counts = np.zeros((0, 0))
    is_counts = counts.ndim == 1 and bool(np.isfinite(counts).all())
    if is_counts and bool((np.abs(counts - np.rint(counts)) < 1e-6).all()):
        counts = np.rint(counts)
        if bool((counts >= 0).all() and (np.diff(counts) <= 0).all()):
            return counts
    raise InvalidValueError(
        f"{name} must be whole numbers of at least 0 that never rise; got {kind_of(values)} with others; count "
        "customers, not percentages, and leave out those who came back"
    )
