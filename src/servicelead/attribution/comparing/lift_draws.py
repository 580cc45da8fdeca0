"""What a fitted model credits by label and period when accounts are drawn, and it is fitted, again."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import frozen

from servicelead._typing import BoolArray, Codes, FloatArray, IntArray
from servicelead.attribution.results.refits import FITS, Refit
from servicelead.attribution.results.replicates import Units, replicate_values
from servicelead.attribution.results.result import Attribution

__all__ = ["Drawn"]


@frozen(eq=False)
class Drawn:
    """Totals of credit in journeys drawn again, for any labels and tested periods.

    Attributes
    ----------
    moment : int64 (n,)
        Which of the tested periods each journey closed in: one number for each combination.
    totals : float64 (replicates, labels + 1, moments)
        The last label is none.
    """

    moment: IntArray
    totals: FloatArray

    @classmethod
    def of(
        cls, attribution: Attribution, codes: Codes, n_labels: int, within: Sequence[BoolArray], measure: int
    ) -> "Drawn":
        """Fit an attribution's strategy again and again; `within` are the journeys that closed in each period."""
        journeys, units = attribution.journeys, Units.of(attribution.journeys)
        periods, moment = np.unique(np.stack(within), axis=1, return_inverse=True)
        moment, n_moments = moment.reshape(-1), periods.shape[1]
        cells = (codes * n_moments + np.repeat(moment, journeys.lengths)).astype(np.int32)
        strategy: Any = attribution.fitted_by
        refit = Refit(journeys, strategy, cells, (n_labels + 1) * n_moments, units, measure)
        totals = replicate_values(refit, units, n=FITS, seed=0)
        return cls(moment, totals.reshape(FITS, n_labels + 1, n_moments))

    def error(self, chosen: BoolArray, inside: BoolArray) -> float:
        """Return the standard error of the credit of some labels, bool (labels + 1,), in some whole periods."""
        moments = np.unique(self.moment[inside])
        return float(self.totals[:, chosen][:, :, moments].sum(axis=(1, 2)).std(ddof=1))
