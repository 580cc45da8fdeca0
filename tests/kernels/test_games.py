from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from kernels.ragged import offsets_of
from reference.shapley import Told, rate_game, shapley, sum_game
from servicelead._typing import Array, FloatArray, IntArray
from servicelead.kernels.coalitions import coalitions_of, distinct_coalitions, members_of
from servicelead.kernels.games import (
    drawn_rates,
    equal_splits,
    rates,
    sampled_rate_values,
    shapley_values,
    totals_within,
)

PLAYERS = "abcdefg"
TOLD = st.builds(
    lambda labels, won, lost, value: Told(tuple(labels), won, won + lost, value if won else 0),
    st.lists(st.sampled_from(PLAYERS), min_size=1, max_size=6),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(-1000, 10**6),
)


def packed(journeys: list[Told]) -> tuple[Array, dict[str, IntArray]]:
    """Return the distinct coalitions of some journeys, and what each has won, closed and brought."""
    offsets = offsets_of([len(journey.labels) for journey in journeys])
    labels = np.array([PLAYERS.index(label) for journey in journeys for label in journey.labels], dtype=np.int32)
    distinct, which = distinct_coalitions(coalitions_of(labels, offsets, len(PLAYERS)))
    totals = {}
    for name in ("won", "closed", "value"):
        totals[name] = np.zeros(len(distinct), dtype=np.int64)
        np.add.at(totals[name], which, np.array([getattr(journey, name) for journey in journeys], dtype=np.int64))
    return distinct, totals


@settings(max_examples=examples(10))
@given(journeys=st.lists(TOLD, max_size=12))
def test_equal_splits_are_the_mean_over_all_orders(journeys: list[Told]) -> None:
    """The closed form of the sum game equals 5,040 orders of seven players."""
    distinct, totals = packed(journeys)
    values = equal_splits(*members_of(distinct), totals["value"], len(PLAYERS))
    expected = shapley(PLAYERS, sum_game(journeys))
    largest = max(1.0, *(abs(float(value)) for value in expected.values()))
    assert [float(expected[player]) for player in PLAYERS] == pytest.approx(values.tolist(), abs=1e-12 * largest)


def rate_table(distinct: Array, won: IntArray, closed: IntArray, n_labels: int) -> FloatArray:
    """Return the rate within each coalition."""
    single = distinct[:, 0].astype(np.int64)
    return rates(totals_within(single, won, n_labels), totals_within(single, closed, n_labels))


@settings(max_examples=examples(10))
@given(journeys=st.lists(TOLD, max_size=12))
def test_values_of_the_rate_game_are_the_mean_over_all_orders(journeys: list[Told]) -> None:
    """The table and its transform equal 5,040 orders of seven players."""
    distinct, totals = packed(journeys)
    worth = rate_table(distinct, totals["won"], totals["closed"], len(PLAYERS))
    game = rate_game(journeys)
    for coalition in range(1 << len(PLAYERS)):
        members = frozenset(player for i, player in enumerate(PLAYERS) if coalition >> i & 1)
        assert float(game(members)) == worth[coalition]
    expected = shapley(PLAYERS, game)
    assert [float(expected[player]) for player in PLAYERS] == pytest.approx(shapley_values(worth).tolist(), abs=1e-14)


@pytest.mark.parametrize("n", range(8))
def test_values_of_any_game_are_the_mean_over_all_orders(n: int) -> None:
    """Whatever the table, of no to seven players."""
    table = np.random.default_rng(n).integers(-9, 9, 1 << n).astype(np.float64)
    table[0] = 0

    def worth(coalition: frozenset[str]) -> Fraction:
        return Fraction(table[sum(1 << PLAYERS.index(player) for player in coalition)].item())

    expected = shapley(PLAYERS[:n], worth)
    actual = shapley_values(table).tolist()
    assert [float(expected[player]) for player in PLAYERS[:n]] == pytest.approx(actual, abs=1e-12)


def test_twenty_players() -> None:
    """As many as a table takes: each gets its own worth in an additive game, an equal part of a unanimity game."""
    own = np.arange(1.0, 21.0)
    additive = np.zeros(1)
    for value in own:
        additive = np.concatenate([additive, additive + value])
    assert own.tolist() == pytest.approx(shapley_values(additive).tolist(), rel=1e-12)
    together = np.zeros(1 << 20)
    together[-1] = 1.0
    assert [0.05] * 20 == pytest.approx(shapley_values(together).tolist(), rel=1e-12)


def test_sums_are_exact_whatever_the_order() -> None:
    """Whole amounts past 2^53 are added before they are divided: shuffled coalitions give the same bits."""
    rng = np.random.default_rng(3)
    distinct = np.unique(rng.integers(1, 1 << 12, 500)).astype(np.uint64)[:, None]
    amounts = rng.integers(0, 2**52, len(distinct))
    values = equal_splits(*members_of(distinct), amounts, 12)
    order = rng.permutation(len(distinct))
    assert values.tobytes() == equal_splits(*members_of(distinct[order]), amounts[order], 12).tobytes()


