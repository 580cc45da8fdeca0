from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import drawn, examples
from qualification.lead_worlds import DAY, DAYS, START, model, world
from reference import lead_scores
from servicelead import Business, Segment
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.qualification import FitRule, LeadScores, PointsModel, RuleGroup, TouchRule
from tables.samples import at, business, columns, lead, touch

MONTH, WEEK = timedelta(days=30), timedelta(days=7)


def one_lead(*touches: Any, **more: Any) -> Business:
    """Return a business of one lead, l, and its touches."""
    return business(leads=[lead("l", **more)], touchpoints=[t | {"lead_id": "l"} for t in touches])


def on(day: int) -> datetime:
    """Return an instant of 2026."""
    return datetime.fromisoformat(at(day))


def test_the_worked_example() -> None:
    """30 halving every 30 days minus 20 halving every 7 days: 10 at first, 15.52 after a week."""
    recipe = PointsModel(
        engagement=[
            TouchRule(points=30, channel="visit", half_life=MONTH),
            TouchRule(points=-20, channel="outage", half_life=WEEK),
        ]
    )
    given_ = one_lead(touch("t1", channel="visit"), touch("t2", channel="outage"))
    assert [10.0] == recipe.score(given_, on(0)).score.tolist()
    assert 30 * 2 ** (-7 / 30) - 10 == pytest.approx(recipe.score(given_, on(7)).score[0], abs=2e-6)
    assert 15.5 == round(float(recipe.score(given_, on(7)).score[0]), 1)


def test_every_rule_that_is_met_gives_its_points_times_the_level() -> None:
    """A services visit to an executive meets three rules of 1, 2 and 4, at one and a half times."""
    rules = [TouchRule(points=1), TouchRule(points=2, team="services"), TouchRule(points=4, channel="visit")]
    recipe = PointsModel(engagement=[*rules, TouchRule(points=8, group="field")], levels={"executive": 1.5})
    given_ = one_lead(touch("t", channel="visit", group="support"), org_level="executive")
    assert [10.5] == recipe.score(given_).score.tolist()
    met = dict(zip(*recipe.score(given_).rules.to_dict().values(), strict=True))
    assert {"any touch": 1, "services": 1, "visit": 1, "field": 0} == met


@pytest.mark.parametrize(
    ("person", "own", "behind", "expected"),
    [
        ("executive", "manager", "manager", 3.0),
        ("unknown", "manager", "executive", 2.0),
        (None, "unknown", "executive", 3.0),
        (None, None, "unknown", 0.5),
        (None, None, None, 0.5),
    ],
)
def test_the_level_is_of_the_person_touched_else_of_the_lead_else_of_its_contact(
    person: str | None, own: str | None, behind: str | None, expected: float
) -> None:
    """The nearest level that is known counts; the unknown one has a multiplier of its own."""
    given_ = business(
        contacts={"contact_id": ["p", "q"], "org_level": [person, behind]},
        leads=[lead("l", org_level=own, contact_id="q")],
        touchpoints=[touch("t", lead_id="l", contact_id="p")],
    )
    recipe = PointsModel(engagement=[TouchRule(points=1)], levels={"executive": 3, "manager": 2, "unknown": 0.5})
    assert [expected] == recipe.score(given_).score.tolist()


def test_caps_hold_rule_then_group_then_total() -> None:
    """3 x 20 capped at 40, and 30 more, capped at 50 together; 25 of fit; 70 in all."""
    recipe = PointsModel(
        engagement=[
            RuleGroup(
                name="services",
                rules=[TouchRule(points=20, channel="visit", cap=40), TouchRule(points=30, channel="case")],
                cap=50,
            )
        ],
        fit=[RuleGroup(name="who", rules=[FitRule(points=30, segment=Segment.of("need", {"x"}), of="lead")], cap=25)],
        cap=70,
    )
    visits = [touch(f"t{i}", channel="visit") for i in range(3)]
    scores = recipe.score(one_lead(*visits, touch("c", channel="case"), need="x"))
    assert ([50.0], [25.0], [70.0]) == tuple(x.tolist() for x in (scores.engagement, scores.fit, scores.score))


def test_a_capped_rule_leaves_its_neighbours_alone() -> None:
    """Rules of one group that fade alike, one capped at 40, one at 5 and one free: 40 + 5 + 70."""
    rules = [
        TouchRule(points=20, channel="visit", cap=40),
        TouchRule(points=10, channel="case", cap=5),
        TouchRule(points=70, channel="training"),
    ]
    touches = [touch(f"t{i}", channel="visit") for i in range(3)]
    given_ = one_lead(*touches, touch("c", channel="case"), touch("d", channel="training"))
    assert [115.0] == PointsModel(engagement=[RuleGroup(name="g", rules=rules)]).score(given_).score.tolist()


