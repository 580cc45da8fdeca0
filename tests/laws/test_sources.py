"""A file cut in two is the same business, the same journeys and the same credit."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import servicelead as sl
from budget import examples
from laws.drawing import journeys_of
from laws.examples import EXAMPLES
from laws.test_rules import same_credit
from reference.journeys import Window
from reference.touches import World
from reference.worlds import WINDOWS, to_tables, worlds
from servicelead.tables import Source


def cut(table: dict[str, list[Any]], place: int) -> list[Source]:
    """Return a table's rows as two files."""
    return [
        Source(frame={name: values[rows] for name, values in table.items()}, name=file)
        for file, rows in {"one.csv": slice(place), "two.csv": slice(place, None)}.items()
    ]


@settings(max_examples=examples(15))
@given(world=worlds(), window=WINDOWS, places=st.lists(st.integers(0, 12), min_size=4, max_size=4))
def test_where_a_file_is_cut_does_not_matter(world: World, window: Window, places: list[int]) -> None:
    """Each table in two files, in either order, gives the same credit to the bit, and the same totals."""
    whole = journeys_of(world, window)
    parts = {name: cut(table, place) for (name, table), place in zip(to_tables(world).items(), places, strict=True)}
    backwards = {name: sources[::-1] for name, sources in parts.items()}
    for tables in (parts, backwards):
        given_tables: Any = tables
        apart = journeys_of(world, window, given_tables)
        for strategy in EXAMPLES.values():
            one, other = sl.attribute(whole, strategy), sl.attribute(apart, strategy)
            same_credit(one, other)
            assert str(one.by("channel", "team")) == str(other.by("channel", "team"))
