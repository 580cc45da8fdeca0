"""Shapley values from their first definition: what each player adds, averaged over all orders of the players.

Written from definitions section 4. A journey is the sequence of its labels with a number of wins and of closes (an
opportunity is one of each, or a close without a win) and the value won; everything is a ``Fraction``.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from math import factorial
from typing import TypeAlias

Worth: TypeAlias = Callable[[frozenset[str]], Fraction]


@dataclass(frozen=True)
class Told:
    """A closed journey, or several alike."""

    labels: tuple[str, ...]
    won: int
    closed: int
    value: int = 0


def sum_game(journeys: Sequence[Told], what: str = "value") -> Worth:
    """Return the game of what was won in journeys whose labels all lie in a coalition."""

    def worth(coalition: frozenset[str]) -> Fraction:
        inside = [getattr(j, what) for j in journeys if j.labels and coalition.issuperset(j.labels)]
        return Fraction(sum(inside))

    return worth


def rate_game(journeys: Sequence[Told]) -> Worth:
    """Return the game of the conversion rate among journeys whose labels all lie in a coalition, 0 without any."""

    def worth(coalition: frozenset[str]) -> Fraction:
        inside = [j for j in journeys if j.labels and coalition.issuperset(j.labels)]
        closed = sum(j.closed for j in inside)
        return Fraction(sum(j.won for j in inside), closed) if closed else Fraction(0)

    return worth


def shapley(players: Collection[str], worth: Worth) -> dict[str, Fraction]:
    """Average what each player adds to those before it over every order: n! of them, so few players."""
    known: dict[frozenset[str], Fraction] = {}

    def of(coalition: frozenset[str]) -> Fraction:
        if coalition not in known:
            known[coalition] = worth(coalition)
        return known[coalition]

    added = dict.fromkeys(players, Fraction(0))
    for order in permutations(sorted(players)):
        before: frozenset[str] = frozenset()
        for player in order:
            after = before | {player}
            added[player] += of(after) - of(before)
            before = after
    return {player: total / factorial(len(players)) for player, total in added.items()}


def shares(labels: Sequence[str], values: Mapping[str, Fraction] | None = None) -> list[Fraction]:
    """Share a journey over its distinct labels, then over each label's touches.

    The labels share equally, or, given their values, in proportion to those above 0; where there are none, every
    touch has the same.
    """
    repeats = Counter(labels)
    weight = {
        label: Fraction(1) if values is None else max(values.get(label, Fraction(0)), Fraction(0)) for label in repeats
    }
    whole = sum(weight.values(), Fraction(0))
    if whole == 0:
        return [Fraction(1, len(labels)) for _ in labels]
    return [weight[label] / whole / repeats[label] for label in labels]
