from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_validate

from budget import examples
from servicelead._typing import MISSING
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError
from servicelead.propensity import AccountTimeSplit, SnapshotBuilder
from tables.samples import business

DAY = 86_400_000_000


def split_of(account: Any, cutoff_day: Any, reach: int, **more: Any) -> AccountTimeSplit:
    """Return a split of rows at days whose labels reach some days ahead."""
    cutoff = np.asarray(cutoff_day, dtype=np.int64) * DAY
    return AccountTimeSplit(account=account, cutoff=cutoff, label_ends=cutoff + reach * DAY, **more)


@settings(max_examples=examples(60))
@given(st.data())
def test_neither_account_nor_label_overlaps(data: Any) -> None:
    """No account is on both sides, no label window reaches into the test, and every row is tested at most once."""
    n = data.draw(st.integers(30, 60))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    account, day = rng.integers(0, 8, n), rng.integers(0, 12, n) * 10
    reach, embargo = data.draw(st.integers(1, 30)), data.draw(st.integers(0, 10))
    cv = split_of(account, day, reach, n_splits=data.draw(st.integers(1, 3)), embargo=timedelta(days=embargo))
    tested: list[int] = []
    try:
        pairs = list(cv.split(np.zeros((n, 1))))
    except InvalidValueError:
        return
    for train, test in pairs:
        assert not set(account[train]) & set(account[test])
        assert cv.label_ends[train].max() + embargo * DAY <= cv.cutoff[test].min()
        tested += test.tolist()
    assert len(tested) == len(set(tested))
    first = min(cv.cutoff[tested])
    assert set(np.flatnonzero(cv.cutoff >= first)) == set(tested)  # and from the first on every row is
    assert len(pairs) == cv.get_n_splits()


def test_by_hand() -> None:
    """Four months of three accounts, labels of one month: the second month is the first that can be tested."""
    account, month = np.tile([7, 8, 9], 4), np.repeat([0, 30, 60, 90], 3)
    cv = split_of(account, month, 30, n_splits=2)
    months = [(sorted(set(month[train])), sorted(set(month[test]))) for train, test in cv.split(account)]
    assert [([0, 30], [60])] * 3 + [([0, 30, 60], [90])] * 3 == months
    assert [2] * 3 == [len(set(account[train])) for train, _ in list(cv.split(account))[:3]]


def test_in_scikit_learn() -> None:
    """It is a `cv` of scikit-learn's cross_validate, with the rows' labels as they are."""
    snapshots = SnapshotBuilder().build(simulate_business(n_accounts=400, seed=3).business)
    cv = AccountTimeSplit.of(snapshots, n_splits=2, account_folds=2)
    features = np.column_stack([snapshots.features[name] for name in ("touches_90d", "recurring_revenue")])
    found = cross_validate(LogisticRegression(), features / 1e3, snapshots.label, cv=cv, scoring="neg_brier_score")
    assert 4 == len(found["test_score"])
    assert np.isfinite(found["test_score"]).all()


def test_labels_and_datetimes() -> None:
    """Accounts may be labels of any kind, moments datetimes; equal columns make equal splits."""
    day = np.repeat(np.array(["2026-01-01", "2026-02-01", "2026-03-01"], dtype="datetime64[D]"), 3)
    ends = day + np.timedelta64(31, "D")
    one = AccountTimeSplit(account=["x", "y", "z"] * 3, cutoff=day, label_ends=ends, n_splits=1)
    codes = AccountTimeSplit(account=[1, 3, 2] * 3, cutoff=one.cutoff, label_ends=one.label_ends, n_splits=1)
    assert 3 == len(list(one.split(np.zeros(9))))
    assert one == AccountTimeSplit(account=["x", "y", "z"] * 3, cutoff=day, label_ends=ends, n_splits=1)
    assert one != codes


def test_the_seed_draws_the_parts() -> None:
    """The same seed gives the same parts, another one others."""
    account, month = np.tile(np.arange(20), 3), np.repeat([0, 30, 60], 20)
    tests = [next(split_of(account, month, 30, n_splits=1, seed=seed).split(account))[1].tolist() for seed in (0, 0, 1)]
    assert tests[0] == tests[1] != tests[2]


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ({"account": [0, 0], "cutoff_day": [0, 30], "reach": 1}, "account_folds"),
        ({"account": [0, 1, 2], "cutoff_day": [0, 30, 60], "reach": 90}, "n_splits"),
        ({"account": [0, 1, 2, 0], "cutoff_day": [0, 0, 0, 30], "reach": 5, "n_splits": 1}, "every pair"),
        ({"account": [], "cutoff_day": [], "reach": 5}, "account_folds"),
    ],
)
def test_too_little_to_split(made: dict[str, Any], says: str) -> None:
    """Too few accounts or cutoffs, and pairs with an empty side, are refused with what to change."""
    cv = split_of(**made)
    with pytest.raises(InvalidValueError, match=says):
        list(cv.split(np.zeros(len(made["account"]))))


