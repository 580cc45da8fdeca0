"""What credit can be totalled by: one dimension of placements, or several crossed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from servicelead._typing import Codes, ObjectArray
from servicelead.columns.vocabulary import Vocabulary
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.kernels.grouping import compress
from servicelead.tables.journeys import Journeys
from servicelead.tables.segmentation import segment_codes

__all__ = ["DIMENSIONS", "Cells", "cells", "check_dimensions"]

#: Dimensions `Attribution.by` knows.
DIMENSIONS = (
    "channel",
    "team",
    "group",
    "campaign",
    "lead",
    "account",
    "opportunity",
    "segment",
    "month",
    "touch_month",
)


class Cells(NamedTuple):
    """The cells of a cross-table: one code per placement, and each cell's label in every dimension.

    ``keys`` are the dimensions' codes of each cell, -1 where it has no label; the cell ``unlabelled`` has none at all.
    """

    names: tuple[str, ...]
    codes: Codes
    keys: tuple[Codes, ...]
    vocabularies: tuple[Vocabulary, ...]
    unlabelled: int

    @property
    def n(self) -> int:
        """Number of cells."""
        return len(self.keys[0])

    def labels(self) -> dict[str, ObjectArray]:
        """Return the label of each cell in every dimension; None where there is none."""
        return {
            name: vocabulary.decode(keys)
            for name, keys, vocabulary in zip(self.names, self.keys, self.vocabularies, strict=True)
        }

    def including(self, columns: Sequence[Codes], vocabularies: Sequence[Vocabulary]) -> tuple["Cells", Codes]:
        """Return the cells with those of more rows added, and the cell of each of these rows."""
        if len(columns) == 1 and vocabularies[0] is self.vocabularies[0]:  # every label has its cell already
            return self, np.where(columns[0] < 0, np.int32(self.unlabelled), columns[0])
        united = [_extended(*pair) for pair in zip(self.vocabularies, vocabularies, strict=True)]
        coded = [codes[column] for (_, codes), column in zip(united, columns, strict=True)]
        where, keys = _crossed(coded, [len(vocabulary) + 1 for vocabulary, _ in united])
        position = {key: cell for cell, key in enumerate(zip(*(k.tolist() for k in self.keys), strict=True))}
        rows = list(zip(*(k.tolist() for k in keys), strict=True))
        added = [row for row in rows if row not in position]
        position |= {row: self.n + i for i, row in enumerate(added)}
        new = np.array(added, dtype=np.int32).reshape(-1, len(columns))
        cells = self._replace(
            keys=tuple(np.append(known, more) for known, more in zip(self.keys, new.T, strict=True)),
            vocabularies=tuple(vocabulary for vocabulary, _ in united),
        )
        return cells, np.array([position[row] for row in rows], dtype=np.int32)[where]


def _extended(known: Vocabulary, other: Vocabulary) -> tuple[Vocabulary, Codes]:
    """Return the vocabulary with the other's labels added at its end, and the code in it of each of the other's."""
    if other is known:
        return known, np.append(np.arange(len(known), dtype=np.int32), np.int32(-1))
    labels = other.labels.tolist()
    new = [label for label in labels if label not in known]
    both = Vocabulary([*known.labels.tolist(), *new]) if new else known
    return both, np.append(both.codes_of(labels), np.int32(-1))


def check_dimensions(names: Sequence[str]) -> None:
    """Refuse dimensions that do not exist, none at all, and one named twice.

    Raises
    ------
    UnknownNameError, InvalidValueError
    """
    unknown = [name for name in names if name not in DIMENSIONS]
    if unknown:
        raise UnknownNameError(f"no dimension {', '.join(map(str, unknown))}; choose among {', '.join(DIMENSIONS)}")
    if not names or len(set(names)) < len(names):
        raise InvalidValueError(f"by() needs different dimensions; choose among {', '.join(DIMENSIONS)}")


def cells(journeys: Journeys, names: Sequence[str], segmentation: object | None = None) -> Cells:
    """Return the cells of one or more dimensions that placements are in, and one for what has no label in any.

    Raises
    ------
    InvalidValueError
        When a segment dimension has no segmentation.
    """
    columns, vocabularies = [], []
    for name in names:
        if name == "segment":
            codes, vocabulary = segment_codes(journeys, segmentation)
            columns.append(np.repeat(codes, journeys.lengths))
        else:
            columns.append(journeys.codes(name))
            vocabulary = journeys.vocabulary(name)
        vocabularies.append(vocabulary)
    if len(columns) == 1:
        codes, keys = _single(columns[0], len(vocabularies[0]))
    else:
        codes, keys = _crossed(columns, [len(vocabulary) + 1 for vocabulary in vocabularies])
    return Cells(tuple(names), codes, keys, tuple(vocabularies), len(keys[0]) - 1)


def _single(codes: Codes, n: int) -> tuple[Codes, tuple[Codes, ...]]:
    """Return the cells of one dimension: its labels', whether or not a placement has them, and the unlabelled one."""
    if len(codes) and codes.min() < 0:
        codes = np.where(codes < 0, np.int32(n), codes)
    return codes, (np.append(np.arange(n, dtype=np.int32), np.int32(-1)),)


def _crossed(columns: Sequence[Codes], sizes: Sequence[int]) -> tuple[Codes, tuple[Codes, ...]]:
    """Return the cells of several dimensions that occur, and the unlabelled one, which comes last."""
    keys: tuple[Codes, ...] = ()
    codes, n_cells = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column, size in zip(columns, sizes, strict=True):  # one at a time: more than two need not fit into 64 bits
        present, codes = compress(codes * size + (column + 1), n_cells * size)
        keys = (*(known[present // size] for known in keys), (present % size - 1).astype(np.int32))
        n_cells = len(present)
    unlabelled = np.logical_and.reduce([known < 0 for known in keys])
    # Cells are ascending in their packed key, so the one without any label is the first.
    if not unlabelled.any():
        return codes.astype(np.int32), tuple(np.append(known, np.int32(-1)) for known in keys)
    codes = np.where(codes == 0, n_cells, codes) - 1
    return codes.astype(np.int32), tuple(np.append(known[1:], np.int32(-1)) for known in keys)
