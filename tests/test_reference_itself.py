"""The oracle, checked against journeys worked on paper.

The journey most tests use (``deal()``): five touches of one account, closed won for 100.00 on day 30.

======  =======  ===  =========================================  ===============
touch   channel  day  what happened then                         age at close
======  =======  ===  =========================================  ===============
t1      ad       2                                               28 days
t2      support  9                                               21 days
t3      support  9    same instant as t2; the lead was created   21 days
t4      call     16                                              14 days
                 20   the opportunity was created
t5      direct   23                                              7 days
======  =======  ===  =========================================  ===============
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given

from reference import rules
from reference.intervals import credit_by_account, share_interval, total_interval
from reference.journeys import (
    NO_TOUCHES_IN_WINDOW,
    ONLY_NEGATIVE_TOUCHES,
    Journey,
    Window,
    build_journeys,
    drop_negative,
    outside_windows,
    split_by_sentiment,
    unattributed,
)
from reference.money import split
from reference.shapley import Told, rate_game, shapley, shares, sum_game
from reference.touches import Account, Lead, Opportunity, Touch, World, account_of_touch, survivor
from reference.worlds import WINDOWS, day, moment, to_tables, worlds


def fractions(*texts: str) -> list[Fraction]:
    """Return the fractions the texts name."""
    return [Fraction(text) for text in texts]


def touch(label: str, occurred_at: int, channel: str = "support", sentiment: float | None = None) -> Touch:
    """Return a touch of account A."""
    return Touch(touchpoint_id=label, occurred_at=occurred_at, channel=channel, account_id="A", sentiment=sentiment)


def deal_world() -> World:
    """Return the world of the journey in the module docstring, its touches shuffled."""
    return World(
        as_of=day(40),
        accounts=(Account(account_id="A"),),
        leads=(Lead(lead_id="L", created_at=day(9), account_id="A"),),
        touches=(
            touch("t5", day(23), "direct"),
            touch("t3", day(9)),
            touch("t1", day(2), "ad"),
            touch("t2", day(9)),
            touch("t4", day(16), "call"),
        ),
        opportunities=(
            Opportunity(
                opportunity_id="O",
                account_id="A",
                created_at=day(20),
                closed_at=day(30),
                outcome="won",
                minor_units=10_000,
            ),
        ),
    )


def deal() -> Journey:
    """Return the journey in the module docstring."""
    (journey,) = build_journeys(deal_world(), Window())
    return journey


def labels(journey: Journey) -> list[str]:
    """Return the touchpoint ids of a journey in order."""
    return [touch.touchpoint_id for touch in journey.touches]


def won(label: str, closed_at: int, minor_units: int = 100, account_id: str = "A") -> Opportunity:
    """Return a won opportunity created on day 0."""
    return Opportunity(
        opportunity_id=label,
        account_id=account_id,
        created_at=day(0),
        closed_at=closed_at,
        outcome="won",
        minor_units=minor_units,
    )


def world_of(*touches: Touch, opportunities: tuple[Opportunity, ...] = (), as_of: int = day(40)) -> World:
    """Return a world of account A."""
    accounts = (Account(account_id="A"),)
    return World(as_of=as_of, accounts=accounts, touches=touches, opportunities=opportunities)


# ---------------------------------------------------------------- journeys


def test_the_worked_journey_is_built_in_order_with_its_milestones() -> None:
    """Shuffled touches come out by time, then id, and the account's lead in the window is found."""
    journey = deal()
    assert labels(journey) == ["t1", "t2", "t3", "t4", "t5"]
    assert (journey.lead_created_at, journey.opportunity_created_at) == (day(9), day(20))
    assert (journey.outcome, journey.end, journey.minor_units) == ("won", day(30), 10_000)


def test_window_is_open_at_its_start_and_closed_at_its_end() -> None:
    """Closed on day 30 with 10 days of lookback: day 20 is out, a microsecond later in, day 30 in, later out."""
    world = world_of(
        touch("at start", day(20)),
        touch("inside", day(20, 1)),
        touch("at end", day(30)),
        touch("after", day(30, 1)),
        opportunities=(won("O", day(30)), replace(won("P", day(99)), outcome="open", closed_at=None)),
    )
    window = Window(lookback=timedelta(days=10))
    closed, still_open = build_journeys(world, window)
    assert labels(closed) == ["inside", "at end"]
    assert labels(still_open) == ["after"]
    assert [touch.touchpoint_id for touch in outside_windows(world, window)] == ["at start"]


