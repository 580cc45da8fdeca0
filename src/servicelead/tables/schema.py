"""How a table class says what its columns mean: field specifications that the builder reads."""

from enum import StrEnum
from typing import Any

from attrs import field, fields, frozen

__all__ = [
    "Kind",
    "Spec",
    "amount",
    "choice",
    "deadline",
    "end",
    "flag",
    "instant",
    "key",
    "label",
    "number",
    "reference",
    "row_id",
    "specs",
    "start",
]


class Kind(StrEnum):
    """What a column holds (definitions, section 0)."""

    KEY = "key"  # identifies the row's entity, which other tables refer to
    ROW_ID = "row_id"  # identifies the row; nothing refers to it
    REFERENCE = "reference"  # an entity of some table
    LABEL = "label"
    CHOICE = "choice"
    INSTANT = "instant"
    START = "start"
    END = "end"
    DEADLINE = "deadline"
    AMOUNT = "amount"
    NUMBER = "number"
    FLAG = "flag"

    @property
    def is_time(self) -> bool:
        """Whether it holds moments."""
        return self in {Kind.INSTANT, Kind.START, Kind.END, Kind.DEADLINE}

    @property
    def is_coded(self) -> bool:
        """Whether it holds text that is coded by the labels there are."""
        return self in {Kind.KEY, Kind.REFERENCE, Kind.LABEL}


@frozen(kw_only=True)
class Spec:
    """What one canonical column means.

    Attributes
    ----------
    name
        The canonical column; filled in by `specs`.
    kind
        What it holds.
    required
        Whether a row without it is rejected, and a source without the column refused.
    entity
        Whose identifiers it holds, for keys and references.
    choices
        The allowed words, in code order.
    on_unknown
        The code a word that is not allowed is counted under.
    lower, upper
        Bounds of a number.
    observed
        The row happened at this instant: after as_of it is rejected.
    learnt
        The value was learnt at this instant: after as_of it is hidden.
    finding
        The code a bare date is counted under, if any.
    known_at
        The column that says when this value was learnt: hidden with it.
    """

    name: str = ""
    kind: Kind
    required: bool = False
    entity: str = ""
    choices: tuple[str, ...] = ()
    on_unknown: str = "unknown_choice"
    lower: float | None = None
    upper: float | None = None
    observed: bool = False
    learnt: bool = False
    finding: str = ""
    known_at: str = ""


def _column(**spec: Any) -> Any:
    return field(metadata={"spec": spec}, repr=False)


def key(entity: str) -> Any:
    """Identify the row, under a name other tables refer to."""
    return _column(kind=Kind.KEY, entity=entity, required=True)


def row_id() -> Any:
    """Identify the row; kept as it came and read only when asked for."""
    return _column(kind=Kind.ROW_ID, required=True)


def reference(entity: str, *, required: bool = False, known_at: str = "") -> Any:
    """Name a row of another table."""
    return _column(kind=Kind.REFERENCE, entity=entity, required=required, known_at=known_at)


def label(*, required: bool = False) -> Any:
    """Hold free text."""
    return _column(kind=Kind.LABEL, required=required)


def choice(words: type[StrEnum], *, required: bool = False, on_unknown: str = "unknown_choice") -> Any:
    """Hold one word of an enumeration."""
    return _column(
        kind=Kind.CHOICE, choices=tuple(word.value for word in words), required=required, on_unknown=on_unknown
    )


def instant(*, required: bool = False, observed: bool = False, learnt: bool = False, finding: str = "") -> Any:
    """Hold a moment."""
    return _column(kind=Kind.INSTANT, required=required, observed=observed, learnt=learnt, finding=finding)


def start(*, required: bool = False) -> Any:
    """Hold a start date: 00:00 in the zone."""
    return _column(kind=Kind.START, required=required)


def end(*, required: bool = False) -> Any:
    """Hold an exclusive end date: 00:00 of that day in the zone."""
    return _column(kind=Kind.END, required=required)


def deadline() -> Any:
    """Hold an inclusive deadline: a date means its last microsecond."""
    return _column(kind=Kind.DEADLINE)


def amount(*, required: bool = False, signed: bool = False) -> Any:
    """Hold money in the row's currency."""
    return _column(kind=Kind.AMOUNT, required=required, lower=None if signed else 0.0)


def number(*, lower: float | None = None, upper: float | None = None, known_at: str = "") -> Any:
    """Hold a finite number."""
    return _column(kind=Kind.NUMBER, lower=lower, upper=upper, known_at=known_at)


def flag(*, required: bool = False) -> Any:
    """Hold true or false."""
    return _column(kind=Kind.FLAG, required=required)


def specs(table: type[Any]) -> dict[str, Spec]:
    """Return the specification of every canonical column of a table class, in order."""
    return {a.name: Spec(name=a.name, **a.metadata["spec"]) for a in fields(table) if "spec" in a.metadata}
