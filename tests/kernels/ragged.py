"""Ragged arrays for the kernels' tests."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from servicelead._typing import Array, IntArray

#: Segment lengths: none at all, empty ones in every place, short ones, and now and then a longer one.
counts = st.lists(st.one_of(st.integers(0, 4), st.integers(0, 30)), max_size=12)

#: Blocks do not begin at 0.
origins = st.integers(0, 1000)


def offsets_of(lengths: list[int], origin: int = 0) -> IntArray:
    """Offsets of segments of these lengths."""
    return origin + np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)


def split(content: Array, offsets: IntArray) -> Iterator[Array]:
    """Segments of the content, one after another."""
    for start, stop in pairwise((offsets - offsets[0]).tolist()):
        yield content[start:stop]