def test_overlapping_windows_place_a_touch_twice() -> None:
    """Without a restart a touch serves both deals; with it only the first one closed at or after it."""
    world = world_of(
        touch("t1", day(10)),
        touch("t2", day(20)),
        touch("t3", day(25)),
        opportunities=(won("O", day(20)), won("P", day(30))),
    )
    assert [labels(journey) for journey in build_journeys(world, Window())] == [["t1", "t2"], ["t1", "t2", "t3"]]
    restarted = build_journeys(world, Window(restart_after_close=True))
    assert [labels(journey) for journey in restarted] == [["t1", "t2"], ["t3"]]


def test_restart_gives_deals_of_one_instant_to_the_first_id() -> None:
    """Two deals closed at the same instant: the touch serves the first by opportunity id, the other gets nothing."""
    world = world_of(touch("t1", day(10)), opportunities=(won("P", day(20), 7), won("O", day(20), 5)))
    first, second = build_journeys(world, Window(restart_after_close=True))
    assert (first.opportunity_id, labels(first)) == ("O", ["t1"])
    assert (second.opportunity_id, labels(second)) == ("P", [])
    assert unattributed([first, second]) == {NO_TOUCHES_IN_WINDOW: 7}


def test_max_touches_keeps_the_latest() -> None:
    """Two of five touches: t4 and t5; those left out still count as inside a window."""
    (journey,) = build_journeys(deal_world(), Window(max_touches=2))
    assert labels(journey) == ["t4", "t5"]
    assert outside_windows(deal_world(), Window(max_touches=2)) == []


def test_open_and_later_closed_opportunities_end_at_as_of() -> None:
    """Seen on day 25 the deal of day 30 is an open journey of no value, and day 26 is not read."""
    world = world_of(touch("t1", day(20)), touch("t2", day(26)), opportunities=(won("O", day(30)),), as_of=day(25))
    (journey,) = build_journeys(world, Window())
    assert (journey.outcome, journey.end, journey.minor_units, labels(journey)) == ("open", day(25), 0, ["t1"])


def test_what_happens_at_as_of_itself_is_read() -> None:
    """A deal closed and a survey answered at as_of are known; a microsecond earlier neither is."""
    angry = replace(touch("t1", day(20), sentiment=-1.0), sentiment_known_at=day(30))
    world = world_of(angry, opportunities=(won("O", day(30)),), as_of=day(30))
    (journey,) = build_journeys(world, Window())
    assert (journey.outcome, journey.touches[0].sentiment) == ("won", -1.0)
    (journey,) = build_journeys(replace(world, as_of=day(30, -1)), Window())
    assert (journey.outcome, journey.touches[0].sentiment) == ("open", None)


def test_opportunity_created_after_as_of_is_not_read() -> None:
    """A deal that begins on day 0 does not exist for who looks the microsecond before."""
    world = world_of(opportunities=(won("O", day(30)),), as_of=day(0, -1))
    assert build_journeys(world, Window()) == []


def test_account_without_open_opportunity_gives_one_open_journey_after_its_last_close() -> None:
    """Closed on day 20: day 20 belongs to the deal, day 21 begins the open journey; none without such touches."""
    deals = (won("O", day(10)), replace(won("P", day(20)), outcome="lost"))
    world = world_of(touch("t1", day(20)), touch("t2", day(21)), opportunities=deals)
    journeys = build_journeys(world, Window())
    assert [(journey.outcome, labels(journey)) for journey in journeys] == [
        ("won", []),
        ("lost", ["t1"]),
        ("open", ["t2"]),
    ]
    assert len(build_journeys(replace(world, touches=world.touches[:1]), Window())) == 2


def test_account_never_sold_to_gives_one_open_journey() -> None:
    """Touches in the lookback from as_of are enough; older ones are outside every window."""
    world = world_of(touch("t1", day(5)), touch("t2", day(35)))
    window = Window(lookback=timedelta(days=10))
    (journey,) = build_journeys(world, window)
    assert (journey.outcome, journey.opportunity_id, labels(journey)) == ("open", None, ["t2"])
    assert [touch.touchpoint_id for touch in outside_windows(world, window)] == ["t1"]


