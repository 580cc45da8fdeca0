from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from servicelead.columns.frames import Numbers, Texts, read_columns
from servicelead.exceptions import InvalidValueError
from servicelead.propensity.estimators.cells import plain_column


class Plan(Enum):
    """A kind of label."""

    PRO = "pro"


def numbers_of(given: Any) -> Any:
    """Return what the readers of columns make of a plain column of numbers."""
    match read_columns({"seats": plain_column("seats", given)})[0]["seats"]:
        case Numbers(values=values):
            return values.tolist()


@pytest.mark.parametrize(
    "values",
    [
        [Decimal("1.5"), Decimal(2)],
        [Fraction(3, 2), 2],
        [np.float32(1.5), 2],
        np.array([1.5, 2.0]),
        pl.Series([Decimal("1.5"), Decimal("2.0")]),
        pd.Series([Decimal("1.5"), 2], dtype=object),
    ],
)
def test_numbers_of_any_class_are_floats(values: Any) -> None:
    """Decimals and fractions among them, in any kind of column."""
    assert [1.5, 2.0] == numbers_of(values)


def test_what_no_float_can_hold_is_as_bad_as_infinite() -> None:
    """A number beyond any float does not wrap around; a signalling NaN is a missing one."""
    huge, nothing = numbers_of([10**400, Decimal("sNaN")])
    assert np.isinf(huge)
    assert np.isnan(nothing)


@pytest.mark.parametrize(
    "values",
    [
        ["pro", None],
        [Plan.PRO, None],
        ["pro", float("nan")],
        np.array(["pro", None], dtype=object),
        pd.Series(["pro", None], dtype="category"),
        pl.Series(["pro", None], dtype=pl.Categorical),
    ],
)
def test_labels_are_text(values: Any) -> None:
    """Categories are, and members of an enumeration; NaN is a missing cell of any kind."""
    column = read_columns({"plan": plain_column("plan", values)})[0]["plan"]
    assert isinstance(column, Texts)
    codes, labels = column.encoded
    assert (["pro"], [0, -1]) == (labels.tolist(), codes.tolist())


def test_categories_that_are_numbers_become_text() -> None:
    """A region's number is its name."""
    column = read_columns({"region": plain_column("region", pd.Series([1, 2, 1], dtype="category"))})[0]["region"]
    assert isinstance(column, Texts)
    assert ["1", "2"] == sorted(column.encoded[1].tolist())


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([timedelta(days=1)], "got durations; give it in days"),
        (np.array([1], dtype="m8[D]"), "got durations; give it in days"),
        (pl.Series([timedelta(days=1)]), "got durations; give it in days"),
        ([1 + 2j], "got complex numbers; give the parts apart"),
        (np.array([1 + 2j]), "got complex numbers; give the parts apart"),
        ([{"secret": 1}], "got objects of type dict; take out of it what matters"),
        (["secret", 1.5], "cells of one kind; got numbers beside text"),
        ([True, "secret"], "cells of one kind; got text beside truth values"),
        ([date(2026, 1, 1), "secret"], "cells of one kind; got text beside times"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(values: Any, words: str) -> None:
    """The column is named, and what it holds by kind alone."""
    with pytest.raises(InvalidValueError, match=r"column 'since' must hold") as caught:
        plain_column("since", values)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


def test_times_are_left_to_their_reader() -> None:
    """Who reads columns says of times what to do instead."""
    moments = [date(2026, 1, 1), None]
    assert moments == plain_column("since", moments)