def test_a_cap_limits_what_is_left_and_forgets_nothing() -> None:
    """Three visits of 20 under a cap of 40 are worth 40 until 60 has faded below it, after .585 half-lives."""
    recipe = PointsModel(engagement=[TouchRule(points=20, channel="call", half_life=MONTH, cap=40)])
    given_ = one_lead(*(touch(f"t{i}") for i in range(3)))
    assert [40.0, 40.0] == [recipe.score(given_, on(day)).score[0] for day in (0, 17)]
    assert 60 * 2 ** (-18 / 30) == pytest.approx(recipe.score(given_, on(18)).score[0], abs=1e-5)


def test_a_cap_bounds_what_is_taken_away_as_well() -> None:
    """Five touches of -10 under a cap of 30 take 30."""
    recipe = PointsModel(engagement=[TouchRule(points=-10, cap=30)])
    assert [-30.0] == recipe.score(one_lead(*(touch(f"t{i}") for i in range(5)))).score.tolist()


def test_fit_is_what_was_known_at_the_time() -> None:
    """Seats grew on day 20: no points before, points after; a lead without an account has none."""
    recipe = PointsModel(fit=[FitRule(points=15, segment=Segment.at_least("seats", 100))])
    given_ = business(
        leads=[lead("l"), lead("m", None)],
        account_history={"account_id": ["a", "a"], "valid_from": [at(0), at(20)], "seats": [10, 200]},
    )
    assert [[0, 0], [15, 0]] == [recipe.score(given_, on(day)).fit.tolist() for day in (19, 20)]


def test_fit_of_an_attribute_without_history_is_constant() -> None:
    """Columns of accounts, and further columns of leads, count from the start."""
    rules = [
        FitRule(points=5, segment=Segment.of("industry", {"EdTech"})),
        FitRule(points=7, segment=Segment.at_least("budget", 3), of="lead"),
        FitRule(points=11, segment=Segment.of("team", {"services"}), of="lead"),
        FitRule(points=13, segment=Segment.of("region", {"north"}), of="lead"),
    ]
    given_ = business(
        accounts=[{"account_id": "a", "industry": "EdTech"}], leads=[lead("l", budget=4, region="north"), lead("m")]
    )
    assert [36.0, 16.0] == PointsModel(fit=rules).score(given_).fit.tolist()


def test_touches_before_the_lead_count_and_are_counted() -> None:
    """What made the lead came before it was written down."""
    given_ = one_lead(touch("t1", day=1), touch("t2", day=5), created_at=at(3))
    scores = PointsModel(engagement=[TouchRule(points=10)]).score(given_)
    assert ([20.0], [2], [1]) == tuple(x.tolist() for x in (scores.score, scores.n_touches, scores.n_before_creation))


def test_who_is_scored_and_which_touches_count_is_accounted_for() -> None:
    """Merged leads live on in their survivor, later ones are not there yet, and every touch is in one line."""
    given_ = business(
        leads=[lead("kept"), lead("gone", merged_into="kept"), lead("later", created_at=at(50)), lead("silent", None)],
        touchpoints=[
            touch("t1", lead_id="gone", day=1),
            touch("t2", lead_id="kept", day=2, channel="rare"),
            touch("t3", lead_id="later", day=3),
            touch("t4", day=4),
            touch("t5", lead_id="nobody", day=5),
            touch("t6", lead_id="kept", day=40),
        ],
    )
    scores = PointsModel(engagement=[TouchRule(points=10, channel="call")]).score(given_, on(30))
    assert {"kept": 10.0, "silent": 0.0} == dict(zip(scores.lead_id, scores.score.tolist(), strict=True))
    assert {
        "leads scored": 2,
        "leads without touches": 1,
        "leads merged into another": 1,
        "leads created later": 1,
        "touches that earn points": 1,
        "touches that no rule names": 1,
        "touches before their lead was created": 0,
        "touches of leads that are not scored": 2,
        "touches that name no lead": 1,
        "touches later": 1,
    } == dict(zip(*scores.counts.to_dict().values(), strict=True))


def test_a_merge_counts_as_identity_known_for_ever() -> None:
    """The one exception: a touch of a lead that was written down and merged later is the survivor's from its own time.

    Tables hold no moment of a merge, and say of a touch only which lead survived.
    """
    given_ = business(
        leads=[lead("l1"), lead("l2", created_at=at(59), merged_into="l1")],
        touchpoints=[touch("t", lead_id="l2", day=4)],
    )
    recipe = PointsModel(engagement=[TouchRule(points=10)])
    assert [0.0, 10.0, 10.0] == [recipe.score(given_, on(day)).score[0] for day in (3, 9, 60)]