def test_own_lead_goes_before_the_accounts_earliest() -> None:
    """The deal's own lead is used wherever it was created, else the earliest of the account in the window."""
    leads = (
        Lead(lead_id="own", created_at=day(1), account_id=None),
        Lead(lead_id="late", created_at=day(15), account_id="A"),
        Lead(lead_id="early", created_at=day(12), account_id="A"),
        Lead(lead_id="too early", created_at=day(10), account_id="A"),
    )
    window = Window(lookback=timedelta(days=20))
    world = replace(deal_world(), leads=leads)
    assert [journey.lead_created_at for journey in build_journeys(world, window)] == [day(12)]
    own = tuple(replace(opportunity, lead_id="own") for opportunity in world.opportunities)
    assert [journey.lead_created_at for journey in build_journeys(replace(world, opportunities=own), window)] == [
        day(1)
    ]


def test_leads_are_survivors_created_by_as_of() -> None:
    """The deal's merged lead of day 10 counts as its survivor of day 14; one of the future as none."""
    leads = (
        Lead(lead_id="merged", created_at=day(10), account_id="A", merged_into="kept"),
        Lead(lead_id="kept", created_at=day(14), account_id="A"),
        Lead(lead_id="future", created_at=day(41), account_id="A"),
    )
    world = replace(deal_world(), leads=leads)
    for lead_id in ("merged", "kept", "future", None):
        deals = tuple(replace(opportunity, lead_id=lead_id) for opportunity in world.opportunities)
        (journey,) = build_journeys(replace(world, opportunities=deals), Window())
        assert journey.lead_created_at == day(14)


def test_merges_lead_to_the_survivor_and_cycles_to_nobody() -> None:
    """Chains are followed to their end; a chain that never ends has no survivor."""
    assert survivor("a", {"a": "b", "b": "c", "c": None}) == "c"
    assert survivor("a", {"a": "b", "b": "a"}) is None
    assert survivor("a", {"a": "a"}) is None
    assert survivor("a", {"a": "b", "b": "c", "c": "b"}) is None


def test_account_of_a_touch_is_its_own_else_its_leads() -> None:
    """Own account first, then the surviving lead's account; a lead without an account gives none."""
    world = World(
        as_of=day(40),
        accounts=(Account(account_id="old", merged_into="A"), Account(account_id="A"), Account(account_id="B")),
        leads=(
            Lead(lead_id="merged", created_at=day(0), account_id="B", merged_into="kept"),
            Lead(lead_id="kept", created_at=day(0), account_id="old"),
            Lead(lead_id="lost", created_at=day(0)),
        ),
    )
    base = Touch(touchpoint_id="t", occurred_at=day(1), channel="support")
    assert account_of_touch(world, replace(base, account_id="B", lead_id="kept")) == "B"
    assert account_of_touch(world, replace(base, account_id="old")) == "A"
    assert account_of_touch(world, replace(base, lead_id="merged")) == "A"
    assert account_of_touch(world, replace(base, lead_id="lost")) is None
    astray = replace(world, touches=(replace(base, lead_id="lost"),))
    assert build_journeys(astray, Window()) == []
    assert outside_windows(astray, Window()) == []


def test_deals_of_merged_accounts_belong_to_the_survivor() -> None:
    """Two accounts become one: journeys come out under the survivor, by end, then opportunity id."""
    world = World(
        as_of=day(40),
        accounts=(Account(account_id="A", merged_into="B"), Account(account_id="B")),
        touches=(touch("t1", day(5)),),
        opportunities=(won("P", day(20), account_id="B"), won("O", day(20), account_id="A"), won("Q", day(10))),
    )
    journeys = build_journeys(world, Window())
    assert [(journey.account_id, journey.opportunity_id) for journey in journeys] == [
        ("B", "Q"),
        ("B", "O"),
        ("B", "P"),
    ]
    assert [labels(journey) for journey in journeys] == [["t1"]] * 3


def test_drop_negative_comes_before_positions_and_names_what_it_empties() -> None:
    """Below 0: -.5 goes, 0 and unknown stay; a deal left without touches is unattributed with that reason."""
    mixed = world_of(
        touch("t1", day(1), sentiment=-0.5),
        touch("t2", day(2), sentiment=0.0),
        touch("t3", day(3)),
        opportunities=(won("O", day(30)),),
    )
    (journey,) = drop_negative(build_journeys(mixed, Window()), below=0)
    assert labels(journey) == ["t2", "t3"]
    assert rules.first_touch(journey) == fractions("1", "0")
    emptied = drop_negative(build_journeys(replace(mixed, touches=mixed.touches[:1]), Window()), below=0)
    assert unattributed(emptied) == {ONLY_NEGATIVE_TOUCHES: 100}
    untouched = drop_negative(build_journeys(replace(mixed, touches=()), Window()), below=0)
    assert unattributed(untouched) == {NO_TOUCHES_IN_WINDOW: 100}


