import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from budget import examples
from reference import survival as slow
from reference.survival import Life
from servicelead.exceptions import InvalidValueError
from servicelead.survival import Lifetimes, log_rank

ROWS = st.lists(st.tuples(st.integers(1, 6), st.booleans(), st.integers(0, 3), st.sampled_from("xyz")), min_size=1)


def drawn(rows: list[tuple[int, bool, int, str]]) -> tuple[list[Life], list[str]]:
    """Return rows whose entry lies before their end, and their groups."""
    return [Life(d, event, entry if entry < d else 0) for d, event, entry, _ in rows], [row[3] for row in rows]


@settings(max_examples=examples(60))
@given(ROWS)
@example(
    [
        (1, False, 0, "x"),
        (1, False, 0, "x"),
        (1, True, 0, "x"),
        (1, True, 0, "y"),
        (2, False, 0, "x"),
        (2, True, 0, "x"),
    ]
)
def test_expected_events_against_loops(rows: list[tuple[int, bool, int, str]]) -> None:
    """Expected events of any number of groups equal those of loops over fractions, and add up to those observed."""
    lives, groups = drawn(rows)
    data = Lifetimes(
        durations=[life.duration for life in lives],
        events=[life.event for life in lives],
        entry=[life.entry for life in lives],
    )
    test = log_rank(data, groups)
    expected, variance = slow.log_rank(lives, groups)
    assert sorted(set(groups)) == test.table["group"].tolist()
    np.testing.assert_allclose(
        test.table["expected"], [float(expected[group]) for group in sorted(set(groups))], rtol=1e-12, atol=1e-12
    )
    assert test.table["n_events"].sum() == pytest.approx(test.table["expected"].sum())
    if len(set(groups)) == 2 and variance[groups[0]]:
        gap = int(test.table.row(group=groups[0])["n_events"]) - expected[groups[0]]
        assert float(gap**2 / variance[groups[0]]) == pytest.approx(test.statistic, rel=1e-9)
        assert 1 == test.degrees_of_freedom


def test_worked_by_hand() -> None:
    """Basic loses 3 where 37/30 are expected; the variance is 1/4 + 6/25 + 2/9."""
    data = Lifetimes(durations=[3, 5, 5, 8, 12, 12], events=[1, 1, 0, 1, 0, 0])
    test = log_rank(data, ["basic", "basic", "pro", "basic", "pro", "pro"])
    assert [37 / 30, 53 / 30] == pytest.approx(test.table["expected"].tolist())
    assert (3 - 37 / 30) ** 2 / (1 / 4 + 6 / 25 + 2 / 9) == pytest.approx(test.statistic)
    assert 0.0363158 == pytest.approx(test.p_value, abs=1e-7)


def test_rows_that_end_together_are_not_several_pieces_of_evidence() -> None:
    """Every account written ten times is no more evidence than once."""
    durations, events, groups = [2, 3, 4, 6, 7, 9], [1, 1, 1, 1, 0, 1], ["a", "b", "a", "a", "b", "b"]
    once = log_rank(Lifetimes(durations=durations * 2, events=events * 2, accounts=[*range(6), *range(6)]), groups * 2)
    tenfold = log_rank(
        Lifetimes(durations=durations * 20, events=events * 20, accounts=list(range(6)) * 20), groups * 20
    )
    assert ("clustered", "clustered") == (once.method, tenfold.method)
    assert once.statistic == pytest.approx(tenfold.statistic)
    naive = log_rank(Lifetimes(durations=durations * 20, events=events * 20), groups * 20)
    assert "hypergeometric" == naive.method
    assert naive.statistic is not None
    assert tenfold.statistic is not None
    assert naive.statistic > 5 * tenfold.statistic


def test_the_statistic_keeps_its_promise() -> None:
    """Where accounts of three rows last equally long in both groups, p is below .05 about one time in twenty."""
    rng = np.random.default_rng(5)
    small = 0
    for _ in range(300):
        ends = np.repeat(rng.exponential(10, 80), 3)
        seen = np.minimum(ends, 15)
        group = np.repeat(rng.integers(0, 2, 80), 3)
        test = log_rank(Lifetimes(durations=seen, events=ends <= 15, accounts=np.repeat(np.arange(80), 3)), group)
        small += test.p_value is not None and test.p_value < 0.05
    assert 5 <= small <= 30


def test_groups_that_cannot_be_compared() -> None:
    """One group, no events, no rows: no statistic, and the reason when printed."""
    for durations, events, groups in (([1, 2], [1, 1], ["a", "a"]), ([1, 2], [0, 0], ["a", "b"]), ([], [], [])):
        test = log_rank(Lifetimes(durations=durations, events=events), groups)
        assert (None, None, 0) == (test.statistic, test.p_value, test.degrees_of_freedom)
        assert "nothing to compare" in str(test)


def test_every_row_needs_a_group() -> None:
    """As many labels as rows, none missing."""
    data = Lifetimes(durations=[1, 2], events=[1, 1])
    with pytest.raises(InvalidValueError, match="one label per row"):
        log_rank(data, ["a"])
    with pytest.raises(InvalidValueError, match="1 of them missing"):
        log_rank(data, ["a", None])
