"""The labels a learned model tells touches apart by."""

from collections.abc import Iterable, Sequence

import numpy as np

from servicelead._typing import Codes
from servicelead.attribution.results.dimensions import cells
from servicelead.tables.journeys import Journeys

__all__ = ["in_words", "labels_of_placements", "unmet"]


def labels_of_placements(journeys: Journeys, dimensions: Sequence[str]) -> tuple[Codes, list[tuple[str, ...]]]:
    """Return the code of each placement's label, and the labels: one text per dimension.

    Raises
    ------
    MissingTimesError
        On aggregated paths, for a dimension other than ``channel``.
    """

    def work_out() -> tuple[Codes, list[tuple[str, ...]]]:
        table = cells(journeys, dimensions)
        texts = [[str(text) for text in column.tolist()] for column in table.labels().values()]
        return table.codes, list(zip(*texts, strict=True))[: table.unlabelled]

    return journeys.once(("labels", *dimensions), work_out)


def unmet(journeys: Journeys, dimensions: Sequence[str], met: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the warning that a model was not fitted to the labels of so many won placements; none for no placement."""
    codes, labels = labels_of_placements(journeys, dimensions)
    known = frozenset(met)
    is_new = np.array([label not in known for label in labels], dtype=np.bool_)
    if not is_new.any():
        return ()
    n = int(np.count_nonzero(is_new[codes] & np.repeat(journeys.is_won, journeys.lengths)))
    what = " and ".join(dimensions)
    return (f"placements in won journeys whose {what} the model was not fitted to, which weigh 0: {n:,}",) if n else ()


def in_words(value: float | None) -> str:
    """Return what a label is worth to a model, and that it weighs nothing where that is negative or not known.

    >>> print(in_words(0.25), in_words(-0.125), in_words(None), sep="; ")
    0.2500; -0.1250, which weighs nothing; not known to the model, which weighs nothing
    """
    if value is not None and value >= 0:
        return f"{value:.4f}"
    return f"{'not known to the model' if value is None else f'{value:.4f}'}, which weighs nothing"
