"""Money over money per slice, with standard errors over independent accounts."""

from typing import NamedTuple

import numpy as np

from servicelead._typing import FloatArray, IntArray

__all__ = ["Ratios"]


class Ratios(NamedTuple):
    """Per slice: numerator and denominator in minor units, standard error of their ratio, and accounts behind it.

    What `servicelead.kernels.ratios.linearised_ratios` returns.
    """

    above: IntArray
    below: IntArray
    error: FloatArray
    n: IntArray

    def take(self, places: IntArray) -> "Ratios":
        """Return the ratios of some slices."""
        return Ratios(self.above[places], self.below[places], self.error[places], self.n[places])

    @property
    def value(self) -> FloatArray:
        """The ratios; NaN where there is nothing to divide by."""
        out: FloatArray = np.full(len(self.n), np.nan)
        np.divide(self.above, self.below, out=out, where=self.below > 0)
        return out
