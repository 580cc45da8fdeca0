from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead.domain import Segment, Segmentation
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.qualification import FollowUpPromises, PromiseState, follow_up_promises
from servicelead.uncertainty import Rate
from tables.samples import at, business, lead

AS_OF = at(180)


def promised(name: str, due: float | None, done: float | None = None, account: str | None = "a", **more: Any) -> Any:
    """Return a lead with a promise made on day 1."""
    moments = {
        "follow_up_promised_at": at(1),
        "follow_up_due_at": None if due is None else at(due),
        "followed_up_at": None if done is None else at(done),
    }
    return lead(name, account, **moments, **more)


def promises(*leads: Any, **tables: Any) -> FollowUpPromises:
    """Return the promises of some leads, as of day 180."""
    return follow_up_promises(business(leads=list(leads), as_of=AS_OF, **tables))


def test_the_published_worked_number() -> None:
    """120 settled, 102 in time, 9 late, 9 broken: breach rate .15, Wilson [.097038, .224675]."""
    rows = [promised(f"k{i}", 10, 9) for i in range(102)]
    rows += [promised(f"l{i}", 10, 11) for i in range(9)]
    rows += [promised(f"b{i}", 10) for i in range(9)]
    rows += [promised(f"o{i}", 181) for i in range(5)] + [promised(f"u{i}", None) for i in range(3)]
    found = promises(*rows)
    assert (Rate(18, 120), Rate(9, 120)) == (found.breach_rate, found.broken_rate)
    interval = found.breach_rate.interval()
    assert (0.15, 0.097038, 0.224675) == pytest.approx((interval.value, interval.lower, interval.upper), abs=5e-7)
    (row,) = found.by().rows()
    assert (128, 102, 9, 9, 5, 3) == tuple(
        row[f"n_{name}"] for name in ("promises", "in_time", "late", "broken", "open", "no_due_date")
    )
    assert (0.15, 0.097038, 0.224675, 0.075) == pytest.approx(
        (row["breach_rate"], row["breach_rate_lower"], row["breach_rate_upper"], row["broken_rate"]), abs=5e-7
    )


def test_every_state_at_its_edge() -> None:
    """At the due moment it is in time; at as_of, what is due then is still open."""
    found = promises(promised("1", 10, 10), promised("2", 10, 10.5), promised("3", 180), promised("4", 179.9))
    assert ["in_time", "late", "open", "broken"] == found.table["state"].tolist()
    assert [0.5, 0.1] == pytest.approx(found.table["days_late"][[1, 3]].tolist())
    assert np.isnan(found.table["days_late"][[0, 2]]).all()


def test_what_is_not_known_yet_has_not_happened() -> None:
    """A follow-up after as_of is none."""
    found = promises(promised("1", 10, 181), promised("2", 181, 190))
    assert ["broken", "open"] == found.table["state"].tolist()


def test_promises_without_a_due_date_are_counted_and_in_no_rate() -> None:
    """Typed as such, even when they were followed up."""
    found = promises(promised("1", None), promised("2", None, 5), promised("3", 10, 9))
    assert ["no_due_date", "no_due_date", "in_time"] == found.table["state"].tolist()
    assert (2, Rate(0, 1)) == (found.count(PromiseState.NO_DUE_DATE), found.breach_rate)


def test_who_was_promised_nothing_is_no_promise() -> None:
    """A due date alone is a promise, a follow-up alone is none; both are in the summary."""
    rows = [lead("1"), lead("2", followed_up_at=at(3)), lead("3", follow_up_due_at=at(5)), promised("4", 0.5, 0.2)]
    found = promises(*rows)
    assert ["3", "4"] == found.table["lead_id"].tolist()
    said = dict(zip(found.summary["what"].tolist(), found.summary["n"].tolist(), strict=True))
    assert {
        "in time": 1, "late": 0, "broken": 1, "open": 0, "no due date": 0, "due before it was promised": 1,
        "followed up before it was promised": 1, "broken, of a lead without an account": 0,
        "leads without a promise": 2, "followed up without a promise": 1,
    } == said  # fmt: skip
    assert "breach rate" in str(found)


def test_leads_merged_away_are_not_counted_twice() -> None:
    """The survivor's promise is the one that counts."""
    found = promises(promised("1", 10), promised("2", 10, merged_into="1"))
    assert ["1"] == found.table["lead_id"].tolist()