def test_sentiment_known_after_as_of_is_not_read() -> None:
    """A survey answered on day 50 cannot make a touch negative on day 40."""
    late = replace(touch("t1", day(1), sentiment=-1.0), sentiment_known_at=day(50))
    journeys = build_journeys(world_of(late, opportunities=(won("O", day(30)),)), Window())
    assert [labels(journey) for journey in drop_negative(journeys, below=0)] == [["t1"]]


def test_split_by_sentiment_renames_the_negative_touches_only() -> None:
    """Support touches of sentiment -.5, 0 and unknown: the first becomes a channel of its own."""
    world = world_of(
        touch("t1", day(1), sentiment=-0.5),
        touch("t2", day(2), sentiment=0.0),
        touch("t3", day(3)),
        opportunities=(won("O", day(30)),),
    )
    (journey,) = split_by_sentiment(build_journeys(world, Window()))
    assert [touch.channel for touch in journey.touches] == ["support (negative)", "support", "support"]


def test_won_without_an_amount_is_worth_nothing() -> None:
    """No amount: value 0; a lost deal is worth 0 whatever its amount."""
    deals = (replace(won("O", day(20)), minor_units=None), replace(won("P", day(30)), outcome="lost"))
    assert [journey.minor_units for journey in build_journeys(world_of(opportunities=deals), Window())] == [0, 0]


# ------------------------------------------------------------------- rules

WORKED: dict[str, tuple[Callable[[Journey], list[Fraction]], list[Fraction]]] = {
    "first touch": (rules.first_touch, fractions("1", "0", "0", "0", "0")),
    "last touch": (rules.last_touch, fractions("0", "0", "0", "0", "1")),
    "last non-direct: t5 is direct": (
        lambda journey: rules.last_non_direct(journey, {"direct"}),
        fractions("0", "0", "0", "1", "0"),
    ),
    "last non-direct: all ignored": (
        lambda journey: rules.last_non_direct(journey, {"ad", "support", "call", "direct"}),
        fractions("0", "0", "0", "0", "1"),
    ),
    "linear": (rules.linear, fractions("1/5", "1/5", "1/5", "1/5", "1/5")),
    "time decay: 1/8, 1/4, 1/4, 1/2, 1 of 17/8": (
        rules.time_decay,
        fractions("1/17", "2/17", "2/17", "4/17", "8/17"),
    ),
    "position based: .2 over three": (rules.position_based, fractions("2/5", "1/15", "1/15", "1/15", "2/5")),
    "w-shaped: t1, t3 and t4, .1 over t2 and t5": (rules.w_shaped, fractions(".3", ".05", ".3", ".3", ".05")),
    "full path: t1, t3, t4 and t5, .1 to t2": (rules.full_path, fractions(".225", ".1", ".225", ".225", ".225")),
    "weighted: 1, 2, 2, 0, .5 of 5.5": (
        lambda journey: rules.weighted(journey, {"ad": 1, "support": 2, "call": 0, "direct": 0.5}),
        fractions("2/11", "4/11", "4/11", "0", "1/11"),
    ),
    "weighted: all zero is linear": (
        lambda journey: rules.weighted(journey, {"ad": 0, "support": 0, "call": 0, "direct": 0}),
        fractions("1/5", "1/5", "1/5", "1/5", "1/5"),
    ),
    "custom: 1, 2, 3, 4, 5 of 15": (
        lambda journey: rules.custom(journey, lambda it: [Fraction(i + 1) for i in range(len(it.touches))]),
        fractions("1/15", "2/15", "1/5", "4/15", "1/3"),
    ),
}


@pytest.mark.parametrize("name", WORKED)
def test_rule_gives_the_shares_worked_on_paper(name: str) -> None:
    """Every rule, on the journey of the module docstring."""
    rule, expected = WORKED[name]
    assert expected == rule(deal())


@pytest.mark.parametrize("name", WORKED)
def test_rule_gives_a_journey_without_touches_nothing(name: str) -> None:
    """No touches, no shares."""
    rule, _ = WORKED[name]
    assert rule(replace(deal(), touches=())) == []


def test_time_decay_of_an_irrational_share() -> None:
    """Ages 0 and half a half-life: weights 1 and 2^-.5, shares .585786... (= 2 - sqrt 2) and .414213..."""
    journey = replace(deal(), touches=(touch("t1", day(23)), touch("t2", day(30))))
    older, younger = rules.time_decay(journey, half_life=timedelta(days=14))
    assert abs(younger - (2 - Fraction("1.4142135623730950488016887242096980785696718753769"))) < Fraction(1, 10**45)
    assert older + younger == 1


