"""How sure the result is when several inputs are uncertain at once."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_whole, require_within
from servicelead.calculators.contract import Kind, inputs_of
from servicelead.calculators.distributions import Distribution
from servicelead.calculators.varying import changed, figure, measured, numeric_input
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError, UndefinedRateError, UnknownNameError
from servicelead.uncertainty import Rate

__all__ = ["MonteCarlo", "monte_carlo"]


@frozen(kw_only=True)
class MonteCarlo:
    """What `monte_carlo` drew.

    Attributes
    ----------
    calculator
        The base case.
    outputs
        Which of its outputs were watched, with their units.
    seed
        Of the draws.
    draws
        One row per draw: the inputs that were varied, then the outputs, NaN where undefined.
    """

    calculator: Any
    outputs: Mapping[str, str]
    seed: int
    draws: ResultTable = field(eq=False, repr=False)

    def summary(self, confidence: float = 0.9) -> ResultTable:
        """Return each output's mean, spread and central range over the draws where it is defined.

        Parameters
        ----------
        confidence
            Share of the draws between `lower` and `upper`, strictly between 0 and 1.

        Returns
        -------
        ResultTable
            ``output, unit, base, mean, sd, lower, median, upper, n, n_undefined``; NaN where no draw is defined.
        """
        require_within("MonteCarlo.summary: confidence", confidence)
        tail = (1 - confidence) / 2
        rows = []
        for output, unit in self.outputs.items():
            values = self.draws[output]
            known = values[np.isfinite(values)]
            lower, median, upper = np.quantile(known, [tail, 0.5, 1 - tail]) if len(known) else [np.nan] * 3
            mean, sd = (np.mean(known), np.std(known)) if len(known) else (np.nan, np.nan)
            base = _figure(self.calculator, output)
            n = len(known)
            rows.append((output, unit, base, mean, sd, lower, median, upper, n, len(values) - n))
        names = ("output", "unit", "base", "mean", "sd", "lower", "median", "upper", "n", "n_undefined")
        return ResultTable(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))

    def probability(self, output: str, *, above: float = 0.0) -> Rate:
        """Return in how many of the draws an output lies above a value.

        Parameters
        ----------
        output
            One of those watched.
        above
            The value, in the output's unit.

        Returns
        -------
        Rate
            Of the draws where it is defined; its interval is the error of the simulation, not of the inputs.
        """
        if output not in self.outputs:
            raise UnknownNameError(f"MonteCarlo: output was not watched; those are {', '.join(self.outputs)}")
        values = self.draws[output]
        known = values[np.isfinite(values)]
        return Rate(int(np.count_nonzero(known > above)), len(known))

    def __str__(self) -> str:
        return str(self.summary())


def monte_carlo(
    calculator: Any,
    outputs: str | Sequence[str],
    distributions: Mapping[str, Distribution],
    *,
    seed: int,
    n: int = 10_000,
) -> MonteCarlo:
    """Draw the uncertain inputs independently, again and again, and work the calculator out each time.

    Parameters
    ----------
    calculator
        The base case: any calculator, a class of yours included.
    outputs
        Name of the output to watch, or several.
    distributions
        `Triangular`, `Uniform`, `Normal` or `Beta`, by input. Inputs that are not named keep their value. What is
        drawn for an input in whole numbers is rounded.
    seed
        Of the random numbers: the same seed gives the same draws.
    n
        Draws, at least 1.

    Returns
    -------
    MonteCarlo

    Raises
    ------
    UnknownNameError
        No such input or output.
    InvalidValueError
        Nothing to draw, or a distribution that reaches beyond what its input may be.

    Examples
    --------
    >>> from servicelead.calculators import Beta, LeadEconomics, Triangular
    >>> base = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000)
    >>> uncertain = {"n_leads": Triangular(low=12, mode=15, high=35), "close_rate": Beta(alpha=12.5, beta=48.5)}
    >>> result = monte_carlo(base, "revenue", uncertain, seed=1, n=2_000)
    >>> 60_000 < result.summary().row(output="revenue")["mean"] < 68_000
    True
    """
    names = [outputs] if isinstance(outputs, str) else list(outputs)
    units = {name: measured(calculator, name) for name in names}
    if not distributions or not units:
        raise InvalidValueError("monte_carlo: outputs and distributions must each name at least one; got none")
    require_whole("monte_carlo: n", n, 1)
    require_whole("monte_carlo: seed", seed, 0)
    specs = {name: numeric_input(calculator, name) for name in distributions}
    order = [each.name for each in inputs_of(calculator) if each.name in specs]
    uniform = np.random.default_rng(seed).random((len(order), n))
    drawn = {}
    for name, probability in zip(order, uniform, strict=True):
        values = distributions[name].quantile(probability, specs[name])
        drawn[name] = np.rint(values).astype(np.int64) if specs[name].kind is Kind.WHOLE else values
    found = {name: np.empty(n) for name in names}
    for row, inputs in enumerate(zip(*(column.tolist() for column in drawn.values()), strict=True)):
        case = changed(calculator, **dict(zip(order, inputs, strict=True)))
        for name in names:
            found[name][row] = _figure(case, name)
    return MonteCarlo(calculator=calculator, outputs=units, seed=seed, draws=ResultTable({**drawn, **found}))


def _figure(calculator: Any, output: str) -> float:
    try:
        return figure(calculator, output)
    except UndefinedRateError:
        return np.nan
