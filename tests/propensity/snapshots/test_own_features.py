from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from servicelead.adapters import read_folder
from servicelead.exceptions import InvalidValueError
from servicelead.propensity import Feature, Known, SnapshotBuilder
from servicelead.tables import Business
from tables.samples import at, business, deal, lead, touch

CUTOFF = date(2026, 3, 1)
PAID = {"subscription_id": "s", "account_id": "a", "started_at": "2026-01-01", "amount": "9", "period": "month",
        "ended_at": "2026-03-01", "end_reason": "price"}  # fmt: skip


def shown_of(whole: Business, assume_constant: tuple[str, ...] = ()) -> Business:
    """Return what a feature of one's own is shown of a business on 1 March."""
    shown: list[Known] = []

    def look(known: Known) -> Any:
        shown.append(known)
        return np.zeros(len(known.account))

    own = Feature(name="mine", unit="u", sentence="S.", compute=look)
    builder = SnapshotBuilder(own=(own,), assume_constant=assume_constant)
    builder.build(whole, cutoffs=[CUTOFF], labelled=False)
    (known,) = shown
    return known.business


def known_to(assume_constant: tuple[str, ...] = (), **tables: Any) -> Any:
    """Return what is shown of a subscriber, and of whatever else there is."""
    return shown_of(business(**{"subscriptions": [PAID]} | tables), assume_constant)


def missing(table: Any, *names: str) -> bool:
    """Return whether these columns of a table with one row or more say nothing."""
    cells = [str(cell) for name in names for cell in table.columns()[name].tolist()]
    return len(cells) > 0 and set(cells) <= {"None", "nan", "NaT"}


def test_what_comes_to_light_later_is_hidden() -> None:
    """Of what ends at the cutoff or after it, neither when, how, why nor by whose hand it will be is shown."""
    shown = known_to(
        opportunities=[deal("o", day=59, owner="someone", kind="upsell", forecast=3, handed_off_at=at(59))],
        cases=[{"case_id": "c", "account_id": "a", "opened_at": at(9), "closed_at": at(59), "sentiment": -1.0}],
    )
    assert missing(shown.subscriptions, "ended_at", "end_reason")
    assert missing(shown.cases, "closed_at", "sentiment")
    assert missing(shown.opportunities, "closed_at", "owner", "kind", "forecast", "amount", "handed_off_at")


def test_what_came_to_light_before_is_shown() -> None:
    """What ended a microsecond before the cutoff is told with all that was learnt at its end."""
    just_before = "2026-02-28T23:59:59.999999Z"
    shown = known_to(
        opportunities=[deal("o", closed_at=just_before, owner="someone", kind="upsell")],
        cases=[{"case_id": "c", "account_id": "a", "opened_at": at(9), "closed_at": just_before, "sentiment": -1.0}],
    )
    assert [["someone"], ["upsell"]] == [shown.opportunities.columns()[name].tolist() for name in ("owner", "kind")]
    assert [-1.0] == shown.cases.sentiment.tolist()


def test_what_begins_at_the_cutoff_is_not_there() -> None:
    """A subscription and an account are known from the moment after they began."""
    begun = {"subscription_id": "s2", "account_id": "b", "started_at": "2026-03-01", "amount": "9", "period": "month"}
    accounts = [{"account_id": "a", "created_at": at(58.9)}, {"account_id": "b", "created_at": at(59)}]
    known = known_to(subscriptions=[PAID, begun], accounts=accounts)
    assert ["a"] == known.subscriptions.columns()["account_id"].tolist()
    assert ["a"] == known.accounts.columns()["account_id"].tolist()


@pytest.mark.parametrize(("promised", "is_hidden"), [(58.9, False), (59.0, True)])
def test_a_promise_is_known_once_it_was_made(promised: float, is_hidden: bool) -> None:  # noqa: FBT001 - a parameter
    """When a follow-up is due is not known before it was promised, though it be due earlier than that."""
    shown = known_to(leads=[lead("l", follow_up_promised_at=at(promised), follow_up_due_at=at(30))])
    assert is_hidden is missing(shown.leads, "follow_up_promised_at", "follow_up_due_at")


