"""What was assumed never to have changed, read from the columns of a model."""

from collections.abc import Iterable

from servicelead.domain import OrgLevel
from servicelead.propensity.account_features import UNDATED
from servicelead.tables import Business

__all__ = ["assumed_constant"]


def assumed_constant(columns: Iterable[str], business: Business) -> tuple[str, ...]:
    """Return the `assume_constant` with which snapshots of a business have such columns.

    An attribute of accounts without a history is a column for no other reason, nor is a count of people of one level.
    """
    names = tuple(columns)
    undated = {*UNDATED, *business.accounts.attributes} - {*business.account_history.attributes}
    of_levels = {f"{level.value}_contacts_met" for level in OrgLevel}
    contacts = ("contacts",) if of_levels.intersection(names) else ()
    return (*(name for name in names if name in undated), *contacts)
