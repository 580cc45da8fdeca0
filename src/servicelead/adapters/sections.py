"""Read the tables of a TOML document strictly: every key is known, every value keeps its rule."""

import codecs
import zoneinfo
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, TypeVar

from servicelead.adapters.suggestions import did_you_mean
from servicelead.exceptions import ConfigError

__all__ = [
    "CONFIG_NAME",
    "FORMAT",
    "INSIDE",
    "Section",
    "is_currency",
    "is_delimiter",
    "is_encoding",
    "is_inside",
    "is_zone",
]

CONFIG_NAME = "servicelead.toml"

_T = TypeVar("_T")


class Section:
    """One table of the document, which knows its name and refuses keys it does not know."""

    def __init__(self, title: str, content: Any, known: Iterable[str] | None) -> None:
        self.title = f"{CONFIG_NAME} [{title}]" if title else CONFIG_NAME
        self.path = title
        if not isinstance(content, Mapping):
            raise ConfigError(
                f"{self.title}: must be a table of keys; got {_kind(content)}. Write [{title}] on a line of its own, "
                "and its keys below"
            )
        self.content = content
        if known is not None:
            known = list(known)
            for key in content:
                if key not in known:
                    raise ConfigError(
                        f"{self.title}: unknown key {key!r}{did_you_mean(key, known)} Known keys: {', '.join(known)}",
                        column=key,
                        reason="unknown_key",
                    )

    def get(self, key: str, kind: type[_T], rule: str, holds: Any = None) -> _T | None:
        """Return the value of a key, checked; None if it is absent."""
        if key not in self.content:
            return None
        value = self.content[key]
        # TOML's true is no number here, though Python's is.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ConfigError(f"{self.title}: {key} must be {rule}; got {_kind(value)}. Correct it", column=key)
        if holds is not None and not holds(value):
            raise ConfigError(f"{self.title}: {key} must be {rule}; got {value!r}. Correct it", column=key)
        return value

    def require(self, key: str, rule: str) -> str:
        """Return the text of a key that must be there."""
        value = self.get(key, str, rule, bool)
        if value is None:
            raise ConfigError(f'{self.title}: {key} is required: {rule}; got none. Add {key} = "..."', column=key)
        return value

    def part(self, key: str, known: Iterable[str] | None = None) -> "Section":
        """Return a table inside this one; an empty one if it is absent."""
        return Section(f"{self.path}.{key}".lstrip("."), self.content.get(key, {}), known)

    def mapping(self, key: str, kind: type[_T] | tuple[type, ...], rule: str, holds: Any = None) -> Mapping[str, _T]:
        """Return a table of plain values, each checked."""
        part = self.part(key)
        for name, value in part.content.items():
            if not isinstance(value, kind) or (holds is not None and not holds(value)):
                got = repr(value) if isinstance(value, kind) else _kind(value)
                raise ConfigError(f"{part.title}: {name} must be {rule}; got {got}. Correct it", column=name)
        return MappingProxyType(dict(part.content))


INSIDE = "the path of a file inside the folder"
FORMAT = 'a pattern of a whole date, with or without the time of day, such as "%d/%m/%Y %H:%M"'


def is_inside(file: str) -> bool:
    """Whether a path can only lead to a file inside the folder."""
    path = PurePosixPath(file.replace("\\", "/"))
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and ":" not in path.parts[0]


def is_zone(zone: str) -> bool:
    """Whether the time zone database knows a name."""
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def is_currency(currency: str) -> bool:
    """Whether a text has the form of an ISO 4217 code."""
    return len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()


def is_delimiter(delimiter: str) -> bool:
    """Whether a character can separate cells."""
    return len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n\0 '


def is_encoding(encoding: str) -> bool:
    """Whether Python knows an encoding of text by a name."""
    try:
        codecs.lookup(encoding)
        "".encode(encoding)  # refuses codecs that are not of text, such as base64
    except (LookupError, ValueError):
        return False
    return True


def _kind(value: Any) -> str:
    kinds = {str: "text", bool: "a flag", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return kinds.get(type(value), type(value).__name__)