def test_rows_lie_as_they_did_then() -> None:
    """A deal that closes later lies among the open ones, where a business read at the time had it."""
    early, late = deal("o1", day=10), deal("o2", day=70)
    shown = known_to(opportunities=[early, late])
    then = business(opportunities=[early, {"opportunity_id": "o2", "account_id": "a", "created_at": at(0),
                                           "outcome": "open"}])  # fmt: skip
    names = then.opportunities.columns()["opportunity_id"].tolist()
    assert names == shown.opportunities.columns()["opportunity_id"].tolist()
    assert names != business(opportunities=[early, late]).opportunities.columns()["opportunity_id"].tolist()


def test_how_things_stand_today_is_hidden() -> None:
    """Who owns a lead, what became of it and what an account is today have no date, and so are not shown."""
    shown = known_to(
        leads=[lead("l", owner="someone", stage="won", opportunity_id="o", budget=5.0)],
        opportunities=[deal("o", day=70)],
        accounts=[
            {"account_id": "a", "name": "Acme", "seats": 5, "industry": "food", "annual_recurring_revenue": "7",
             "parent_account_id": "b", "region": "north"},
        ],
    )  # fmt: skip
    assert missing(shown.leads, "owner", "stage", "opportunity_id", "budget")
    names = ("name", "seats", "industry", "annual_recurring_revenue", "parent_account_id", "region")
    assert missing(shown.accounts, *names)


def test_what_is_assumed_constant_is_shown_and_nothing_else() -> None:
    """A feature of one's own may read the columns that assume_constant names."""
    tables: Any = {
        "accounts": [{"account_id": "a", "industry": "food", "seats": 5}],
        "contacts": [{"contact_id": "p", "account_id": "a", "org_level": "manager"}],
    }
    shown = known_to(("industry", "contacts"), **tables)
    assert [["food"], 1] == [shown.accounts.columns()["industry"].tolist(), len(shown.contacts)]
    assert missing(shown.accounts, "seats")
    assert 0 == len(known_to(**tables).contacts)


def test_it_tells_nothing_of_rows_that_were_read_later() -> None:
    """The business is as of the microsecond before, and what was rejected, found or counted is not of then."""
    unlike = [lead("l", team="services"), lead("l", team="sales")]
    shown = known_to(leads=unlike, touchpoints=[touch("t", occurred_at="never")])
    cutoff = 1_772_323_200_000_000
    assert cutoff - 1 == shown.as_of
    assert [0, 0, 0, 0] == [len(shown.rejects), len(shown.findings), len(shown.counts), len(shown.lines)]
    assert {} == dict(shown.conflicting_ids)


def test_it_tells_nothing_of_files_that_were_read_later(tmp_path: Path) -> None:
    """Lines of files are counted of today's files, and so are not shown."""
    (tmp_path / "servicelead.toml").write_text('as_of = 2026-06-30\ncurrency = "USD"\n', encoding="utf-8")
    rows = "subscription_id,account_id,started_at,amount,period\ns,a,2026-01-01,9,month\n"
    (tmp_path / "subscriptions.csv").write_text(rows, encoding="utf-8")
    read = read_folder(tmp_path)
    assert 1 == len(read.lines)
    assert 0 == len(shown_of(read).lines)


@pytest.mark.parametrize("values", [[-np.inf], [np.inf]])
def test_infinite_values_are_refused_either_way(values: list[float]) -> None:
    """Neither infinity is a number to learn from."""
    own = Feature(name="mine", unit="u", sentence="S.", compute=lambda _: values)
    with pytest.raises(InvalidValueError, match="mine"):
        SnapshotBuilder(own=(own,)).build(business(subscriptions=[PAID]), cutoffs=[CUTOFF], labelled=False)


def test_missing_values_are_taken() -> None:
    """A number may be NaN, a category None."""
    own = (
        Feature(name="number", unit="u", sentence="S.", compute=lambda _: [np.nan]),
        Feature(name="label", unit="label", sentence="S.", kind="category", compute=lambda _: [None]),
    )
    found = SnapshotBuilder(own=own).build(business(subscriptions=[PAID]), cutoffs=[CUTOFF], labelled=False)
    assert ["nan", "None"] == [str(found.features[name][0]) for name in ("number", "label")]
