"""Numbers and their text to exact decimals."""

import re
from decimal import Decimal
from numbers import Integral
from typing import Any

__all__ = ["as_decimal"]

_DECIMAL_TEXT = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*", re.ASCII)


def as_decimal(value: Any) -> Any:
    """Return the exact decimal of an int, a float's shortest form or decimal text; anything else unchanged."""
    if isinstance(value, str):
        return Decimal(value.strip()) if _DECIMAL_TEXT.fullmatch(value) else value
    if isinstance(value, float):
        return Decimal(repr(float(value)))  # repr is the shortest text that reads back as this float
    if not isinstance(value, bool) and isinstance(value, Integral):
        return Decimal(int(value))
    return value
