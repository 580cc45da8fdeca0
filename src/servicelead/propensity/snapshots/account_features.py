"""Features of accounts: their age, and their attributes as they were known."""

from collections.abc import Iterator

import numpy as np

from servicelead._typing import MISSING
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.propensity.snapshots.feature import Column, Feature
from servicelead.propensity.snapshots.scope import Scope, number
from servicelead.tables import Business
from servicelead.tables.segmentation import attribute_at

__all__ = ["UNDATED", "account_features", "attributes_of"]

#: Attributes of accounts that have a field of their own, and no history unless one is kept.
UNDATED = ("name", "seats", "industry", "annual_recurring_revenue")
#: What else may be taken to be constant: for features of one's own.
_OTHERS = ("contacts", "parent_account_id")


def attributes_of(
    business: Business, asked: tuple[str, ...] | None, assume_constant: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the attributes to read: those asked for, by default all with a history, and those assumed constant.

    Raises
    ------
    InvalidValueError
        For one without a history that is not assumed constant.
    UnknownNameError
        For one that no table has.
    """
    dated = tuple(business.account_history.attributes)
    undated = {*UNDATED, *business.accounts.attributes}
    unknown = [name for name in assume_constant if name not in undated | {*_OTHERS, *business.leads.attributes}]
    if unknown:
        raise UnknownNameError(
            f"SnapshotBuilder.assume_constant: accounts have no column {', '.join(map(repr, unknown))}; "
            f"they have {', '.join(sorted(undated))}, and there are 'contacts'"
        )
    constant = tuple(name for name in assume_constant if name in undated)
    wanted = tuple(dict.fromkeys([*(dated if asked is None else asked), *constant]))
    for name in wanted:
        if name in dated or name in constant:
            continue
        if name in undated:
            raise InvalidValueError(
                f"SnapshotBuilder.attributes must have a history; got {name!r}, of which only today's value is known; "
                f"keep it in account_history, or say assume_constant=({name!r},)"
            )
        raise UnknownNameError(f"no account attribute {name!r}; account_history has {', '.join(dated) or 'none'}")
    return wanted


def account_features(scope: Scope) -> Iterator[Column]:
    """Yield the features of accounts."""
    business, instants, n = scope.business, scope.panel.instants, scope.panel.n_accounts
    created = np.full(n, np.iinfo(np.int64).max)
    known = np.flatnonzero(business.accounts.created_at != MISSING)
    created[business.accounts.account_id[known]] = business.accounts.created_at[known]
    age = scope.panel.days_since(np.where(created[:, None] < instants, created[:, None], MISSING))
    yield number("account_age", "days", "Days since the account was created.", age)
    every = np.tile(np.arange(n, dtype=np.int32), len(instants))
    just_before = np.repeat(instants - 1, n)
    for name in scope.attributes:
        found = attribute_at(business, name, every, just_before)
        sentence = f"The account's {name} as it was known."
        if _is_text(business, name):
            labels = found.values.astype(object)
            labels[found.missing] = None
            feature = Feature(name=name, unit="label", sentence=sentence, kind="category")
            yield feature, labels.reshape(len(instants), n).T
        else:
            values = np.where(found.missing, np.nan, found.values).reshape(len(instants), n).T
            yield number(name, "as recorded", sentence, values)


def _is_text(business: Business, name: str) -> bool:
    dated = name in business.account_history.attributes
    return name in (business.account_history if dated else business.accounts).vocabularies
