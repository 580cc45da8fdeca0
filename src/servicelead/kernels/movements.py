"""Changes of recurring amounts, netted and named: the arithmetic of a retention ledger."""

from typing import Final

import numpy as np

from servicelead._typing import Array, BoolArray, IntArray

__all__ = [
    "CHURN",
    "CONTRACTION",
    "EXPANSION",
    "NEW",
    "REACTIVATION",
    "annualised",
    "movements",
    "net_changes",
]

#: Kinds of movement; the first three are gains.
NEW, EXPANSION, REACTIVATION, CONTRACTION, CHURN = range(5)
_KEY_BITS: Final = 63


def annualised(amounts: IntArray, per_year: IntArray, counts: IntArray) -> tuple[IntArray, BoolArray]:
    """Return ``amount * per_year / count``, rounded half-even once, and which had to be rounded.

    Parameters
    ----------
    amounts : int64 (n,)
        Times `per_year` within 63 bits.
    per_year, counts : int64 (n,)
        At least 1.

    Examples
    --------
    >>> annualised(np.array([100, 1]), np.array([12, 1]), np.array([6, 2]))
    (array([200,   0]), array([False,  True]))
    """
    if (counts == 1).all():
        return amounts * per_year, np.zeros(len(amounts), dtype=np.bool_)
    whole, rest = np.divmod(amounts * per_year, counts)
    whole += (2 * rest > counts) | ((2 * rest == counts) & (whole % 2 == 1))
    return whole, rest != 0


def net_changes(account: IntArray, when: IntArray, change: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Add up the changes of one account at one time, drop what comes to nothing, order by account and time.

    Account, time and row are packed into one integer each where they fit: plain integers sort several times faster
    than the order of others is found.

    Parameters
    ----------
    account, when : int64 (n,)
        At least 0, together within 62 bits; any order.
    change : int64 (n,)

    Returns
    -------
    account, when, change : int64 (m,)

    Examples
    --------
    >>> net_changes(np.array([1, 0, 1, 1]), np.array([2, 5, 2, 0]), np.array([7, 3, -7, 4]))
    (array([0, 1]), array([5, 0]), array([3, 4]))
    """
    if not len(account):
        return account, when, change
    time_bits, row_bits = int(when.max()).bit_length(), (len(account) - 1).bit_length()
    keys = account << time_bits
    keys |= when
    if int(account.max()).bit_length() + time_bits + row_bits <= _KEY_BITS:
        keys <<= row_bits
        keys |= np.arange(len(keys))
        keys.sort()
        change = change.take(keys & ((1 << row_bits) - 1))
        keys >>= row_bits
    else:
        order = np.argsort(keys, kind="stable")
        keys, change = keys.take(order), change.take(order)
    ends = np.flatnonzero(np.append(keys[1:] != keys[:-1], True))
    sums = np.diff(np.cumsum(change).take(ends), prepend=0)
    kept = np.flatnonzero(sums)
    keys = keys.take(ends.take(kept))
    return keys >> time_bits, keys & ((1 << time_bits) - 1), sums.take(kept)


def movements(
    account: IntArray, at: IntArray, change: IntArray, longest_absence: int | None = None
) -> tuple[Array, IntArray]:
    """Say what kind of movement each change of an account's amount is.

    An account is active while its amount is above 0. A change that makes it so is *new* the first time and
    *reactivation* later; one that ends it is *churn*; all others are *expansion* or *contraction* by their sign.

    Parameters
    ----------
    account : int64 (m,)
        Ascending.
    at : int64 (m,)
        Times, ascending within an account.
    change : int64 (m,)
        Not 0.
    longest_absence : int, optional
        A return after a longer absence, in the unit of `at`, is new; by default every return is a reactivation.

    Returns
    -------
    kind : int8 (m,)
    opening : int64 (m,)
        What the account had before each change.

    Examples
    --------
    >>> kind, opening = movements(np.array([0, 0, 0, 0]), np.array([1, 2, 5, 9]), np.array([10, 5, -15, 4]))
    >>> kind.tolist(), opening.tolist()
    ([0, 1, 4, 2], [0, 10, 15, 0])
    """
    if not len(account):
        return np.zeros(0, dtype=np.int8), change
    totals = np.cumsum(change)
    starts = np.flatnonzero(np.append(True, account[1:] != account[:-1]))
    before = totals.take(starts) - change.take(starts)
    closing = totals - np.repeat(before, np.diff(np.append(starts, len(account))))
    opening = closing - change
    was_active, is_active = opening > 0, closing > 0
    kind = np.full(len(account), EXPANSION, dtype=np.int8)
    kind[change < 0] = CONTRACTION
    ends = was_active & ~is_active
    kind[ends] = CHURN
    begins = np.flatnonzero(is_active & ~was_active)
    who = account.take(begins)
    is_first = np.append(True, who[1:] != who[:-1])[: len(who)]
    kind[begins] = np.where(is_first, NEW, REACTIVATION)
    if longest_absence is not None:
        back = np.flatnonzero(kind == REACTIVATION)
        left = np.maximum.accumulate(np.where(ends, np.arange(len(at)), -1))[back]
        kind[back[at[back] - at[left] > longest_absence]] = NEW
    return kind, opening
