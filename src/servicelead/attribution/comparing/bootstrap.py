"""How sure a model's totals are, found by doing all of it again on resampled accounts."""

from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_jobs, require_whole, require_within
from servicelead._typing import FloatArray
from servicelead.attribution.results.arguments import require_journeys
from servicelead.attribution.results.dimensions import cells, check_dimensions
from servicelead.attribution.results.refits import Refit
from servicelead.attribution.results.replicates import (
    Product,
    Units,
    percentiles,
    replicate_values,
    shares_of_replicates,
)
from servicelead.attribution.results.strategy import Attributor, Strategy, attribute
from servicelead.attribution.results.wholes import rounding_of, shares_of_credited
from servicelead.columns.table import ResultTable
from servicelead.domain.segments import Segmentation
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.totals import label_totals
from servicelead.tables.base import frozen_array
from servicelead.tables.journeys import Journeys
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = ["Bootstrap", "bootstrap"]


@frozen(kw_only=True, eq=False)
class Bootstrap:
    """What a model says on the journeys, and what it said each time the accounts were drawn again.

    Attributes
    ----------
    labels
        The labels of each cell, one column per dimension.
    value
        Value of each cell on the journeys themselves, float64 (cells,), in major units.
    share
        Its share of all that is credited, float64 (cells,); NaN where that is 0.
    values
        Value of each cell in every replicate, float64 (n, cells).
    shares
        Its share of what is credited in each replicate, float64 (m, cells): where that is 0 there are none.
    n_units
        Number of independent units drawn from: accounts with a closed journey, or conversions and non-conversions.
    """

    labels: ResultTable
    value: FloatArray = field(repr=False)
    share: FloatArray = field(repr=False)
    values: FloatArray = field(repr=False)
    shares: FloatArray = field(repr=False)
    n_units: int

    def table(self, confidence: float = DEFAULT_CONFIDENCE) -> ResultTable:
        """Return each cell with the standard error and percentile interval of its value and of its share.

        Returns
        -------
        ResultTable
            The labels, ``value, value_standard_error, value_lower, value_upper`` (major units) and the same of
            ``share`` (of the replicate's own total), ordered by value. Bounds are NaN with fewer than two units,
            and all of ``share`` where what is credited adds up to 0; a replicate in which it does is left out of it.

        Raises
        ------
        InvalidValueError
            When the confidence is not between 0 and 1.
        """
        require_within("Bootstrap.table: confidence", confidence)
        order = np.argsort(-self.value, kind="stable")
        columns: dict[str, Any] = {name: self.labels[name][order] for name in self.labels.names}
        for name, point, drawn in (
            ("value", self.value, self.values),
            ("share", self.share, self.shares),
        ):
            error, lower, upper = _spread(drawn, confidence, is_known=self.n_units > 1 and not np.isnan(point).any())
            for end, column in (("", point), ("_standard_error", error), ("_lower", lower), ("_upper", upper)):
                columns[name + end] = column[order]
        return ResultTable(columns, backend=self.labels.backend)

    def __str__(self) -> str:
        return f"{len(self.values):,} replicates over {self.n_units:,} units\n{self.table()}"

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def _spread(drawn: FloatArray, confidence: float, *, is_known: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    if not is_known or len(drawn) < 2:
        nothing = np.full(drawn.shape[1], np.nan)
        return nothing, nothing, nothing
    lower, upper = percentiles(drawn, (1 - confidence) / 2)
    return drawn.std(axis=0, ddof=1), lower, upper


def bootstrap(
    journeys: Journeys,
    strategy: Strategy | Attributor,
    *dimensions: str,
    n: int = 200,
    seed: int = 0,
    n_jobs: int = 1,
    segmentation: Segmentation | None = None,
) -> Bootstrap:
    r"""Draw accounts again, fit and attribute again, and return the totals of every replicate.

    Each account a counts :math:`m_a \sim \text{Poisson}(1)` times, in fitting and in totals, apart from all others: so
    the number of accounts varies too, as it does in the world. On aggregated paths conversions and non-conversions are
    drawn one by one. A rule has nothing to fit: its replicates are one matrix product. In Shapley's game of rates each
    coalition's rate is drawn too, and Markov chains of more than 300 states are solved to 1e-6.

    Parameters
    ----------
    journeys
        What to attribute.
    strategy
        A strategy, fitted anew in every replicate; or a ready attributor, which then is taken as it is.
    *dimensions
        As in `Attribution.by`.
    n
        Number of replicates, 2 or more.
    seed
        0 or more; replicate i is the same whatever `n` and `n_jobs` are.
    n_jobs
        Threads, as in joblib: -1 for all processors.
    segmentation
        For the dimension ``segment``.

    Raises
    ------
    InvalidValueError
        For fewer than two replicates, a negative seed, no jobs, dimensions that `Attribution.by` refuses, or what is
        neither journeys nor a strategy.
    UnknownNameError
        For an unknown dimension.

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 6 and 13; Hanley and MacGibbon, "Creating
    non-parametric bootstrap samples using Poisson frequencies", Computer Methods and Programs in Biomedicine 83 (2006).

    Examples
    --------
    >>> from servicelead.attribution import Linear
    >>> journeys = Journeys.from_paths(
    ...     {"path": ["call > email", "email"], "won": [20, 10], "value": [800.0, 200.0]},
    ...     path="path", conversions="won", value="value",
    ... )
    >>> found = bootstrap(journeys, Linear(), "channel", n=100).table()
    >>> found["channel"].tolist(), found["share"].tolist()
    (['email', 'call'], [0.6, 0.4])
    """
    require_whole("bootstrap: n", n, 2)
    require_whole("bootstrap: seed", seed, 0)
    require_jobs("bootstrap: n_jobs", n_jobs)
    require_journeys("bootstrap()", journeys)
    if not dimensions:
        raise InvalidValueError('bootstrap() needs a dimension to total by, e.g. "channel"')
    check_dimensions(dimensions)
    where = cells(journeys, dimensions, segmentation)
    units = Units.of(journeys)
    attribution = attribute(journeys, strategy)
    replicate: Product | Refit = Product.of(journeys, attribution.value, where, units)
    if attribution.fitted_by is not None:
        replicate = Refit(journeys, attribution.fitted_by, where.codes, where.n, units)
    values = replicate_values(replicate, units, n=n, seed=seed, n_jobs=n_jobs)
    reached = np.bincount(where.codes, minlength=where.n) > 0
    value = label_totals(where.codes, attribution.value, where.n)[reached]
    return Bootstrap(
        labels=ResultTable(
            {name: column[reached] for name, column in where.labels().items()}, backend=journeys.backend
        ),
        value=frozen_array(value),
        share=frozen_array(shares_of_credited(journeys, value)),
        values=frozen_array(values[:, reached]),
        shares=frozen_array(shares_of_replicates(values, rounding_of(attribution.value))[:, reached]),
        n_units=units.size,
    )
