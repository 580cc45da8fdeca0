import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from reference import survival as slow
from reference.survival import Life
from servicelead.exceptions import InvalidValueError
from servicelead.survival import Lifetimes, SurvivalCurve, kaplan_meier

WORKED = Lifetimes(durations=[3, 5, 5, 8, 12, 12], events=[1, 1, 0, 1, 0, 0], unit="months")


@st.composite
def lives(draw: st.DrawFn, *, n_accounts: int | None = None, late: bool = False, weighted: bool = False) -> list[Life]:
    """Draw rows with many ties."""
    found = []
    for _ in range(draw(st.integers(2, 14))):
        duration = draw(st.integers(0, 7))
        found.append(
            Life(
                duration,
                draw(st.booleans()),
                draw(st.integers(0, duration - 1)) if late and duration else 0,
                draw(st.integers(1, 1000)) if weighted else 1,
                None if n_accounts is None else draw(st.integers(0, n_accounts - 1)),
            )
        )
    return found


def lifetimes(rows: list[Life]) -> Lifetimes:
    """Return the rows as the library takes them."""
    return Lifetimes(
        durations=[row.duration for row in rows],
        events=[row.event for row in rows],
        entry=[row.entry for row in rows],
        weights=[row.weight for row in rows],
        accounts=None if rows[0].account is None else [f"a{row.account}" for row in rows],
    )


def alive(rows: list[Life], curve: SurvivalCurve) -> list[int]:
    """Return the places of the times at which something is left."""
    return [place for place, time in enumerate(curve.times.tolist()) if slow.survival(rows, time) > 0]


def rounding(rows: list[Life]) -> float:
    """Return what late entries of large weight may cost a variance."""
    return 1e-14 * sum(row.weight for row in rows) ** 2


def test_worked_numbers() -> None:
    """The six lifetimes of the definitions, to the digit."""
    curve = kaplan_meier(WORKED)
    assert [3.0, 5.0, 8.0] == curve.times.tolist()
    assert [0.8333333, 0.6666667, 0.4444444] == curve.survival.round(7).tolist()
    at_8 = curve.at(8)
    assert (0.066187, 0.784908) == (round(at_8.lower or 0, 6), round(at_8.upper or 0, 6))
    assert ("log-log, greenwood", 6) == (at_8.method, at_8.n)
    assert [6, 5, 3] == curve.n_at_risk.tolist()
    assert [1, 1, 1] == curve.n_events.tolist()


def test_the_table_has_what_the_curve_has() -> None:
    """One row per time, with the standard error of the survival."""
    row = kaplan_meier(WORKED).table.row(time=8)
    assert 0.4444444 == round(row["survival"], 7)
    assert round(4 / 9 * (1 / 30 + 1 / 20 + 1 / 6) ** 0.5, 12) == round(row["standard_error"], 12)
    assert (0.066187, 0.784908) == (round(row["survival_lower"], 6), round(row["survival_upper"], 6))


@settings(max_examples=examples(60))
@given(lives(late=True))
def test_greenwood_against_fractions(rows: list[Life]) -> None:
    """Survival and Greenwood's variance equal those of loops over fractions, ties and late entries included."""
    curve = kaplan_meier(lifetimes(rows).take(slice(None)))
    assert slow.times(rows) == curve.times.tolist()
    expected = [float(slow.survival(rows, time)) for time in slow.times(rows)]
    np.testing.assert_allclose(curve.survival, expected, rtol=1e-12, atol=0)
    for place in alive(rows, curve):
        assert float(slow.greenwood(rows, int(curve.times[place]))) == pytest.approx(curve.variance[place], rel=1e-12)