def test_time_decay_reads_differences_of_age_only() -> None:
    """A half-life of a microsecond and ages of weeks: the youngest touch takes all, nothing is divided by zero."""
    assert rules.time_decay(deal(), half_life=timedelta(microseconds=1)) == fractions("0", "0", "0", "0", "1")


def test_position_based_of_one_and_two_touches() -> None:
    """One touch takes all; two share first and last rescaled: .4 and .2 become 2/3 and 1/3."""
    one = replace(deal(), touches=deal().touches[:1])
    two = replace(deal(), touches=deal().touches[:2])
    assert rules.position_based(one) == fractions("1")
    assert rules.position_based(two, first=0.4, last=0.2) == fractions("2/3", "1/3")


def test_w_shaped_without_a_lead_divides_what_remains_by_its_sum() -> None:
    """First .3 and opportunity .3, rest .1 over three: of .7, 3/7, 1/21, 1/21, 3/7, 1/21."""
    no_lead = replace(deal(), lead_created_at=None)
    expected = fractions("3/7", "1/21", "1/21", "3/7", "1/21")
    assert expected == rules.w_shaped(no_lead)
    too_early = replace(deal(), lead_created_at=day(2, -1))
    assert expected == rules.w_shaped(too_early)


def test_milestones_on_one_touch_add_and_the_rest_is_dropped_without_others() -> None:
    """Two touches, lead and opportunity both on the first.

    W-shaped: .9 and, as the one other, .1. Full path: .675 and .225, no others, of .9: 3/4 and 1/4.
    One touch alone takes all of either.
    """
    two = replace(deal(), touches=(touch("t1", day(2)), touch("t2", day(23))))
    assert rules.w_shaped(two) == fractions(".9", ".1")
    assert rules.full_path(two) == fractions("3/4", "1/4")
    one = replace(two, touches=two.touches[:1])
    assert rules.w_shaped(one) == rules.full_path(one) == fractions("1")


def test_w_shaped_of_three_touches_each_a_milestone() -> None:
    """First, lead and opportunity on three touches: no others, the rest dropped, a third each."""
    three = replace(deal(), touches=(touch("t1", day(2)), touch("t2", day(9)), touch("t3", day(16))))
    assert rules.w_shaped(three) == fractions("1/3", "1/3", "1/3")


def test_lead_created_after_the_close_marks_the_last_touch() -> None:
    """The last touch at or before a lead of day 35 is t5, which then bears .3; t2 and t3 share the rest."""
    late = replace(deal(), lead_created_at=day(35))
    assert rules.w_shaped(late) == fractions(".3", ".05", ".05", ".3", ".3")


# ------------------------------------------------------- money and intervals


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [
        (100, fractions("1/3", "1/3", "1/3"), [34, 33, 33]),
        (-100, fractions("1/3", "1/3", "1/3"), [-34, -33, -33]),
        (1, fractions("1/4", "1/2", "1/4"), [0, 1, 0]),
        (2, fractions("1/4", "1/4", "1/4", "1/4"), [1, 1, 0, 0]),
        (5, fractions("0", "1", "0"), [0, 5, 0]),
        (0, fractions("1/2", "1/2"), [0, 0]),
        (10_000, fractions("1/17", "2/17", "2/17", "4/17", "8/17"), [588, 1177, 1176, 2353, 4706]),
        (2**63 - 1, fractions("1/2", "1/2"), [2**62, 2**62 - 1]),
    ],
)
def test_split_adds_up_and_gives_ties_to_the_earliest(total: int, shares: list[Fraction], parts: list[int]) -> None:
    """Largest remainders on paper.

    100.00 by 17ths is 588.24, 1176.47, 1176.47, 2352.94, 4705.88: 9,997 rounded down, the three units left go to
    .94, .88 and the first .47.
    """
    assert parts == split(total, shares)


def test_total_interval_on_paper() -> None:
    """Credit 3, 4 and 0: variance 3/2 * 25 = 37.5, t of 2 degrees 4.302653, so 7 -+ 26.348255."""
    assert total_interval({"a": 3, "b": 4, "c": 0}) == pytest.approx((7, -19.348255, 33.348255), abs=1e-5)
    assert total_interval({"a": 3}) is None


