"""The labels a learned model tells touches apart by."""

from collections.abc import Sequence

from servicelead._typing import Codes
from servicelead.attribution.results.dimensions import cells
from servicelead.tables.journeys import Journeys

__all__ = ["labels_of_placements"]


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
