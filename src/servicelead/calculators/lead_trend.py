"""Whether a monthly figure rises or falls, and from which month on it fades."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from servicelead._arguments import require_within
from servicelead._typing import FloatArray
from servicelead.uncertainty import Estimate

__all__ = ["Fade", "fade", "slope"]

_METHOD = "least squares, Student t"
_LEAST = 3  # months in a stretch whose slope is judged
_NEGLIGIBLE = 1e-12  # of the largest figure: the rounding of floats


class Fade(NamedTuple):
    """The month (from 0) from which a figure moves as it does at the end, and its slope from there."""

    begins: int
    slope: Estimate


def slope(figures: Sequence[float], *, confidence: float, unit: str) -> Estimate:
    """Return the change per month of a straight line through monthly figures, with its interval.

    Undefined for fewer than 2 months, without bounds for 2.
    """
    require_within("slope: confidence", confidence)
    y = np.array(figures, dtype=np.float64)
    if len(y) < 2:
        reason = "fewer than two months have no slope"
        return Estimate.undefined(reason, method=_METHOD, unit=unit, confidence=confidence, n=len(y))
    return _line(y, 0, confidence, unit).slope


def fade(figures: Sequence[float], *, confidence: float, unit: str) -> Fade | None:
    """Return where the last stretch of monthly figures begins, and its slope.

    A straight line is compared with every line that bends once, at least 3 months after the start and before the
    end; the one with the least residual variance is taken. Because the bend is chosen, the interval of the slope
    after it is at ``1 - (1 - confidence) / number of bends tried``. None for fewer than 6 months.
    """
    require_within("fade: confidence", confidence)
    y = np.array(figures, dtype=np.float64)
    bends = [0, *range(_LEAST, len(y) - _LEAST + 1)]
    if len(y) < 2 * _LEAST:
        return None
    level = 1 - (1 - confidence) / len(bends)
    fits = [_line(y, bend, level, unit) for bend in bends]
    best = min(fits, key=lambda fit: fit.variance)  # ties go to the straight line, then to the earliest bend
    return Fade(best.begins, best.slope)


class _Fit(NamedTuple):
    begins: int
    variance: float
    slope: Estimate


def _line(y: FloatArray, bend: int, confidence: float, unit: str) -> _Fit:
    """Fit ``a + b * min(t, bend) + s * max(t - bend, 0)`` and return s; a straight line where the bend is 0."""
    t = np.arange(len(y), dtype=np.float64)
    columns = [np.ones(len(y)), np.maximum(t - bend, 0.0)]
    if bend:
        columns.append(np.minimum(t, float(bend)))
    design = np.stack(columns, axis=1)
    inverse = np.linalg.inv(design.T @ design)
    found = inverse @ design.T @ y
    rounding = _NEGLIGIBLE * max(float(np.abs(y).max()), 1.0)
    value = float(found[1]) if abs(found[1]) > rounding else 0.0
    n_free = len(y) - len(columns) - (bend > 0)  # the bend was chosen too
    residual = y - design @ found
    variance = float(residual @ residual) / max(n_free, 1)
    variance = variance if variance > rounding**2 else 0.0
    lower, upper = _bounds(value, (variance * float(inverse[1, 1])) ** 0.5, n_free, confidence)
    estimate = Estimate(
        value=value,
        lower=lower,
        upper=upper,
        confidence=confidence,
        method=_METHOD,
        n=len(y),
        unit=unit,
        reason="two months lie on a line whatever they are" if lower is None else None,
    )
    return _Fit(bend, variance, estimate)


def _bounds(value: float, error: float, n_free: int, confidence: float) -> tuple[float | None, float | None]:
    if n_free < 1:
        return None, None
    from scipy.special import stdtrit  # noqa: PLC0415 - heavy, loaded on first use

    reach = float(stdtrit(n_free, (1 + confidence) / 2)) * error
    return value - reach, value + reach
