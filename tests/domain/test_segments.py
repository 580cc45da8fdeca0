from collections.abc import Mapping
from decimal import Decimal
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.domain import AllOf, AnyOf, ColumnRule, Interval, Members, Not, Segment, Segmentation
from servicelead.domain.conditions import overlap
from servicelead.exceptions import InvalidValueError, SegmentationError

SMALL = Segment.between("users", 1, 3, name="1-3")
HYBRID = Segment.between("users", 4, 10, name="4-10")
LARGE = Segment.at_least("users", 11, name="11+")
EDTECH = Segment.of("industry", {"EdTech"})


def crowded(columns: Mapping[str, Any]) -> Any:
    """Tell who has more users than seats, in a way that bare Python booleans would get wrong."""
    return ~(columns["users"] <= columns["seats"])


@pytest.mark.parametrize(
    ("closed", "inside"),
    [("both", [4, 7, 10]), ("left", [4, 7]), ("right", [7, 10]), ("neither", [7])],
)
def test_which_bounds_belong_to_an_interval(closed: Any, inside: list[int]) -> None:
    """Closed bounds belong to the segment, open ones do not."""
    segment = Segment.between("users", 4, 10, closed=closed)
    assert inside == [users for users in (3, 4, 7, 10, 11) if segment.matches({"users": users})]


def test_unbounded_intervals() -> None:
    """None leaves a side open, and both sides mean a known number."""
    assert [True, True, True] == [
        Segment.at_least("users", 11).matches({"users": Decimal(11)}),
        Segment.at_most("users", 3).matches({"users": -5.5}),
        Segment.between("users", None, None).matches({"users": np.float64(3)}),
    ]


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        (Segment.between("users", 4, 10), "4 <= users <= 10"),
        (Segment.between("users", 4, None, closed="neither"), "users > 4"),
        (Segment.between("users", None, 4, closed="left"), "users < 4"),
        (Segment.between("users", None, None), "users known"),
        (HYBRID & EDTECH, "(4-10 & industry in {EdTech})"),
        (HYBRID | ~LARGE, "(4-10 | ~11+)"),
        (HYBRID.named("middle"), "middle"),
    ],
)
def test_default_names_are_the_condition_in_symbols(segment: Segment, name: str) -> None:
    """A segment says what it is even if nobody names it."""
    assert name == segment.name


@pytest.mark.parametrize("missing", [None, float("nan"), np.float64("nan"), np.datetime64("NaT", "us")])
def test_a_missing_value_is_in_no_segment_and_in_no_complement(missing: Any) -> None:
    """Unknown is neither inside nor outside, whichever kind of segment asks."""
    rule = Segment.where(crowded, attributes=("users", "seats"), name="crowded")
    for segment in (HYBRID, Segment.of("users", {4}), rule):
        for attributes in ({"users": missing, "seats": 3}, {"seats": 3}):
            assert [False, False] == [segment.matches(attributes), (~segment).matches(attributes)]


def test_known_values_decide_alone_where_they_can() -> None:
    """One settled operand is enough: Kleene's tables."""
    users_of: dict[bool | None, int | None] = {True: 5, False: 2, None: None}
    industry_of: dict[bool | None, str | None] = {True: "EdTech", False: "Steel", None: None}
    both, either = HYBRID & EDTECH, HYBRID | EDTECH
    for (a, users), (b, industry) in product(users_of.items(), industry_of.items()):
        attributes = {"users": users, "industry": industry}
        low, high = [{True: 1.0, None: 0.5, False: 0.0}[answer] for answer in (a, b)]
        answers = {1.0: True, 0.5: None, 0.0: False}
        assert answers[min(low, high)] is both.condition.evaluate(attributes)
        assert answers[max(low, high)] is either.condition.evaluate(attributes)
        assert answers[1 - low] is (~HYBRID).condition.evaluate(attributes)
        assert (answers[max(low, high)] is True) is either.matches(attributes)


