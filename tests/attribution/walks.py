"""Random walks for the tests of Markov chains, as the oracle and as the library see them."""

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st

import servicelead as sl
from reference.markov import Walk

__all__ = ["WALKS", "journeys_of_walks"]


def _walk(labels: list[str], won: int, cents: int, lost: int) -> Walk:
    return Walk(tuple(labels), won, Fraction(cents if won else 0, 100), lost)


WALKS = st.lists(
    st.builds(
        _walk,
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=5),
        st.sampled_from([0, 0, 1, 4]),
        st.integers(0, 10**5),
        st.sampled_from([0, 1, 3]),
    ),
    max_size=7,
)


def journeys_of_walks(walks: Sequence[Walk], currency: str | None = "EUR") -> sl.Journeys:
    """Return the journeys of the walks."""
    return sl.Journeys.from_paths(
        {
            "path": [" > ".join(walk.labels) or None for walk in walks],
            "won": [walk.won for walk in walks],
            "lost": [walk.lost for walk in walks],
            "value": [f"{float(walk.value):.2f}" for walk in walks],
        },
        path="path",
        conversions="won",
        nonconversions="lost",
        value="value",
        currency=currency,
    )
