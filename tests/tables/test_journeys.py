"""Which touches lie before which close."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.exceptions import IncompatibleError, InvalidValueError, MissingTimesError, UnknownNameError
from servicelead.tables import LOST, OPEN, UNATTRIBUTED_REASONS, WON, Journeys, JourneyWindow
from tables.samples import at, business, columns, deal, lead, touch

TEN = JourneyWindow(lookback=timedelta(days=10))
PATHS = {"path": ["a > b", "b", None], "won": [2, 0, 1], "lost": [1, 3, 0], "value": ["10.50", None, "1"]}


def placed(journeys: Journeys) -> list[tuple[str | None, list[str]]]:
    """Return each journey's opportunity and the touches it holds."""
    ids = journeys.touches.touchpoint_id.read(journeys.rows).tolist()  # type: ignore[union-attr]  # not of paths
    cuts = journeys.offsets.tolist()
    held = [ids[begin:end] for begin, end in pairwise(cuts)]
    return list(zip(journeys.opportunity_ids().tolist(), held, strict=True))


def journeys_of(window: Any = TEN, **tables: Any) -> Journeys:
    """Return the journeys of tables given as rows."""
    return Journeys.from_business(business(**tables), window)


def test_a_window_excludes_its_start_and_includes_its_end() -> None:
    """Close - lookback < t <= close, to the microsecond."""
    rows = [touch("t1", day=0), touch("t2", occurred_at="2026-01-01T00:00:00.000001Z"), touch("t3", day=10),
            touch("t4", occurred_at="2026-01-11T00:00:00.000001Z")]  # fmt: skip
    journeys = journeys_of(touchpoints=rows, opportunities=[deal("o", closed_at=at(10))])
    assert [("o", ["t2", "t3"])] == placed(journeys)
    assert [10 * 86_400_000_000 - 1, 0] == journeys.ages.tolist()
    assert 2 == journeys.outside_windows


def test_ties_are_ordered_by_identifier_as_text() -> None:
    """Touches of one instant stand in the order of their identifiers."""
    rows = [touch(name, day=3) for name in ("t9", "t10", "b", "a")]
    assert [("o", ["a", "b", "t10", "t9"])] == placed(journeys_of(touchpoints=rows, opportunities=[deal("o")]))


def test_overlapping_windows_place_a_touch_in_each() -> None:
    """Every opportunity of the account has its own journey, ordered by close and then by name."""
    rows = [touch("t1", day=1), touch("t2", day=11)]
    deals = [deal("o3", day=12), deal("o1", day=10), deal("o2", day=10, outcome="lost"), deal("x", "b")]
    journeys = journeys_of(touchpoints=rows, opportunities=deals)
    assert [("o1", ["t1"]), ("o2", ["t1"]), ("o3", ["t2"]), ("x", [])] == placed(
        journeys_of(JourneyWindow(lookback=timedelta(days=9, hours=1)), touchpoints=rows, opportunities=deals)
    )
    assert [WON, LOST, WON, WON] == journeys.outcome.tolist()
    assert [100.0, 0.0, 100.0, 100.0] == journeys.value.tolist()
    assert journeys.minor_units is not None
    assert [10_000, 0, 10_000, 10_000] == journeys.minor_units.tolist()


def test_restart_lets_a_touch_serve_one_close() -> None:
    """The first opportunity closed at or after a touch has it; of two closes at one instant the first by name."""
    rows = [touch("t1", day=1), touch("t2", day=10), touch("t3", day=11), touch("t4", day=100)]
    deals = [deal("o2", closed_at=at(10)), deal("o1", closed_at=at(10), outcome="lost"), deal("o3", closed_at=at(12)),
             deal("o4", outcome="open")]  # fmt: skip
    window = JourneyWindow(lookback=timedelta(days=300), restart_after_close=True)
    assert [("o1", ["t1", "t2"]), ("o2", []), ("o3", ["t3"]), ("o4", ["t4"])] == placed(
        journeys_of(window, touchpoints=rows, opportunities=deals)
    )


def test_only_the_latest_touches_are_kept() -> None:
    """`max_touches` counts back from the close."""
    rows = [touch(f"t{i}", day=i) for i in range(5)]
    window = JourneyWindow(max_touches=2)
    assert [("o", ["t3", "t4"])] == placed(journeys_of(window, touchpoints=rows, opportunities=[deal("o")]))


