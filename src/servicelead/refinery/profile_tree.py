"""A short profile of a group: the leaves of a shallow tree, counted on accounts it was not grown on."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from servicelead._typing import Array, BoolArray, FloatArray
from servicelead.columns.table import ResultTable
from servicelead.uncertainty import Rate

__all__ = ["profile"]

_DEPTH = 3
_SMALLEST_LEAF = 20


def profile(
    columns: Mapping[str, tuple[Array, BoolArray]], is_best: BoolArray, *, seed: int, backend: str | None
) -> ResultTable:
    """Return the leaves of a tree of depth 3 as sentences, the highest rate first, with Wilson intervals.

    Half of the rows choose the splits, the other half are counted: a leaf that only looked good is seen to be not.
    Attributes with labels are split one label against the rest. Without a split there are no rows.

    Parameters
    ----------
    columns
        By attribute, the value of each account and where it is missing.
    is_best : bool (n,)
        Which accounts are among the best.
    seed
        Draws the half.
    backend
        Of the result.
    """
    from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415 - heavy, loaded on first use

    names, matrix = _encoded(columns)
    grows = np.zeros(len(is_best), dtype=bool)
    grows[np.random.default_rng(seed).permutation(len(is_best))[: len(is_best) // 2]] = True
    tree = DecisionTreeClassifier(max_depth=_DEPTH, min_samples_leaf=_SMALLEST_LEAF, random_state=0)
    tree.fit(matrix[grows], is_best[grows])
    leaf = tree.apply(matrix[~grows])
    told = dict(_sentences(tree.tree_, names))
    rows: list[dict[str, Any]] = []
    for node, sentence in told.items() if len(told) > 1 else ():
        rate = Rate(int(np.sum(is_best[~grows][leaf == node])), int(np.sum(leaf == node)))
        rows.append(
            {
                "profile": sentence,
                "n_best": rate.successes,
                "n_accounts": rate.trials,
                **dict(zip(("best_rate", "lower", "upper"), rate.interval().figures, strict=True)),
            }
        )
    rows.sort(key=lambda row: (np.isnan(row["best_rate"]), -row["best_rate"], row["profile"]))
    titles = ("profile", "n_best", "n_accounts", "best_rate", "lower", "upper")
    return ResultTable({name: np.array([row[name] for row in rows]) for name in titles}, backend=backend)


def _encoded(columns: Mapping[str, tuple[Array, BoolArray]]) -> tuple[list[tuple[str, str | None]], FloatArray]:
    """Return one column per number and per label, and what each is: (attribute, label), the label None for numbers."""
    names: list[tuple[str, str | None]] = []
    encoded: list[Array] = []
    for name, (values, missing) in columns.items():
        if values.dtype.kind == "f":
            names.append((name, None))
            encoded.append(np.where(missing, np.nan, values))
            continue
        for label in sorted({str(value) for value in values[~missing].tolist()}):
            names.append((name, label))
            encoded.append(np.array([str(value) == label for value in values.tolist()]) & ~missing)
    return names, np.column_stack([column.astype(np.float64) for column in encoded])


def _sentences(tree: Any, names: list[tuple[str, str | None]]) -> Iterator[tuple[int, str]]:
    """Yield each leaf and the way to it in words; a number's bounds along the way are said once."""
    waiting: list[tuple[int, dict[tuple[str, str | None], list[float]]]] = [(0, {})]
    while waiting:
        node, way = waiting.pop()
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left < 0:
            yield node, ", ".join(_clause(name, bounds) for name, bounds in way.items())
            continue
        name, cut = names[tree.feature[node]], float(tree.threshold[node])
        low, high = way.get(name, [-np.inf, np.inf])
        waiting += [(right, way | {name: [cut, high]}), (left, way | {name: [low, cut]})]


def _clause(name: tuple[str, str | None], bounds: list[float]) -> str:
    attribute, label = name
    low, high = bounds
    if label is not None:
        return f"{attribute} is {label}" if low > -np.inf else f"{attribute} is not {label}"
    ends = [f"above {low:,.6g}"] * (low > -np.inf) + [f"at most {high:,.6g}"] * (high < np.inf)
    return f"{attribute} {' and '.join(ends)}"
