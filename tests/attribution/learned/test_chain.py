from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servicelead as sl
from attribution.hand import paths
from attribution.walks import WALKS, journeys_of_walks
from reference.markov import Walk, expected, graph_of
from servicelead.attribution import MarkovChain, Summary
from servicelead.attribution.learned.chain import Chain
from servicelead.attribution.learned.worth import Solution
from servicelead.exceptions import IncompatibleError, InvalidValueError, SolveError
from servicelead.kernels.transitions import CONVERSION, NON_CONVERSION, NOTHING


def by_hand(*rows: tuple[list[int], int], labels: str = "ab", width: int = 2) -> Summary:
    """Return a summary of an order-1 chain: history and what follows, and how often."""
    keys = np.array([key for key, _ in rows], dtype=np.int32).reshape(-1, width)
    return Summary.of(
        kind="markov",
        parameters={"order": 1},
        dimensions=("channel",),
        labels=[(label,) for label in labels],
        currency=None,
        keys=keys,
        counts={"n": np.array([n for _, n in rows], dtype=np.int64)},
        values={"value": np.zeros(len(rows))},
    )


IMPOSSIBLE = {
    "a dead end": by_hand(([NOTHING, 0], 3), ([0, CONVERSION], 1)),
    "a state that is never left": by_hand(([NOTHING, 0], 3), ([0, CONVERSION], 2), ([0, 1], 1)),
    "a state that is never entered": by_hand(([NOTHING, 0], 1), ([0, CONVERSION], 1), ([1, CONVERSION], 1)),
    "a closed loop": by_hand(([NOTHING, 0], 1), ([0, NON_CONVERSION], 1), ([1, 2], 4), ([2, 1], 4), labels="abc"),
    "no beginning": by_hand(([0, 1], 4), ([1, 0], 4)),
    "nothing counted": by_hand(([NOTHING, 0], 0), ([0, CONVERSION], 0)),
    "a row without a journey": by_hand(([NOTHING, 0], 1), ([0, CONVERSION], 1), ([0, NON_CONVERSION], 0)),
    "a mark without a meaning": by_hand(([NOTHING, 0], 1), ([0, -4], 1)),
    "nothing for an end": by_hand(([NOTHING, 0], 1), ([0, NOTHING], 1)),
    "an end that goes on": by_hand(([NOTHING, CONVERSION], 1), ([CONVERSION, 0], 1), ([0, CONVERSION], 1)),
    "counts near 64 bits": by_hand(([NOTHING, 0], 2**62), ([0, CONVERSION], 2**62)),
    "counts that wrap": by_hand(([NOTHING, 0], 2**62), ([NOTHING, 1], 2**62), ([0, -2], 2**62), ([1, -2], 2**62)),
}


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_what_no_journeys_can_have_given_is_refused(what: str) -> None:
    """A summary by hand, with steps that do not add up to journeys."""
    with pytest.raises(SolveError, match="Summary"):
        MarkovChain().solve(IMPOSSIBLE[what])


@pytest.mark.parametrize("following", [0, NON_CONVERSION])
def test_only_conversions_have_a_value(following: int) -> None:
    """Value of a step would be lost in silence, and that of a journey without conversion paid out."""
    summary = by_hand(([NOTHING, 0], 2), ([0, CONVERSION], 1), ([0, NON_CONVERSION], 1))
    value = np.where(summary.keys[:, 1] == following, 10.0, 0.0)
    with pytest.raises(SolveError, match="value on a row that is no conversion"):
        MarkovChain().solve(attrs.evolve(summary, values={"value": value}))


def test_a_history_has_no_gap() -> None:
    """Nothing comes only before the first touch: the state after a gap is never entered."""
    summary = by_hand(([0, NOTHING, 0], 1), ([NOTHING, NOTHING, 0], 1), ([NOTHING, 0, CONVERSION], 1), width=3)
    with pytest.raises(SolveError, match="dead end"):
        MarkovChain(order=2).solve(attrs.evolve(summary, parameters={"order": 2}))


