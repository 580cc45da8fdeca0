from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.markov import solved
from servicelead._typing import FloatArray
from servicelead.kernels import elimination
from servicelead.kernels.elimination import eliminate, through_each

SIZES = st.integers(2, 7)


def flows_of(n: int, seed: int, largest: int = 5, leak: int = 1) -> FloatArray:
    """Return random flows of n states: two exits, one amount carried, and no way into the start."""
    rng = np.random.default_rng(seed)
    flows = np.zeros((n, 3 + n))
    flows[:, 3:] = rng.integers(0, largest, (n, n)) * (rng.random((n, n)) < 0.6)
    flows[:, 3] = 0.0
    flows[:, 0] = leak
    flows[:, 1] = rng.integers(0, 3, n) * leak
    flows[:, 2] = rng.integers(0, 10, n)
    flows[0, -1] += 1
    return flows


def ends_of(flows: FloatArray, states: list[int]) -> list[list[Fraction]]:
    """Return, of the flow through each of some states, what ends at each exit and what is carried, exactly."""
    lead = 3
    exact = [[Fraction(value) for value in row] for row in flows.tolist()]
    columns = []
    for end in range(lead):
        equations = []
        for i, row in enumerate(exact):
            out = sum([*row[:2], *(value for j, value in enumerate(row[lead:]) if j != i)], Fraction(0))
            own = [-value if j != i else out for j, value in enumerate(row[lead:])]
            equations.append([*own, row[end]])
        columns.append(solved(equations))
    return [[column[state] for column in columns] for state in states]


@given(n=SIZES, seed=st.integers(0, 10**6), block=st.sampled_from([1, 2, 48]), large=st.sampled_from([0, 10**6]))
def test_where_all_flow_ends(n: int, seed: int, block: int, large: int) -> None:
    """Everything that leaves the start ends as exact arithmetic says, to 1e-14 of itself, whatever the block.

    Also where rows and columns without flow are left out.
    """
    flows = flows_of(n, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(elimination, "_BLOCK", block)
        patch.setattr(elimination, "_LARGE", large)
        found = eliminate(flows, 1, n_exits=2, n_carried=1)[0, :3]
    (shares,) = ends_of(flows, [0])
    out = sum(Fraction(value) for value in (*flows[0, :2], *flows[0, 4:]))
    assert [float(share * out) for share in shares] == pytest.approx(found.tolist(), rel=1e-14)


@given(n=SIZES, seed=st.integers(0, 10**6), keep=st.integers(1, 7))
def test_what_is_kept_behaves_as_before(n: int, seed: int, keep: int) -> None:
    """The smaller chain ends like the larger one, and the given flows are left as they were."""
    flows = flows_of(n, seed)
    before = flows.copy()
    reduced = eliminate(flows, min(keep, n), n_exits=2, n_carried=1)
    assert (min(keep, n), 3 + min(keep, n)) == reduced.shape
    one, other = (eliminate(it, 1, n_exits=2, n_carried=1)[0, :3] for it in (flows, reduced))
    assert one.tolist() == pytest.approx(other.tolist(), rel=1e-13)
    assert before.tobytes() == flows.tobytes()


@given(n=st.integers(3, 8), seed=st.integers(0, 10**6), n_groups=st.integers(1, 4))
def test_what_passes_through_each_group(n: int, seed: int, n_groups: int) -> None:
    """First entries and ends of every group are those of the chain in which the group's exits lead nowhere."""
    flows = flows_of(n, seed)
    inner = np.random.default_rng(seed).choice(np.arange(2, n), min(n_groups, n - 1) - 1, replace=False)
    before, bounds = flows.copy(), np.array([1, *sorted(inner.tolist()), n])
    seen = []
    for group, entering, ends in through_each(flows, bounds, n_exits=2, n_carried=1):
        states = list(range(group.start, group.stop))
        seen.append(group.start)
        exact = [[float(share) for share in row] for row in ends_of(flows, states)]
        assert np.array(exact) == pytest.approx(ends, rel=1e-13, abs=0)
        # An exit of its own for each state of the group tells where the flow from the start first enters it.
        others = [state for state in range(n) if state not in states]
        apart = np.zeros((len(others), len(states) + 1 + len(others)))
        apart[:, : len(states)] = flows[np.ix_(others, [3 + state for state in states])]
        apart[:, len(states)] = flows[others, :2].sum(axis=1)
        apart[:, len(states) + 1 :] = flows[np.ix_(others, [3 + state for state in others])]
        first = eliminate(apart, 1, n_exits=len(states) + 1)[0, : len(states)]
        assert first.tolist() == pytest.approx(entering.tolist(), rel=1e-13)
    assert bounds[:-1].tolist() == sorted(seen)
    assert before.tobytes() == flows.tobytes()


@pytest.mark.parametrize("ratio", [1e3, 1e6, 1e9, 1e12])
def test_small_chances_keep_their_digits(ratio: float) -> None:
    """However seldom a state is left for an exit, the ends are right to 1e-12 of themselves."""
    flows = flows_of(12, seed=3)
    flows[1:, 3:] *= ratio
    flows[1:, :2] *= np.random.default_rng(0).integers(0, 2, (11, 2))
    flows[5, 0] = 1.0
    (exact,) = ends_of(flows, [0])
    out = float(flows[0, :2].sum() + flows[0, 4:].sum())
    found = eliminate(flows, 1, n_exits=2, n_carried=1)[0, :3] / out
    assert [float(share) for share in exact] == pytest.approx(found.tolist(), rel=1e-12)


def test_flow_into_a_loop_without_an_exit_is_swallowed() -> None:
    """Two states that only lead to each other keep what enters them; the rest is not touched."""
    flows = np.array([[1.0, 3.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0, 5.0], [0.0, 0.0, 0.0, 5.0, 0.0]])
    assert [[1.0, 3.0, 0.0]] == eliminate(flows, 1, n_exits=2).tolist()
