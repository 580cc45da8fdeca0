"""Words that a column of choices does not know: those it does, and what to write so that they are understood."""

from servicelead.adapters.config import CONFIG_NAME
from servicelead.adapters.files import FolderContents
from servicelead.adapters.words import choice_columns
from servicelead.cli import console

__all__ = ["print_words"]

_CODES = frozenset({"unknown_choice", "unmapped_choice", "unmapped_team"})


def print_words(contents: FolderContents, table: str, file: str, code: str, column: str) -> None:
    """Print, for a code about unknown words, the allowed ones and lines to paste into the configuration."""
    spec = choice_columns(table).get(column)
    if code not in _CODES or spec is None:
        return
    console.line(f"allowed in {column}: {', '.join(spec.choices)}", indent=6)
    where, *lines = _lines(contents, table, file, column, f'"your word" = "{spec.choices[0]}"')
    console.line(f"write in {CONFIG_NAME}{where}:", indent=6)
    for line in lines:
        console.verbatim(line)


def _lines(contents: FolderContents, table: str, file: str, column: str, entry: str) -> tuple[str, ...]:
    """Return where to write, and what: TOML states no table twice, so that only what is new can be pasted."""
    stated = contents.stated.get((table, file))
    header = f"[tables.{table}.values"
    if stated is not None and column in stated.values:
        return f", under {header}.{column}] of this source, or behind a comma in its {column} = {{ ... }}", entry
    if stated is not None and stated.values:
        line = f"{column} = {{ {entry} }}"
        return f", under {header}] of this source, or behind a comma in its values = {{ ... }}", line
    if len(contents.config.tables.get(table, ())) > 1:
        # A header of its own would reach the last source only.
        return f", among the keys of this source of [tables.{table}]", f"values = {{ {column} = {{ {entry} }} }}"
    return "", f"{header}.{column}]", entry
