"""Frames become numbers by name, and anything that does not fit is refused by name."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.propensity.estimators.encoding import MOST_CATEGORIES, FrameEncoder

MIXED = {"seats": [10.0, None, 30.0], "plan": ["pro", None, "basic"], "is_live": [True, False, None]}
ENCODED = [[10.0, 1.0, 1.0], [np.nan, np.nan, 0.0], [30.0, 0.0, np.nan]]


class Tier(Enum):
    """What is no text, and has one."""

    BASIC = "basic"


TEXTS = st.text("abcé '<", max_size=3)


@pytest.mark.parametrize(
    "make",
    [
        dict,
        pd.DataFrame,
        pl.DataFrame,
        pl.LazyFrame,
        pa.table,
        lambda columns: pl.DataFrame(columns).with_columns(pl.col("plan").cast(pl.Categorical)),
        lambda columns: pd.DataFrame(columns).convert_dtypes().astype({"plan": "category"}),
        lambda columns: ResultTable({name: np.array(cells, dtype=object) for name, cells in columns.items()}),
    ],
    ids=["dict", "pandas", "polars", "lazy", "arrow", "polars categories", "pandas categories", "result table"],
)
def test_every_kind_of_frame(make: Any) -> None:
    """The same columns give the same numbers from any library."""
    encoder = FrameEncoder.learn(make(MIXED))

    assert (None, ("basic", "pro"), None) == encoder.categories
    assert [False, True, False] == encoder.is_categorical.tolist()
    np.testing.assert_array_equal(ENCODED, encoder.encode(make(MIXED)))


def test_arrays_have_no_names() -> None:
    """The columns of a bare array are x0, x1, ...; numbers stay as they are, text beside them is categorical."""
    numbers = np.array([[1, 2], [3, 4]], dtype=np.int32)
    rows = [[1.5, "b"], [None, "a"]]

    assert ("x0", "x1") == FrameEncoder.learn(numbers).names
    assert [[1.0, 2.0], [3.0, 4.0]] == FrameEncoder.learn(numbers).encode(numbers).tolist()
    np.testing.assert_array_equal([[1.5, 1.0], [np.nan, 0.0]], FrameEncoder.learn(rows).encode(np.array(rows, object)))
    assert not FrameEncoder.learn(pd.DataFrame(numbers)).named


def test_decimals_and_other_categories() -> None:
    """Decimals of a warehouse are numbers, and labels that are no text are categories all the same."""
    amounts = pl.DataFrame({"amount": [Decimal("1.5"), None]})
    levels = pd.DataFrame({"level": pd.Categorical([3, 1, 3])})

    np.testing.assert_array_equal([[1.5], [np.nan]], FrameEncoder.learn(amounts).encode(amounts))
    assert (("1", "3"),) == FrameEncoder.learn(levels).categories


def test_a_category_only_at_scoring() -> None:
    """What was not in training is as good as missing."""
    encoder = FrameEncoder.learn({"plan": ["pro", "basic"]})

    np.testing.assert_array_equal([[np.nan], [1.0], [np.nan]], encoder.encode({"plan": ["gold", "pro", None]}))


def test_an_empty_column_stays_empty() -> None:
    """A column without any value in training says nothing later, whatever it then holds."""
    encoder = FrameEncoder.learn({"note": [None, None], "seats": np.array([np.nan, np.nan])})

    assert ((), None) == encoder.categories
    assert not encoder.is_categorical.any()
    np.testing.assert_array_equal([[np.nan, 4.0]], encoder.encode({"note": ["text"], "seats": [4]}))
    np.testing.assert_array_equal([[np.nan, 4.0]], encoder.encode({"note": [7.5], "seats": [4]}))


def test_columns_in_another_order() -> None:
    """Columns are found by name."""
    encoder = FrameEncoder.learn(MIXED)

    np.testing.assert_array_equal(ENCODED, encoder.encode(dict(reversed(MIXED.items()))))


def test_missing_and_extra_columns() -> None:
    """A column too few or too many is an error that names it."""
    encoder = FrameEncoder.learn({"seats": [1, 2], "plan": ["a", "b"]})

    with pytest.raises(UnknownNameError, match=r"^X lacks 'plan'; give"):
        encoder.encode({"seats": [1]})
    with pytest.raises(UnknownNameError, match=r"^X has 'age', unknown in training; give"):
        encoder.encode({"seats": [1], "plan": ["a"], "age": [1]})
    with pytest.raises(
        UnknownNameError, match=r"^X lacks 'plan' and has 'c0', 'c1', 'c2', 'c3', 'c4' and 3 more, unknown"
    ):
        encoder.encode({"seats": [1]} | {f"c{place}": [1] for place in range(8)})


def test_named_and_nameless() -> None:
    """A model of named columns takes no bare array, nor the other way round: nobody could tell what is where."""
    named, bare = FrameEncoder.learn({"seats": [1.0, 2.0]}), FrameEncoder.learn([[1.0], [2.0]])

    with pytest.raises(InvalidValueError, match="like those of training, which had names; got none"):
        named.encode([[1.0]])
    with pytest.raises(InvalidValueError, match="like those of training, which had no names; got some"):
        bare.encode({"seats": [1.0]})
    with pytest.raises(InvalidValueError, match="X has 2 features, but FrameEncoder is expecting 1 features as input"):
        bare.encode([[1.0, 2.0]])


@pytest.mark.parametrize(
    ("learned", "given", "told"),
    [
        ({"seats": [1]}, {"seats": ["many"]}, "column 'seats' must hold numbers, as in training; got text"),
        ({"plan": ["a"]}, {"plan": [1]}, "column 'plan' must hold text, as in training; got numbers"),
        ([[1, "a"]], [[1, 2]], "column 'x1' must hold text, as in training; got numbers"),
        ({"seats": [1]}, {"seats": [-np.inf]}, "column 'seats' must be finite or missing; got infinite numbers"),
        ([[1.0, 2.0]], [[1.0, np.inf]], "column 'x1' must be finite or missing"),
        ({"seats": [1]}, {"seats": [datetime.now(UTC)]}, "column 'seats' must hold numbers or text; got times"),
    ],
)
def test_values_that_do_not_fit(learned: Any, given: Any, told: str) -> None:
    """A column of another kind than in training is an error that names it."""
    encoder = FrameEncoder.learn(learned)

    with pytest.raises(InvalidValueError, match=f"^{told}"):
        encoder.encode(given)


def test_missing_is_of_any_kind() -> None:
    """A column in which everything is missing fits both numbers and text."""
    encoder = FrameEncoder.learn({"seats": [1, 2], "plan": ["a", "b"]})

    assert np.isnan(encoder.encode({"seats": [None, None], "plan": [np.nan, np.nan]})).all()
    assert np.isnan(FrameEncoder.learn([["a"]]).encode([[np.nan]])).all()


@pytest.mark.parametrize(
    ("unreadable", "told"),
    [
        (None, "got None of 0 dimensions"),
        ("text", "got text of 0 dimensions"),
        ([1.0, 2.0], "of 1 dimensions. Reshape your data"),
        ([[1.0], [2.0, 3.0]], "rows of equal length"),
        (np.array([[1 + 2j]]), "Complex data not supported"),
        (np.empty((0, 3)), "0 sample"),
        ({}, "0 feature"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "different names"),
        (pd.DataFrame([[1, 2]], columns=["a", 1]), "all text, or none"),
        ({"opened": [datetime.now(UTC)]}, "column 'opened' must hold numbers or text; got times"),
        ({"age": [timedelta(1), None]}, "column 'age' must hold numbers or text; got durations; give it in days"),
        ({"age": np.array([1], "m8[D]")}, "column 'age' must hold numbers or text; got durations"),
        (pd.DataFrame({"age": pd.to_timedelta([1, 2])}), "column 'age' must hold numbers or text; got durations"),
        (pl.DataFrame({"age": [timedelta(1)]}), "column 'age' must hold numbers or text; got durations"),
        (np.array([[1]], "m8[D]"), "column 'x0' must hold numbers or text; got durations"),
        ({"wave": [1 + 2j]}, "column 'wave' must hold numbers or text; got complex numbers; give the parts apart"),
        ({"wave": np.array([1 + 2j])}, "column 'wave' must hold numbers or text; got complex numbers"),
        (pd.DataFrame({"wave": [1 + 2j]}), "column 'wave' must hold numbers or text; got complex numbers"),
        ({"tags": [["a"], ["b"]]}, "column 'tags' must hold numbers or text; got objects of type list"),
        (pl.DataFrame({"tags": [["a"], ["b"]]}), "column 'tags' must hold numbers or text; got objects of type list"),
        (pd.DataFrame({"tags": [{"a": 1}]}), "column 'tags' must hold numbers or text; got objects of type dict"),
        ({"seats": [1, "many"]}, "column 'seats' must hold cells of one kind; got numbers beside text; convert it"),
        (pd.DataFrame({"seats": [1, "many"]}), "column 'seats' must hold cells of one kind; got numbers beside text"),
        ([[1.5], ["many"]], "column 'x0' must hold cells of one kind; got numbers beside text"),
        ({"is_live": [True, 2]}, "column 'is_live' must hold cells of one kind; got numbers beside truth values"),
        ({"seats": [10**400, 1]}, "column 'seats' must be finite"),
        ({"plan": "basic"}, "column 'plan' must be an array or a list, got one str"),
    ],
)
def test_unreadable(unreadable: Any, told: str) -> None:
    """What is no table of numbers and text is refused with a reason."""
    with pytest.raises(InvalidValueError, match=told):
        FrameEncoder.learn(unreadable).encode(unreadable)


def test_cells_of_one_kind() -> None:
    """Numbers of any class are numbers, gaps of any kind are gaps, and members of an enumeration are their value."""
    columns: dict[str, Any] = {
        "money": [Decimal("1.5"), Fraction(1, 2), None, Decimal("sNaN"), np.float32(3), 2],
        "plan": ["pro", float("nan"), None, pd.NA, Tier.BASIC, "pro"],
        "is_live": [True, None, np.bool_(False), float("nan"), pd.NaT, True],
        "as_index": pd.Index(["a", "b", "a", "b", None, "a"]),
    }
    encoder = FrameEncoder.learn(columns)

    assert (None, ("basic", "pro"), None, ("a", "b")) == encoder.categories
    expected = [[1.5, 0.5, np.nan, np.nan, 3, 2], [1, *[np.nan] * 3, 0, 1], [1, np.nan, 0, np.nan, np.nan, 1]]
    np.testing.assert_array_equal([*expected, [0, 1, 0, 1, np.nan, 0]], encoder.encode(columns).T)


def test_messages_hold_no_values() -> None:
    """No message repeats a value of the data."""
    encoder = FrameEncoder.learn({"seats": [1, 2]})
    for unfit in ({"seats": ["Canary"]}, ["Canary"], {"Seats": ["Canary"]}):
        with pytest.raises((InvalidValueError, UnknownNameError)) as caught:
            encoder.encode(unfit)
        assert "Canary" not in str(caught.value)


def test_no_rows() -> None:
    """Nothing to score gives nothing."""
    assert (0, 3) == FrameEncoder.learn(MIXED).encode({name: [] for name in MIXED}).shape
    assert (0, 2) == FrameEncoder.learn([[1, 2]]).encode(np.empty((0, 2))).shape


def test_too_many_categories() -> None:
    """Of 100,000 categories the commonest are known, equally common ones by their text, and the rest are missing."""
    many = [f"city {number:06}" for number in range(100_000)]
    common = [f"town {number:03}" for number in range(MOST_CATEGORIES - 4)] * 2
    encoder = FrameEncoder.learn({"place": many + common})

    assert encoder.categories[0] is not None
    assert ("city 000000", "city 000001", "city 000002", "city 000003", "town 000") == encoder.categories[0][:5]
    assert MOST_CATEGORIES == len(encoder.categories[0])
    np.testing.assert_array_equal([[3.0], [np.nan]], encoder.encode({"place": ["city 000003", "city 000004"]}))


@given(st.lists(st.tuples(st.none() | TEXTS, st.none() | st.floats(-9, 9))), st.lists(st.none() | TEXTS, min_size=1))
def test_against_a_loop(rows: list[tuple[str | None, float | None]], learned: list[str | None]) -> None:
    """Encoding is what a loop over cells would do."""
    known = sorted({text for text in learned if text and text.strip()})
    encoder = FrameEncoder.learn({"text": learned, "number": [0.5] * len(learned)})

    encoded = encoder.encode({"text": [text for text, _ in rows], "number": [number for _, number in rows]})

    slow = [
        [known.index(text) if text in known else np.nan, np.nan if number is None else number] for text, number in rows
    ]
    np.testing.assert_array_equal(np.array(slow, dtype=float).reshape(-1, 2), encoded)


@given(st.permutations(["x", "y", "y", "z", None]))
def test_order_of_rows(cells: list[str | None]) -> None:
    """The codes do not depend on the order of the rows of training."""
    assert (("x", "y", "z"),) == FrameEncoder.learn({"text": cells}).categories


def test_as_json() -> None:
    """An encoder survives JSON."""
    for encoder in (FrameEncoder.learn(MIXED), FrameEncoder.learn([[1.0]])):
        assert encoder == FrameEncoder.from_dict(json.loads(json.dumps(encoder.to_dict())))


@pytest.mark.parametrize(
    "change",
    [
        {"names": ["a", "a"]},
        {"names": ["a", 1]},
        {"names": 5},
        {"categories": [None]},
        {"categories": [None, ["x", "x"]]},
        {"categories": [None, [1]]},
        {"categories": [None, [str(number) for number in range(MOST_CATEGORIES + 1)]]},
        {"named": 1},
    ],
)
def test_forged_json(change: dict[str, Any]) -> None:
    """A description that no encoder gave is refused."""
    with pytest.raises(InvalidValueError):
        FrameEncoder.from_dict({"names": ["a", "b"], "categories": [None, ["x"]], "named": True} | change)


def test_incomplete_json() -> None:
    """A description without one of its parts is refused."""
    with pytest.raises(InvalidValueError, match="needs names, categories and named"):
        FrameEncoder.from_dict({"names": ["a"]})
