"""Columns of texts such as ``a > b > c`` to codes of their steps."""

from itertools import chain
from typing import NamedTuple

import numpy as np

from servicelead._typing import BoolArray, Codes, IntArray, ObjectArray
from servicelead.columns.frames import Texts
from servicelead.kernels.segments import concatenate_ranges

__all__ = ["Steps", "split_by_arrow", "split_by_python", "split_texts"]

_WORTH_ARROW = 20_000  # rows; loading Arrow takes longer than splitting fewer
_BLOCK = 1 << 17  # rows split at once: their steps fit the memory twice over


class Steps(NamedTuple):
    """The steps of every row, one row after the other.

    Attributes
    ----------
    offsets
        Where each row's steps begin and, last, where they end, shape (n + 1,).
    codes
        Position in `labels` of each step.
    labels
        The distinct steps, in no promised order.
    """

    offsets: IntArray
    codes: Codes
    labels: ObjectArray


def split_texts(column: Texts, separator: str) -> Steps:
    """Return the steps between separators; a text that is missing, or nothing but blanks, has none.

    Arrow splits long columns where it is installed, several times as fast; the steps are the same.
    """
    if len(column) >= _WORTH_ARROW:
        try:
            return split_by_arrow(column, separator)
        except (ImportError, UnicodeEncodeError):  # half of a surrogate pair is text for Python alone
            pass
    return split_by_python(column, separator)


def split_by_python(column: Texts, separator: str) -> Steps:
    """Split each distinct text once."""
    rows, texts = column.encoded
    used = np.unique(rows[rows >= 0])
    flat, ends = _split_all(texts[used].tolist(), separator)
    position = {label: code for code, label in enumerate(dict.fromkeys(flat))}
    steps = np.fromiter(map(position.__getitem__, flat), dtype=np.int32, count=len(flat))
    place = np.full(len(texts) + 1, len(used), dtype=np.int64)  # the last: a text that is missing
    place[used] = np.arange(len(used))
    begins = np.append(np.append(0, ends)[:-1], 0)[place[rows]]
    counts = np.append(np.diff(ends, prepend=0), 0)[place[rows]]
    return Steps(np.append(0, np.cumsum(counts)), steps[concatenate_ranges(begins, counts)], _labels(position))


def _split_all(texts: list[str], separator: str) -> tuple[list[str], IntArray]:
    """Return the steps of all texts in one list, and where each text's end.

    Millions of small lists cost more than the splitting, so all texts are split as one, with a mark between
    them; where mark or separator cannot be told from the texts' own characters, each is split by itself.
    """
    mark = "\0"
    joined = f"{separator}{mark}{separator}".join(texts)
    if texts and joined.count(mark) == len(texts) - 1:
        steps = joined.split(separator)
        marks = np.flatnonzero(np.fromiter(map(mark.__eq__, steps), dtype=bool, count=len(steps)))
        if len(marks) == len(texts) - 1:
            ends = np.append(marks, len(steps)) - np.arange(len(texts))
            return [step for step in steps if step != mark], ends
    apart = [text.split(separator) for text in texts]
    return list(chain.from_iterable(apart)), np.cumsum(np.fromiter(map(len, apart), dtype=np.int64, count=len(apart)))


def split_by_arrow(column: Texts, separator: str) -> Steps:
    """Split every text with Arrow, block by block.

    Raises
    ------
    ImportError
        When pyarrow is not installed.
    UnicodeEncodeError
        When a text holds half of a surrogate pair, which Arrow's texts cannot.
    """
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, and only for long columns

    texts = column.to_arrow()
    position: dict[str, int] = {}
    codes, counts = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int64)]
    for begin in range(0, len(texts), _BLOCK):
        lists = pc.split_pattern(texts.slice(begin, _BLOCK), separator)
        encoded = lists.values.dictionary_encode()
        known = [position.setdefault(label, len(position)) for label in encoded.dictionary.to_pylist()]
        codes.append(np.array(known, dtype=np.int32)[encoded.indices.to_numpy()])
        counts.append(np.diff(lists.offsets.to_numpy()).astype(np.int64))
    steps = Steps(np.append(0, np.cumsum(np.concatenate(counts))), np.concatenate(codes), _labels(position))
    return _without_blank_texts(steps, all_blank=separator.isspace())


def _without_blank_texts(steps: Steps, *, all_blank: bool) -> Steps:
    """Take the steps of blank texts out: such a text has one blank step, or several if the separator is blank too."""
    blank = np.array([not label or label.isspace() for label in steps.labels.tolist()], dtype=bool)
    if not blank.any():
        return steps
    counts = np.diff(steps.offsets)
    owner = np.repeat(np.arange(len(counts)), counts)
    named = np.bincount(owner[~blank[steps.codes]], minlength=len(counts)) > 0
    empty: BoolArray = ~named if all_blank else ~named & (counts == 1)
    return _densely(
        Steps(np.append(0, np.cumsum(np.where(empty, 0, counts))), steps.codes[~empty[owner]], steps.labels)
    )


def _densely(steps: Steps) -> Steps:
    """Leave out labels that no step has."""
    used = np.zeros(len(steps.labels), dtype=bool)
    used[steps.codes] = True
    return Steps(steps.offsets, (np.cumsum(used, dtype=np.int32) - np.int32(1))[steps.codes], steps.labels[used])


def _labels(position: dict[str, int]) -> ObjectArray:
    out = np.empty(len(position), dtype=object)
    out[:] = list(position)
    return out
