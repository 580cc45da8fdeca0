"""Means over seeds, with what chance leaves open."""

from collections.abc import Sequence

import numpy as np

from servicelead.columns.table import ResultTable

__all__ = ["seed_means"]


def seed_means(runs: ResultTable, figure: str, by: Sequence[str], confidence: float) -> ResultTable:
    r"""Return the mean of one figure over the rows of each group, in the order groups first come.

    .. math:: \bar x \pm t_{n-1} \frac{s}{\sqrt n}

    Rows in which it is NaN are left out and not counted. The mean is NaN of no rows, the rest of fewer than two.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - heavy, loaded on first use

    keys = list(zip(*(runs[name].tolist() for name in by), strict=True))
    place = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    group = np.array([place[key] for key in keys], dtype=np.int64)
    values = runs[figure].astype(np.float64)
    parts = [values[(group == number) & ~np.isnan(values)] for number in range(len(place))]
    n = np.array([len(part) for part in parts], dtype=np.int64)
    mean = np.array([np.mean(part) if len(part) else np.nan for part in parts])
    error = np.array([np.std(part, ddof=1) / np.sqrt(len(part)) if len(part) > 1 else np.nan for part in parts])
    half = np.asarray(stdtrit(np.maximum(n - 1, 1), (1 + confidence) / 2)) * error
    columns = {name: [key[position] for key in place] for position, name in enumerate(by)}
    figures = {"mean": mean, "standard_error": error, "lower": mean - half, "upper": mean + half}
    return ResultTable({**columns, "n_seeds": n, **figures})
