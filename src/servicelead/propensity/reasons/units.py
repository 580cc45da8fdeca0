"""A number and its unit in words: one event, two events."""

import re
from typing import Final

__all__ = ["with_unit"]

#: What follows tells of which, not how many: hours *of use*, users *per seat*, deals *a year*.
_FURTHER: Final = re.compile(r" (?:a|an|at|by|from|in|of|per|with) ")
_IRREGULAR: Final = {"people": "person", "analyses": "analysis"}
_ENDINGS: Final = (
    ("ies", "y"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("sses", "ss"),
    ("xes", "x"),
    ("ss", "ss"),
    ("us", "us"),
    ("is", "is"),
    ("s", ""),
)


def with_unit(figure: str, unit: str) -> str:
    """Return a figure and its unit, of which one is written without the plural's ending.

    Examples
    --------
    >>> with_unit("1", "touches"), with_unit("1", "users per seat"), with_unit("1.5", "deals a year")
    ('1 touch', '1 user per seat', '1.5 deals a year')
    """
    if figure not in {"1", "-1"}:
        return f"{figure} {unit}"
    end = further.start() if (further := _FURTHER.search(unit)) else len(unit)
    before, space, noun = unit[:end].rpartition(" ")
    return f"{figure} {before}{space}{_singular(noun)}{unit[end:]}"


def _singular(noun: str) -> str:
    if noun.lower() in _IRREGULAR:
        return _IRREGULAR[noun.lower()]
    for ending, instead in _ENDINGS:
        if noun.endswith(ending):
            return noun.removesuffix(ending) + instead
    return noun
