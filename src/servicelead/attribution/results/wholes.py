"""Parts of what was credited, and when it adds up to nothing, so that there are none."""

import numpy as np

from servicelead._typing import FloatArray
from servicelead.tables.base import major_units
from servicelead.tables.journeys import Journeys

__all__ = ["credited_value", "rounding_of", "shares_of_credited", "shares_of_sum"]

#: Of many values, signs apart: what is left of them by adding and subtracting in floats.
_NOISE = 1e-12


def rounding_of(amounts: FloatArray) -> float:
    """Return up to which size a sum of some amounts is no more than their rounding."""
    return _NOISE * float(np.sum(np.abs(amounts)))


def credited_value(journeys: Journeys) -> float:
    """Return the won value that touches are credited with, in major units: 0 where it is that to the minor unit.

    Values without a currency have no minor unit: there it is 0 where only rounding is left of them.
    """
    touched = journeys.lengths > 0
    if journeys.minor_units is not None:
        return float(major_units(journeys.minor_units[touched].sum(keepdims=True), journeys.currency)[0])
    value = journeys.value[touched]
    whole = float(np.sum(value))
    return whole if abs(whole) > rounding_of(value) else 0.0


def shares_of_credited(journeys: Journeys, totals: FloatArray) -> FloatArray:
    """Return totals of credited value as shares of their sum along the last axis; NaN where the value adds up to 0."""
    return shares_of_sum(totals) if credited_value(journeys) else np.full(totals.shape, np.nan)


def shares_of_sum(totals: FloatArray) -> FloatArray:
    """Return totals as shares of their sum along the last axis; NaN where that is 0."""
    whole = totals.sum(axis=-1, keepdims=True)
    shares: FloatArray = np.divide(totals, whole, out=np.full(totals.shape, np.nan), where=whole != 0)
    return shares + 0.0  # nothing of a negative whole is 0, and not -0