@settings(max_examples=examples(100))
@given(lives(n_accounts=5, late=True, weighted=True))
def test_weighted_survival_and_its_clustered_variance_against_fractions(rows: list[Life]) -> None:
    """Weights, late entries and accounts of several rows: the variance is that of loops over accounts and times."""
    curve = kaplan_meier(lifetimes(rows), weighted=True)
    expected = [float(slow.survival(rows, time)) for time in slow.times(rows)]
    np.testing.assert_allclose(curve.survival, expected, rtol=1e-12, atol=0)
    seen = {row.account for row in rows if any(row.is_at_risk(time) for time in slow.times(rows))}
    if len(seen) < 2:
        assert np.isnan(curve.variance).all()
        return
    for place in alive(rows, curve):
        exact = float(slow.jackknife(rows, int(curve.times[place])))
        assert exact == pytest.approx(curve.variance[place], rel=1e-9, abs=rounding(rows))


@settings(max_examples=examples(60))
@given(lives())
def test_unit_weights_make_the_jackknife_greenwoods(rows: list[Life]) -> None:
    """With one row per account and no late entry both variances are the same, without a factor n / (n - 1)."""
    data = lifetimes(rows)
    simple, jackknife = kaplan_meier(data), kaplan_meier(data, variance="infinitesimal_jackknife")
    weighted = kaplan_meier(data, weighted=True)
    np.testing.assert_allclose(jackknife.variance, simple.variance, rtol=1e-12, atol=0)
    np.testing.assert_allclose(weighted.variance, simple.variance, rtol=1e-12, atol=0)
    assert ("greenwood", "infinitesimal_jackknife") == (simple.method, weighted.method)


@settings(max_examples=examples(40))
@given(st.lists(st.integers(0, 9), min_size=2, max_size=20))
def test_without_censoring_it_is_the_share_that_is_left(durations: list[int]) -> None:
    """Uncensored survival is the empirical one."""
    curve = kaplan_meier(Lifetimes(durations=durations, events=[True] * len(durations)))
    expected = [sum(d > time for d in durations) / len(durations) for time in curve.times.tolist()]
    np.testing.assert_allclose(curve.survival, expected, rtol=1e-12, atol=1e-15)


@settings(max_examples=examples(40))
@given(lives(n_accounts=4, weighted=True, late=True), st.randoms(use_true_random=False), st.integers(1, 10**6))
def test_order_and_currency_do_not_matter(rows: list[Life], random: object, factor: int) -> None:
    """Shuffled rows and weights in another currency give the same curve and intervals."""
    shuffled = [row._replace(weight=row.weight * factor) for row in rows]
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands over a random.Random
    one, other = (kaplan_meier(lifetimes(some), weighted=True) for some in (rows, shuffled))
    np.testing.assert_allclose(other.survival, one.survival, rtol=1e-12)
    np.testing.assert_allclose(other.variance, one.variance, rtol=1e-9, atol=rounding(rows))


@settings(max_examples=examples(40))
@given(lives(n_accounts=4, weighted=True))
def test_dollars_of_one_account_are_one_observation(rows: list[Life]) -> None:
    """An account cut into rows that last equally long has the same survival and the same interval."""
    halves = [row._replace(weight=row.weight * share) for row in rows for share in (1, 2)]
    thrice = [row._replace(weight=row.weight * 3) for row in rows]
    cut, whole = (kaplan_meier(lifetimes(some), weighted=True) for some in (halves, thrice))
    np.testing.assert_allclose(cut.survival, whole.survival, rtol=1e-12)
    np.testing.assert_allclose(cut.variance, whole.variance, rtol=1e-9, atol=rounding(rows))


def test_tiny_weights_after_huge_ones_keep_their_digits() -> None:
    """The variance of what is left at the end is not the rounding error of what was there at the start."""
    rows = [Life(1, True, weight=10**9, account=0), *(Life(2 + i, True, weight=1 + i, account=1 + i) for i in range(5))]
    curve = kaplan_meier(lifetimes(rows), weighted=True)
    for place in alive(rows, curve):
        exact = float(slow.jackknife(rows, int(curve.times[place])))
        assert exact == pytest.approx(curve.variance[place], rel=1e-6)


