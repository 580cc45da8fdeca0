"""How large deals are, and the edges of bands they are put in."""

from collections.abc import Sequence

import numpy as np

from servicelead._fields import is_number
from servicelead._typing import FloatArray
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.tables.base import major_units
from servicelead.tables.business import Business

__all__ = ["is_size", "require_edges", "sizes_of_deals"]


def is_size(business: Business, name: str) -> bool:
    """Whether a name is ``amount`` or a number that opportunities carry."""
    deals = business.opportunities
    return name == "amount" or (name in deals.attributes and name not in deals.vocabularies)


def sizes_of_deals(who: str, business: Business, name: str) -> FloatArray:
    """Return the size of each deal by the name of a column, NaN where it is not known; amounts in major units."""
    deals = business.opportunities
    if not is_size(business, name):
        raise UnknownNameError(f"{who} must be amount or a number that opportunities carry; got another name; check it")
    if name == "amount":
        return major_units(deals.amount, deals.currency)
    return np.asarray(deals.attributes[name], dtype=np.float64)


def require_edges(who: str, edges: Sequence[float]) -> FloatArray:
    """Return the inner edges of bands, or refuse what does not ascend."""
    if not all(map(is_number, edges)) or any(np.diff(np.asarray(edges, dtype=np.float64)) <= 0):
        raise InvalidValueError(f"{who} must be ascending numbers; got others; name them, e.g. [1_000, 5_000]")
    return np.array(edges, dtype=float)