def test_by_owner_team_and_segment() -> None:
    """Groups in order, those without a label last; their counts add up."""
    rows = [
        promised("1", 10, 9, owner="ann"),
        promised("2", 10, owner="ann", team="sales"),
        promised("3", 10, 12, account="b"),
        promised("4", 10, 12, account=None, owner="bob"),
    ]
    accounts = [{"account_id": "a", "seats": 5}, {"account_id": "b", "seats": 50}]
    found = promises(*rows, accounts=accounts)
    owners = found.by("owner")
    assert (["ann", "bob", None], [2, 1, 1], [0.5, 1, 1]) == (
        owners["owner"].tolist(), owners["n_promises"].tolist(), owners["breach_rate"].tolist(),
    )  # fmt: skip
    assert ["sales", "services"] == sorted(found.by("team")["team"].tolist())
    size = Segmentation(name="size", segments=[Segment.at_least("seats", 10, name="large")])
    sizes = found.by("segment", segmentation=size)
    assert (["large", None], [1, 3]) == (sizes["segment"].tolist(), sizes["n_promises"].tolist())


def test_accounts_at_risk_are_those_with_a_broken_promise() -> None:
    """Most broken first, then the longest overdue; a lead without an account has nobody to be listed under."""
    found = promises(
        promised("1", 10, account="a"), promised("2", 30, account="b"), promised("3", 20, account="b"),
        promised("4", 5, account="c"), promised("5", 10, 20, account="d"), promised("6", 10, account=None),
    )  # fmt: skip
    assert (["b", "c", "a"], [2, 1, 1]) == (found.at_risk["account_id"].tolist(), found.at_risk["n_broken"].tolist())
    assert [160.0, 175.0, 170.0] == found.at_risk["days_overdue"].tolist()
    assert 1 == found.summary.row(what="broken, of a lead without an account")["n"]


def test_nothing_promised_is_an_empty_result() -> None:
    """With rates that are undefined, not 0."""
    for found in (promises(), promises(lead("1"))):
        assert (0, 0, False) == (len(found), len(found.table), found.breach_rate.is_defined)
        assert 0 == len(found.at_risk)
        assert np.isnan(found.by()["breach_rate"]).all()
        assert 0 == len(found.by("owner"))


@pytest.mark.parametrize(
    ("by", "options", "error"),
    [
        ("stage", {}, UnknownNameError),
        ("segment", {}, InvalidValueError),
        ("team", {"segmentation": Segmentation(name="s", segments=[Segment.at_least("seats", 1)])}, InvalidValueError),
        (None, {"segmentation": Segmentation(name="s", segments=[Segment.at_least("seats", 1)])}, InvalidValueError),
        ("team", {"confidence": 95}, InvalidValueError),
    ],
)
def test_bad_arguments_are_refused(by: Any, options: Any, error: type[Exception]) -> None:
    """An unknown dimension, segments without a segmentation, 95 for .95."""
    with pytest.raises(error):
        promises(promised("1", 10)).by(by, **options)


DAYS = st.one_of(st.none(), st.integers(0, 5))


@settings(max_examples=examples(40))
@given(st.lists(st.tuples(DAYS, DAYS, DAYS, st.sampled_from(["ann", "bob", None])), max_size=12), st.integers(0, 5))
def test_states_are_those_of_the_definition(rows: list[Any], now: int) -> None:
    """Row by row as the definition reads; owners' counts are the whole's; order and names do not matter."""
    leads = [
        {
            "lead_id": str(i), "created_at": at(0), "team": "services", "owner": owner,
            "follow_up_promised_at": made if made is None else at(made),
            "follow_up_due_at": due if due is None else at(due),
            "followed_up_at": done if done is None else at(done),
        }
        for i, (made, due, done, owner) in enumerate(rows)
    ]  # fmt: skip

    def expected(made: int | None, due: int | None, done: int | None) -> str | None:
        if due is None:
            return None if made is None or made > now else "no_due_date"
        if done is not None and done <= now:
            return "in_time" if done <= due else "late"
        return "broken" if due < now else "open"

    found = follow_up_promises(business(leads=leads, as_of=at(now)))
    states = [state for state in (expected(*row[:3]) for row in rows) if state is not None]
    by_id = dict(zip(found.table["lead_id"].tolist(), found.table["state"].tolist(), strict=True))
    assert states == [by_id[key] for key in sorted(by_id, key=int)]
    whole, parts = found.by(), found.by("owner")
    for name in whole.names:
        if name.startswith("n_"):
            assert int(whole[name][0]) == int(np.sum(parts[name]))
    again = follow_up_promises(business(leads=leads[::-1], as_of=at(now)))
    assert parts.names == again.by("owner").names
    for name in parts.names:
        np.testing.assert_array_equal(parts[name], again.by("owner")[name])
