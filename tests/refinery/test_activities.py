from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servicelead as sl
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.refinery import activity_effects
from servicelead.refinery.activities import judge_activity
from servicelead.uncertainty import Rate
from tables.samples import at, business, deal

Row = dict[str, Any]


def deals(name: str, n_won: int, n_lost: int, *, amount: str = "20000", visited: bool) -> tuple[list[Row], list[Row]]:
    """Return so many deals, each visited on its third day or not."""
    rows = [
        {**deal(f"{name}-{i}", amount=amount), "outcome": "won" if i < n_won else "lost"} for i in range(n_won + n_lost)
    ]
    log = [{"opportunity_id": row["opportunity_id"], "activity": "visit", "occurred_at": at(3)} for row in rows]
    return rows, log if visited else []


def published(**more: Any) -> sl.Business:
    """Return the worked example: $20k deals, visit 12 of 40 won, none 30 of 60."""
    visited, log = deals("v", 12, 28, visited=True)
    others, _ = deals("n", 30, 30, visited=False)
    return business(opportunities=visited + others, activities=log, **more)


def test_the_worked_example() -> None:
    """Difference -.20 [-.3711, -.0029], odds ratio .428571, Fisher p .0629341: harmful as the only band."""
    row = activity_effects(published(), edges=[]).table.rows()[0]
    assert (12, 40, 30, 60) == tuple(row[name] for name in ("won_with", "n_with", "won_without", "n_without"))
    figures = [row[name] for name in ("difference", "lower", "upper", "odds_ratio")]
    assert [-0.2, -0.3711, -0.0029, 0.428571] == pytest.approx(figures, abs=5e-5)
    assert 0.0629341 == pytest.approx(row["fisher_p"], abs=1e-7)
    assert "harmful" == row["verdict"]


def test_among_three_bands_it_is_not_shown() -> None:
    """The same counts are judged at 1 - .05 / 3 where there are three bands."""
    effects = activity_effects(published(), edges=[10_000, 50_000])
    assert 1 - 0.05 / 3 == effects.confidence
    assert ["not shown"] * 3 == effects.table["verdict"].tolist()
    assert [0, 40, 0] == effects.table["n_with"].tolist()
    assert np.isnan(effects.table["difference"][[0, 2]]).all()


def test_only_what_was_done_before_the_close_counts() -> None:
    """A visit at the very close, or after it, is none; one in an open deal is."""
    rows = [deal("at", day=10), deal("after", day=10), {**deal("open"), "closed_at": None, "outcome": "open"}]
    log = [
        {"opportunity_id": name, "activity": "visit", "occurred_at": at(day)}
        for name, day in (("at", 10), ("after", 12), ("open", 50))
    ]
    effects = activity_effects(business(opportunities=rows, activities=log), edges=[])
    assert (0, 2) == (effects.table["n_with"][0], effects.table["n_without"][0])
    times = effects.cycle_times.rows()[0]
    assert 10.0 == times["without_days"]
    assert np.isnan(times["with_days"])  # one open deal has no median yet


def test_cycle_time_counts_open_deals_as_long_as_they_were_seen() -> None:
    """Of three deals, closed after 4 and 8 days and open for longer, half are closed after 8."""
    rows = [deal("a", day=4), deal("b", day=8), {**deal("c"), "closed_at": None, "outcome": "open"}]
    log = [{"opportunity_id": "c", "activity": "demo", "occurred_at": at(1)}]
    log += [{"opportunity_id": row["opportunity_id"], "activity": "visit", "occurred_at": at(1)} for row in rows]
    times = activity_effects(business(opportunities=rows, activities=log), activities=["visit"], edges=[]).cycle_times
    assert 8.0 == times["with_days"][0]


def test_a_deal_of_unknown_size_is_left_out_and_counted() -> None:
    """It is in no band."""
    rows = [deal("a"), {**deal("b"), "amount": None}]
    log = [{"opportunity_id": "a", "activity": "visit", "occurred_at": at(1)}]
    effects = activity_effects(business(opportunities=rows, activities=log))
    assert (1, 1) == (effects.n_without_size, effects.table["n_with"].sum() + effects.table["n_without"].sum())


def test_the_size_can_be_another_number() -> None:
    """A list price is known of lost deals too."""
    rows = [{**deal(str(i), amount="0"), "list_price": 100.0 * i} for i in range(9)]
    log = [{"opportunity_id": "0", "activity": "visit", "occurred_at": at(1)}]
    table = activity_effects(business(opportunities=rows, activities=log), size="list_price").table
    assert [3, 3, 3] == (table["n_with"] + table["n_without"]).tolist()
    assert [-np.inf, 800 / 3, 1600 / 3] == pytest.approx(table["size_from"].tolist())


def test_sizes_that_repeat_make_fewer_bands() -> None:
    """Deals of one size are one band, judged as the only one."""
    effects = activity_effects(published())
    assert (1, 0.95) == (len(effects.table), effects.confidence)
    assert effects.sentences[0].startswith("visit, deals of any size: harmful (won 12 of 40 with it")
    assert "not an effect" in str(effects)


def test_without_activities_there_is_nothing_to_tell() -> None:
    """An empty result, no error; of no deals either."""
    assert 0 == len(activity_effects(business(opportunities=[deal("a")])).table)
    assert 0 == len(activity_effects(business()).table)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"activities": ["visti"]}, UnknownNameError),
        ({"size": "price"}, UnknownNameError),
        ({"edges": [2, 1]}, InvalidValueError),
        ({"edges": ["1"]}, InvalidValueError),
        ({"n_bands": 0}, InvalidValueError),
        ({"n_bands": True}, InvalidValueError),
        ({"alpha": 1}, InvalidValueError),
    ],
)
def test_bad_arguments(options: Row, error: type[Exception]) -> None:
    """Each is refused, and nothing the tables hold is told."""
    with pytest.raises(error, match="activity_effects") as caught:
        activity_effects(published(), **options)
    assert "visti" not in str(caught.value)


@given(st.lists(st.integers(0, 30), min_size=4, max_size=4))
def test_changing_sides_changes_the_sign(counts: list[int]) -> None:
    """What helps with an activity harms without it, at the same odds and the same p."""
    a, b, c, d = counts
    ours, theirs = Rate(a, a + b), Rate(c, c + d)
    here, there = judge_activity(ours, theirs, confidence=0.9), judge_activity(theirs, ours, confidence=0.9)
    opposite = {"helpful": "harmful", "harmful": "helpful", "not shown": "not shown"}
    assert opposite[str(here["verdict"])] == there["verdict"]
    for name, other, sign in (("difference", "difference", -1), ("lower", "upper", -1), ("fisher_p", "fisher_p", 1)):
        assert here[name] == pytest.approx(sign * float(str(there[other])), nan_ok=True)
