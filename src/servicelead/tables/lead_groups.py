"""What leads are told apart by: team, owner, channel, month of creation, segment."""

from typing import NamedTuple

import numpy as np

from servicelead._fields import kind_of
from servicelead._typing import Array, Codes, IntArray, ObjectArray
from servicelead.columns.vocabulary import Vocabulary
from servicelead.domain.segments import Segmentation
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.tables.business import Business
from servicelead.tables.journey_dimensions import month_codes
from servicelead.tables.segmentation import segments_at

__all__ = ["PLAIN_DIMENSIONS", "LeadGroups", "group_leads", "lead_groups", "units_of_leads"]

_CODED = ("team", "group", "channel", "owner", "reported_by", "org_level")
#: Dimensions that need no segmentation.
PLAIN_DIMENSIONS = (*_CODED, "month")


class LeadGroups(NamedTuple):
    """Leads put in groups: the group of each, and what the groups are called.

    Attributes
    ----------
    name
        What they are told apart by; None where all leads are one group.
    labels
        Of the groups that have a lead, in order; None, last, for leads without a label.
    codes
        int64 (n,): the place of each lead's group among the labels.
    """

    name: str | None
    labels: ObjectArray
    codes: IntArray

    def columns(self, places: Array | slice = slice(None)) -> dict[str, ObjectArray]:
        """Return the column of labels that a table of some groups begins with; none where all are one group."""
        return {} if self.name is None else {self.name: self.labels[places]}


def units_of_leads(business: Business) -> IntArray:
    """Return the independent unit of each lead, int64 (n,): its account, or the lead where it has none."""
    account = business.leads.account_id.astype(np.int64)
    alone = np.flatnonzero(account < 0)
    account[alone] = len(business.leads.vocabularies["account_id"]) + alone
    return account


def group_leads(
    business: Business, rows: IntArray, by: str | None, segmentation: Segmentation | None = None
) -> LeadGroups:
    """Return the groups of some leads; errors are those of `lead_groups`."""
    if by is None:
        if segmentation is not None:
            raise InvalidValueError("a segmentation needs by='segment'; got no dimension; name it, or leave it out")
        return LeadGroups(None, np.full(1, None, dtype=object), np.zeros(len(rows), dtype=np.int64))
    codes, vocabulary = lead_groups(business, rows, by, segmentation)
    labels = np.append(vocabulary.labels, np.array([None], dtype=object))
    codes = np.where(codes < 0, len(vocabulary), codes)
    present = np.flatnonzero(np.bincount(codes, minlength=len(labels)))
    place = np.zeros(len(labels), dtype=np.int64)
    place[present] = np.arange(len(present))
    return LeadGroups(by, labels[present], place[codes])


def lead_groups(
    business: Business, rows: IntArray, by: str, segmentation: Segmentation | None = None
) -> tuple[Codes, Vocabulary]:
    """Return the code of each lead in a dimension, and the dimension's labels; -1 is no label.

    Segments are read as of the lead's creation, months are those in which leads were created.

    Raises
    ------
    UnknownNameError
        For another dimension.
    InvalidValueError
        For segments without a segmentation, or a segmentation without them.
    """
    leads = business.leads
    if (by == "segment") != isinstance(segmentation, Segmentation):
        raise InvalidValueError(
            f"by='segment' and a segmentation go together; got {kind_of(segmentation)}; write by='segment', "
            "segmentation=Segmentation(name=..., segments=[...])"
        )
    if by in _CODED:
        return leads.codes(by)[rows].astype(np.int32), leads.vocabulary(by)
    if by == "month":
        return month_codes(business.zone.months(leads.created_at[rows]))
    if by != "segment" or segmentation is None:
        raise UnknownNameError(
            f"no dimension of leads of that name; choose among {', '.join(PLAIN_DIMENSIONS)}, segment"
        )
    account = leads.account_id[rows]
    known = np.flatnonzero(account >= 0)
    codes = np.full(len(rows), -1, dtype=np.int32)
    codes[known] = segments_at(business, segmentation, account[known], leads.created_at[rows][known])
    return codes, Vocabulary([segment.name for segment in segmentation.segments])
