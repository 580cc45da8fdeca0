import copy
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pandas as pd
import pytest
from attrs import field, frozen

from servicelead import _fields as f
from servicelead.exceptions import InvalidValueError

CANARY = "jane@example.com"


class Colour(StrEnum):
    """An enumeration to choose from."""

    RED = "red"
    BLUE = "blue"


def accepts(validator: f.Validator, value: Any) -> bool:
    """Whether a class with one such field can be made; if not, check what the message says."""
    thing = attrs.make_class("Thing", {"part": field(validator=validator)}, frozen=True, kw_only=True)
    try:
        thing(part=value)
    except InvalidValueError as error:
        message = str(error)
        assert message.startswith("Thing.part must be ")
        assert "; got " in message
        assert message.count("; ") >= 2
        assert CANARY not in message
        return False
    return True


@pytest.mark.parametrize(
    ("validator", "good", "bad"),
    [
        (f.text(), ["a", " a "], ["", "  ", None, 3, b"a"]),
        (f.choice(Colour), [Colour.RED], ["red", CANARY, None]),
        (f.flag(), [True, False], [1, "yes", None, np.True_]),
        (
            f.number(),
            [0, -2.5, Decimal("1.5"), Fraction(1, 3), np.float64(1), np.int64(3), 10**400],
            [True, float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN"), "1", None, CANARY, 1j, np.True_],
        ),
        (f.between(-1, 1), [-1, 0.5, 1], [-1.01, 1.01, float("nan"), True, None, "0"]),
        (f.at_least(0), [0, 5.5], [-0.1, float("inf"), None]),
        (f.above(0), [0.1, Decimal("1e-9")], [0, -1, float("nan")]),
        (f.proportion(), [0.01, 0.95], [0, 1, -0.5, float("nan"), True, None, "0.5"]),
        (f.whole(0), [0, 7, np.int32(3)], [-1, 1.0, True, None, "3"]),
        (f.whole(), [-5], [1.5]),
        (f.moment(), [date(2025, 1, 1), datetime(2025, 1, 1), datetime(2025, 1, 1, tzinfo=UTC)], ["2025-01-01", None]),  # noqa: DTZ001 - naive is allowed here
        (f.moment(), [pd.Timestamp("2025-01-01")], [pd.NaT, 3, CANARY]),
        (f.attribute_names(), [{}, {"size": 3}], [None, {"": 1}, {3: 1}, {"part": 1}, CANARY]),
    ],
)
def test_validators_accept_and_refuse(validator: f.Validator, good: list[Any], bad: list[Any]) -> None:
    """Each validator accepts its range to the very ends, refuses the rest, and names field, rule and remedy."""
    assert [True] * len(good) == [accepts(validator, value) for value in good]
    assert [False] * len(bad) == [accepts(validator, value) for value in bad]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "None"),
        ("", "blank text"),
        (CANARY, "text"),
        (float("nan"), "NaN"),
        (Decimal("-Infinity"), "an infinite number"),
        (Decimal("sNaN"), "NaN"),
        (True, "an object of type bool"),
        ([CANARY], "an object of type list"),
    ],
)
def test_kind_of_says_the_kind_and_never_the_value(value: object, kind: str) -> None:
    """What came is told by its kind alone."""
    assert kind == f.kind_of(value)


def test_recognised_maps_names_and_hands_on_the_rest() -> None:
    """A member's name becomes the member; anything else reaches the validator unchanged."""
    assert f.recognised(Colour, "red") is Colour.RED
    assert f.recognised(Colour, CANARY) == CANARY
    unhashable: Any = ["red"]
    assert f.recognised(Colour, unhashable) == unhashable


def test_as_int_makes_numpy_whole_numbers_python_ones() -> None:
    """Only whole numbers are converted."""
    assert type(f.as_int(np.int64(3))) is int
    assert f.as_int(True) is True
    assert f.as_int(2.0) == 2.0  # type: ignore[arg-type]  # an untyped caller's mistake


def test_read_only_mapping_is_a_copy_that_cannot_change_and_can_be_pickled() -> None:
    """Changing what it was made of changes nothing; it equals a dict, pickles and copies."""
    source = {"a": 1}
    mapping = f.read_only(source)
    source["a"] = 2
    assert mapping == {"a": 1}
    assert repr(mapping) == "{'a': 1}"
    assert len(mapping) == 1
    assert pickle.loads(pickle.dumps(mapping)) == mapping  # noqa: S301 - our own bytes
    assert copy.deepcopy(mapping) == mapping
    with pytest.raises(TypeError):
        mapping["a"] = 3  # type: ignore[index]  # that it cannot is the promise


@frozen(kw_only=True)
class Span:
    """Two moments, the second not before the first."""

    start: f.Moment | None
    end: f.Moment | None = field(validator=f.not_before("start"))


PARIS = ZoneInfo("Europe/Paris")
NAIVE = datetime(2025, 1, 2, 12)  # noqa: DTZ001 - naive is what is tested
EARLIER = timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "end", "allowed"),
    [
        (datetime(2025, 1, 2, tzinfo=UTC), datetime(2025, 1, 2, tzinfo=UTC), True),
        (datetime(2025, 1, 2, 1, tzinfo=UTC), datetime(2025, 1, 2, tzinfo=UTC), False),
        (datetime(2025, 1, 2, 1, tzinfo=UTC), datetime(2025, 1, 2, 1, 30, tzinfo=timezone(EARLIER)), False),
        # The clocks of Paris show 02:50, then 02:10 in the repeated hour, twenty minutes later.
        (datetime(2025, 10, 26, 2, 50, tzinfo=PARIS), datetime(2025, 10, 26, 2, 10, fold=1, tzinfo=PARIS), True),
        (datetime(2025, 10, 26, 2, 10, fold=1, tzinfo=PARIS), datetime(2025, 10, 26, 2, 50, tzinfo=PARIS), False),
        (NAIVE, NAIVE - EARLIER, True),
        (NAIVE, date(2025, 1, 1), False),
        (date(2025, 1, 2), date(2025, 1, 2), True),
        (date(2025, 1, 2), date(2025, 1, 1), False),
        (datetime(2025, 1, 2, tzinfo=UTC), date(2025, 1, 1), True),
        (None, date(2025, 1, 1), True),
        (date(2025, 1, 1), None, True),
    ],
)
def test_not_before_refuses_only_what_is_certain(
    start: f.Moment | None, end: f.Moment | None, *, allowed: bool
) -> None:
    """Instants compare as instants, local moments by day, and an instant never with a local moment."""
    if allowed:
        assert Span(start=start, end=end).end == end
    else:
        with pytest.raises(InvalidValueError, match=r"Span\.end must be not before start"):
            Span(start=start, end=end)


def test_other_than_refuses_the_same_value() -> None:
    """A field may be required to differ from another."""
    pair = attrs.make_class("Pair", {"a": field(), "b": field(validator=f.other_than("a"))}, frozen=True)
    pair(1, 2)
    with pytest.raises(InvalidValueError, match=r"Pair\.b must be different from a"):
        pair(1, 1)
