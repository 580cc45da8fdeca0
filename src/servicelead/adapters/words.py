"""The words a column of choices allows, and the refusal of a configuration that maps to others."""

from collections.abc import Iterable, Mapping
from typing import Any

from servicelead.adapters.suggestions import did_you_mean
from servicelead.exceptions import ConfigError
from servicelead.tables.build import TABLES
from servicelead.tables.schema import Spec, specs

__all__ = ["choice_columns", "require_words"]


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


def _require(word: Any, allowed: Iterable[str], where: str) -> None:
    text = str(word).strip().lower()
    if text and text not in allowed:
        raise ConfigError(
            f"{where} must be one of {', '.join(allowed)}; got {word!r}{did_you_mean(text, allowed)} Correct the word",
            column=where.rpartition(".")[2],
            reason="unknown_word",
        )