def test_what_cannot_be_bounded_says_why() -> None:
    """Before the first event, when nothing is left, and beyond what was observed."""
    curve = kaplan_meier(Lifetimes(durations=[2, 4], events=[1, 1]))
    assert (1.0, None, "nothing has ended by then") == (curve.at(1).value, curve.at(1).lower, curve.at(1).reason)
    assert (0.0, None, "nothing is left") == (curve.at(9).value, curve.at(9).lower, curve.at(9).reason)
    beyond = kaplan_meier(WORKED).at(12.5)
    assert (None, "nobody was observed for so long") == (beyond.value, beyond.reason)
    alone = kaplan_meier(Lifetimes(durations=[1, 2, 3], events=[1, 1, 0], accounts=["a", "a", "a"]))
    assert "fewer than two independent units were at risk" == alone.at(2).reason
    assert "the survival has no interval" == alone.quantile(0.4).reason
    early = Lifetimes(durations=[1, 2, 3, 0], events=[1, 1, 0, 0], accounts=["a", "a", "a", "b"])
    assert kaplan_meier(early).at(2).lower is None


def test_the_median_and_its_bounds() -> None:
    """The first times at which survival and its bounds reach one half; what is not reached is not given."""
    median = kaplan_meier(WORKED).median
    assert (8.0, 3.0, None, "months") == (median.value, median.lower, median.upper, median.unit)
    many = Lifetimes(durations=np.repeat(np.arange(1, 11), 10), events=np.ones(100))
    found = kaplan_meier(many).median
    # S is .5 at 5; its bounds are [.4972, .6884] at 4, and [.3040, .4941] at 6.
    assert (5.0, 4.0, 6.0) == (found.value, found.lower, found.upper)
    assert "less was lost while anybody was observed" == kaplan_meier(WORKED).quantile(0.9).reason
    thirds = kaplan_meier(Lifetimes(durations=[1, 2, 3], events=[1, 1, 0]))
    assert 2.0 == thirds.quantile(2 / 3).value


def test_events_at_the_start_count() -> None:
    """What ends at 0 was at risk at 0; who comes later was not."""
    curve = kaplan_meier(Lifetimes(durations=[0, 4, 5, 6], events=[1, 0, 1, 0], entry=[0, 0, 0, 2]))
    assert [0.0, 5.0] == curve.times.tolist()
    assert [3, 2] == curve.n_at_risk.tolist()
    assert [2 / 3, 1 / 3] == pytest.approx(curve.survival.tolist())


def test_nothing_observed_is_an_empty_curve() -> None:
    """No rows, or no events: a valid curve without times."""
    empty = kaplan_meier(Lifetimes(durations=[], events=[]))
    assert (0, None) == (len(empty.table), empty.at(1).value)
    assert not empty.median.is_defined
    stays = kaplan_meier(Lifetimes(durations=[3, 4], events=[0, 0], weights=[1, 2], accounts=["a", "b"]), weighted=True)
    assert 1.0 == stays.at(4).value


def test_what_is_refused() -> None:
    """Weights that are not there, Greenwood where rows are not alike, a confidence or a time out of range."""
    with pytest.raises(InvalidValueError, match="weighted needs weights"):
        kaplan_meier(WORKED, weighted=True)
    several = Lifetimes(durations=[1, 2], events=[1, 1], accounts=["a", "a"])
    with pytest.raises(InvalidValueError, match="variance must be infinitesimal_jackknife"):
        kaplan_meier(several, variance="greenwood")
    with pytest.raises(InvalidValueError, match="confidence"):
        kaplan_meier(WORKED, confidence=95)
    with pytest.raises(InvalidValueError, match="time must be"):
        kaplan_meier(WORKED).at(-1)
    with pytest.raises(InvalidValueError, match="share"):
        kaplan_meier(WORKED).quantile(1)
