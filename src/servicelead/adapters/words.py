"""What canonical columns hold, and the refusal of a configuration that says otherwise."""

from collections.abc import Iterable, Mapping
from typing import Any

from servicelead.adapters.suggestions import did_you_mean
from servicelead.exceptions import ConfigError
from servicelead.tables.build import TABLES
from servicelead.tables.schema import Kind, Spec, specs

__all__ = ["choice_columns", "kinds_of", "require_moments", "require_words"]


_RATES = {"date": Kind.START, "from": Kind.LABEL, "to": Kind.LABEL, "rate": Kind.NUMBER}


def kinds_of(table: str) -> dict[str, Kind]:
    """Return what each canonical column of a table, or of the exchange rates, holds.

    Examples
    --------
    >>> kinds_of("opportunities")["closed_at"]
    <Kind.DEADLINE: 'deadline'>
    """
    if table not in TABLES:
        return _RATES
    kinds = {name: spec.kind for name, spec in specs(TABLES[table]).items()}
    return kinds | {"currency": Kind.LABEL} if Kind.AMOUNT in kinds.values() else kinds


def choice_columns(table: str) -> dict[str, Spec]:
    """Return the columns of a table that hold one word of a few, by name.

    Examples
    --------
    >>> choice_columns("opportunities")["outcome"].choices
    ('won', 'lost', 'open')
    """
    if table not in TABLES:
        return {}  # exchange rates
    return {name: spec for name, spec in specs(TABLES[table]).items() if spec.choices}


def require_words(
    table: str, title: str, constants: Mapping[str, Any], values: Mapping[str, Mapping[str, str]]
) -> None:
    """Refuse constants and targets of `values` that their column does not allow.

    Case and outer blanks do not matter, as in files; an empty text leaves the cell empty.

    Raises
    ------
    ConfigError
        When a word is not among those allowed; the message names them and the nearest.
    """
    for column, spec in choice_columns(table).items():
        mapped = values.get(column, {})
        if column in constants and constants[column] not in mapped:
            _require(constants[column], spec.choices, f"{title}: constants.{column}")
        for target in mapped.values():
            _require(target, spec.choices, f"{title}: values.{column}")


def require_moments(table: str, title: str, columns: Iterable[str]) -> None:
    """Refuse formats for columns that hold no moments.

    Raises
    ------
    ConfigError
        When a column is none; the message names those that are.
    """
    known = [name for name, kind in kinds_of(table).items() if kind.is_time]
    for column in columns:
        if column not in known:
            raise ConfigError(
                f"{title}: formats are for columns that hold times; got {column!r}{did_you_mean(column, known)} "
                f"Such columns: {', '.join(known) or 'none'}. How numbers are written is said by decimal and thousands",
                column=column,
                reason="unknown_column",
            )


def _require(word: Any, allowed: Iterable[str], where: str) -> None:
    text = str(word).strip().lower()
    if text and text not in allowed:
        raise ConfigError(
            f"{where} must be one of {', '.join(allowed)}; got {word!r}{did_you_mean(text, allowed)} Correct the word",
            column=where.rpartition(".")[2],
            reason="unknown_word",
        )