def test_open_journeys() -> None:
    """An open deal has one; an account without has one for touches after its last close and within the lookback."""
    rows = [touch("a1", "a", 175), touch("b1", "b", 175), touch("b2", "b", 172), touch("c1", "c", 100),
            touch("d1", "d", 178)]  # fmt: skip
    deals = [deal("oa", "a", outcome="open", closed_at=None), deal("ob", "b", closed_at=at(173)),
             deal("od", "d", 200)]  # fmt: skip
    journeys = journeys_of(touchpoints=rows, opportunities=deals)
    assert [("oa", ["a1"]), ("ob", ["b2"]), (None, ["b1"]), ("od", ["d1"])] == placed(journeys)
    assert [OPEN, WON, OPEN, OPEN] == journeys.outcome.tolist()
    assert 100.0 == journeys.value.sum()
    as_lost = journeys_of(
        JourneyWindow(lookback=timedelta(days=10), open_as="lost"), touchpoints=rows, opportunities=deals
    )
    assert [LOST, WON, LOST, LOST] == as_lost.outcome.tolist()
    assert journeys.rows.tolist() == as_lost.rows.tolist()


def test_unattributed_journeys_say_why() -> None:
    """No touches ever, none in the window, or only negative ones that were dropped."""
    rows = [touch("b1", "b", -50), touch("c1", "c", 5, sentiment="-1"), touch("d1", "d", 5, sentiment="0")]
    journeys = journeys_of(touchpoints=rows, opportunities=[deal(f"o{n}", n) for n in "abcd"]).drop_negative()
    assert [1, 2, 3, 0] == journeys.unattributed_reason.tolist()
    assert "only_negative_touches" == UNATTRIBUTED_REASONS[3]
    assert journeys.offsets.dtype == np.int64
    assert [0, 0, 0, 0, 1] == journeys.offsets.tolist()


def test_touches_without_an_account_are_in_no_journey() -> None:
    """They are kept in the table and counted as outside."""
    journeys = journeys_of(touchpoints=[touch("t", None, 5, lead_id="l")], opportunities=[deal("o")])
    assert [("o", [])] == placed(journeys)
    assert 1 == journeys.outside_windows == len(journeys.touches)


def test_negative_touches_become_channels_that_collide_with_none() -> None:
    """The suffix is repeated until the name is new, positive touches keep their channel, and twice is once."""
    rows = [touch("t1", day=1, sentiment="-1"), touch("t2", day=2), touch("t3", day=3, channel="call (negative)")]
    journeys = journeys_of(touchpoints=rows, opportunities=[deal("o")]).split_by_sentiment()
    names = journeys.vocabulary("channel").decode(journeys.codes("channel")).tolist()
    assert ["call (negative) (negative)", "call", "call (negative)"] == names
    assert sorted(journeys.vocabulary("channel").labels) == journeys.vocabulary("channel").labels.tolist()
    again = journeys.split_by_sentiment()
    assert names == again.vocabulary("channel").decode(again.codes("channel")).tolist()
    assert journeys.vocabulary("channel").labels.tolist() == again.vocabulary("channel").labels.tolist()
    empty = journeys_of(opportunities=[deal("o")]).split_by_sentiment()
    assert 0 == empty.n_placements


def test_milestones_are_the_deal_s_own_lead_or_the_earliest_in_the_window() -> None:
    """A merged lead, one before the window and one after the close are none."""
    leads = [lead("l0", "a", created_at=at(-30)), lead("l1", "a", created_at=at(3)), lead("l2", "a", created_at=at(2)),
             lead("l3", "a", created_at=at(1), merged_into="l1"), lead("m", "b", created_at=at(20)),
             lead("n", "c", created_at=at(-40))]  # fmt: skip
    deals = [deal("o1", "a"), deal("o2", "b"), deal("o3", "c", lead_id="n"), deal("o4", "d", created_at=at(4))]
    made, created = journeys_of(leads=leads, opportunities=deals).milestones()
    texts = made.astype("datetime64[us]").astype("datetime64[D]").astype(str).tolist()
    assert ["2026-01-03", "NaT", "2025-11-22", "NaT"] == texts
    assert "2026-01-05" == str(created[3].astype("datetime64[us]").astype("datetime64[D]"))


def test_selected_journeys_keep_their_touches() -> None:
    """Masks, positions and `won` choose whole journeys."""
    rows = [touch("t1", day=1), touch("t2", "b", day=2)]
    journeys = journeys_of(touchpoints=rows, opportunities=[deal("o1"), deal("o2", "b", outcome="lost")])
    assert [("o1", ["t1"])] == placed(journeys.won()) == placed(journeys.select(journeys.is_won))
    assert [("o2", ["t2"]), ("o1", ["t1"])] == placed(journeys.select([1, 0]))
    assert [] == placed(journeys.select([False, False]))


