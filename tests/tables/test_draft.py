"""A source's rows on their way into a table."""

from typing import Any

import numpy as np
import pytest

from servicelead.columns.zones import Zone
from servicelead.tables.accounts import Accounts
from servicelead.tables.draft import KEPT, REJECTED, Draft, _bound, parse_source
from servicelead.tables.schema import Kind, Spec
from servicelead.tables.source import Source
from tables.samples import at, business, lead, touch


def draft(**columns: Any) -> Draft:
    """Return a draft of two rows."""
    source = Source(frame={"account_id": ["a", "b"]})
    made = parse_source(Accounts, source, Zone("UTC"), zone_named=False, as_of=0, mapping={})
    made.columns.update(columns)
    return made


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([np.nan, 0.0]), [True, False]),
        (np.array([np.iinfo(np.int64).min, 0]), [True, False]),
        (np.array([-1, 0], dtype=np.int32), [True, False]),
        (np.array([0, -1], dtype=np.int8), [False, True]),
    ],
)
def test_missing_is_told_by_the_kind_of_a_column(values: Any, expected: list[bool]) -> None:
    """NaN among numbers, the smallest integer among instants, -1 among codes; an absent column is all missing."""
    assert expected == draft(x=values).missing("x").tolist()
    assert [True, True] == draft().missing("x").tolist()


@pytest.mark.parametrize(
    ("bounds", "refused"),
    [
        ({}, []),
        ({"lower": 0.0}, [0]),
        ({"lower": -0.5}, [0]),
        ({"upper": 1.0}, [1]),
        ({"lower": -1.0, "upper": 2.0}, []),
    ],
)
def test_a_number_may_be_bounded_on_either_side(bounds: dict[str, Any], refused: list[int]) -> None:
    """What lies outside is refused; NaN is within any bounds."""
    made, missing = draft(), draft()
    _bound(made, Spec(name="x", kind=Kind.NUMBER, **bounds), np.array([-1.0, 2.0]))
    _bound(missing, Spec(name="x", kind=Kind.NUMBER, **bounds), np.array([np.nan, np.nan]))
    assert refused == np.flatnonzero(made.fate == REJECTED).tolist()
    assert [KEPT, KEPT] == missing.fate.tolist()


def test_a_column_of_one_s_own_is_text_where_any_source_has_text() -> None:
    """Numbers of one source are written as labels beside another's labels, in either order."""
    one = Source(frame={"account_id": ["a"], "tier": [1.0]}, name="one")
    two = Source(frame={"account_id": ["b"], "tier": ["gold"]}, name="two")
    for sources in ([one, two], [two, one]):
        accounts = business(accounts=sources).accounts
        assert ["1", "gold"] == accounts.vocabulary("tier").decode(accounts.codes("tier")).tolist()


def test_states_that_say_nothing_are_in_no_order() -> None:
    """Two rows of one account and instant, and no other column: both are kept."""
    state = {"account_id": "a", "valid_from": at(1)}
    assert 2 == len(business(account_history=[state, state]).account_history)


def test_leads_without_accounts_give_none() -> None:
    """Where no lead has an account column, their touches are in the table and in no account."""
    bare = {name: value for name, value in lead("l").items() if name != "account_id"}
    made = business(leads=[bare], touchpoints=[touch("t", None, lead_id="l")])
    assert [-1] == made.touches.account_id.tolist()


def test_identifiers_are_as_many_as_rows() -> None:
    """Identifiers left in their source still have a length."""
    assert 2 == len(business(touchpoints=[touch("t"), touch("u")]).touches.touchpoint_id)