def random_coalitions(n_labels: int) -> tuple[Array, IntArray, IntArray]:
    """Return coalitions of up to four labels with wins and closes."""
    rng = np.random.default_rng(n_labels)
    offsets = 4 * np.arange(301)
    labels = rng.integers(0, n_labels, 1200).astype(np.int32)
    distinct, _ = distinct_coalitions(coalitions_of(labels, offsets, n_labels))
    closed = rng.integers(1, 9, len(distinct))
    return distinct, rng.integers(0, closed + 1), closed


def test_sampling_finds_the_values() -> None:
    """Within five standard errors of the exact ones, which do shrink with the root of the sample."""
    distinct, won, closed = random_coalitions(10)
    exact = shapley_values(rate_table(distinct, won, closed, 10))
    ends, labels = members_of(distinct)
    errors = {}
    for n_samples in (400, 1600):
        values, errors[n_samples] = sampled_rate_values(
            ends, labels, won, closed, n_labels=10, n_samples=n_samples, seed=8
        )
        assert (np.abs(values - exact) < 5 * errors[n_samples]).all()
    assert 2.0 == pytest.approx(float(np.mean(errors[400] / errors[1600])), rel=0.1)


def test_each_coalition_has_one_rate_whatever_orders_it_comes_up_in() -> None:
    """What a coalition closed is its own number, so that any game can be told from it: its values are found."""
    n_labels, asked = 6, []
    worth = np.append(0.0, np.random.default_rng(3).random((1 << n_labels) - 1))
    alone = np.uint64(1) << np.arange(n_labels, dtype=np.uint64)[:, None]

    def told(won: Array, closed: Array) -> Array:
        assert (won == 2 * closed).all()
        asked.extend(closed.tolist())
        found: Array = worth[closed.astype(np.int64)]
        return found

    closed = 1 << np.arange(n_labels)
    values, errors = sampled_rate_values(
        *members_of(alone), 2 * closed, closed, n_labels=n_labels, n_samples=4000, seed=0, rated=told
    )
    assert sorted(asked) == list(range(1 << n_labels))
    assert (asked[0], asked[-1]) == (0, 63)
    assert (np.abs(values - shapley_values(worth)) < 5 * errors).all()


def test_a_single_label_has_all() -> None:
    """There is one order, and it gains the rate of all."""
    one = np.array([[1]], dtype=np.uint64)
    values, errors = sampled_rate_values(
        *members_of(one), np.array([1]), np.array([4]), n_labels=1, n_samples=2, seed=0
    )
    assert (values.tolist(), errors.tolist()) == ([0.25], [0.0])


def test_samples_share_out_the_whole() -> None:
    """However few orders of however many labels, the values add up to the rate of all; a seed gives the same bits."""
    distinct, won, closed = random_coalitions(100)
    ends, labels = members_of(distinct)
    values, errors = sampled_rate_values(ends, labels, won, closed, n_labels=100, n_samples=2, seed=1)
    assert won.sum() / closed.sum() == pytest.approx(values.sum(), rel=1e-12)
    again = sampled_rate_values(ends, labels, won, closed, n_labels=100, n_samples=2, seed=1)
    assert (values.tobytes(), errors.tobytes()) == (again[0].tobytes(), again[1].tobytes())
    other, _ = sampled_rate_values(ends, labels, won, closed, n_labels=100, n_samples=2, seed=2)
    assert values.tobytes() != other.tobytes()


def test_drawn_rates_have_the_moments_of_their_law() -> None:
    """Without a journey it is Beta(2r, 2(1 - r)); with w won of n, the mean is close to (w + 2r) / (n + 2)."""
    won, closed = np.array([0, 0, 3, 300]), np.array([0, 0, 6, 1000])
    rng = np.random.default_rng(5)
    drawn = np.array([drawn_rates(won, closed, rng) for _ in range(20_000)])
    assert not drawn[:, 0].any()
    assert 0.3 == pytest.approx(drawn[:, 3].mean(), abs=1e-3)
    assert 0.3 == pytest.approx(drawn[:, 1].mean(), abs=0.01)
    assert 0.3 * 0.7 / 3 == pytest.approx(drawn[:, 1].var(), rel=0.05)
    assert 3.6 / 8 == pytest.approx(drawn[:, 2].mean(), abs=0.01)


@pytest.mark.parametrize(("won", "expected"), [([0, 0], [0.0, 0.0]), ([0, 7], [0.0, 1.0])])
def test_where_nothing_or_everything_is_won_no_other_rate_is_drawn(won: list[int], expected: list[float]) -> None:
    """The common rate is then 0, or 1, and nothing tells of another."""
    assert expected == drawn_rates(np.array(won), np.array([0, 7]), np.random.default_rng(0)).tolist()


def test_nothing_closed_draws_nothing() -> None:
    """Without a journey at all, rates are 0."""
    none = np.zeros(4, dtype=np.int64)
    assert [0.0] * 4 == drawn_rates(none, none, np.random.default_rng(0)).tolist()
