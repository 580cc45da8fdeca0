"""Names and texts as TOML writes them, for lines to be pasted."""

import re

__all__ = ["toml_key", "toml_text"]


def toml_key(name: str) -> str:
    """Return a key, in quotes where it must be.

    Examples
    --------
    >>> toml_key("amount"), toml_key("deal value")
    ('amount', '"deal value"')
    """
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else toml_text(name)


def toml_text(text: str) -> str:
    """Return a text in quotes, without escapes where it can be."""
    if "\\" not in text and '"' not in text and text.isprintable():
        return f'"{text}"'
    body = "".join(f"\\U{ord(c):08X}" if c in '"\\' or not c.isprintable() else c for c in text)
    return f'"{body}"'
