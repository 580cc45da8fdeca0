"""Which labels a model calls harmful: credit cannot be below 0, but some models have figures that can."""

from servicelead.attribution import Attribution, FittedMarkovChain, FittedShapley

__all__ = ["stated_harm"]

_ROUNDING = 1e-9  # an effect of 0, worked out in floating point, may come out below


def stated_harm(credit: Attribution, by: str) -> frozenset[str]:
    """Return the labels with a removal effect or a Shapley value below 0, of a model fitted by that dimension alone.

    A rule says so of none, nor does a model of the caller's or one fitted by another dimension.
    """
    model = credit.source
    if isinstance(model, FittedMarkovChain) and model.summary.dimensions == (by,):
        table, figure = model.removal_effect, "removal_effect"
    elif isinstance(model, FittedShapley) and model.strategy.by == by:
        table, figure = model.values, "value"
    else:
        return frozenset()
    return frozenset(table[by][table[figure] < -_ROUNDING].tolist())