def test_share_interval_on_paper() -> None:
    """3 of (3, 1, 0): share .75, influence .1875, -.1875, 0, variance .10546875, so .75 -+ 1.397327."""
    interval = share_interval({"a": 3}, {"a": 3, "b": 1, "c": 0})
    assert interval == pytest.approx((0.75, -0.647327, 2.147327), abs=1e-5)
    assert share_interval({"a": 0}, {"a": 0, "b": 0}) is None


def test_credit_by_account_counts_accounts_without_credit() -> None:
    """The deal's 100.00, linear: 20 each to ad, call and direct, 40 to support; a lost account adds its zero."""
    lost = replace(deal(), account_id="B", outcome="lost", minor_units=0)
    never_closed = replace(deal(), account_id="C", outcome="open", minor_units=0)
    journeys = [deal(), lost, never_closed]
    credit = credit_by_account(journeys, map(rules.linear, journeys), lambda touch: touch.channel)
    assert credit == {
        "ad": {"A": 20, "B": 0},
        "support": {"A": 40, "B": 0},
        "call": {"A": 20, "B": 0},
        "direct": {"A": 20, "B": 0},
    }


# ------------------------------------------------------------------ Shapley values


def test_shapley_of_the_glove_game() -> None:
    """Two have a left glove and one the right; a pair is worth 1: 1/6, 1/6 and 4/6, as in every textbook."""

    def worth(coalition: frozenset[str]) -> Fraction:
        return Fraction(int("right" in coalition and len(coalition) > 1))

    assert shapley(["one", "two", "right"], worth) == {
        "one": Fraction(1, 6),
        "two": Fraction(1, 6),
        "right": Fraction(4, 6),
    }


def test_games_of_journeys_on_paper() -> None:
    """Of a-b (2 of 4 won, 60) and b (1 of 4 won, 10): sums 30 and 40, rates 1/8 - 0 over 2 and 1/4 + 3/8 over 2."""
    journeys = [Told(("a", "b", "a"), 2, 4, 60), Told(("b",), 1, 4, 10), Told((), 1, 1, 5)]
    assert {"a": 30, "b": 40} == shapley("ab", sum_game(journeys))
    assert {"a": 1, "b": 2} == shapley("ab", sum_game(journeys, "won"))
    assert {"a": Fraction(1, 16), "b": Fraction(5, 16)} == shapley("ab", rate_game(journeys))


def test_shares_of_distinct_labels_on_paper() -> None:
    """Half for each label and for its touches; by value in proportion; equally where none is above 0."""
    assert [Fraction(1, 4), Fraction(1, 2), Fraction(1, 4)] == shares("aba")
    assert [Fraction(1, 6), Fraction(2, 3), Fraction(1, 6)] == shares("aba", {"a": Fraction(1), "b": Fraction(2)})
    assert [Fraction(1, 3)] * 3 == shares("aba", {"a": Fraction(-1), "b": Fraction(0)})
    assert [] == shares("")


# ------------------------------------------------------------------ worlds


def test_moments_are_exact() -> None:
    """Microseconds survive the way to datetimes."""
    assert moment(day(1, -1)) == datetime(2024, 1, 1, 23, 59, 59, 999_999, tzinfo=UTC)


@given(world=worlds(), window=WINDOWS)
def test_random_worlds_keep_the_oracles_own_laws(world: World, window: Window) -> None:
    """Shares add to one, journeys stay in their window, and no touch of the past is both placed and outside."""
    journeys = build_journeys(world, window)
    placed: set[str] = set()
    for journey in journeys:
        placed.update(labels(journey))
        assert all(window.holds(touch.occurred_at, journey.end) for touch in journey.touches)
        for rule in (rules.linear, rules.time_decay, rules.position_based, rules.w_shaped, rules.full_path):
            shares = rule(journey)
            assert sum(shares) == bool(journey.touches)
            assert min(shares, default=0) >= 0
            assert not shares or sum(split(journey.minor_units, shares)) == journey.minor_units
    assert placed.isdisjoint(touch.touchpoint_id for touch in outside_windows(world, window))


@given(world=worlds())
def test_tables_have_one_row_per_record(world: World) -> None:
    """Every column of a table is as long as its records."""
    records = {"accounts": world.accounts, "leads": world.leads, "touchpoints": world.touches}
    tables = to_tables(world)
    for name, rows in {**records, "opportunities": world.opportunities}.items():
        assert {column: len(values) for column, values in tables[name].items()} == dict.fromkeys(
            tables[name], len(rows)
        )
