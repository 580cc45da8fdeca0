"""Say which known name was probably meant."""

import difflib
import itertools
from collections.abc import Iterable

__all__ = ["did_you_mean", "near", "slip_of"]


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


def slip_of(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that differs in case, blanks or one slip of the hand; None if none does.

    A slip is a letter too many, too few, another, or two the wrong way round.

    Examples
    --------
    >>> slip_of("amuont", ["account_id", "amount"]), slip_of("created_by", ["created_at"])
    ('amount', None)
    """
    return next((candidate for candidate in known if _is_slip(_form(name), _form(candidate))), None)


def _is_slip(one: str, two: str) -> bool:
    begin = _n_common(one, two)
    one, two = one[begin:], two[begin:]
    end = _n_common(one[::-1], two[::-1])
    one, two = one[: len(one) - end], two[: len(two) - end]
    return max(len(one), len(two)) <= 1 or (len(one) == 2 and one == two[::-1])


def _n_common(one: str, two: str) -> int:
    """Return how many letters both begin with."""
    pairs = zip(one, two, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _form(name: str) -> str:
    return name.lower().replace(" ", "_").replace("-", "_")
