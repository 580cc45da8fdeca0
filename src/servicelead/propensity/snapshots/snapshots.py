"""Snapshots: accounts as they were known at cutoffs, and what became of them."""

from datetime import timedelta
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._typing import Array, Codes, IntArray, ObjectArray
from servicelead.columns.table import ResultTable
from servicelead.columns.vocabulary import Vocabulary
from servicelead.propensity.snapshots.feature import Feature
from servicelead.tables.base import frozen_array

__all__ = ["Snapshots"]


@frozen(kw_only=True, eq=False)
class Snapshots:
    """Rows of (account, cutoff): features known strictly before the cutoff, and the label of the time after it.

    Ordered by cutoff, then account. Made by `SnapshotBuilder`.

    Attributes
    ----------
    features
        One column per feature: float64 with NaN where missing, or text with None.
    definitions
        What each of these columns means.
    label : int8 (n,)
        1 if the account expanded in ``[cutoff + gap, cutoff + gap + horizon)``, 0 if not, -1 where nobody asked.
    value : int64 (n,)
        What it then bought, in minor units (of deals won, or of annual recurring revenue); float64 without a currency.
    account : int32 (n,)
        Account code: the groups of a split that must not tear accounts apart.
    cutoff : int64 (n,)
        UTC microseconds.
    accounts
        The identifiers that account codes stand for.
    horizon, gap
        Length of the label's window, and how long after the cutoff it begins.
    dropped
        How many pairs of an account and a cutoff are no row: reason, n_rows.
    currency
        ISO 4217 code of `value`; None for plain measures.
    """

    features: ResultTable = field(repr=False)
    definitions: tuple[Feature, ...] = field(repr=False)
    label: Array = field(repr=False)
    value: Array = field(repr=False)
    account: Codes = field(repr=False)
    cutoff: IntArray = field(repr=False)
    accounts: Vocabulary = field(repr=False)
    horizon: timedelta
    gap: timedelta
    dropped: ResultTable = field(repr=False)
    currency: str | None = None

    def __len__(self) -> int:
        return len(self.account)

    @property
    def X(self) -> Any:  # noqa: N802 - scikit-learn's name for it
        """The features as a data frame, of the input's library where it is known."""
        return self.features.to_frame()

    @property
    def y(self) -> Array:
        """The label."""
        return self.label

    @cached_property
    def account_id(self) -> ObjectArray:
        """Identifier of each row's account."""
        return frozen_array(self.accounts.decode(self.account))

    @cached_property
    def label_ends(self) -> IntArray:
        """The end of each row's label window, exclusive: the row teaches nothing before it. UTC microseconds."""
        reach = (self.gap + self.horizon) // timedelta(microseconds=1)
        return frozen_array(self.cutoff + reach)

    @property
    def table(self) -> ResultTable:
        """Account and cutoff, every feature, and the label."""
        columns = {"account_id": self.account_id, "cutoff": self.cutoff.astype("datetime64[us]")}
        columns |= {name: self.features[name] for name in self.features}
        return ResultTable(columns | {"label": self.label}, backend=self.features.backend)

    def to_frame(self, backend: str | None = None) -> Any:
        """Return account_id, cutoff, every feature and the label as a data frame."""
        return self.table.to_frame(backend)

    def __str__(self) -> str:
        expanded = self.account[self.label == 1]
        n_cutoffs, n_accounts = len(np.unique(self.cutoff)), len(np.unique(self.account))
        labelled = f"; {len(expanded):,} snapshots of {len(np.unique(expanded)):,} accounts expanded"
        held = f"{len(self):,} snapshots of {n_accounts:,} accounts at {n_cutoffs:,} cutoffs"
        return f"{held}, {len(self.definitions)} features{labelled if (self.label >= 0).any() else ''}"