def test_other_rows_are_refused() -> None:
    """It splits the rows it was made of, and no others."""
    with pytest.raises(InvalidValueError, match="rows"):
        next(split_of([0, 1, 2], [0, 0, 30], 5).split(np.zeros(4)))


@pytest.mark.parametrize(
    "settings_",
    [
        {"account": [[1]]}, {"cutoff": ["monday"]}, {"cutoff": [0, 1]}, {"label_ends": [-1]}, {"n_splits": 0},
        {"account_folds": 1}, {"embargo": timedelta(hours=1)}, {"seed": -1},
    ],
)  # fmt: skip
def test_settings_are_checked(settings_: dict[str, Any]) -> None:
    """A setting that makes no sense is refused."""
    with pytest.raises(InvalidValueError, match="AccountTimeSplit"):
        AccountTimeSplit(**({"account": [1], "cutoff": [0], "label_ends": [5]} | settings_))


@pytest.mark.parametrize("account", [["None", None], [1.0, np.nan], [1, None], [DAY, MISSING], pd.Series(["a", None])])
def test_an_account_without_a_name_is_refused(account: Any) -> None:
    """It is neither an account called None nor one that all the nameless share."""
    with pytest.raises(InvalidValueError, match=r"AccountTimeSplit\.account must be an account per row"):
        AccountTimeSplit(account=account, cutoff=[0, 0], label_ends=[5, 5])


@pytest.mark.parametrize("name", ["cutoff", "label_ends"])
@pytest.mark.parametrize(
    "moments",
    [np.array(["2026-01-01", "NaT"], dtype="datetime64[s]"), [0, MISSING], [0.0, np.nan], np.array([date.max, None])],
)
def test_a_missing_moment_is_refused(name: str, moments: Any) -> None:
    """Not taken for the beginning of time."""
    columns = {"cutoff": [0, 0], "label_ends": [DAY, DAY]} | {name: moments}
    with pytest.raises(InvalidValueError, match=rf"AccountTimeSplit\.{name} must be a moment per row"):
        AccountTimeSplit(account=[1, 2], **columns)


def test_without_snapshots_there_is_no_split() -> None:
    """A split of no rows says why there are none."""
    paid = {"subscription_id": "s", "account_id": "a", "started_at": "2026-06-01", "amount": "1", "period": "month"}
    empty = SnapshotBuilder(horizon=timedelta(days=30)).build(business(subscriptions=[paid]))
    with pytest.raises(InvalidValueError, match=r"snapshots\.dropped.* 12 not_active"):
        AccountTimeSplit.of(empty)


def days_tested(cv: AccountTimeSplit) -> list[list[int]]:
    """Return the days of the cutoffs that are tested, period by period."""
    tests = [sorted(set((cv.cutoff[test] // DAY).tolist())) for _, test in cv.split(cv.account)]
    return tests[:: cv.account_folds]


def test_a_period_is_left_to_learn_from() -> None:
    """Eight testable cutoffs make three periods of two, of which the last two are tested, and none of four."""
    account, day = np.tile([1, 2, 3], 9), np.repeat(np.arange(9) * 10, 3)
    assert [[50, 60], [70, 80]] == days_tested(split_of(account, day, 10, n_splits=2))


def test_a_label_that_ends_as_the_cutoff_begins_is_learnt() -> None:
    """The second cutoff can be tested if the first one's label is just over, and not if that must be a day ago."""
    account, day = np.tile([1, 2, 3], 4), np.repeat(np.arange(4) * 10, 3)
    assert [[10], [20], [30]] == days_tested(split_of(account, day, 10, n_splits=3))
    late = split_of(account, day, 10, n_splits=3, embargo=timedelta(days=1))
    with pytest.raises(InvalidValueError, match=r"n_splits .* got 2 of 4"):
        days_tested(late)


def test_accounts_are_told_apart_by_their_whole_label() -> None:
    """Labels that begin alike are different accounts."""
    account = ["acme 1", "acme 2", "acme 3", "zeta"] * 3
    cv = split_of(account, np.repeat([0, 30, 60], 4), 30, n_splits=1)
    assert [0, 1, 2, 3] * 3 == cv.account.tolist()