@given(
    rows=st.lists(st.tuples(st.lists(st.integers(-4, 2), min_size=2, max_size=2), st.integers(0, 2)), max_size=6),
    removal=st.sampled_from(["to_null", "redistribute"]),
)
def test_whatever_is_written_by_hand_is_solved_or_refused(rows: list[tuple[list[int], int]], removal: Any) -> None:
    """Marks and counts at random give an error of the library or finite effects, and never a warning."""
    try:
        chain = MarkovChain(removal=removal).solve(by_hand(*rows, labels="abc"))
    except SolveError:
        return
    assert not chain.total or np.isfinite(chain.effects).all()


def test_a_loop_with_a_way_out_is_none() -> None:
    """Two states that lead to each other a million times, and out once."""
    summary = by_hand(([NOTHING, 0], 1), ([0, 1], 1_000_000), ([1, 0], 1_000_000), ([0, CONVERSION], 1))
    chain = MarkovChain().solve(summary)
    assert 1.0 == chain.conversion_probability
    assert [1.0, 1.0] == pytest.approx(chain.effects.tolist(), abs=1e-6)


def test_a_chain_by_hand() -> None:
    """Three journeys from a: one stays once, one goes to b, two convert; the step to itself is left out."""
    chain = Chain.from_summary(
        by_hand(
            ([NOTHING, 0], 3),
            ([0, 0], 1),
            ([0, 1], 1),
            ([0, CONVERSION], 1),
            ([0, NON_CONVERSION], 1),
            ([1, CONVERSION], 1),
        )
    )
    assert [-1, 0, 1] == chain.last.tolist()
    assert {(0, 1): 3.0, (1, 2): 1.0} == dict(
        zip(zip(chain.source.tolist(), chain.target.tolist(), strict=True), chain.flow.tolist(), strict=True)
    )
    assert [[0, 0], [1, 1], [1, 0]] == chain.exits.tolist()
    assert [3, 3, 1] == chain.through.tolist()
    assert [1, 1, 1 / 3] == chain.likely.tolist()
    assert chain.reached().all()
    assert chain.can_end(np.zeros(2, dtype=np.bool_)).tolist() == [False, True, True]


@given(walks=WALKS, order=st.integers(1, 3))
def test_every_state_is_worth_what_follows_it(walks: list[Walk], order: int) -> None:
    """The chance to convert from each state is that of rational arithmetic, to 1e-13 of itself."""
    summary = MarkovChain(order=order).summarize(journeys_of_walks(walks))
    chain = Chain.from_summary(summary)
    worth = Solution(chain=chain).worth("conversions").states
    graph = graph_of(walks, order)
    histories = {tuple(row[:-1]) for row in summary.keys.tolist()}
    for state, history in enumerate(sorted(histories, key=lambda it: it[::-1])):
        labels = tuple(summary.labels[code][0] for code in history if code >= 0)
        # The same graph, with the start moved there.
        moved = graph.steps | {(): graph.steps[labels]} if labels else graph.steps
        at_once = {**graph.converts, (): graph.converts[labels]}
        exact = expected(type(graph)(moved, at_once, graph.pays), at_once)
        assert float(exact) == pytest.approx(float(worth[state]), rel=1e-13)


def test_counts_beyond_64_bits_are_refused() -> None:
    """A thousand paths of 2^53 - 1 conversions each are more than can be counted."""
    many = sl.Journeys.from_paths({"path": ["a"] * 1100, "n": [2**53 - 1] * 1100}, path="path", conversions="n")
    with pytest.raises(SolveError, match="64 bits"):
        MarkovChain().summarize(many)


def test_another_models_summary_is_refused() -> None:
    """Of another kind, order or dimension, or without what a chain needs."""
    journeys = paths(("a > b", 1, "1.00"))
    summary = MarkovChain(order=2).summarize(journeys)
    with pytest.raises(IncompatibleError, match="order must be 1"):
        MarkovChain().solve(summary)
    with pytest.raises(IncompatibleError, match="dimensions"):
        MarkovChain(order=2, by="team").solve(summary)
    with pytest.raises(IncompatibleError, match="kind"):
        MarkovChain().solve(sl.attribution.Shapley().summarize(journeys))
    with pytest.raises(InvalidValueError, match="summarize"):
        MarkovChain().solve(by_hand(([0], 1), width=1))
    with pytest.raises(InvalidValueError, match="summarize"):
        MarkovChain().solve(by_hand(([NOTHING, NOTHING, 0], 1), ([NOTHING, 0, CONVERSION], 1), width=3))
