"""Say which known name was probably meant."""

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean", "near"]


def near(name: str, known: Iterable[str]) -> list[str]:
    """Return up to three known names like a given one, the likest first.

    Examples
    --------
    >>> near("Created At", ["id", "created_on", "created_at"])
    ['created_at', 'created_on']
    """
    by_form = {_form(candidate): candidate for candidate in known}
    return [by_form[form] for form in difflib.get_close_matches(_form(name), list(by_form))]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence: "; did you mean 'x'?", or a full stop where no known name is near.

    Examples
    --------
    >>> did_you_mean("colums", ["columns", "constants"])
    "; did you mean 'columns'?"
    """
    found = near(name, known)
    return f"; did you mean {found[0]!r}?" if found else "."


def _form(name: str) -> str:
    return name.lower().replace(" ", "_").replace("-", "_")
