"""Journeys from aggregated paths."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.tables import LOST, WON, Journeys

ROWS: dict[str, list[Any]] = {
    "path": ["(start) > (null)", "b", None, "(conversion)"], "won": [2, 0, 1, 0], "lost": [1, 3, 0, 0],
    "value": ["10.50", None, "1", "0"],
}  # fmt: skip


def read(currency: Any = None, valued: Any = "value", **changes: Any) -> Journeys:
    """Return the journeys of the rows with some columns changed."""
    frame = ROWS | changes
    return Journeys.from_paths(
        frame, path="path", conversions="won", nonconversions="lost", value=valued, currency=currency
    )


def test_a_row_is_a_converted_and_an_unconverted_journey() -> None:
    """Weights are the counts, the value is the conversions', an empty path has no touches."""
    for journeys in (read("USD"), read(), *(
        Journeys.from_paths(frame, path="path", conversions="won", nonconversions="lost", value="value")
        for frame in (pd.DataFrame(ROWS), pl.DataFrame(ROWS)))):  # fmt: skip
        assert [WON, LOST, LOST, WON] == journeys.outcome.tolist()
        assert [2, 1, 3, 1] == journeys.weight.tolist()
        assert [2, 2, 1, 0] == journeys.lengths.tolist()
        assert [10.5, 0.0, 0.0, 1.0] == journeys.value.tolist()
        assert [0, 0, 0, 1] == journeys.unattributed_reason.tolist()
        labels = journeys.vocabulary("channel").decode(journeys.codes("channel")).tolist()
        assert ["(start)", "(null)"] * 2 + ["b"] == labels
        assert [0, 1, 2, 3] == journeys.account.tolist()
        assert journeys.business is None


def test_a_currency_makes_exact_minor_units() -> None:
    """Without one there are none."""
    with_currency = read("USD").minor_units
    assert with_currency is not None
    assert [1_050, 0, 0, 100] == with_currency.tolist()
    assert read().minor_units is None
    no_values = read("USD", valued=None).minor_units
    assert no_values is not None
    assert [0, 0, 0, 0] == no_values.tolist()


@pytest.mark.parametrize("count", [0.5, -1, None, float("nan"), "x", float("inf"), 2.0**60])
@pytest.mark.parametrize("column", ["won", "lost"])
def test_a_count_that_is_none_names_its_row(count: object, column: str) -> None:
    """Fractions, negatives, NaN, text and nothing are no counts."""
    with pytest.raises(InvalidValueError, match=f"{column}, row 2, must be a whole number"):
        read(**{column: [1, count, 1, 1]}, valued=None)


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"value": ["1", "2", None, None]}, "row 2, has a value but no conversions"),
     ({"value": ["1", None, "x", None]}, "row 3, must be a finite number"),
     ({"value": ["1", None, "1e999", None]}, "row 3, must be a finite number"),
     ({"value": [1.0, None, float("inf"), None]}, "row 3, must be a finite number"),
     ({"path": ["a", "b", "a >  > b", None]}, "row 3, has a step without a channel"),
     ({"path": ["a", None, " > b", None]}, "row 3, has a step without a channel")],
)  # fmt: skip
def test_a_bad_cell_names_its_row(changes: dict[str, list[Any]], message: str) -> None:
    """Values without conversions, infinities and nameless steps are errors."""
    with pytest.raises(InvalidValueError, match=message):
        read(**changes)


@pytest.mark.parametrize("value", ["1.005", "92233720368547758.08"])
def test_a_value_that_a_currency_cannot_hold_is_an_error(value: str) -> None:
    """The remedy is to read values as measures."""
    with pytest.raises(InvalidValueError, match=r"row 1, has more decimals or digits .* leave currency= out"):
        read("USD", value=[value, None, None, None])


def test_columns_and_separators() -> None:
    """A missing column is named; the separator is text, not a pattern."""
    with pytest.raises(UnknownNameError, match="no column paths; the table has path, won"):
        Journeys.from_paths(ROWS, path="paths", conversions="won")
    with pytest.raises(InvalidValueError, match="separator must not be empty"):
        Journeys.from_paths(ROWS, path="path", conversions="won", separator="")
    journeys = Journeys.from_paths({"p": ["a|b", "a.b"], "n": [1, 1]}, path="p", conversions="n", separator="|")
    assert ["a", "a.b", "b"] == journeys.vocabulary("channel").labels.tolist()


def test_paths_add_row_after_row() -> None:
    """Units of the second part are numbered on, and channels are united."""
    first, second = read(), Journeys.from_paths({"p": ["z > b"], "n": [4]}, path="p", conversions="n")
    both = first + second
    assert [2, 1, 3, 1, 4] == both.weight.tolist()
    assert [0, 1, 2, 3, 4] == both.account.tolist()
    assert ["z", "b"] == both.vocabulary("channel").decode(both.codes("channel")).tolist()[-2:]
    assert 0 == len(Journeys.from_paths({"p": [], "n": []}, path="p", conversions="n"))


def test_values_may_be_numbers() -> None:
    """Whole and real numbers are exact minor units of the currency too; what is missing is nothing."""
    for values in ([10.5, None, 1.0, None], np.array([10.5, np.nan, 1.0, np.nan])):
        units = read("USD", value=values).minor_units
        assert units is not None
        assert [1_050, 0, 0, 100] == units.tolist()
    units = read("USD", value=[10, 0, 1, 0]).minor_units
    assert units is not None
    assert [1_000, 0, 0, 100] == units.tolist()
    with pytest.raises(InvalidValueError, match="row 1, has more decimals"):
        read("USD", value=[10.125, None, 1.0, None])


def test_paths_may_be_numbers_or_categories() -> None:
    """Whatever a column of paths holds is read as text, and channels that no path has are none."""
    paths = pd.Categorical(["a > b", None, "b"], categories=["z", "b", "a > b"])
    for frame in (pd.DataFrame({"p": paths, "n": [1, 1, 1]}), {"p": [7.0, None, 8.0], "n": [1, 1, 1]}):
        journeys = Journeys.from_paths(frame, path="p", conversions="n")
        assert 2 == len(journeys.vocabulary("channel"))
        assert 0 == journeys.lengths[1]
