"""How much more often one group of accounts has something than another, for every level of every attribute."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from servicelead._typing import Array, BoolArray
from servicelead.columns.table import ResultTable
from servicelead.refinery.levels import levels_of
from servicelead.uncertainty import Rate

__all__ = ["contrasts"]


def contrasts(
    columns: Mapping[str, tuple[Array, BoolArray]], is_best: BoolArray, *, alpha: float, backend: str | None
) -> ResultTable:
    """Return the lift of every level of every attribute, the largest first, ties by attribute and level.

    There are accounts on either side.

    Parameters
    ----------
    columns
        By attribute, the value of each account and where it is missing; what is missing is a level of its own.
    is_best : bool (n,)
        Which accounts are among the best; the others are among the worst.
    alpha
        Shared by all comparisons.
    backend
        Of the result.
    """
    from scipy.stats import fisher_exact  # noqa: PLC0415 - heavy, loaded on first use

    found = [(name, label, has) for name, given in columns.items() for label, has in levels_of(*given)]
    # Two levels that are each other's complement are one comparison.
    n_levels = [sum(name == each for each, _, _ in found) for name in columns]
    n_comparisons = sum(n - (n == 2) for n in n_levels if n > 1)
    rows: list[dict[str, Any]] = []
    for name, label, has in found:
        best, worst = (Rate(int(np.sum(has & side)), int(np.sum(side))) for side in (is_best, ~is_best))
        lift, lower, upper = _lift(best, worst, 1 - alpha / max(n_comparisons, 1))
        counts = np.array([[r.successes, r.trials - r.successes] for r in (best, worst)])
        rows.append(
            {
                "attribute": name,
                "level": label,
                "n_best": best.successes,
                "n_worst": worst.successes,
                "best_share": best.value,
                "worst_share": worst.value,
                "lift": lift,
                "lower": lower,
                "upper": upper,
                "fisher_p": float(fisher_exact(counts).pvalue),
                "verdict": _verdict(lower, upper),
            }
        )
    rows.sort(key=lambda row: (-row["lift"], row["attribute"], row["level"]))
    names = rows[0] if rows else {}
    return ResultTable({name: np.array([row[name] for row in rows]) for name in names}, backend=backend)


def _lift(best: Rate, worst: Rate, confidence: float) -> tuple[float, float, float]:
    """Return the lift and its bounds; where none of the worst have it, the lift is infinite and has a lower bound."""
    turned_round = not worst.successes
    found = worst.over(best, confidence) if turned_round else best.over(worst, confidence)
    lift, lower, upper = found.figures
    return (np.inf, 1 / upper, np.inf) if turned_round else (lift, lower, upper)


def _verdict(lower: float, upper: float) -> str:
    if lower > 1:
        return "more common among the best"
    return "less common among the best" if upper < 1 else "not shown"
