"""What a learned model says of each label, beside the credit that follows from it."""

from servicelead.attribution import Attribution, FittedMarkovChain, FittedShapley
from servicelead.cli import console
from servicelead.cli.figures import amounts, labels, numbers, percents
from servicelead.cli.layout import Column
from servicelead.columns.table import ResultTable

__all__ = ["print_learned"]

_SHOWN = 25  # rows


def print_learned(attribution: Attribution) -> None:
    """Print removal effects with drag, or the values of a game of rates, largest first; nothing for other models."""
    fitted = attribution.strategy
    if isinstance(fitted, FittedMarkovChain):
        _print_effects(fitted, attribution.journeys.currency)
    elif isinstance(fitted, FittedShapley) and fitted.strategy.game == "rate":
        _print_values(fitted)


def _print_effects(chain: FittedMarkovChain, currency: str | None) -> None:
    table, names = chain.removal_effect, chain.summary.dimensions
    shown = table.head(_SHOWN)
    columns = [
        numbers("removal effect", shown["removal_effect"], decimals=4),
        percents("of all effects", shown[f"{names[-1]}_share"], rank=1),
    ]
    has_drag = bool((table["drag"] > 0).any())
    if has_drag:
        columns.append(amounts(f"drag {currency or ''}".rstrip(), shown["drag"]))
    what = " and ".join(names)
    _print(f"Part of all {chain.strategy.measure} that goes with each {what}", names, table, columns)
    if has_drag:
        console.line(
            "Drag stands beside credit and is never taken off it: such touches go with losses, and need not cause them."
        )


def _print_values(game: FittedShapley) -> None:
    by, shown = game.strategy.by, game.values.head(_SHOWN)
    columns = [numbers("Shapley value", shown["value"], decimals=4)]
    if (shown["standard_error"] > 0).any():
        columns.append(numbers("error of sampling", shown["standard_error"], decimals=4, rank=1))
    _print(f"What each {by} adds to the rate of winning", (by,), game.values, columns)


def _print(title: str, names: tuple[str, ...], table: ResultTable, columns: list[Column]) -> None:
    shown = table.head(_SHOWN)
    console.heading(title)
    console.table([*(labels(name, shown[name]) for name in names), *columns])
    console.line()
    if len(table) > _SHOWN:
        console.line(f"{len(table) - _SHOWN:,} more {names[-1]}s are not shown.")
