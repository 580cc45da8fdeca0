import pytest

from servicelead.report.charts import Bar, bars, gauge, portions, round_step, strips
from servicelead.report.credit import Line
from servicelead.report.refinery import Stage
from servicelead.report.rules import Compared
from servicelead.uncertainty import Estimate


def line(value: float, lower: float | None = None, upper: float | None = None) -> Line:
    """Return a line of credit with a value and its interval."""
    return Line(
        label="x",
        team=None,
        n_touches=1,
        conversions=1.0,
        value=value,
        lower=lower,
        upper=upper,
        share=None,
        cost=None,
        roi=None,
    )


def test_bars_share_one_scale_from_zero() -> None:
    """The longest whisker reaches the end; a bar without an interval has no whisker."""
    first, second = bars([line(60, 20, 100), line(25)])
    assert (0.0, 600.0, 200.0, 1000.0) == (first.zero, first.width, first.lower, first.upper)
    assert (0.0, 250.0, None, None) == (second.zero, second.width, second.lower, second.upper)


def test_a_whisker_may_reach_below_zero() -> None:
    """The axis then stands where zero is, and bars begin there."""
    first, second = bars([line(25, -25, 75), line(50)])
    assert (250.0, 250.0, 0.0, 1000.0) == (first.zero, first.width, first.lower, first.upper)
    assert (250.0, 500.0) == (second.zero, second.width)


def test_a_negative_bar_ends_at_zero() -> None:
    """Credit below zero is drawn to the left of the axis, with a width that is not negative."""
    assert (
        Bar(zero=250.0, start=0.0, width=250.0),
        Bar(zero=250.0, start=250.0, width=750.0),
    ) == bars([line(-10), line(30)])


def test_a_whisker_without_end_leaves_the_picture() -> None:
    """The scale reaches to twice the longest bar at most, so that one wild interval does not flatten the bars."""
    wild, tame = bars([line(50, 40, 1e9), line(25, 20, 30)])
    assert (500.0, 400.0, 1000.0, True) == (wild.width, wild.lower, wild.upper, wild.goes_on)
    assert (250.0, 200.0, 300.0, False) == (tame.width, tame.lower, tame.upper, tame.goes_on)


@pytest.mark.parametrize("lines", [[], [line(0.0)]])
def test_nothing_to_draw(lines: list[Line]) -> None:
    """No lines, or nothing but zeros, is no division by zero."""
    assert [0.0] * len(lines) == [bar.width for bar in bars(lines)]


def test_portions_are_of_the_whole_width() -> None:
    """A stage that half of the leads got to is half as wide as the picture; one nobody knows of has no bar."""
    known = Stage(name="won", n_reached=5, rate=0.5, lower=0.25, upper=0.75)
    unknown = Stage(name="won", n_reached=0, rate=None, lower=None, upper=None)
    assert (Bar(zero=0.0, start=0.0, width=500.0, lower=250.0, upper=750.0), None) == portions([known, unknown])


def test_strips_run_from_nothing_to_everything() -> None:
    """A tick stands at its share; the band spans them; a label without shares has no strip."""
    some, none = strips(
        [Compared(label="a", team=None, shares=(0.5, 0.25, None)), Compared(label="b", team=None, shares=(None,))]
    )
    assert none is None
    assert some is not None
    assert (250.0, 500.0, (500.0, 250.0)) == (some.low, some.high, some.ticks)


def ratio_of(value: float | None, lower: float | None = None, upper: float | None = None) -> Estimate:
    """Return an estimate of a ratio."""
    reason = None if lower is not None else "one account"
    return Estimate(value=value, lower=lower, upper=upper, confidence=0.95, method="t", n=9, unit="x", reason=reason)


@pytest.mark.parametrize(
    ("value", "lower", "upper", "end"), [(8, 7, 9, 15), (8, 7, 19, 20), (0, -1, 1, 15), (160, 150, 170, 200)]
)
def test_a_gauge_holds_the_value_and_what_is_usual(value: float, lower: float, upper: float, end: float) -> None:
    """The scale runs from zero to a round number past both, and what lies below zero is cut off."""
    drawn = gauge(ratio_of(value, lower, upper), 5, 15)
    assert drawn is not None
    assert end == drawn.end
    expected = [5, 15, value, max(lower, 0), upper]
    places = [drawn.low, drawn.high, drawn.value, drawn.lower, drawn.upper]
    assert [pytest.approx(1000 * number / end) for number in expected] == places


def test_a_gauge_may_lack_its_interval_or_its_value() -> None:
    """Without an interval there is no whisker, without a value no gauge."""
    drawn = gauge(ratio_of(3), 5, 15)
    assert drawn is not None
    assert (None, None) == (drawn.lower, drawn.upper)
    assert gauge(ratio_of(None), 5, 15) is None


@pytest.mark.parametrize(
    ("length", "step"), [(4, 1), (4.1, 2), (8, 2), (15, 5), (20, 5), (21, 10), (611_640, 200_000), (0.03, 0.01)]
)
def test_steps_are_round(length: float, step: float) -> None:
    """A length takes at most four steps of 1, 2 or 5 times a power of ten."""
    assert pytest.approx(step) == round_step(length)
