"""What deflection is told apart by, and which assisted cases it is compared with."""

from datetime import timedelta

import numpy as np

from servicelead._fields import kind_of
from servicelead._typing import Array, Codes, IntArray
from servicelead.calculators.deflection_events import microseconds
from servicelead.columns.vocabulary import Vocabulary
from servicelead.domain.segments import Segmentation
from servicelead.domain.support import Resource
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.tables import Business
from servicelead.tables.journey_dimensions import month_codes
from servicelead.tables.segmentation import segments_at

__all__ = ["ASSISTED", "CASE_FATES", "case_fates", "labels_of"]

#: What a case is to deflection, in the order of its codes.
CASE_FATES = {
    "not_entitled": "customer not entitled to assisted support",
    "earlier": "before the first self-help event of an entitled customer",
    "censored": "as recent as the events that are not counted yet",
    "assisted": "assisted demand in the time in which events are counted",
}
ASSISTED = len(CASE_FATES) - 1


def case_fates(business: Business, follow_up: timedelta) -> Array:
    """Return what each case is to deflection, as its place in `CASE_FATES`.

    A case that does not say whether its customer was entitled is taken to be of one who was: he was helped.
    """
    events, cases = business.self_help_events, business.cases
    entitled = events.occurred_at[events.entitled == 1]
    first = int(entitled.min()) if len(entitled) else business.as_of + 1
    is_young = business.as_of - cases.opened_at < microseconds(follow_up)
    fates: Array = np.select([cases.entitled == 0, cases.opened_at < first, is_young], [0, 1, 2], ASSISTED)
    return fates


def labels_of(
    business: Business, dimension: str, segmentation: Segmentation | None, rows: tuple[IntArray, IntArray]
) -> tuple[Codes, Vocabulary]:
    """Return the code of some events and then of some cases in a dimension, and its labels; -1 is no label.

    Raises
    ------
    UnknownNameError
        For an unknown dimension.
    InvalidValueError
        For segments without a segmentation.
    """
    (chosen, assisted), events, cases = rows, business.self_help_events, business.cases
    if dimension == "resource":
        codes = np.append(events.resource[chosen], np.full(len(assisted), -1))
        return codes.astype(np.int32), Vocabulary([resource.value for resource in Resource])
    instants = np.append(events.occurred_at[chosen], cases.opened_at[assisted])
    if dimension == "month":
        return month_codes(business.zone.months(instants))
    if dimension != "segment":
        raise UnknownNameError("no dimension of that name; choose among resource, segment, month")
    if not isinstance(segmentation, Segmentation):
        raise InvalidValueError(
            "ObservedDeflection.by: segmentation must be a Segmentation to tell segments apart; got "
            f"{kind_of(segmentation)}; write segmentation=Segmentation(name=..., segments=[...])"
        )
    accounts = np.append(events.account_id[chosen], cases.account_id[assisted])
    names = Vocabulary([segment.name for segment in segmentation.segments])
    return segments_at(business, segmentation, accounts, instants), names