def test_dimensions_of_touches_and_journeys() -> None:
    """Each dimension has codes per placement and a vocabulary; months are those of the zone."""
    rows = [touch("t1", occurred_at="2026-01-31T23:30:00Z", campaign="x", group="support", lead_id="l")]
    journeys = journeys_of(
        zone="Europe/Paris", touchpoints=rows, opportunities=[deal("o", closed_at="2026-02-05")], currency=None
    )
    found = {
        name: journeys.vocabulary(name).decode(journeys.codes(name)).tolist()
        for name in ("channel", "team", "group", "campaign", "lead", "touch_month", "account", "opportunity", "month")
    }
    expected = {"channel": ["call"], "team": ["services"], "group": ["support"], "campaign": ["x"], "lead": ["l"],
                "touch_month": ["2026-02"], "account": ["a"], "opportunity": ["o"], "month": ["2026-02"]}  # fmt: skip
    assert expected == found
    assert journeys.minor_units is None
    with pytest.raises(UnknownNameError, match="no dimension 'chanel'; dimensions: channel"):
        journeys.codes("chanel")
    with pytest.raises(UnknownNameError, match="no dimension of journeys"):
        journeys.journey_codes("channel")


@pytest.mark.parametrize(
    "change",
    [{"lookback": timedelta(0)}, {"lookback": 90}, {"max_touches": 0}, {"max_touches": 1.5}, {"open_as": "won"},
     {"restart_after_close": "no"}],
)  # fmt: skip
def test_a_window_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    """Each field names its rule."""
    with pytest.raises(InvalidValueError, match=f"JourneyWindow.{next(iter(change))} must"):
        JourneyWindow(**change)


def test_the_longest_window_reads_everything() -> None:
    """A lookback beyond all years neither overflows nor fails."""
    window = JourneyWindow(lookback=timedelta.max)
    rows = [touch("t", occurred_at="0001-01-01T00:00:00Z")]
    journeys = journeys_of(window, touchpoints=rows, opportunities=[deal("o")], leads=[lead("l")])
    assert [("o", ["t"])] == placed(journeys)
    assert journeys.ages[0] > 0
    assert journeys.milestones()[0][0] > 0


def worlds() -> st.SearchStrategy[dict[str, list[Any]]]:
    """Draw touches and deals on a coarse grid of days, so that edges and ties are common."""
    accounts = st.sampled_from("abc")
    touches = st.lists(st.tuples(accounts, st.integers(0, 24), st.sampled_from([None, "-1"])), max_size=14)
    deals = st.lists(st.tuples(accounts, st.integers(0, 24), st.sampled_from(["won", "lost", "open"])), max_size=6)
    return st.builds(
        lambda t, d: {
            "touchpoints": [touch(f"t{i}", a, day, sentiment=s, channel=f"c{day % 3}") for i, (a, day, s) in
                            enumerate(t)],
            "opportunities": [deal(f"o{i}", a, day, closed_at=at(day), outcome=o) for i, (a, day, o) in enumerate(d)],
        },
        touches, deals,
    )  # fmt: skip


def windows() -> Iterator[JourneyWindow]:
    """Yield windows of every kind."""
    for restart in (False, True):
        for most in (None, 2):
            yield JourneyWindow(lookback=timedelta(days=7), restart_after_close=restart, max_touches=most)


@given(worlds(), st.sampled_from(list(windows())))
def test_windows_agree_with_their_definition(world: dict[str, list[Any]], window: JourneyWindow) -> None:
    """Every journey of a deal holds what a loop over touches and closes says."""
    as_of = at(25)
    expected = {}
    for o in world["opportunities"]:
        is_open = o["outcome"] == "open"
        end = as_of if is_open else o["closed_at"]
        begin = at_days(end, -7)
        if window.restart_after_close:
            before = [
                p["closed_at"] for p in world["opportunities"]
                if p["account_id"] == o["account_id"] and p["outcome"] != "open"
                and (is_open or (p["closed_at"], p["opportunity_id"]) < (end, o["opportunity_id"]))
            ]  # fmt: skip
            begin = max([begin, *before])
        held = sorted(
            (t["occurred_at"], t["touchpoint_id"])
            for t in world["touchpoints"]
            if t["account_id"] == o["account_id"] and begin < t["occurred_at"] <= end
        )
        expected[o["opportunity_id"]] = [name for _, name in held][-(window.max_touches or 99) :]
    journeys = Journeys.from_business(business(as_of=as_of, **world), window)
    assert expected == {name: held for name, held in placed(journeys) if name is not None}


def at_days(moment: str, days: int) -> str:
    """Return an instant's text so many days later."""
    return str((np.datetime64(moment[:19]) + np.timedelta64(days, "D")).astype("datetime64[s]")) + moment[19:]