@given(st.one_of(st.none(), st.integers(0, 20)), st.one_of(st.none(), st.sampled_from(["EdTech", "Steel"])))
def test_de_morgan(users: int | None, industry: str | None) -> None:
    """Complements of unions are intersections of complements, missing values included."""
    attributes = {"users": users, "industry": industry}
    assert (~(HYBRID | EDTECH)).matches(attributes) == (~HYBRID & ~EDTECH).matches(attributes)
    assert (~(HYBRID & EDTECH)).matches(attributes) == (~HYBRID | ~EDTECH).matches(attributes)


def test_attributes_are_listed_once() -> None:
    """A segment says which columns it reads."""
    rule = Segment.where(crowded, attributes=("users", "seats"), name="crowded")
    assert ("users", "industry", "seats") == ((HYBRID & EDTECH) | ~rule).attributes


def test_the_tree_is_there_to_be_read() -> None:
    """Other layers evaluate the same tree on columns."""
    interval = Interval(attribute="users", lower=4, upper=10)
    members = Members(attribute="industry", values=frozenset({"EdTech"}))
    assert AllOf(conditions=(interval, members)) == (HYBRID & EDTECH).condition
    assert AnyOf(conditions=(interval, members)) == (HYBRID | EDTECH).condition
    assert Not(condition=interval) == (~HYBRID).condition
    assert hash(HYBRID) == hash(Segment(name="4-10", condition=interval))


def test_column_rules_get_arrays_even_for_one_account() -> None:
    """A rule written for columns means the same for one account: numbers are float64, text comes as objects."""
    seen: list[Any] = []

    def rule(columns: Mapping[str, Any]) -> Any:
        seen.append({name: (column.dtype, column.shape) for name, column in columns.items()})
        return ~(columns["users"] > 4)

    segment = Segment.where(rule, attributes=["users", "arr", "industry", "trial"], name="rule")
    assert segment.matches({"users": 4, "arr": Decimal("1.5"), "industry": "EdTech", "trial": True})
    assert not segment.matches({"users": 5, "arr": Decimal("1.5"), "industry": "EdTech", "trial": True})
    dtypes = {"users": np.float64, "arr": np.float64, "industry": np.object_, "trial": np.bool_}
    assert {name: (np.dtype(dtype), (1,)) for name, dtype in dtypes.items()} == seen[0]


@pytest.mark.parametrize("answer", [True, [1], [True, False], [[True]], None])
def test_column_rules_must_answer_with_one_boolean_per_row(answer: Any) -> None:
    """Numbers, scalars and answers of another length are errors."""
    rule = ColumnRule(function=lambda _: answer, attributes="users")
    with pytest.raises(InvalidValueError, match=r"ColumnRule\.function must return one boolean per row"):
        rule.mask({"users": np.array([5])})


def test_column_rule_mask_is_the_answer_of_the_function() -> None:
    """On columns the rule is just called."""
    rule = ColumnRule(function=crowded, attributes=("users", "seats"))
    mask = rule.mask({"users": np.array([1, 5]), "seats": np.array([2, 2])})
    assert [False, True] == mask.tolist()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Segment.between("users", 5, 4),
        lambda: Segment.between("users", 4, 4, closed="left"),
        lambda: Segment.between("users", float("nan"), 4),
        lambda: Segment.between("users", 1, float("inf")),
        lambda: Segment.between("users", 1, 4, closed="lef"),  # type: ignore[arg-type]  # a misspelling
        lambda: Segment.between("", 1, 4),
        lambda: Segment.of("industry", "EdTech"),
        lambda: Segment.of("industry", []),
        lambda: Segment.of("industry", ["EdTech", None]),
        lambda: Segment.where("users > 4", attributes=("users",), name="x"),  # type: ignore[arg-type]  # no function
        lambda: Segment.where(crowded, attributes=(), name="x"),
        lambda: Segment.at_least("users", 1, name=" "),
        lambda: Segment(name="x", condition=HYBRID),  # type: ignore[arg-type]  # a segment is no condition
        lambda: AllOf(conditions=()),
        lambda: Not(condition=None),  # type: ignore[arg-type]  # no condition
        lambda: Members(attribute="x", values={"a"}),  # type: ignore[arg-type]  # could still change
    ],
)
def test_segments_that_mean_nothing_are_refused(make: Any) -> None:
    """Empty intervals and sets, bare texts, misspellings and non-functions are errors when made."""
    with pytest.raises(InvalidValueError, match="must be"):
        make()


