"""Many rates at once, as columns of a table: k of n with Wilson's interval."""

import numpy as np

from servicelead._typing import FloatArray, IntArray
from servicelead.kernels.answer_chains import wilson_bounds

__all__ = ["rate_columns"]


def rate_columns(name: str, successes: IntArray, trials: IntArray, confidence: float) -> dict[str, FloatArray]:
    """Return columns ``NAME``, ``NAME_lower`` and ``NAME_upper``; NaN without trials.

    Parameters
    ----------
    name
        Of the rate.
    successes, trials : int64 (n,)
        ``0 <= successes <= trials``.
    confidence
        Nominal coverage, strictly between 0 and 1.

    Examples
    --------
    >>> columns = rate_columns("win_rate", np.array([8, 0]), np.array([10, 0]), 0.95)
    >>> {name: values.round(6).tolist() for name, values in columns.items()}
    {'win_rate': [0.8, nan], 'win_rate_lower': [0.490162, nan], 'win_rate_upper': [0.943318, nan]}
    """
    known = np.flatnonzero(trials)
    out = np.full((3, len(trials)), np.nan)
    out[0, known] = successes[known] / trials[known]
    out[1, known], out[2, known] = wilson_bounds(out[0, known], trials[known].astype(np.float64), confidence)
    return dict(zip((name, f"{name}_lower", f"{name}_upper"), out, strict=True))
