"""Labels that are probably one and the same, spelt twice."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, ClassVar, NamedTuple

import attrs
import numpy as np
from attrs import Attribute, field, frozen

from servicelead._fields import above, kind_of, refuse, whole
from servicelead._typing import IntArray
from servicelead.columns import parse
from servicelead.columns.frames import Texts, read_columns
from servicelead.columns.table import ResultTable
from servicelead.tables.base import Table
from servicelead.tables.business import Business
from servicelead.tables.schema import Kind, specs

__all__ = ["SECTORS", "NearLabels", "near_labels"]

#: Sectors of industry as they are commonly called, to recognise a sector that is misspelt throughout.
SECTORS = (
    *("aerospace", "agriculture", "automotive", "banking", "chemicals", "construction", "education", "electronics"),
    *("employment", "energy", "entertainment", "finance", "government", "healthcare", "hospitality", "insurance"),
    *("logistics", "manufacturing", "marketing", "medical", "pharmaceuticals", "publishing", "retail", "services"),
    *("software", "technology", "telecommunications", "transportation", "utilities"),
)
_FOLDED, _EDIT = "same but for case, blanks and marks", "one letter apart"


def _is_by_name(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
    if not isinstance(value, Mapping):
        refuse(instance, attribute, "a mapping by name", kind_of(value), "give a dict, e.g. {'deals': frame}")


class _Column(NamedTuple):
    """Labels of one column and the rows of each, by table."""

    name: str
    tables: tuple[str, ...]
    labels: list[str]
    counts: list[int]


@frozen(kw_only=True, eq=False)
class NearLabels:
    """Labels of a column that differ by case, blanks and marks alone, or by one letter from a far commoner one.

    Of the first kind the commonest, or a known word, is taken to be right. For the second the commoner label must have
    `times` as many rows, or be a known word; the letter may be missing, too many, another, or swapped with its
    neighbour, but is never a digit: ``rep 001`` is not ``rep 002``.

    Attributes
    ----------
    known
        Right spellings by column name. Those of ``industry`` and ``sector`` are `SECTORS` unless you give your own.
    frames
        Raw tables by name, looked through beside the business's own: columns of one name are taken together, and
        those with a label of their own for most rows, such as identifiers, are left out.
    times
        At least 1.
    shortest
        Letters and digits a label must have for one to be called a slip, at least 2.
    """

    name: ClassVar[str] = "near_labels"
    sign: ClassVar[str] = "quality"
    says: ClassVar[str] = "labels that are probably one and the same, spelt twice"

    known: Mapping[str, Collection[str]] = field(factory=dict, validator=_is_by_name)
    frames: Mapping[str, Any] = field(factory=dict, repr=False, validator=_is_by_name)
    times: float = field(default=5.0, validator=above(0.999999))
    shortest: int = field(default=6, validator=whole(2))

    def find(self, business: Business | None) -> ResultTable:
        """Return each label that is near another: ``table, column, label, like, n_rows, n_like, reason``."""
        columns = [] if business is None else list(_of_business(business))
        columns += _of_frames(self.frames)
        rows = [row for column in columns for row in self._pairs(column)]
        names = ("table", "column", "label", "like", "n_rows", "n_like", "reason")
        cells = list(zip(*rows, strict=True)) if rows else [()] * len(names)
        kinds: list[Any] = [object, object, object, object, np.int64, np.int64, object]
        return ResultTable(
            {name: np.array(column, dtype=kind) for name, column, kind in zip(names, cells, kinds, strict=True)}
        )

    def _pairs(self, column: _Column) -> Iterator[tuple[str, str, str, str, int, int, str]]:
        counts = dict(zip(column.labels, column.counts, strict=True))
        tables = dict(zip(column.labels, column.tables, strict=True))
        default = SECTORS if column.name in {"industry", "sector"} else ()
        known = set(self.known.get(column.name, default))
        # The best spelling of each folded form stands for it; forms of known words need no rows.
        best: dict[str, str] = {}
        sizes: dict[str, int] = {}
        for label in sorted(known | set(counts), key=lambda label: (label not in known, -counts.get(label, 0), label)):
            form = folded(label)
            right = best.setdefault(form, label)
            sizes[form] = sizes.get(form, 0) + counts.get(label, 0)
            if right != label and label in counts:
                yield (tables[label], column.name, label, right, counts[label], counts.get(right, 0), _FOLDED)
        for form, other in _one_edit_apart([form for form in best if len(form) >= self.shortest]):
            for slip, right in ((form, other), (other, form)):
                label, like = best[slip], best[right]
                is_far_commoner = sizes[right] >= self.times * sizes[slip]
                if label in counts and label not in known and (like in known or is_far_commoner):
                    yield (tables[label], column.name, label, like, counts[label], counts.get(like, 0), _EDIT)


def near_labels(frames: Mapping[str, Any], *, known: Mapping[str, Collection[str]] | None = None) -> ResultTable:
    """Return labels of raw tables that are probably one and the same, spelt twice.

    Parameters
    ----------
    frames
        Any data frames, or mappings of columns, by name.
    known
        Right spellings by column name.

    Returns
    -------
    ResultTable
        ``table, column, label, like, n_rows, n_like, reason``, as `NearLabels` finds them.

    Raises
    ------
    InvalidValueError
        For frames or right spellings that are not given by name, or what is no frame.

    Examples
    --------
    >>> found = near_labels({"deals": {"product": ["GTX Pro"] * 3 + ["GTXPro", "MG Special"]}})
    >>> found["label"].tolist(), found["like"].tolist()
    (['GTXPro'], ['GTX Pro'])
    """
    return NearLabels(frames=frames, known={} if known is None else known).find(None)


def folded(label: str) -> str:
    """Return a label without case, blanks and marks; one of marks alone as it is."""
    return re.sub(r"[\W_]", "", label).casefold() or label


def _one_edit_apart(forms: list[str]) -> Iterator[tuple[str, str]]:
    """Return the pairs of forms one letter apart: two such forms share what is left without one character."""
    places: dict[str, list[str]] = {}
    for form in forms:
        for left in {form, *(form[:i] + form[i + 1 :] for i in range(len(form)))}:
            places.setdefault(left, []).append(form)
    seen = {
        (first, second) if first < second else (second, first)
        for group in places.values()
        for place, first in enumerate(group)
        for second in group[place + 1 :]
    }
    yield from sorted(pair for pair in seen if _is_slip(*pair))


def _is_slip(first: str, second: str) -> bool:
    """Return whether one edit of letters, or two neighbours swapped, makes one form the other."""
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    stop = 0
    while stop < min(len(first), len(second)) - start and first[-1 - stop] == second[-1 - stop]:
        stop += 1
    left, right = first[start : len(first) - stop], second[start : len(second) - stop]
    is_swap = len(left) == len(right) == 2 and left == right[::-1]
    return (max(len(left), len(right)) == 1 or is_swap) and not any(map(str.isdigit, left + right))


def _of_business(business: Business) -> Iterator[_Column]:
    tables = [table for each in attrs.fields(Business) if isinstance(table := getattr(business, each.name), Table)]
    for table in tables:
        labelled = [name for name, spec in specs(type(table)).items() if spec.kind is Kind.LABEL]
        labelled += [name for name in table.attributes if name in table.vocabularies]
        for name in labelled:
            if name != "email_key":
                labels = table.vocabulary(name).labels.tolist()
                yield _column(name, [table.title] * len(labels), labels, _rows_of(table.codes(name), len(labels)))


def _of_frames(frames: Mapping[str, Any]) -> Iterator[_Column]:
    """Return the text columns of raw tables, those of one name together."""
    pools: dict[str, dict[str, tuple[int, str]]] = {}
    for table, frame in frames.items():
        for name, column in read_columns(frame)[0].items():
            if not isinstance(column, Texts):
                continue
            codes, labels = parse.labels(column)
            counts = _rows_of(codes, len(labels))
            if np.count_nonzero(counts) > max(int(np.sum(counts)) // 2, 20):
                continue
            pool = pools.setdefault(name, {})
            for label, n in zip(labels.tolist(), counts.tolist(), strict=True):
                before, where = pool.get(label, (0, table))
                pool[label] = (before + n, where)
    for name, pool in pools.items():
        counts = np.array([n for n, _ in pool.values()], dtype=np.int64)
        yield _column(name, [where for _, where in pool.values()], list(pool), counts)


def _rows_of(codes: Any, n: int) -> IntArray:
    return np.bincount(codes + 1, minlength=n + 1)[1:]


def _column(name: str, tables: list[str], labels: list[str], counts: IntArray) -> _Column:
    used = np.flatnonzero(counts).tolist()
    return _Column(name, tuple(tables[i] for i in used), [labels[i] for i in used], counts[used].tolist())