def test_one_value_is_an_interval_with_both_bounds_closed() -> None:
    """Equal closed bounds mean that value."""
    assert Segment.between("users", 4, 4).matches({"users": 4})


@pytest.mark.parametrize("value", ["4", True, float("inf"), [4]])
def test_an_interval_asks_numbers_only(value: Any) -> None:
    """A value of the wrong kind is an error, not a silent no; the message does not repeat it."""
    with pytest.raises(InvalidValueError, match="attribute 'users' must be a finite number; got"):
        HYBRID.matches({"users": value})


def test_segments_combine_with_segments_only() -> None:
    """A bare condition or a name is no segment."""
    others: list[Any] = [HYBRID.condition, "x"]
    for other in others:
        with pytest.raises(TypeError):
            HYBRID & other
        with pytest.raises(TypeError):
            HYBRID | other


def test_segmentation_names_the_one_segment_or_none() -> None:
    """Users 1-3, 4-10 and 11+: everyone has one label, and who is left out has none."""
    users = Segmentation(name="users", segments=[SMALL, HYBRID, LARGE])
    labels = [users.label_of({"users": n}) for n in (0, 1, 3, 4, 10, 11, 3.5, None)]
    assert labels == [None, "1-3", "1-3", "4-10", "4-10", "11+", None, None]
    assert users.attributes == ("users",)


bounds = st.one_of(st.none(), st.integers(0, 4))
intervals: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict, lower=bounds, upper=bounds, lower_closed=st.booleans(), upper_closed=st.booleans()
)
sets = st.frozensets(st.integers(0, 4), min_size=1)


def is_possible(ends: dict[str, Any]) -> bool:
    """Whether an interval with these ends has room for a number."""
    low, high = ends["lower"], ends["upper"]
    return None in (low, high) or low < high or (low == high and ends["lower_closed"] and ends["upper_closed"])


conditions = st.one_of(
    intervals.filter(is_possible).map(lambda ends: Interval(attribute="x", **ends)),
    sets.map(lambda values: Members(attribute="x", values=values)),
)


@given(conditions, conditions)
def test_overlap_is_a_common_value(first: Interval | Members, second: Interval | Members) -> None:
    """Two conditions overlap exactly if some number meets both; quarters between and beyond the bounds find one."""
    grid = [{"x": n / 4} for n in range(-4, 21)]
    common = any(first.evaluate(at) and second.evaluate(at) for at in grid)
    assert common is overlap(first, second)
    assert common is overlap(second, first)


def test_overlap_says_nothing_of_other_attributes_and_combinations() -> None:
    """Where conditions cannot be compared, only accounts can tell."""
    assert overlap(HYBRID.condition, EDTECH.condition) is None
    assert overlap(HYBRID.condition, (HYBRID & EDTECH).condition) is None


def test_overlaps_that_can_be_read_off_are_refused_at_once() -> None:
    """The error names both segments."""
    with pytest.raises(SegmentationError, match="both '1-3' and 'up to 3'"):
        Segmentation(name="users", segments=[SMALL, Segment.at_most("users", 3, name="up to 3")])


def test_other_overlaps_are_refused_when_an_account_shows_them() -> None:
    """The error names both segments and no value of the account."""
    mixed = Segmentation(name="mixed", segments=[HYBRID, EDTECH])
    assert mixed.label_of({"users": 99, "industry": "EdTech"}) == "industry in {EdTech}"
    with pytest.raises(SegmentationError, match=r"both '4-10' and 'industry in \{EdTech\}'"):
        mixed.label_of({"users": 5, "industry": "EdTech"})


@pytest.mark.parametrize("segments", [[], [HYBRID, LARGE.named("4-10")], ["4-10"]])
def test_segmentations_need_segments_of_distinct_names(segments: Any) -> None:
    """No segments, two of one name and bare names are errors."""
    with pytest.raises(InvalidValueError, match=r"Segmentation\.segments must be"):
        Segmentation(name="users", segments=segments)
