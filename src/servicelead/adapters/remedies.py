"""The rule and the remedy of a refused cell, in the words of the source it came from."""

from servicelead.adapters.config import SourceConfig
from servicelead.tables.rejects import code as code_of

__all__ = ["rule_and_remedy"]

_MARKS = {None: "nothing", ",": "a comma", ".": "a point", "'": "an apostrophe", " ": "a space"}


def rule_and_remedy(code: str, column: str, stated: SourceConfig | None) -> tuple[str, str]:
    """Return what should hold, and what to do, for a code of one column.

    Where the configuration states how the source writes its times or numbers, that is the rule.

    Examples
    --------
    >>> rule_and_remedy("not_a_time", "paid_at", SourceConfig(formats={"paid_at": "%d.%m.%Y"}))[0]
    "cells of paid_at fit '%d.%m.%Y', the format declared"
    """
    known = code_of(code)
    if code == "not_a_time" and column:
        if stated is not None and column in stated.formats:
            form = stated.formats[column]
            remedy = f"correct the cells, or the pattern: formats = {{ {column} = '{form}' }}"
            return f"cells of {column} fit {form!r}, the format declared", remedy
        return known.rule, known.remedy.replace("closed_at", column)
    if code == "not_a_number" and stated is not None and (stated.decimal or stated.thousands):
        marks = f"{_MARKS[stated.decimal or '.']} before decimals and {_MARKS[stated.thousands]} between thousands"
        remedy = "correct the cells, or the marks declared: decimal and thousands"
        return f"cells of {column} are numbers with {marks}, as declared", remedy
    return known.rule, known.remedy
