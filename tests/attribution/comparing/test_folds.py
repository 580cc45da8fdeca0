import numpy as np
import pytest

import servicelead as sl
from laws.drawing import journeys_of_paths
from servicelead.attribution.comparing.folds import account_folds
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError


@pytest.fixture(scope="module")
def journeys() -> sl.Journeys:
    """Return the journeys of a simulated business."""
    return sl.Journeys.from_business(simulate_business(n_accounts=100, seed=5).business)


def test_no_account_is_on_both_sides(journeys: sl.Journeys) -> None:
    """Every closed journey is judged once, by what was learned from other accounts, in folds of almost one size."""
    opportunities: list[int] = []
    sizes = []
    for train, test in account_folds(journeys, 4, seed=1):
        assert not set(train.account.tolist()) & set(test.account.tolist())
        assert journeys.n == train.n + test.n
        closed = test.outcome != test.OPEN
        opportunities += test.opportunity[closed].tolist()
        sizes.append(len(np.unique(test.account[closed])))
    assert sorted(journeys.opportunity[journeys.outcome != journeys.OPEN].tolist()) == sorted(opportunities)
    assert max(sizes) - min(sizes) <= 1


def test_a_seed_deals_the_same_folds(journeys: sl.Journeys) -> None:
    """The same seed gives the same folds, another seed others."""
    first, again, other = (
        [test.opportunity.tolist() for _, test in account_folds(journeys, 3, seed)] for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_paths_are_dealt_conversion_by_conversion() -> None:
    """Counts and cents of the folds add up to those of the paths, and each fold is whole."""
    paths = journeys_of_paths([(["ad", "call"], 50, 999_99, 70), (["ad"], 1, -5, 0), (["call"], 0, 0, 2)])
    assert paths.minor_units is not None
    weight, minor = 0, 0
    for train, test in account_folds(paths, 3, seed=0):
        assert train.minor_units is not None
        assert test.minor_units is not None
        assert paths.weight.sum() == train.weight.sum() + test.weight.sum()
        assert paths.minor_units.sum() == train.minor_units.sum() + test.minor_units.sum()
        assert (train.value * 100).round().astype(int).tolist() == train.minor_units.tolist()
        assert (test.weight > 0).all()
        weight, minor = weight + int(test.weight.sum()), minor + int(test.minor_units.sum())
    assert (paths.weight.sum(), paths.minor_units.sum()) == (weight, minor)


def test_measures_follow_their_conversions() -> None:
    """Without a currency, value goes with the counts in proportion."""
    paths = sl.Journeys.from_paths({"path": ["ad"], "won": [8], "v": [2.0]}, path="path", conversions="won", value="v")
    for train, _ in account_folds(paths, 2, seed=0):
        assert [0.25] == (train.value / train.weight).tolist()


def test_impossible_folds(journeys: sl.Journeys) -> None:
    """One fold, or more folds than accounts, cannot be."""
    with pytest.raises(InvalidValueError, match="at least 2"):
        list(account_folds(journeys, 1, 0))
    with pytest.raises(InvalidValueError, match="fewer accounts"):
        list(account_folds(journeys, 101, 0))
    with pytest.raises(InvalidValueError, match="fewer accounts"):
        list(account_folds(journeys_of_paths([]), 2, 0))
