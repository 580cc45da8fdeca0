from itertools import combinations
from math import fsum
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.exceptions import InvalidValueError
from servicelead.propensity import choose_accounts

ACCOUNTS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(-3, 20), st.integers(0, 6), st.booleans()), min_size=1, max_size=7
)


@given(ACCOUNTS, st.integers(0, 8))
def test_no_choice_within_capacity_is_expected_to_bring_in_more(
    accounts: list[tuple[int, int, int, bool]], capacity: int
) -> None:
    """Against every subset there is."""
    scores, values, cost, labels = (np.array(column, dtype=np.float64) for column in zip(*accounts, strict=True))
    choice = choose_accounts(scores / 8, values, cost=cost, margin=0.5, capacity=capacity, labels=labels)
    expected = [s / 8 * v * 0.5 - c for s, v, c in zip(scores, values, cost, strict=True)]
    best = max(
        fsum(expected[i] for i in chosen)
        for k in range(min(capacity, len(scores)) + 1)
        for chosen in combinations(range(len(scores)), k)
    )
    assert best == choice.expected_profit
    assert len(choice.chosen) <= capacity
    assert all(expected[i] > 0 for i in choice.chosen)
    assert choice.realised_profit == fsum(labels[i] * values[i] * 0.5 - cost[i] for i in choice.chosen)
    assert sorted(choice.chosen.tolist()) == np.flatnonzero(choice.is_chosen).tolist()


def test_equal_profits_keep_the_order_of_accounts() -> None:
    """So that the same list gives the same calls."""
    assert [0, 1, 2] == choose_accounts([0.5] * 6, 10.0, capacity=3).chosen.tolist()


def test_what_is_worth_exactly_its_cost_is_not_called() -> None:
    """Profit has to be positive."""
    assert [] == choose_accounts([0.5, 0.25], 10.0, cost=[5.0, 2.5]).chosen.tolist()


def test_of_what_nothing_is_kept_nothing_is_worth_a_call() -> None:
    """A margin of 0 is one end of what can be asked, and not an error."""
    assert [] == choose_accounts([0.5, 1.0], 10.0, margin=0).chosen.tolist()


def test_the_curve_goes_from_none_to_all() -> None:
    """Best first, expected and realised."""
    choice = choose_accounts([0.5, 0.75, 0.25], 100.0, cost=30.0, labels=[0, 1, 1])
    curve = choice.curve()
    assert [0, 1, 2, 3] == curve["n_called"].tolist()
    assert [0, 45, 65, 60] == curve["expected_profit"].tolist()
    assert [0, 70, 40, 110] == curve["realised_profit"].tolist()
    assert "call 2 of 3: expected profit 65.00, realised 40.00" == str(choice)


def test_no_accounts_no_calls() -> None:
    """An empty list is no error."""
    choice = choose_accounts([], [])
    assert (0, 0.0, None) == (choice.n_chosen, choice.expected_profit, choice.realised_profit)
    assert 1 == len(choice.curve())


@pytest.mark.parametrize(
    ("scores", "values", "named", "match"),
    [
        ([1.2], 1.0, {}, "scores must be from 0 to 1"),
        ([0.5, np.nan], 1.0, {}, "scores must be finite"),
        ([0.5], ["much"], {}, "values must be numbers"),
        ([0.5], [1.0, 2.0], {}, "values must be one number, or one per row"),
        ([0.5], 1.0, {"cost": -1}, "cost must be at least 0"),
        ([0.5], 1.0, {"capacity": -1}, "capacity"),
        ([0.5], 1.0, {"capacity": 2.5}, "capacity"),
        ([0.5], 1.0, {"margin": -0.5}, "margin must be at least 0"),
        ([0.5], 1.0, {"labels": [2]}, "labels must be from 0 to 1"),
    ],
)
def test_bad_input_is_refused(scores: Any, values: Any, named: dict[str, Any], match: str) -> None:
    """By name, with the rule."""
    with pytest.raises(InvalidValueError, match=match):
        choose_accounts(scores, values, **named)
