import math
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servicelead as sl
from attribution.walks import WALKS, journeys_of_walks
from reference.markov import Walk
from servicelead.attribution import MarkovChain, choose_order
from servicelead.attribution.learned.backing_off import recoded, step_chances
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError, MissingTimesError
from servicelead.kernels.transitions import CONVERSION, NON_CONVERSION, NOTHING


def walked(n: int, order: int, seed: int) -> sl.Journeys:
    """Return n journeys whose steps depend on the last `order` labels."""
    rng = np.random.default_rng(seed)
    liking = rng.permutation(4 ** (order + 1)).reshape((4,) * order + (4,)) % 4
    steps, won = [], []
    for _ in range(n):
        path = [int(step) for step in rng.integers(0, 4, order)]
        while rng.random() < 0.8:
            likely = int(liking[(*path[-order:], 0)])
            path.append(likely if rng.random() < 0.7 else int(rng.integers(0, 4)))
        steps.append(" > ".join(f"c{step}" for step in path))
        won.append(int(rng.random() < 0.3))
    columns = {"path": steps, "won": won, "lost": [1 - it for it in won]}
    return sl.Journeys.from_paths(columns, path="path", conversions="won", nonconversions="lost")


@pytest.mark.parametrize("order", [1, 2])
def test_the_order_that_made_the_journeys_is_found(order: int) -> None:
    """Enough journeys of a chain of order k foresee best with order k."""
    choice = choose_order(walked(1200, order, seed=order), orders=[3, 1, 2])
    assert order == choice.order
    table = choice.table
    assert [1, 2, 3] == table["order"].tolist()
    assert 0.0 == table["excess"].min() == table["excess"][order - 1] == table["standard_error"][order - 1]
    assert table["log_loss"].argmin() == order - 1
    assert (np.delete(table["standard_error"], order - 1) > 0).all()


def test_noise_needs_no_memory() -> None:
    """Where steps do not depend on the past the shortest memory wins, which in-sample it never does."""
    rng = np.random.default_rng(5)
    steps = [" > ".join(rng.choice(list("abcde"), size=6)) for _ in range(300)]
    columns = {"path": steps, "won": [1] * 300}
    assert 1 == choose_order(sl.Journeys.from_paths(columns, path="path", conversions="won")).order


def test_accounts_of_a_business_are_held_out() -> None:
    """By team and channel too, the same for the same seed."""
    journeys = sl.Journeys.from_business(simulate_business(n_accounts=150, seed=3).business)
    one, other = (choose_order(journeys, [1, 2], folds=3, seed=4, by=("team", "channel")) for _ in range(2))
    assert one.table["log_loss"].tolist() == other.table["log_loss"].tolist()
    assert one == other
    assert (one.table["log_loss"] > 0).all()


@pytest.mark.parametrize("arguments", [{"orders": []}, {"orders": [0, 1]}, {"folds": 1}, {"folds": 10**6}, {"by": "x"}])
def test_a_bad_argument_is_refused(arguments: dict[str, Any]) -> None:
    """Orders, folds and labels that cannot be."""
    with pytest.raises(InvalidValueError):
        choose_order(walked(20, 1, seed=0), **arguments)
    with pytest.raises(MissingTimesError):
        choose_order(walked(20, 1, seed=0), by="team")


@given(walks=WALKS, asked=WALKS, order=st.integers(1, 3))
def test_chances_of_steps_lean_on_shorter_histories(walks: list[Walk], asked: list[Walk], order: int) -> None:
    """As one by one: counts after a history, and the next shorter one's chance as often as there are possible steps."""
    model = MarkovChain(order=order)
    strange = Walk(("never seen", "a"), 1, Fraction(0), 0)
    summary, other = model.summarize(journeys_of_walks(walks)), model.summarize(journeys_of_walks([*asked, strange]))
    keys = recoded(other.keys, other.labels, summary)
    found = list(step_chances(summary, keys))
    assert order + 1 == len(found)
    steps: Counter[tuple[Any, ...]] = Counter()
    for walk in walks:
        history: tuple[Any, ...] = (NOTHING,) * order
        ends = [(CONVERSION, walk.won), (NON_CONVERSION, walk.lost)]
        for label in walk.labels:
            steps[*history, label] += walk.won + walk.lost
            history = (*history, label)[1:]
        for end, n in ends:
            steps[*history, end] += n
    names = [label for (label,) in other.labels]
    n_labels = len({label for walk in walks if walk.won + walk.lost for label in walk.labels})
    for row, key in enumerate(other.keys.tolist()):
        told = tuple(names[code] if code >= 0 else code for code in key)
        chance = 1 / (n_labels + 3)
        for k in range(order + 1):
            taken = math.fsum(n for it, n in steps.items() if it[order - k :] == told[order - k :])
            visits = math.fsum(n for it, n in steps.items() if it[order - k : -1] == told[order - k : -1])
            chance = (taken + (n_labels + 3) * chance) / (visits + n_labels + 3)
            assert chance == pytest.approx(float(found[k][row]), rel=1e-12)
