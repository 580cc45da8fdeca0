"""Markov removal effects in rational arithmetic, as definitions section 4 words them.

Where the wording leaves room, this oracle reads it as follows.

* A step from a state to itself is no exit: it is left out before anything is removed.
* A set is removed by removing every state whose last label is in it.
* ``redistribute``: a state all of whose exits lead into the set takes, for each state it would have entered, the exits
  of that one, dropped and renormalised likewise; none left is a non-conversion. States from which no end can be
  reached afterwards never convert.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

State: TypeAlias = tuple[str, ...]
Rows: TypeAlias = dict[State, dict[State, Fraction]]


@dataclass(frozen=True)
class Walk:
    """A path of labels, how many journeys took it and converted, what those paid, and how many did not convert."""

    labels: tuple[str, ...]
    won: int
    value: Fraction
    lost: int


@dataclass(frozen=True)
class Graph:
    """Of each state: the chance of each next state, the chance to convert at once, and what a visit is paid at once."""

    steps: Rows
    converts: Mapping[State, Fraction]
    pays: Mapping[State, Fraction]


def graph_of(walks: Iterable[Walk], order: int) -> Graph:
    """Count the steps of all walks that have labels."""
    steps: dict[State, dict[State, int]] = defaultdict(lambda: defaultdict(int))
    won: dict[State, int] = defaultdict(int)
    lost: dict[State, int] = defaultdict(int)
    value: dict[State, Fraction] = defaultdict(Fraction)
    for walk in walks:
        if not walk.labels or not walk.won + walk.lost:
            continue
        state: State = ()
        for label in walk.labels:
            following = (*state, label)[-order:]
            steps[state][following] += walk.won + walk.lost
            state = following
        won[state] += walk.won
        lost[state] += walk.lost
        value[state] += walk.value
    chances: Rows = {}
    converts, pays = {}, {}
    for state in {*steps, *won}:
        out = {to: n for to, n in steps[state].items() if to != state}
        total = sum(out.values()) + won[state] + lost[state]
        chances[state] = {to: Fraction(n, total) for to, n in out.items()}
        converts[state] = Fraction(won[state], total)
        pays[state] = value[state] / total
    return Graph(chances, converts, pays)


def without(graph: Graph, labels: Collection[str], removal: str) -> Graph:
    """Remove every state whose last label is in the set."""
    gone = {state for state in graph.steps if state and state[-1] in labels}
    if removal == "to_null":
        steps = {
            state: {to: p for to, p in row.items() if to not in gone}
            for state, row in graph.steps.items()
            if state not in gone
        }
        return Graph(steps, graph.converts, graph.pays)
    rows: Rows = {}
    converts, pays = {}, {}
    for state, row in graph.steps.items():
        kept = {to: p for to, p in row.items() if to not in gone}
        left = 1 - sum((p for to, p in row.items() if to in gone), Fraction(0))
        if left:
            rows[state] = {to: p / left for to, p in kept.items()}
            converts[state], pays[state] = graph.converts[state] / left, graph.pays[state] / left
        elif state in gone:  # none left
            rows[state], converts[state], pays[state] = {}, Fraction(0), Fraction(0)
        else:  # only exits into the set: goes on as from the states entered, which nobody else enters any more
            rows[state], converts[state], pays[state] = dict(row), Fraction(0), Fraction(0)
    return Graph(rows, converts, pays)


def expected(graph: Graph, paid: Mapping[State, Fraction]) -> Fraction:
    """Return what a journey from the start is paid in the end, by Gaussian elimination."""
    states = sorted(can_end(graph))
    if () not in states:
        return Fraction(0)
    place = {state: i for i, state in enumerate(states)}
    rows = []
    for state in states:
        row = [Fraction(0)] * (len(states) + 1)
        row[place[state]] += 1
        for to, p in graph.steps[state].items():
            if to in place:
                row[place[to]] -= p
        row[-1] = paid[state]
        rows.append(row)
    return solved(rows)[place[()]]


def can_end(graph: Graph) -> set[State]:
    """Return the states that are left for an end sooner or later."""
    ending = {state for state, row in graph.steps.items() if sum(row.values(), Fraction(0)) < 1}
    while True:
        more = {state for state, row in graph.steps.items() if ending & row.keys()} - ending
        if not more:
            return ending
        ending |= more


def solved(rows: Sequence[list[Fraction]]) -> list[Fraction]:
    """Solve a system of equations, each row its coefficients and then its right-hand side."""
    work = [list(row) for row in rows]
    for i in range(len(work)):
        pivot = next(j for j in range(i, len(work)) if work[j][i])
        work[i], work[pivot] = work[pivot], work[i]
        work[i] = [value / work[i][i] for value in work[i]]
        for j, other in enumerate(work):
            if j != i and other[i]:
                work[j] = [a - other[i] * b for a, b in zip(other, work[i], strict=True)]
    return [row[-1] for row in work]


def effect(
    walks: Iterable[Walk],
    labels: Collection[str],
    *,
    order: int = 1,
    removal: str = "to_null",
    measure: str = "conversions",
) -> Fraction | None:
    """Return the removal effect of a set of labels; None where there is nothing to lose."""
    graph = graph_of(walks, order)
    rest = without(graph, labels, removal)
    whole, part = (
        expected(it, it.converts if measure == "conversions" else it.pays) if it.steps else Fraction(0)
        for it in (graph, rest)
    )
    return 1 - part / whole if whole else None