def test_unknown_levels_are_findings_and_score_as_unknown() -> None:
    """A level that is no word of the list is reported by the table and counts as unknown."""
    given_ = one_lead(touch("t"), org_level="boss")
    assert "unmapped_choice" in given_.findings["code"].tolist()
    assert [0.5] == PointsModel(engagement=[TouchRule(points=1)], levels={"unknown": 0.5}).score(given_).score.tolist()


def test_nothing_to_score() -> None:
    """No leads, no touches or no rules: empty columns, or zeros."""
    assert 0 == len(PointsModel(engagement=[TouchRule(points=1)]).score(business()))
    nothing = PointsModel().score(one_lead(touch("t")))
    assert ([0.0], 0, [None]) == (nothing.score.tolist(), len(nothing.rules), nothing.first_crossing(1).tolist())
    assert 1 == nothing.counts.row(kind="touches that no rule names")["n"]
    assert [0.0] == PointsModel(engagement=[TouchRule(points=1)]).score(business(leads=[lead("l")])).score.tolist()
    assert 0 == len(PointsModel().score(one_lead(touch("t")), on(-1)))


@pytest.mark.parametrize("moment", [date(2027, 1, 1), "yesterday", None])
def test_a_moment_the_business_does_not_know_is_refused(moment: Any) -> None:
    """Later than its own as_of, or no moment at all; None is the business's own."""
    if moment is None:
        assert 1 == len(PointsModel().score(one_lead(), moment))
        return
    with pytest.raises(InvalidValueError, match="as_of must be a moment that the business knows"):
        PointsModel().score(one_lead(), moment)


@pytest.mark.parametrize("of", ["account", "lead"])
def test_an_attribute_that_no_table_has_is_refused(of: str) -> None:
    """Misspelt attributes are errors, not zeros; so is what became of the lead."""
    for name in ("seets", "stage"):
        recipe = PointsModel(fit=[FitRule(points=1, segment=Segment.at_least(name, 1), of=of)])
        with pytest.raises(UnknownNameError, match=name):
            recipe.score(one_lead())


def test_points_that_no_longer_add_exactly_are_refused() -> None:
    """Sums of steps beyond 2^53 would round: an error instead."""
    recipe = PointsModel(engagement=[TouchRule(points=1_000_000)], levels={"unknown": 1000})
    many = [touch(f"t{i}") for i in range(9)]
    with pytest.raises(InvalidValueError, match="add exactly"):
        recipe.score(one_lead(*many))
    assert [8e9] == recipe.score(one_lead(*many[:8])).score.tolist()


def test_scores_equal_the_plain_reference() -> None:
    """Engagement, fit and score of every lead, at the end and on a day on the way, step by step."""
    drawn_world = world(1, drawn(1_000))
    for seed in range(2):
        recipe = model(seed)
        for moment in (START + DAYS * DAY, START + 21 * DAY + 7):
            scores = recipe.score(drawn_world.business, moment)
            actual = dict(
                zip(scores.lead_id, zip(scores.engagement, scores.fit, scores.score, strict=True), strict=True)
            )
            there = [row for row in drawn_world.leads if row["created_at"] <= moment]
            assert {row["lead_id"] for row in there} == set(actual)
            touches: dict[str, list[Any]] = {row["lead_id"]: [] for row in drawn_world.leads}
            for row in drawn_world.touches:
                touches[row["lead_id"]].append(row)
            history: dict[Any, list[Any]] = {}
            for row in drawn_world.history:
                history.setdefault(row["account_id"], []).append(row)
            for row in there:
                known = history.get(row["account_id"], [])
                mine = touches[row["lead_id"]]
                expected = lead_scores.score(recipe, row, mine, known, contacts=drawn_world.contacts, at=moment)
                # 2 ** x of two libraries may differ in its last place, which may move one rounding by one step.
                assert expected == pytest.approx(actual[row["lead_id"]], abs=2**-20)


