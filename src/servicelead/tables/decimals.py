"""Columns of exact decimals as two integers each, and their products: what the scalar rule says, a column at a time."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from attrs import frozen

from servicelead._typing import MISSING, Array, BoolArray, IntArray

__all__ = ["Digits", "digits_of", "digits_of_numbers", "rounded_products"]

_POWERS = 10 ** np.arange(19, dtype=np.int64)
_LONGEST = 18  # digits that every int64 has
_EXACT_IN_FLOAT = 15  # digits within which no two decimals are one float
_ROOM = 2.0**62  # a float estimate below it is an int64 for certain


@frozen(eq=False)
class Digits:
    """Numbers ``whole * 10**-places``; where `known` is false they have more digits than int64 holds.

    Attributes
    ----------
    whole, places
        int64, shape (n,).
    known
        Which numbers these are exactly, shape (n,).
    """

    whole: IntArray
    places: IntArray
    known: BoolArray

    def __getitem__(self, rows: Any) -> "Digits":
        return Digits(self.whole[rows], self.places[rows], self.known[rows])


def digits_of(decimals: Sequence[Decimal]) -> Digits:
    """Return the digits of finite decimals."""
    # Of at most 15 digits a decimal is the shortest that its float is written as; only longer ones are taken apart.
    digits = digits_of_numbers(np.fromiter(map(float, decimals), dtype=np.float64, count=len(decimals)))
    length = np.fromiter(map(len, map(str, decimals)), dtype=np.int64, count=len(decimals))
    whole, places, known = digits.whole, digits.places, digits.known & (length <= _EXACT_IN_FLOAT)
    for row in np.flatnonzero(~known).tolist():
        sign, figures, exponent = decimals[row].as_tuple()
        if len(figures) <= _LONGEST and isinstance(exponent, int):
            size = int("".join(map(str, figures)))
            whole[row], places[row], known[row] = -size if sign else size, -exponent, True
    return Digits(whole, places, known)


def digits_of_numbers(numbers: Array) -> Digits:
    """Return the digits of int64 numbers, or of floats as they are written: the shortest that make the same float.

    A float of more than 15 digits is not known.
    """
    whole, places = np.zeros(len(numbers), dtype=np.int64), np.zeros(len(numbers), dtype=np.int64)
    if numbers.dtype.kind != "f":
        return Digits(numbers, places, np.ones(len(numbers), dtype=bool))
    known = np.zeros(len(numbers), dtype=bool)
    rest = np.flatnonzero(np.abs(numbers) < 10.0**_EXACT_IN_FLOAT)
    for n in range(_EXACT_IN_FLOAT + 1):
        # Powers of ten to 10^22 are floats, and a quotient is rounded once: this asks for the very same float.
        scaled = np.rint(numbers[rest] * 10.0**n)
        same = (np.abs(scaled) < 10.0**_EXACT_IN_FLOAT) & (scaled / 10.0**n == numbers[rest])
        whole[rest[same]], places[rest[same]], known[rest[same]] = scaled[same].astype(np.int64), n, True
        rest = rest[~same]
        if not len(rest):
            break
    return Digits(whole, places, known)


def rounded_products(one: Digits, two: Digits, exponent: int) -> tuple[IntArray, BoolArray, BoolArray]:
    """Return ``one * two * 10**exponent`` rounded half-even once, which were rounded, and which int64 could do."""
    shift = one.places + two.places - exponent  # decimals beyond the last that counts
    size = np.abs(one.whole.astype(np.float64) * two.whole)
    exact = one.known & two.known & (np.abs(shift) <= _LONGEST) & (size < _ROOM)
    scale = _POWERS[np.where(exact, np.abs(shift), 0)]
    exact &= (shift >= 0) | (size * scale < _ROOM)
    product = np.where(exact, one.whole, 0) * np.where(exact, two.whole, 0)
    whole, surplus = np.divmod(product, np.where(shift > 0, scale, 1))
    whole += (2 * surplus > scale) | ((2 * surplus == scale) & (whole % 2 == 1))
    return np.where(exact, whole * np.where(shift < 0, scale, 1), MISSING), surplus != 0, exact
