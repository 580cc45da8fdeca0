from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead._typing import MISSING
from servicelead.kernels import exposures

N_OWNERS = 3


@st.composite
def events(draw: st.DrawFn) -> tuple[Any, Any, Any, Any]:
    """Draw owners, moments, instants and whole amounts; equal moments and instants are frequent."""
    row = st.tuples(st.integers(0, N_OWNERS - 1), st.integers(-5, 15), st.integers(-(2**60), 2**60))
    rows = np.array(draw(st.lists(row, max_size=12)), dtype=np.int64).reshape(-1, 3)
    instants = np.array(sorted(draw(st.sets(st.integers(-6, 16), max_size=4))), dtype=np.int64)
    return rows[:, 0].astype(np.int32), rows[:, 1].copy(), instants, rows[:, 2].copy()


def grid(instants: Any, figure: Any) -> list[list[Any]]:
    """Return a figure of each owner and instant."""
    return [[figure(owner, int(at)) for at in instants] for owner in range(N_OWNERS)]


@settings(max_examples=examples(100))
@given(events())
def test_counts_and_sums(drawn: Any) -> None:
    """Counts and whole sums of what happened strictly before are exact, as slow loops count them."""
    owner, when, instants, amounts = drawn

    def before(who: int, at: int) -> list[int]:
        return [int(x) for o, t, x in zip(owner, when, amounts, strict=True) if o == who and t < at]

    counts = exposures.counts_before(owner, when, instants, N_OWNERS)
    assert grid(instants, lambda who, at: len(before(who, at))) == counts.tolist()
    sums = exposures.counts_before(owner, when, instants, N_OWNERS, amounts)
    wrapped = grid(instants, lambda who, at: (sum(before(who, at)) + 2**63) % 2**64 - 2**63)
    assert wrapped == sums.tolist()


@settings(max_examples=examples(100))
@given(events())
def test_latest(drawn: Any) -> None:
    """The latest moment strictly before an instant is found, or said to be missing."""
    owner, when, instants, _ = drawn
    expected = grid(
        instants,
        lambda who, at: max([int(t) for o, t in zip(owner, when, strict=True) if o == who and t < at], default=MISSING),
    )
    assert expected == exposures.latest_before(owner, when, instants, N_OWNERS).tolist()


@settings(max_examples=examples(100))
@given(events())
def test_decayed(drawn: Any) -> None:
    """Each event before an instant weighs half for every half-life of its age."""
    owner, when, instants, _ = drawn
    expected = grid(
        instants,
        lambda who, at: sum(2 ** (-(at - int(t)) / 3) for o, t in zip(owner, when, strict=True) if o == who and t < at),
    )
    found = exposures.decayed_before(owner, when, instants, 3, N_OWNERS)
    assert pytest.approx(np.array(expected).reshape(found.shape), rel=1e-12) == found


@settings(max_examples=examples(100))
@given(events())
def test_totals(drawn: Any) -> None:
    """Totals cover ``[instant - length, instant)``; spans run from just after their start to just after their end."""
    owner, when, instants, amounts = drawn
    values = amounts % 8 / 4.0
    rows = [(int(o), int(t), float(v)) for o, t, v in zip(owner, when, values, strict=True)]
    within = exposures.totals_within(owner, when, values, instants, length=4, n_owners=N_OWNERS)
    expected = grid(instants, lambda who, at: sum(v for o, t, v in rows if o == who and at - 4 <= t < at))
    assert expected == within.tolist()
    ended = np.where(amounts % 3 == 0, MISSING, when + amounts % 5)
    lasting = [(*row, int(end)) for row, end in zip(rows, ended, strict=True)]
    while_ = exposures.totals_while(owner, when, ended, values, instants, n_owners=N_OWNERS)
    expected = grid(
        instants,
        lambda who, at: sum(v for o, t, v, e in lasting if o == who and t < at and (e == MISSING or e >= at)),
    )
    assert expected == while_.tolist()


def test_very_old_events_fade_to_nothing() -> None:
    """However many half-lives pass, a decayed count is a number."""
    found = exposures.decayed_before(np.array([0]), np.array([-(2**61)]), np.array([2**61]), 1, 1)
    assert [[0.0]] == found.tolist()
