"""Dates and numbers as people write them, brought to the form the tables read: one pass over distinct labels."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

__all__ = ["DIRECTIVES", "UNREADABLE", "is_format", "moments", "numbers"]

#: What a text becomes that is not written as stated: no time and no number, so that its row is rejected as such.
UNREADABLE = "?"

_MONTHS = ("january", "february", "march", "april", "may", "june", "july",
           "august", "september", "october", "november", "december")  # fmt: skip
_NAMES = "|".join((*_MONTHS, *(month[:3] for month in _MONTHS)))

#: What each directive matches. Unlike `time.strptime`, none depends on the language of the machine.
DIRECTIVES = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "b": rf"(?P<b>{_NAMES})",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})",
    "f": r"(?P<f>\d{1,6})",
    "p": r"(?P<p>[ap]m)",
    "z": r"(?P<z>z|[+-]\d{2}:?\d{2})",
    "%": "%",
}
_SPACES = "[ \u00a0\u202f]"  # that stand between thousands; the latter two do not break a line


def is_format(form: str) -> bool:
    """Whether a pattern has known directives, none of them twice, and tells a whole date.

    Examples
    --------
    >>> is_format("%d/%m/%Y"), is_format("%d/%m"), is_format("%x")
    (True, False, False)
    """
    letters = re.findall("%(.?)", form, re.DOTALL)
    told = {letter for letter in letters if letter != "%"}
    return (
        set(letters) <= set(DIRECTIVES)
        and len(told) == sum(letter != "%" for letter in letters)
        and "d" in told
        and all(len(told & set(either)) == 1 for either in ("Yy", "mb"))
        and len(told & set("HI")) == bool(told & set("HIMSfpz"))
        and ("I" in told) == ("p" in told)
        and ("f" not in told or "S" in told)
        and ("S" not in told or "M" in told)
    )


def moments(form: str) -> Callable[[str], str]:
    """Return what turns a text written by a pattern into ISO 8601, and any other into `UNREADABLE`.

    Blank text stays as it is. Without a directive of the time of day the result is a date. A year of two digits is
    1969 to 2068.

    Examples
    --------
    >>> moments("%d/%m/%Y")("5/3/2026"), moments("%m/%d/%y %I:%M %p")("3/5/26 2:05 PM")
    ('2026-03-05', '2026-03-05T14:05:00')
    >>> moments("%d/%m/%Y")("2026-03-05")
    '?'
    """
    pieces = re.split("%(.)", form)  # literals and letters, in turns
    pattern = re.compile(
        "".join(DIRECTIVES[piece] if place % 2 else re.escape(piece) for place, piece in enumerate(pieces)),
        re.ASCII | re.IGNORECASE,
    )
    is_date = not set(pieces[1::2]) & set("HI")

    def convert(text: str) -> str:
        if not text.strip():
            return text
        found = pattern.fullmatch(text.strip())
        try:
            moment = None if found is None else _moment(found.groupdict())
        except (ValueError, OverflowError):  # no such day, hour or offset
            moment = None
        if moment is None:
            return UNREADABLE
        return moment.date().isoformat() if is_date else moment.isoformat()

    return convert


def _moment(parts: dict[str, str]) -> datetime:
    year = int(parts.get("Y") or parts["y"])
    if "y" in parts:
        year += 1900 if year >= 69 else 2000
    month = int(parts["m"]) if "m" in parts else 1 + [name[:3] for name in _MONTHS].index(parts["b"][:3].lower())
    hour = int(parts.get("H") or parts.get("I") or 0)
    if "p" in parts:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + 12 * (parts["p"].lower() == "pm")
    zone = None
    if "z" in parts:
        digits = parts["z"].lstrip("+-zZ").replace(":", "") or "0000"
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        zone = timezone(-offset if parts["z"].startswith("-") else offset)
    return datetime(
        year, month, int(parts["d"]), hour, int(parts.get("M") or 0), int(parts.get("S") or 0),
        int(parts.get("f", "0").ljust(6, "0")), zone,
    )  # fmt: skip


def numbers(decimal: str, thousands: str | None) -> Callable[[str], str]:
    """Return what turns a number with other marks into plain digits with a point, any other text into `UNREADABLE`.

    Blank text stays as it is. Thousands are groups of three digits; a number without any is one too. A space stands
    for non-breaking ones too.

    Examples
    --------
    >>> european = numbers(",", ".")
    >>> european("-1.200,50"), european("1200"), european("1.20"), european("1,200.50")
    ('-1200.50', '1200', '?', '?')
    """
    mark = "" if thousands is None else _SPACES if thousands == " " else re.escape(thousands)
    grouped = rf"\d{{1,3}}(?:{mark}\d{{3}})+|" if mark else ""
    pattern = re.compile(rf"([+-]?)({grouped}\d+)(?:{re.escape(decimal)}(\d*))?", re.ASCII)

    def convert(text: str) -> str:
        if not text.strip():
            return text
        found = pattern.fullmatch(text.strip())
        if found is None:
            return UNREADABLE
        sign, whole, fraction = found.groups()
        digits = re.sub(mark, "", whole) if mark else whole
        return f"{sign}{digits}.{fraction}" if fraction else f"{sign}{digits}"

    return convert
