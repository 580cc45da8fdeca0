"""Splits that foretell as one will have to: later than everything learnt, and about accounts never seen."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Self

import numpy as np
from attrs import Attribute, cmp_using, field, frozen

from servicelead._fields import Validator, kind_of, refuse, whole
from servicelead._typing import MISSING, IntArray
from servicelead.exceptions import InvalidValueError
from servicelead.propensity.estimators.outcomes import account_codes
from servicelead.propensity.snapshots.settings import whole_days
from servicelead.propensity.snapshots.snapshots import Snapshots
from servicelead.tables.base import frozen_array

__all__ = ["AccountTimeSplit"]


def _as_instants(values: Any) -> Any:
    array = np.asarray(values)
    if array.dtype.kind == "M":
        array = array.astype("datetime64[us]").astype(np.int64)
    return frozen_array(array.astype(np.int64)) if array.dtype.kind in "iu" else values


def _as_groups(values: Any) -> Any:
    try:
        return frozen_array(account_codes("account", values, len(values))) if np.ndim(values) == 1 else values
    except (TypeError, ValueError):  # no column, or one with accounts missing: it is for the validator to say so
        return values


def _column(what: str, form: str) -> Validator:
    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype != np.int64:
            refuse(instance, attribute, f"{what} per row", kind_of(value), f"pass one column of {form}, none missing")
        if (value == MISSING).any():
            refuse(instance, attribute, f"{what} per row", "missing ones", "leave rows without one out")

    return check


@frozen(kw_only=True)
class AccountTimeSplit:
    """Train on what was over, test on what came after it, never on an account that was trained on.

    The testable cutoffs, those at which some row's label was already known, are cut into consecutive periods; the last
    `n_splits` of them are tested in turn. In each, the accounts are tested in `account_folds` parts: a model that
    tests a part has seen none of its accounts, and no row whose label window ended after the first cutoff of the
    period less the embargo. So every row is tested at most once, rows of the first cutoffs never.

    It carries its accounts and times, as scikit-learn's ``PredefinedSplit`` carries its folds, and so works wherever
    scikit-learn takes ``cv=``; `groups` are not read. Make it with `of`.

    Attributes
    ----------
    account
        What each row is about: codes or labels, (n,); none may be missing.
    cutoff
        Moment up to which each row's features read: UTC microseconds or datetime64, (n,).
    label_ends
        The end of each row's label window, exclusive, likewise.
    n_splits
        Periods tested, at least 1.
    account_folds
        Parts the accounts are tested in, at least 2; `get_n_splits` is ``n_splits * account_folds``.
    embargo
        How long before a test period labels must have ended, whole days.
    seed
        Of the draw of accounts into parts.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> from servicelead.propensity import SnapshotBuilder
    >>> snapshots = SnapshotBuilder().build(simulate_business(n_accounts=100, seed=1).business)
    >>> cv = AccountTimeSplit.of(snapshots, n_splits=3)
    >>> cv.get_n_splits()
    9
    >>> train, test = next(cv.split(snapshots.features["touches_90d"]))
    >>> bool(snapshots.label_ends[train].max() <= snapshots.cutoff[test].min())
    True
    """

    account: IntArray = field(
        repr=False,
        converter=_as_groups,
        eq=cmp_using(eq=np.array_equal),
        validator=_column("an account", "codes or labels"),
    )
    cutoff: IntArray = field(
        repr=False, converter=_as_instants, eq=cmp_using(eq=np.array_equal), validator=_column("a moment", "datetimes")
    )
    label_ends: IntArray = field(
        repr=False, converter=_as_instants, eq=cmp_using(eq=np.array_equal), validator=_column("a moment", "datetimes")
    )
    n_splits: int = field(default=3, validator=whole(1))
    account_folds: int = field(default=3, validator=whole(2))
    embargo: timedelta = field(default=timedelta(0), validator=whole_days(0))
    seed: int = field(default=0, validator=whole(0))

    __hash__ = None  # type: ignore[assignment]  # equal by its columns, which are too large to hash

    @label_ends.validator
    def _fits(self, attribute: "Attribute[IntArray]", value: IntArray) -> None:
        if not len(value) == len(self.cutoff) == len(self.account):
            refuse(self, attribute, "as long as account and cutoff", "other lengths", "take them from one table")
        if (value < self.cutoff).any():
            refuse(self, attribute, "not before the row's cutoff", "earlier moments", "a label lies after its features")

    @classmethod
    def of(cls, snapshots: Snapshots, **settings: Any) -> Self:
        """Return the split of snapshots, with settings such as ``n_splits=3``.

        Raises
        ------
        InvalidValueError
            When there are no snapshots.
        """
        if not len(snapshots):
            reasons = ", ".join(f"{row['n_rows']:,} {row['reason']}" for row in snapshots.dropped.rows())
            raise InvalidValueError(
                f"AccountTimeSplit.of: snapshots must have rows; got none, and in snapshots.dropped {reasons}; take "
                "cutoffs whose label window is over, of accounts that were then customers"
            )
        return cls(account=snapshots.account, cutoff=snapshots.cutoff, label_ends=snapshots.label_ends, **settings)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: ARG002, N803 - scikit-learn's signature
        """Return the number of pairs that `split` yields."""
        return self.n_splits * self.account_folds

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[IntArray, IntArray]]:  # noqa: ARG002, N803 - scikit-learn's signature
        """Yield the rows to train on and the rows to test on, period by period, part by part.

        Raises
        ------
        InvalidValueError
            When y, or X without it, has other rows, there are fewer accounts than parts or fewer testable cutoffs than
            periods, or a pair would have nothing to train on or to test on.
        """
        n = len(y) if y is not None else X.shape[0] if hasattr(X, "shape") else len(X)
        if n != len(self.cutoff):
            raise InvalidValueError(
                f"AccountTimeSplit.split: X and y must have the {len(self.cutoff):,} rows it was made of; got {n:,}; "
                "make the split of the rows you pass"
            )
        fold = self._folds()
        reach = self.embargo // timedelta(microseconds=1)
        for first, last in self._periods():
            tested = (self.cutoff >= first) & (self.cutoff <= last)
            over = self.label_ends <= first - reach
            for part in range(self.account_folds):
                train, test = np.flatnonzero(over & (fold != part)), np.flatnonzero(tested & (fold == part))
                if not len(train) or not len(test):
                    raise InvalidValueError(
                        "AccountTimeSplit: every pair must have rows to train on and to test on; got one without; "
                        "ask for fewer splits or account_folds, or a shorter embargo"
                    )
                yield train, test

    def _folds(self) -> IntArray:
        n_accounts = int(self.account.max(initial=-1)) + 1
        if n_accounts < self.account_folds:
            raise InvalidValueError(
                f"AccountTimeSplit.account_folds must not exceed the accounts there are; got {n_accounts} accounts; "
                "ask for fewer folds"
            )
        order = np.random.default_rng(self.seed).permutation(n_accounts)
        return (order % self.account_folds)[self.account]

    def _periods(self) -> list[tuple[int, int]]:
        """Return the first and last cutoff of each period tested."""
        earliest = int(self.label_ends.min()) + self.embargo // timedelta(microseconds=1)
        cutoffs = np.unique(self.cutoff[self.cutoff >= earliest])
        if len(cutoffs) < self.n_splits:
            raise InvalidValueError(
                f"AccountTimeSplit.n_splits must not exceed the cutoffs at which something was already learnt; got "
                f"{len(cutoffs)} of {len(np.unique(self.cutoff))}; ask for fewer splits, or take more cutoffs"
            )
        # As many cutoffs a period as leave one more period's worth to train on before the first.
        size = max(len(cutoffs) // (self.n_splits + 1), 1)
        ends = len(cutoffs) - size * np.arange(self.n_splits)[::-1]
        return [(int(cutoffs[end - size]), int(cutoffs[end - 1])) for end in ends.tolist()]
