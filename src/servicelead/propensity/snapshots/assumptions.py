"""How snapshots were taken for a model, read from its columns: what was assumed constant, and the windows."""

import re
from collections.abc import Iterable

from servicelead.domain import OrgLevel
from servicelead.propensity.snapshots.account_features import UNDATED
from servicelead.tables import Business

__all__ = ["assumed_constant", "windows_of"]

#: Counted in every window, whatever there is in the tables.
_COUNTED = re.compile(r"touches_([1-9][0-9]*)d")


def assumed_constant(columns: Iterable[str], business: Business) -> tuple[str, ...]:
    """Return the `assume_constant` with which snapshots of a business have such columns.

    An attribute of accounts without a history is a column for no other reason, nor is a count of people of one level.
    """
    names = tuple(columns)
    undated = {*UNDATED, *business.accounts.attributes} - {*business.account_history.attributes}
    of_levels = {f"{level.value}_contacts_met" for level in OrgLevel}
    contacts = ("contacts",) if of_levels.intersection(names) else ()
    return (*(name for name in names if name in undated), *contacts)


def windows_of(columns: Iterable[str]) -> tuple[int, ...] | None:
    """Return the `windows` with which snapshots have such columns; None where no column tells."""
    found = (_COUNTED.fullmatch(name) for name in columns)
    return tuple(sorted(int(match[1]) for match in found if match)) or None
