import numpy as np
import pytest

from servicelead.domain import Segment, Segmentation
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.tables.lead_groups import group_leads, units_of_leads
from tables.samples import at, business, lead

LEADS = business(
    leads=[
        lead("1", "a", owner="bob", created_at=at(0), org_level="executive"),
        lead("2", "b", owner=None, created_at=at(40), team="sales"),
        lead("3", None, owner="ann", created_at=at(41)),
        lead("4", "b", owner="ann", created_at=at(3)),
    ],
    account_history=[{"account_id": "b", "valid_from": at(10), "seats": 100}],
    accounts=[{"account_id": "a"}, {"account_id": "b"}],
)
LARGE = Segmentation(name="size", segments=[Segment.at_least("seats", 50, name="large")])
ROWS = np.arange(4)


@pytest.mark.parametrize(
    ("by", "labels", "codes"),
    [
        ("owner", ["ann", "bob", None], [1, 2, 0, 0]),
        ("team", ["sales", "services"], [1, 0, 1, 1]),
        ("org_level", ["executive", None], [0, 1, 1, 1]),
        ("month", ["2026-01", "2026-02"], [0, 1, 1, 0]),
        ("channel", [None], [0, 0, 0, 0]),
    ],
)
def test_groups_are_the_labels_that_occur(by: str, labels: list[str | None], codes: list[int]) -> None:
    """In the order of the vocabulary, leads without a label last."""
    groups = group_leads(LEADS, ROWS, by)
    assert (labels, codes) == (groups.labels.tolist(), groups.codes.tolist())
    assert labels == groups.columns()[by].tolist()


def test_segments_are_those_at_creation() -> None:
    """Account b was large from the tenth day on; nobody's lead is in no segment."""
    groups = group_leads(LEADS, ROWS, "segment", LARGE)
    assert (["large", None], [1, 0, 1, 1]) == (groups.labels.tolist(), groups.codes.tolist())


def test_without_a_dimension_all_leads_are_one_group() -> None:
    """Which has no column."""
    groups = group_leads(LEADS, ROWS, None)
    assert ([0, 0, 0, 0], {}) == (groups.codes.tolist(), groups.columns())


def test_only_the_leads_asked_for_count() -> None:
    """A label that only others have is left out."""
    assert ["ann"] == group_leads(LEADS, np.array([2, 3]), "owner").labels.tolist()


def test_what_cannot_be_told_apart_is_refused() -> None:
    """Another dimension, segments without a segmentation, a segmentation without segments."""
    with pytest.raises(UnknownNameError, match="team, group"):
        group_leads(LEADS, ROWS, "need")
    for by, segmentation in (("segment", None), ("owner", LARGE), (None, LARGE)):
        with pytest.raises(InvalidValueError, match="segment"):
            group_leads(LEADS, ROWS, by, segmentation)


def test_a_lead_without_an_account_is_a_unit_of_its_own() -> None:
    """Leads of one account are one unit, two leads of nobody are two, and no unit is shared between the two kinds."""
    given = business(leads=[lead("1", "a"), lead("2", "a"), lead("3", "b"), lead("4", None), lead("5", None)])
    units = units_of_leads(given).tolist()
    assert units[0] == units[1]
    assert 4 == len(set(units))


def test_rows_are_found_by_the_code_of_their_key() -> None:
    """An identifier that only other tables name has no row, and neither has no identifier."""
    given = business(
        leads=[lead("1"), lead("3")], stage_history=[{"lead_id": "2", "stage": "new", "entered_at": at(1)}]
    )
    row = given.leads.row_of("lead_id")
    names = given.leads.vocabulary("lead_id").labels.tolist()
    assert {"1": 0, "2": -1, "3": 1} == dict(zip(names, row[:-1].tolist(), strict=True))
    assert -1 == row[-1]