@given(worlds(), st.randoms(use_true_random=False))
def test_order_names_and_dates_of_rows_do_not_matter(world: dict[str, list[Any]], random: Random) -> None:
    """Shuffling rows, renaming channels and shifting all times leave the journeys as they are."""
    first = journeys_of(as_of=at(30), **world)
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in world.items()}
    renamed = {
        "touchpoints": [t | {"channel": f"(null){t['channel']}"} for t in world["touchpoints"]],
        "opportunities": world["opportunities"],
    }
    moved = {
        name: [
            row | {k: at_days(row[k], 500) for k in ("occurred_at", "created_at", "closed_at") if k in row}
            for row in rows
        ]
        for name, rows in world.items()
    }
    for other, days in ((shuffled, 30), (renamed, 30), (moved, 530)):
        second = journeys_of(as_of=at(days), **other)
        assert placed(first) == placed(second)
        assert first.ages.tolist() == second.ages.tolist()
        assert first.value.tolist() == second.value.tolist()
        assert first.codes("channel").tolist() == second.codes("channel").tolist()


@given(worlds(), st.lists(st.booleans(), min_size=3, max_size=3))
def test_parts_of_disjoint_accounts_add_up(world: dict[str, list[Any]], side: list[bool]) -> None:
    """Split over one business or built apart, and added in any order, parts are the whole."""
    whole = journeys_of(as_of=at(30), **world)
    names = whole.business.touches.vocabularies["account_id"].labels.tolist()  # type: ignore[union-attr]
    mask = np.array([side["abc".index(name)] for name in names], dtype=bool)
    one, two = whole.of_accounts(mask), whole.of_accounts(~mask)
    apart = [
        journeys_of(as_of=at(30), **{
            name: columns([row for row in rows if side["abc".index(row["account_id"])] is chosen])
            for name, rows in world.items()
        })
        for chosen in (True, False)
    ]  # fmt: skip
    for total in (one + two, two + one, apart[0] + apart[1], apart[1] + apart[0]):
        assert placed(whole) == placed(total)
        assert whole.outcome.tolist() == total.outcome.tolist()
        assert whole.times.tolist() == total.times.tolist()
        for name in ("channel", "month", "account"):
            labels = [j.vocabulary(name).decode(j.codes(name)).tolist() for j in (whole, total)]
            assert labels[0] == labels[1]
    joined, came_from = two.joined(one)
    assert joined.rows.tolist() == np.concatenate([two.rows, one.rows])[came_from].tolist()


def test_parts_that_do_not_fit_are_refused() -> None:
    """Shared accounts, other windows, currencies, zones and kinds cannot be added."""
    tables = {"touchpoints": [touch("t")], "opportunities": [deal("o")]}
    journeys = journeys_of(**tables)
    others = [
        journeys, journeys_of(**tables), journeys_of(JourneyWindow(), **tables), journeys_of(currency="EUR", **tables),
        journeys_of(zone="Europe/Paris", **tables), journeys_of(as_of=at(100), **tables),
        Journeys.from_paths(PATHS, path="path", conversions="won", currency="USD"),
    ]  # fmt: skip
    for other in others:
        with pytest.raises(IncompatibleError, match=r"cannot be added|share accounts"):
            journeys + other
    with pytest.raises(TypeError):
        journeys + 1


def test_one_journey_of_a_million_touches() -> None:
    """Length is no obstacle."""
    n = 1_000_000
    day = 1_767_312_000_000_000  # 2 January 2026
    frame = {
        "touchpoint_id": np.arange(n), "account_id": np.full(n, "a"), "occurred_at": day + np.arange(n),
        "team": np.full(n, "services"), "channel": np.full(n, "call"),
    }  # fmt: skip
    journeys = journeys_of(touchpoints=frame, opportunities=[deal("o")])
    assert [n] == journeys.lengths.tolist()


def test_an_account_of_thousands_of_opportunities() -> None:
    """Each has its own journey, however many there are."""
    deals = [deal(f"o{i}", day=10 + i / 1_000) for i in range(3_000)]
    journeys = journeys_of(touchpoints=[touch("t", day=9)], opportunities=deals)
    assert 3_000 == journeys.n == journeys.n_placements


def test_no_touches_and_no_deals_make_no_journeys() -> None:
    """Empty tables give an empty, valid result."""
    for journeys in (journeys_of(), journeys_of(touchpoints=[touch("t")])):
        assert 0 == len(journeys) == journeys.n_placements == len(journeys.ages) == len(journeys.codes("month"))
        assert [0] == journeys.offsets.tolist()
        assert (0, 0) == tuple(map(len, journeys.milestones()))


def test_paths_have_no_times_and_say_so() -> None:
    """What needs a business raises for aggregated paths."""
    paths = Journeys.from_paths(PATHS, path="path", conversions="won")
    for ask in (lambda: paths.times, lambda: paths.ages, paths.ends, paths.begins, paths.milestones,
                lambda: paths.codes("team"), lambda: paths.codes("month"),
                paths.drop_negative, paths.split_by_sentiment):  # fmt: skip
        with pytest.raises(MissingTimesError, match="aggregated paths have"):
            ask()
