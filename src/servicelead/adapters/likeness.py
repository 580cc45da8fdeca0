"""Columns of a source that are probably ours under another name, and the line that would say so."""

import re
from collections.abc import Collection, Mapping
from difflib import SequenceMatcher

from servicelead.adapters.config import CONFIG_NAME, SourceConfig
from servicelead.adapters.raw import OWN_PREFIX
from servicelead.adapters.toml_text import toml_key, toml_text
from servicelead.adapters.trade_names import OWN_ID, TRADE_NAMES
from servicelead.adapters.words import kinds_of
from servicelead.exceptions import IngestError
from servicelead.tables.build import TABLES
from servicelead.tables.schema import Kind, specs

__all__ = ["likely_columns", "mapping_lines", "require_columns"]

_ALIKE = 0.85


def likely_columns(table: str, names: Collection[str], stated: SourceConfig | None = None) -> dict[str, str]:
    """Return for canonical columns that a source lacks the column of its own that is called most like them.

    A name is like another if it is the same but for case, blanks and marks, is known in the trade, or differs by a
    letter or two. A column is suggested once, and never one that the configuration made: it has its meaning.

    Examples
    --------
    >>> likely_columns("opportunities", ["Id", "account_id", "Close Date", "Amount (USD)", "Ammount", "Colour"])
    {'opportunity_id': 'Id', 'closed_at': 'Close Date', 'amount': 'Amount (USD)'}
    """
    kinds = kinds_of(table)
    absent = [name for name in kinds if name not in names]
    made = set() if stated is None else {*stated.columns, *stated.constants}
    own = [name for name in names if name not in kinds and name not in made and not name.startswith(OWN_PREFIX)]
    scores = [
        (score, -place, -number, canonical, name)
        for place, canonical in enumerate(absent)
        for number, name in enumerate(own)
        if (score := _likeness(canonical, kinds[canonical], name)) >= _ALIKE
    ]
    found: dict[str, str] = {}
    for *_, canonical, name in sorted(scores, reverse=True):
        if canonical not in found and name not in found.values():
            found[canonical] = name
    return {canonical: found[canonical] for canonical in absent if canonical in found}


def mapping_lines(stated: SourceConfig | None, table: str, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Return the lines of ``servicelead.toml`` that map columns of a source, the first saying where they go.

    Columns already mapped are among them, so that the lines can stand in their place.

    Examples
    --------
    >>> for line in mapping_lines(None, "opportunities", {"closed_at": "Close Date"}):
    ...     print(line)
    write in servicelead.toml:
    [tables.opportunities]
    columns = { closed_at = "Close Date" }
    """
    mapped = {} if stated is None else stated.columns
    entries = [f"{toml_key(canonical)} = {toml_text(name)}" for canonical, name in {**mapped, **columns}.items()]
    line = f"columns = {{ {', '.join(entries)} }}"
    if stated is None:
        return (f"write in {CONFIG_NAME}:", f"[tables.{table}]", line)
    instead = ", in place of its columns" if mapped else ""
    return (f"write in {CONFIG_NAME}, among the keys of this source of [tables.{table}]{instead}:", line)


def require_columns(stated: SourceConfig | None, table: str, name: str, names: Collection[str]) -> None:
    """Refuse a source that lacks a required column.

    Raises
    ------
    IngestError
        The message ends in the lines that would map columns that look like those missing.
    """
    absent = _absent(table, names)
    if not absent:
        return
    likely = likely_columns(table, names, stated)
    for canonical in absent:
        if not set(likely) & {canonical, *_instead(table, canonical)}:
            likely[canonical] = "..."
    where, *lines = mapping_lines(stated, table, likely)
    needed = ", ".join(" or ".join((column, *_instead(table, column))) for column in absent)
    has = ", ".join(map(repr, names))
    raise IngestError(
        "\n".join((f"{name}: {table} needs the column {needed}; it has {has}. If one of them is it, {where}", *lines)),
        file=name,
        column=absent[0],
        reason="missing_column",
    )


def _absent(table: str, names: Collection[str]) -> list[str]:
    if table not in TABLES:
        return [name for name in kinds_of(table) if name not in names]
    absent = [name for name, spec in specs(TABLES[table]).items() if spec.required and name not in names]
    either = TABLES[table].one_of
    return absent if not either or set(either) & set(names) else [*absent, either[0]]


def _instead(table: str, column: str) -> tuple[str, ...]:
    """Return the columns of which one will do in place of a column."""
    either = TABLES[table].one_of if table in TABLES else ()
    return either[1:] if either[:1] == (column,) else ()


def _likeness(canonical: str, kind: Kind, name: str) -> float:
    own = _form(name)
    known = [canonical, *TRADE_NAMES.get(canonical, ()), *(OWN_ID if kind in {Kind.KEY, Kind.ROW_ID} else ())]
    for place, word in enumerate(known):
        if _form(word) == own:
            return 2.0 - place / len(known)
    return SequenceMatcher(None, _form(canonical), own).ratio()


def _form(name: str) -> str:
    return re.sub(r"[\W_]", "", re.sub(r"[(\[].*?[)\]]", "", name)).lower()
