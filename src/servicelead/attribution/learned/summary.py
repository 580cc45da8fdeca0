"""What a learned model needs to know of some journeys, in a form that adds."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
from attrs import field, frozen

from servicelead._fields import ReadOnlyMapping, kind_of, read_only
from servicelead._typing import Array, Codes, IntArray
from servicelead.attribution.learned.summary_checks import are_used, check, check_totals, is_ascending
from servicelead.attribution.learned.summary_files import read_pair, write_pair
from servicelead.attribution.results.strategy import Attributor
from servicelead.exceptions import IncompatibleError, InvalidValueError, SolveError
from servicelead.kernels.grouping import group_rows, group_sums
from servicelead.tables.base import frozen_array
from servicelead.tables.journeys import Journeys

__all__ = ["Learned", "Summarizable", "Summary", "load_summary", "require_summary", "sums", "window_parameters"]

Label = tuple[str, ...]


def _column(values: Any) -> Array:
    if isinstance(values, np.ndarray) and values.flags.owndata and not values.flags.writeable:
        return values  # nobody else can change it
    return frozen_array(np.array(values))


def _texts(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


def _columns(given: Mapping[str, Any]) -> Mapping[str, Array]:
    return ReadOnlyMapping({name: _column(values) for name, values in sorted(given.items())})


@frozen(kw_only=True, eq=False)
class Summary:
    """Sums over journeys, one row per distinct key: all that a learned model is solved from.

    Summaries of different journeys add: labels are united, integers added exactly. However the accounts are split and
    in whatever order the parts are added, counts and minor units come out the same to the bit. A summary holds
    labels, counts and sums and nothing else of a customer.

    So it does not know whose journeys it holds: the same accounts' journeys added twice count twice. Nor does it know
    whether touches were left out before: do not add journeys after ``drop_negative`` to journeys as they were.

    A simplified implementation::

        class Summary:
            def __init__(self, rows): self.rows = Counter(rows)       # {("ad", "call"): 3}
            def __add__(self, other): return Summary(self.rows + other.rows)

    Attributes
    ----------
    kind
        The model it is for, ``markov`` for one.
    parameters
        What shaped the sums and must agree before they are added: the order of a chain, the window of the journeys.
    dimensions
        What a label consists of: ``("channel",)``, or ``("team", "channel")``.
    labels
        The labels in ascending order, each with one text per dimension.
    currency
        ISO 4217 code the values are in; None for plain measures.
    keys : int32 (n, width)
        The key of each row, in lexicographic order: codes of labels, or negative marks that the model gives a meaning.
    counts : int64 (n,) each
        Named counts of each row.
    values : int64 (n,) each, or float64
        Named sums of each row: minor units of the currency; plain measures are float64 and add to 1e-12.
    """

    kind: str
    parameters: Mapping[str, Any] = field(converter=read_only)
    dimensions: tuple[str, ...] = field(converter=_texts)
    labels: tuple[Label, ...] = field(repr=False)
    currency: str | None
    keys: Codes = field(converter=_column, repr=False)
    counts: Mapping[str, IntArray] = field(converter=_columns, repr=False)
    values: Mapping[str, Array] = field(converter=_columns, repr=False)

    def __attrs_post_init__(self) -> None:
        check(self)

    @classmethod
    def of(
        cls,
        *,
        kind: str,
        parameters: Mapping[str, Any],
        dimensions: Sequence[str],
        labels: Sequence[Label],
        currency: str | None,
        keys: Codes,
        counts: Mapping[str, IntArray],
        values: Mapping[str, Array],
    ) -> Self:
        """Return the summary of rows in any order, repeated or not, over labels in any order, used or not.

        Raises
        ------
        SolveError
            When a sum does not fit into 64 bits.
        """
        order = sorted(np.flatnonzero(are_used(len(labels), keys)).tolist(), key=labels.__getitem__)
        if order != [*range(len(labels))]:
            place = np.zeros(len(labels), dtype=np.int32)
            place[order] = np.arange(len(order), dtype=np.int32)
            keys = _recoded(keys, place)
        if not is_ascending(keys):
            keys, ids = group_rows(keys)
            counts = {name: sums(name, ids, amounts, len(keys)) for name, amounts in counts.items()}
            values = {name: sums(name, ids, amounts, len(keys)) for name, amounts in values.items()}
        return cls(
            kind=kind,
            parameters=parameters,
            dimensions=tuple(dimensions),
            labels=tuple(labels[code] for code in order),
            currency=currency,
            keys=keys,
            counts=counts,
            values=values,
        )

    def __add__(self, other: object) -> "Summary":
        if not isinstance(other, Summary):
            return NotImplemented
        for name in ("kind", "dimensions", "currency"):
            _agree(name, getattr(self, name), getattr(other, name))
        for name in sorted({*self.parameters, *other.parameters}):
            _agree(name, self.parameters.get(name), other.parameters.get(name))
        for name in ("counts", "values"):
            _agree(name, [*getattr(self, name)], [*getattr(other, name)])
        width = max(self.keys.shape[1], other.keys.shape[1])
        labels = sorted({*self.labels, *other.labels})
        keys = np.concatenate([part._recoded(labels, width) for part in (self, other)])  # noqa: SLF001 - its own class
        return Summary.of(
            kind=self.kind,
            parameters=self.parameters,
            dimensions=self.dimensions,
            labels=labels,
            currency=self.currency,
            keys=keys,
            counts={name: np.concatenate([own, other.counts[name]]) for name, own in self.counts.items()},
            values={name: np.concatenate([own, other.values[name]]) for name, own in self.values.items()},
        )

    def __radd__(self, other: object) -> "Summary":
        return self if other == 0 else NotImplemented  # sum() begins with 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Summary):
            return NotImplemented
        return (
            (self.kind, dict(self.parameters), self.dimensions, self.labels, self.currency)
            == (other.kind, dict(other.parameters), other.dimensions, other.labels, other.currency)
            and np.array_equal(self.keys, other.keys)
            and _same(self.counts, other.counts)
            and _same(self.values, other.values)
        )

    __hash__ = None  # type: ignore[assignment]  # equal by content, which is too large to hash

    def require(self, kind: str, dimensions: Sequence[str], **parameters: Any) -> None:
        """Raise `IncompatibleError` unless the summary is for this kind of model with these parameters.

        `SolveError` when its sums are too large to be put together.
        """
        wanted = {"kind": kind, "dimensions": tuple(dimensions), **parameters}
        held = {"kind": self.kind, "dimensions": self.dimensions, **self.parameters}
        for name, value in wanted.items():
            if held.get(name) != value:
                raise IncompatibleError(
                    f"Summary.{name} must be {value!r} for this strategy, got {held.get(name)!r}; "
                    "summarize the journeys with the strategy that is to solve it"
                )
        check_totals(self)

    def save(self, path: Path | str) -> None:
        """Write the summary to a JSON file and, beside it, an npz file with the arrays.

        The pair on the disk is the old or the new one, whatever interrupts. The npz carries the name of the JSON file
        and the first digits of its own checksum in its name: copy and move the two together, and do not rename one.
        An interrupted save may leave an npz that no JSON file names; it is never read and may be deleted.

        Parameters
        ----------
        path
            Of the JSON file, ``last-month.json`` for one.

        Raises
        ------
        InvalidValueError
            When that is no path of a file.
        OSError
            When the folder cannot be written to.
        """
        file = _file("Summary.save", path)
        header = {
            "kind": self.kind,
            "parameters": dict(self.parameters),
            "dimensions": list(self.dimensions),
            "labels": [list(label) for label in self.labels],
            "currency": self.currency,
        }
        arrays: dict[str, Array] = {"keys": self.keys}
        arrays |= {f"counts.{name}": column for name, column in self.counts.items()}
        arrays |= {f"values.{name}": column for name, column in self.values.items()}
        write_pair(file, header, arrays)

    def _recoded(self, labels: Sequence[Label], width: int) -> Codes:
        """Return the keys in the codes of other labels, filled with -1 on the right."""
        place = {label: code for code, label in enumerate(labels)}
        keys = _recoded(self.keys, np.array([place[label] for label in self.labels], dtype=np.int32))
        return np.pad(keys, ((0, 0), (0, width - keys.shape[1])), constant_values=-1)


def load_summary(path: Path | str) -> Summary:
    """Read a summary that `Summary.save` wrote.

    Checksums of both files tell damage and careless edits, not forgery: whoever can write the files can write
    checksums that agree.

    Parameters
    ----------
    path
        Of the JSON file; the npz file must lie beside it.

    Raises
    ------
    InvalidValueError
        When that is no path of a file.
    IngestError
        When a file is missing, too large, damaged, or does not hold a summary.
    IncompatibleError
        When it was written in another version of the format.
    """
    header, arrays = read_pair(_file("load_summary", path))
    return Summary(
        kind=header["kind"],
        parameters=header["parameters"],
        dimensions=header["dimensions"],
        labels=tuple(tuple(label) for label in header["labels"]),
        currency=header["currency"],
        keys=arrays["keys"],
        counts={name.removeprefix("counts."): values for name, values in arrays.items() if name.startswith("counts.")},
        values={name.removeprefix("values."): values for name, values in arrays.items() if name.startswith("values.")},
    )


def _file(name: str, path: Any) -> Path:
    """Return the path of a file, or refuse what is none."""
    try:
        file = Path(path)
    except TypeError:
        file = Path()
    if not file.name:
        raise InvalidValueError(f'{name}: path must be the path of a file; got {kind_of(path)}; write "so-far.json"')
    return file


def require_summary(name: str, summary: Any) -> None:
    """Refuse what is not a summary, such as journeys or None."""
    if not isinstance(summary, Summary):
        raise InvalidValueError(f"{name} needs a Summary; got {kind_of(summary)}; make it with summarize(journeys)")


def window_parameters(journeys: Journeys) -> dict[str, Any]:
    """Return what must agree about how journeys were read before their summaries are added; nothing for paths."""
    window, business = journeys.window, journeys.business
    if window is None or business is None:
        return {}
    return {
        "split_by_sentiment": journeys.touches is not business.touches,
        "lookback_seconds": window.lookback.total_seconds(),
        "max_touches": window.max_touches,
        "restart_after_close": window.restart_after_close,
        "open_as": window.open_as,
    }


@runtime_checkable
class Summarizable(Protocol):
    """A strategy whose fit is ``solve(summarize(journeys))``, so that summaries of parts can be added in between."""

    def summarize(self, journeys: Journeys) -> Summary:
        """Return the additive sufficient statistics of the journeys."""
        ...

    def solve(self, summary: Summary) -> Attributor:
        """Return the attributor that a summary determines."""
        ...


@frozen(kw_only=True)
class Learned(ABC):
    """Base of strategies that learn from a summary."""

    def fit(self, journeys: Journeys) -> Attributor:
        """Return the model fitted to won and lost journeys that have touches."""
        return self.solve(self.summarize(journeys))

    @abstractmethod
    def summarize(self, journeys: Journeys) -> Summary:
        """Return the additive sufficient statistics of the journeys."""

    @abstractmethod
    def solve(self, summary: Summary) -> Attributor:
        """Return the attributor that a summary determines."""


def sums(name: str, ids: IntArray, amounts: Array, n: int) -> Array:
    """Return the sum of each group: exact for integers, `SolveError` naming them where one does not fit 64 bits."""
    if amounts.dtype.kind == "f":
        return np.bincount(ids, weights=amounts, minlength=n).astype(np.float64, copy=False)
    try:
        return group_sums(ids, amounts, n)
    except OverflowError:
        raise SolveError(
            f"Summary.{name} has a sum beyond 64 bits; summarize less at once, or in a coarser unit"
        ) from None


def _recoded(keys: Codes, place: Codes) -> Codes:
    """Return the keys with each label's code replaced; marks stay."""
    return np.where(keys >= 0, np.append(place, np.int32(0))[np.maximum(keys, -1)], keys)


def _agree(name: str, one: object, other: object) -> None:
    if one != other:
        raise IncompatibleError(
            f"summaries whose {name} differs cannot be added: one has {one!r}, the other {other!r}; "
            "summarize both with one strategy and one window"
        )


def _same(one: Mapping[str, Array], other: Mapping[str, Array]) -> bool:
    return one.keys() == other.keys() and all(
        one[name].dtype == other[name].dtype and np.array_equal(one[name], other[name]) for name in one
    )
