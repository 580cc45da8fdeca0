"""Words that a column of choices does not know: those it does, and what to write so that they are understood."""

from servicelead.adapters.config import CONFIG_NAME, Config
from servicelead.adapters.words import choice_columns
from servicelead.cli import console

__all__ = ["print_words"]

_CODES = frozenset({"unknown_choice", "unmapped_choice", "unmapped_team"})


def print_words(config: Config, table: str, code: str, column: str = "") -> None:
    """Print, for a code about unknown words, the allowed ones and lines to paste into the configuration.

    A finding does not say its column: all of the table that are counted under the code are printed.
    """
    if code not in _CODES:
        return
    for name, spec in choice_columns(table).items():
        if name == column or (not column and spec.on_unknown == code):
            console.line(f"allowed in {name}: {', '.join(spec.choices)}", indent=6)
            _print_entry(config, table, name, f'"your word" = "{spec.choices[0]}"')


def _print_entry(config: Config, table: str, column: str, entry: str) -> None:
    sources = config.tables.get(table, ())
    if len(sources) > 1 or any(source.values for source in sources):
        # A header of its own would reach the last source only, or state a second time what is there.
        console.line(f"write in {CONFIG_NAME}, among the keys of this source of [tables.{table}]:", indent=6)
        console.verbatim(f"values = {{ {column} = {{ {entry} }} }}")
        return
    console.line(f"write in {CONFIG_NAME}:", indent=6)
    console.verbatim(f"[tables.{table}.values.{column}]")
    console.verbatim(entry)
