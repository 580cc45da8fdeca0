"""What a placement or a journey can be labelled by: of the touch, or of the journey it is in."""

from typing import TYPE_CHECKING

import numpy as np

from servicelead._typing import Array, Codes, IntArray
from servicelead.columns.vocabulary import Vocabulary
from servicelead.exceptions import UnknownNameError
from servicelead.tables.base import frozen_array

if TYPE_CHECKING:
    from servicelead.tables.journeys import Journeys

__all__ = ["deals", "month_codes", "of_journeys", "of_placements"]

_OF_TOUCHES = {"channel": "channel", "team": "team", "group": "group", "campaign": "campaign", "lead": "lead_id"}
_OF_JOURNEYS = ("account", "opportunity", "month")


def of_placements(journeys: "Journeys", name: str) -> tuple[Codes, Vocabulary]:
    """Return the code of each placement in a dimension, and the dimension's labels."""
    codes: Array
    if name in _OF_TOUCHES:
        codes = journeys.touches.codes(_OF_TOUCHES[name])[journeys.rows]
        vocabulary = journeys.touches.vocabulary(_OF_TOUCHES[name])
    elif name == "touch_month":
        codes, vocabulary = month_codes(journeys.require_business(name).zone.months(journeys.times))
    elif name in _OF_JOURNEYS:
        codes, vocabulary = of_journeys(journeys, name)
        codes = np.repeat(codes, journeys.lengths)
    else:
        known = ", ".join((*_OF_TOUCHES, *_OF_JOURNEYS, "touch_month"))
        raise UnknownNameError(f"no dimension {name!r}; dimensions: {known}")
    return frozen_array(codes.astype(np.int32, copy=False)), vocabulary


def of_journeys(journeys: "Journeys", name: str) -> tuple[Codes, Vocabulary]:
    """Return the code of each journey in a dimension of journeys, and the dimension's labels."""
    business = journeys.require_business(name)
    if name == "account":
        return journeys.account, business.touches.vocabularies["account_id"]
    if name == "opportunity":
        return deals(journeys, journeys.opportunity)
    if name == "month":
        return month_codes(business.zone.months(journeys.ends()))
    raise UnknownNameError(f"no dimension of journeys {name!r}; there are {', '.join(_OF_JOURNEYS)}")


def deals(journeys: "Journeys", rows: IntArray) -> tuple[Codes, Vocabulary]:
    """Return the identifier of each row of opportunities, -1 for the row -1."""
    table = journeys.require_business("opportunities").opportunities
    return np.append(table.opportunity_id, np.int32(-1))[rows], table.vocabularies["opportunity_id"]


def month_codes(months: IntArray) -> tuple[Codes, Vocabulary]:
    """Return the code of each month, counted from January 1970, and labels such as ``2026-03``."""
    distinct, codes = np.unique(months, return_inverse=True)
    labels = [str(np.datetime64(int(month), "M")) for month in distinct]
    return codes.astype(np.int32), Vocabulary(labels)
