"""Texts cut at separators, by Arrow and without it."""

import sys
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.columns import splitting
from servicelead.columns.frames import Texts, read_columns
from servicelead.columns.splitting import Steps, split_by_arrow, split_by_python, split_texts

SEPARATORS = st.sampled_from([" > ", ">", ">>", " ", ">  ", "\0", "é"])
TEXTS = st.lists(st.none() | st.text(alphabet="ab> \0é\u2003\x1c", max_size=8), max_size=8)
WAYS = (split_by_python, split_by_arrow)


def column(cells: list[Any], library: str = "numpy") -> Texts:
    """Return a column of text of a library."""
    made: dict[str, Any] = {
        "numpy": lambda: {"text": [*cells, "x"]},
        "pandas": lambda: pd.DataFrame({"text": pd.Series([*cells, "x"], dtype="str")}),
        "pandas objects": lambda: pd.DataFrame({"text": pd.Series([*cells, "x"], dtype=object)}),
        "pandas categories": lambda: pd.DataFrame({"text": pd.Categorical([*cells, "x"])}),
        "polars": lambda: pl.DataFrame({"text": [*cells, "x"]}),
        "pyarrow": lambda: pa.table({"text": pa.chunked_array([pa.array(cells, pa.string()), pa.array(["x"])])}),
        "pyarrow dictionary": lambda: pa.table({"text": pa.array([*cells, "x"], pa.string()).dictionary_encode()}),
    }
    read = read_columns(made[library]())[0]["text"]
    assert isinstance(read, Texts)
    return read


def lists(steps: Steps) -> list[list[str]]:
    """Return the steps of each row."""
    words = steps.labels[steps.codes].tolist()
    assert sorted(set(words)) == sorted(steps.labels.tolist())
    assert ("int32", "int64") == (steps.codes.dtype.name, steps.offsets.dtype.name)
    return [words[a:b] for a, b in zip(steps.offsets[:-1].tolist(), steps.offsets[1:].tolist(), strict=True)]


@given(TEXTS, SEPARATORS)
def test_every_text_splits_as_it_would_by_itself(cells: list[str | None], separator: str) -> None:
    """Whatever characters texts and separator share; a missing or blank text has no steps. Both ways agree."""
    expected = [[] if cell is None or not cell.strip() else cell.split(separator) for cell in cells]
    for way in WAYS:
        assert [*expected, ["x"]] == lists(way(column(cells), separator))


@pytest.mark.parametrize("library", ["pandas", "pandas objects", "pandas categories", "polars", "pyarrow",
                                     "pyarrow dictionary"])  # fmt: skip
def test_texts_of_every_library_are_split(library: str) -> None:
    """Their missing and blank texts included."""
    for way in WAYS:
        for cells in (["a > b", None, "  ", "b", "a > b", ""], [None], []):
            expected = [[] if cell is None or not cell.strip() else cell.split(" > ") for cell in cells]
            assert [*expected, ["x"]] == lists(way(column(cells, library), " > "))


@pytest.mark.parametrize("separator", [" ", "  ", "\t"])
def test_blank_texts_have_no_steps_where_the_separator_is_blank_too(separator: str) -> None:
    """Nothing but separators is nothing; beside a step they are steps without a name."""
    cells = ["", " ", "   ", "\t\t", " a ", None]
    for way in WAYS:
        assert [[], [], [], [], " a ".split(separator), [], ["x"]] == lists(way(column(cells), separator))


@pytest.mark.parametrize("texts", [[">", "a"], ["a", "\0", "b"], ["a>>\0>>b"], []])
def test_texts_that_look_like_the_mark_are_split_apart(texts: list[str]) -> None:
    """Where joined texts could not be told apart again, each is split by itself."""
    assert [*(text.split(">>") for text in texts), ["x"]] == lists(split_by_python(column(texts), ">>"))


def test_blocks_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows split in several blocks share one set of labels."""
    cells = ["a > b", None, "c", "b > a > d", " "]
    monkeypatch.setattr(splitting, "_BLOCK", 2)
    for library in ("numpy", "pyarrow"):
        assert lists(split_by_python(column(cells), " > ")) == lists(split_by_arrow(column(cells, library), " > "))


@pytest.mark.parametrize("reason", ["no Arrow", "half a surrogate pair", "few rows"])
def test_what_arrow_cannot_split_python_does(monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    """Without Arrow, with texts it cannot hold, and where loading it is not worth it."""
    monkeypatch.setattr(splitting, "_WORTH_ARROW", 100 if reason == "few rows" else 0)
    if reason != "half a surrogate pair":
        monkeypatch.setitem(sys.modules, "pyarrow", None)
    cells = ["a > b", "\ud800 > b" if reason == "half a surrogate pair" else "c"]
    assert [cells[0].split(" > "), cells[1].split(" > "), ["x"]] == lists(split_texts(column(cells), " > "))


def test_arrow_splits_long_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the stated number of rows on."""
    monkeypatch.setattr(splitting, "_WORTH_ARROW", 2)
    monkeypatch.setattr(splitting, "split_by_python", None)
    assert [["a", "b"], ["x"]] == lists(split_texts(column(["a > b"]), " > "))