def permuted(rows: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """Return rows in another order."""
    return [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]


@settings(max_examples=examples(20))
@given(seed=st.integers(0, 10_000))
def test_order_and_names_of_rows_do_not_matter(seed: int) -> None:
    """Shuffled rows, and one lead at a time, give the same scores to the bit."""
    given_, recipe = world(seed, 8), model(seed)
    whole = recipe.score(given_.business)
    shuffled = Business.from_frames(
        leads=columns(permuted(given_.leads, seed)),
        touchpoints=columns(permuted(given_.touches, seed)),
        account_history=columns(given_.history),
        contacts={"contact_id": list(given_.contacts), "org_level": list(given_.contacts.values())},
        as_of=START + DAYS * DAY,
    )
    assert by_lead(whole) == by_lead(recipe.score(shuffled))


def by_lead(scores: LeadScores) -> dict[str, float]:
    """Return the score of each lead by its name."""
    return dict(zip(scores.lead_id, scores.score.tolist(), strict=True))


@settings(max_examples=examples(20))
@given(seed=st.integers(0, 10_000), day=st.integers(20, DAYS))
def test_a_score_reads_nothing_that_came_later(seed: int, day: int) -> None:
    """Scored as of a day, the business and its own past extract agree."""
    given_, recipe = world(seed, 8), model(seed)
    moment = START + day * DAY
    past = Business.from_frames(
        leads=columns([row for row in given_.leads if row["created_at"] <= moment]),
        touchpoints=columns([row for row in given_.touches if row["occurred_at"] <= moment]),
        account_history=columns([row for row in given_.history if row["valid_from"] <= moment]),
        contacts={"contact_id": list(given_.contacts), "org_level": list(given_.contacts.values())},
        as_of=moment,
    )
    assert by_lead(recipe.score(past)) == by_lead(recipe.score(given_.business, moment))


@pytest.mark.parametrize(
    "make",
    [
        lambda: TouchRule(points=float("nan")),
        lambda: TouchRule(points=2_000_000),
        lambda: TouchRule(points=1, half_life=timedelta(0)),
        lambda: TouchRule(points=1, cap=-1),
        lambda: TouchRule(points=1, team="support"),
        lambda: TouchRule(points=1, name=" "),
        lambda: FitRule(points=1, segment="seats >= 100"),  # type: ignore[arg-type]  # untyped code
        lambda: FitRule(points=1, segment=Segment.at_least("seats", 1), of="contact"),
        lambda: RuleGroup(name="g", rules=[]),
        lambda: RuleGroup(name="g", rules=7),  # type: ignore[arg-type]  # untyped code
        lambda: RuleGroup(name="g", rules=[TouchRule(points=1), FitRule(points=1, segment=Segment.at_least("s", 1))]),
        lambda: PointsModel(engagement=[FitRule(points=1, segment=Segment.at_least("s", 1))]),
        lambda: PointsModel(engagement=7),  # type: ignore[arg-type]  # untyped code
        lambda: PointsModel(fit=[TouchRule(points=1)]),
        lambda: PointsModel(engagement=[TouchRule(points=1), TouchRule(points=2)]),
        lambda: PointsModel(levels={"boss": 2}),
        lambda: PointsModel(levels={"executive": -1}),
        lambda: PointsModel(levels={"executive": "high"}),
        lambda: PointsModel(levels=[("executive", 2)]),
        lambda: PointsModel(cap=float("inf")),
    ],
)
def test_recipes_that_say_nothing_are_refused(make: Callable[[], object]) -> None:
    """Each bad field is an error that names it."""
    with pytest.raises(InvalidValueError, match=r"^(TouchRule|FitRule|RuleGroup|PointsModel)\.\w+ must be"):
        make()


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"engagement": [TouchRule(points=1), TouchRule(points=2)]}, "engagement"),
        ({"engagement": [RuleGroup(name="g", rules=[TouchRule(points=1)])] * 2}, "engagement"),
        ({"fit": [FitRule(points=1, segment=Segment.at_least("seats", 1))] * 2}, "fit"),
        (
            {
                "engagement": [TouchRule(points=1, name="large")],
                "fit": [FitRule(points=1, segment=Segment.at_least("seats", 1, name="large"))],
            },
            "fit",
        ),
    ],
)
def test_a_name_given_twice_is_refused_where_it_is(parts: Any, field: str) -> None:
    """The message names the field in which the second one stands."""
    with pytest.raises(InvalidValueError, match=rf"^PointsModel\.{field} must be of .* twice; give one"):
        PointsModel(**parts)


def test_results_are_read_only_and_tables() -> None:
    """Columns cannot be changed, models compare by value, and a lead that is not scored is an error."""
    recipe = PointsModel(engagement=[TouchRule(points=10)], levels={"executive": 2})
    assert recipe == PointsModel(engagement=[TouchRule(points=10)], levels={"executive": 2})
    assert recipe != PointsModel(engagement=[TouchRule(points=10)])
    scores = recipe.score(one_lead(touch("t")))
    with pytest.raises(ValueError, match="read-only"):
        scores.score[0] = 1
    assert [
        {"lead_id": "l", "engagement": 10.0, "fit": 0.0, "score": 10.0, "n_touches": 1, "n_before_creation": 0}
    ] == (scores.rows())
    assert scores.to_dict()["score"] == scores.to_frame("pandas")["score"].tolist()
    assert "l" in str(scores)
    assert "1 leads" in repr(scores)
    assert "<table>" in scores._repr_html_()
    assert datetime(2026, 6, 30, 23, 59, 59, 999999, tzinfo=UTC) == scores.as_of.item().replace(tzinfo=UTC)
    with pytest.raises(UnknownNameError, match="no such lead among the 1"):
        scores.position_of("m")
