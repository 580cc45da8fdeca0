from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from math import hypot, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servicelead as sl
from attribution.hand import deal, journeys, paths, touch
from servicelead.attribution import Attribution, Calibration, FirstTouch, LiftTest, Linear, MarkovChain, calibrate
from servicelead.attribution.results.refits import FITS, Refit
from servicelead.attribution.results.replicates import Units, replicate_values
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError, MissingTimesError, UnknownNameError

Z95 = 1.959963984540054


@pytest.fixture(scope="module")
def credit() -> Attribution:
    """Return credit of four deals, linear: ad 50 + 20 + 60, call 50 + 40, mail 20; one lost without value."""
    return sl.attribute(
        journeys(
            [
                *(touch(f"a{i}", "04-01", "ad", "marketing", account) for i, account in enumerate("abce")),
                *(touch(f"c{i}", "04-02", "call", "sales", account) for i, account in enumerate("ad")),
                touch("m", "04-03", "mail", "marketing", "b", campaign="spring"),
            ],
            [
                deal("1", "05-01", "100", account="a"),
                deal("2", "05-02", "40", account="b"),
                deal("3", "05-31", "60", account="c"),
                deal("4", "06-01", "40", account="d"),
                deal("5", "06-02", None, account="e", outcome="lost"),
            ],
        ),
        Linear(),
    )


def row(found: Calibration, label: str | None) -> dict[str, Any]:
    """Return one label's row."""
    return found.table.row(label=label)


def test_on_paper(credit: Attribution) -> None:
    """Ad is credited 130 with variance 5/4 (50^2 + 20^2 + 60^2), 8,125, and a model error of 65.

    Precision: 1/(8,125 + 65^2) = 1/12,350 and 1/50^2; so the lift of 10 weighs 12,350/14,850.
    """
    found = calibrate(credit, [LiftTest(labels="ad", effect=10, standard_error=50)])
    test = found.tests.rows()[0]
    assert ("ad", None, None, 1) == (test["labels"], test["start"], test["end"], test["n_tests"])
    assert (130.0, sqrt(12_350)) == pytest.approx((test["credited"], test["credited_error"]))
    weight, error = 12_350 / 14_850, sqrt(12_350 * 2_500 / 14_850)
    after = weight * 10 + (1 - weight) * 130
    assert (weight, after, after - 130) == pytest.approx((test["weight_of_lift"], test["calibrated"], test["change"]))
    assert (after - Z95 * error, after + Z95 * error) == pytest.approx((test["lower"], test["upper"]))
    ad = row(found, "ad")
    assert (130.0, after, after - Z95 * error) == pytest.approx((ad["before"], ad["after"], ad["lower"]))
    assert ad["tested"]
    call = row(found, "call")
    assert (90.0, 90.0, 0.0, False) == (call["before"], call["after"], call["change"], call["tested"])
    assert np.isnan(call["lower"])
    assert (240.0, 240 - 130 + after, 130 - after) == pytest.approx(
        (found.total_before, found.total_after, found.not_caused)
    )
    assert "off by 50% of it" in str(found)


@given(effect=st.floats(-1e3, 1e3), model_error=st.floats(0, 3))
def test_the_surer_side_prevails(effect: float, model_error: float) -> None:
    """A lift without error is taken as it is, one without precision changes nothing, and between them lies between."""
    of_paths = sl.attribute(paths(("ad > call", 90, "900"), ("call", 30, "150")), Linear())

    def after(error: float) -> float:
        test = LiftTest(labels="ad", effect=effect, standard_error=error)
        found: float = calibrate(of_paths, [test], model_error=model_error).tests["calibrated"][0]
        return found

    assert effect == pytest.approx(after(1e-9), abs=1e-6)
    assert 450.0 == pytest.approx(after(1e12), abs=1e-6)
    assert min(effect, 450.0) - 1e-9 <= after(50.0) <= max(effect, 450.0) + 1e-9


def test_a_period_changes_what_closed_in_it(credit: Attribution) -> None:
    """Days of the period, the first in and the end out; deals of other times keep their credit."""
    may = LiftTest(labels="ad", effect=0, standard_error=1e-9, start=date(2025, 5, 2), end=date(2025, 5, 31))
    found = calibrate(credit, [may])
    assert 20.0 == found.tests["credited"][0]
    assert ("2025-05-02", "2025-05-31") == (found.tests["start"][0], found.tests["end"][0])
    ad = row(found, "ad")
    assert 110.0 == pytest.approx(ad["after"])
    rest = hypot(sqrt(5 / 4 * (50**2 + 60**2)), 0.5 * 110)
    assert Z95 * rest == pytest.approx(ad["upper"] - ad["after"])


def test_the_first_instant_after_a_period_is_outside() -> None:
    """A deal that closed at midnight belongs to the day that began then."""
    at_midnight = journeys(
        [touch("1", "04-01", "ad"), touch("2", "04-01", "ad", account="b")],
        [deal("1", "05-31T00:00:00Z", "100"), deal("2", "06-01T00:00:00Z", "10", account="b")],
    )
    test = LiftTest(labels="ad", effect=1, standard_error=1, start=date(2025, 5, 31), end=date(2025, 6, 1))
    assert 100.0 == calibrate(sl.attribute(at_midnight, Linear()), [test]).tests["credited"][0]


def test_a_period_is_in_the_zone_of_the_business() -> None:
    """A deal that closes on the 1st in Auckland closed on the 31st in Greenwich; its test begins on the 1st."""
    in_zone = journeys(
        [touch("1", "04-01", "ad"), touch("2", "04-01", "ad", account="b")],
        [deal("1", "06-01", "100"), deal("2", "06-02", "10", account="b")],
        zone="Pacific/Auckland",
    )
    test = LiftTest(labels="ad", effect=1, standard_error=1, start=date(2025, 6, 1), end=date(2025, 6, 2))
    assert 100.0 == calibrate(sl.attribute(in_zone, Linear()), [test]).tests["credited"][0]


def test_tests_alike_are_pooled(credit: Attribution) -> None:
    """Two tests of the same are one of their precision-weighted mean; label order does not matter."""
    one = LiftTest(labels=["ad", "call"], effect=10, standard_error=3)
    two = LiftTest(labels=["call", "ad"], effect=40, standard_error=6)
    pooled = LiftTest(labels=["ad", "call"], effect=16, standard_error=sqrt(36 / 5))
    first, second = calibrate(credit, [one, two]), calibrate(credit, [pooled])
    assert (2, 1) == (first.tests["n_tests"][0], second.tests["n_tests"][0])
    assert second.tests["calibrated"][0] == pytest.approx(first.tests["calibrated"][0], rel=1e-12)
    assert (16.0, sqrt(36 / 5)) == pytest.approx((first.tests["lift"][0], first.tests["lift_error"][0]))


def test_labels_tested_together_share_the_change(credit: Attribution) -> None:
    """In proportion to their credit, 130 and 90; together they are known, apart they have no bounds."""
    found = calibrate(credit, [LiftTest(labels=["ad", "call"], effect=110, standard_error=1e-9)])
    assert (65.0, 45.0) == pytest.approx((row(found, "ad")["after"], row(found, "call")["after"]))
    assert np.isnan(row(found, "ad")["upper"])
    assert 110.0 == found.not_caused


def test_labels_without_credit_are_as_doubtful_as_the_mean_of_labels() -> None:
    """900 over three labels are 300 each: two of them together have an error of .5 x 600, and share the change equally.

    So the credit of 0 weighs 25/(25 + 300^2) beside a lift of 30 +- 5.
    """
    first = sl.attribute(paths(("ad > call > mail", 90, "900")), FirstTouch())
    found = calibrate(first, [LiftTest(labels=["call", "mail"], effect=30, standard_error=5)])
    weight = 300**2 / (300**2 + 25)
    assert (0.0, 300.0) == (found.tests["credited"][0], found.tests["credited_error"][0])
    assert (weight, 15 * weight, 15 * weight) == pytest.approx(
        (found.tests["weight_of_lift"][0], row(found, "call")["after"], row(found, "mail")["after"])
    )
    assert -30 * weight == pytest.approx(found.not_caused)


def test_a_little_credit_does_not_outvote_an_experiment() -> None:
    """A lift of 200,000 +- 20,000 stands beside credit of 1, and beside none, much as beside any other."""

    def after(credited: int) -> float:
        little = paths(("ad", 1000, "1000000"), ("webinar", 10, str(credited)))
        test = LiftTest(labels="webinar", effect=200_000, standard_error=20_000)
        return float(calibrate(sl.attribute(little, Linear()), [test]).tests["calibrated"][0])

    # A mean credit of 500,000 is off by 250,000, beside which credit of 0 hardly counts.
    assert 200_000 * 250**2 / (250**2 + 20**2) == pytest.approx(after(0))
    assert after(0) == pytest.approx(after(1), abs=1)
    assert after(1) < after(100) < after(10_000) < 200_000


def test_where_nothing_was_won_credit_is_no_evidence(credit: Attribution) -> None:
    """A period without a close, or credit of 0 that is taken for exact: the lift is taken as it is."""
    idle = LiftTest(labels="ad", effect=30, standard_error=5, start=date(2025, 1, 1), end=date(2025, 2, 1))
    found = calibrate(credit, [idle])
    assert (0.0, 1.0, 30.0) == (found.tests["credited_error"][0], found.tests["weight_of_lift"][0], -found.not_caused)
    first = sl.attribute(paths(("ad > call", 90, "900")), FirstTouch())
    exact = calibrate(first, [LiftTest(labels="call", effect=30, standard_error=5)], model_error=0)
    assert 30.0 == row(exact, "call")["after"]


def test_tests_of_a_time_without_a_close_are_counted(credit: Attribution) -> None:
    """A mistyped year is named in the warnings, pooled or not; a period whose deals were lost is no mistake."""
    in_1990, other = (
        LiftTest(labels=label, effect=30, standard_error=5, start=date(1990, 5, 1), end=date(1990, 6, 1))
        for label in ("ad", "call")
    )
    lost = LiftTest(labels="mail", effect=30, standard_error=5, start=date(2025, 6, 2), end=date(2025, 6, 3))
    found = calibrate(credit, [in_1990, in_1990, other, lost])
    words = "tests of a period in which no journey closed, whose lift comes on top of all credit (check start and end)"
    assert (f"{words}: 3",) == found.warnings
    assert f"\n- {words}: 3\n" in str(found)
    assert () == calibrate(credit, [lost]).warnings


def test_touches_without_a_label_are_no_label_to_misplace_credit_on(credit: Attribution) -> None:
    """Campaigns: spring has 20 of what labels are credited with, so its model error is 10 whatever the rest has."""
    spring = [LiftTest(labels="spring", by="campaign", effect=20, standard_error=1)]
    assert hypot(10, sqrt(5 / 4 * 20**2)) == pytest.approx(calibrate(credit, spring).tests["credited_error"][0])


def test_conversions_and_teams(credit: Attribution) -> None:
    """Lift counted in wins is weighed against credited wins, of whatever dimension."""
    found = calibrate(
        credit, [LiftTest(labels="marketing", by="team", unit="conversions", effect=1, standard_error=1e-9)]
    )
    assert ("team", "conversions", 4.0) == (found.by, found.unit, found.total_before)
    assert (2.5, 1.0) == pytest.approx((row(found, "marketing")["before"], row(found, "marketing")["after"]))


def test_touches_without_a_label_are_there(credit: Attribution) -> None:
    """Campaigns: what has none is a row of its own, so that the total is whole."""
    found = calibrate(credit, [LiftTest(labels="spring", by="campaign", effect=20, standard_error=1)])
    assert [None, "spring"] == found.table["label"].tolist()
    assert 240.0 == found.total_before


def test_paths_weigh_each_conversion() -> None:
    """90 conversions of 10 and 10 non-conversions: the variance of ad's 450 is 100/99 x 90 x 5^2."""
    of_paths = sl.Journeys.from_paths(
        {"path": ["ad > call"], "won": [90], "lost": [10], "value": [900.0]},
        path="path", conversions="won", nonconversions="lost", value="value",
    )  # fmt: skip
    test = LiftTest(labels="ad", effect=0, standard_error=1)
    found = calibrate(sl.attribute(of_paths, Linear()), [test], model_error=0)
    assert sqrt(100 / 99 * 90 * 25) == pytest.approx(found.tests["credited_error"][0])


def test_more_confidence_is_wider(credit: Attribution) -> None:
    """The interval follows the confidence."""
    tests = [LiftTest(labels="ad", effect=10, standard_error=50)]
    narrow, wide = (calibrate(credit, tests, confidence=level).tests for level in (0.5, 0.99))
    assert wide["lower"][0] < narrow["lower"][0] < narrow["upper"][0] < wide["upper"][0]


def test_any_kind_of_number_will_do(credit: Attribution) -> None:
    """Amounts of money are often decimals."""
    exact: Any = {"effect": Decimal("10.5"), "standard_error": Fraction(101, 2)}
    found = calibrate(credit, [LiftTest(labels="ad", **exact)])
    assert (
        found.tests.rows() == calibrate(credit, [LiftTest(labels="ad", effect=10.5, standard_error=50.5)]).tests.rows()
    )


MAY, JUNE, JULY = date(2025, 5, 1), date(2025, 6, 1), date(2025, 7, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"labels": "ad"}, {"labels": ["ad", "call"]}),
        ({"labels": "ad"}, {"labels": "ad", "start": MAY, "end": JUNE}),
        ({"labels": "ad", "start": MAY, "end": JULY}, {"labels": "ad", "start": JUNE, "end": JULY}),
    ],
)
def test_overlapping_tests_are_refused(credit: Attribution, one: dict[str, Any], other: dict[str, Any]) -> None:
    """One label in two sets, or in two periods that overlap, cannot be told apart."""
    tests = [LiftTest(**given, effect=1, standard_error=1) for given in (one, other)]
    with pytest.raises(InvalidValueError, match="overlap"):
        calibrate(credit, tests)


def test_tests_side_by_side_add_up(credit: Attribution) -> None:
    """The same label in two months: each changes its own deals."""
    tests = [
        LiftTest(labels="ad", effect=0, standard_error=1e-9, start=MAY, end=JUNE),
        LiftTest(labels="ad", effect=7, standard_error=1e-9, start=JUNE, end=JULY),
    ]
    found = calibrate(credit, tests)
    assert 7.0 == pytest.approx(row(found, "ad")["after"])
    assert [-130.0, 7.0] == pytest.approx(found.tests["change"].tolist())


def test_tests_of_different_labels_stand_beside_each_other(credit: Attribution) -> None:
    """Each changes its own label."""
    tests = [LiftTest(labels=label, effect=effect, standard_error=1e-9) for label, effect in (("ad", 1), ("call", 2))]
    found = calibrate(credit, tests)
    assert (1.0, 2.0) == pytest.approx((row(found, "ad")["after"], row(found, "call")["after"]))
    assert 217.0 == pytest.approx(found.not_caused)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"labels": ()}, "labels"),
        ({"labels": ["ad", "ad"]}, "labels"),
        ({"labels": ["ad", " "]}, "labels"),
        ({"labels": 3}, "labels"),
        ({"by": "account"}, "by"),
        ({"effect": float("nan")}, "effect"),
        ({"effect": None}, "effect must be a finite number; got None; give a number; None will do only where"),
        ({"standard_error": 0}, "standard_error"),
        ({"standard_error": -1}, "standard_error"),
        ({"unit": "euros"}, "unit"),
        ({"start": MAY}, "end"),
        ({"end": MAY}, "end"),
        ({"start": MAY, "end": MAY}, "end"),
        ({"start": datetime(2025, 5, 1), "end": JUNE}, "start"),  # noqa: DTZ001 - what must not be taken for a day
    ],
)
def test_bad_tests(arguments: dict[str, Any], match: str) -> None:
    """The error names the field."""
    with pytest.raises(InvalidValueError, match=f"LiftTest.{match}"):
        LiftTest(**{"labels": "ad", "effect": 1, "standard_error": 1, **arguments})


def test_bad_arguments(credit: Attribution) -> None:
    """No tests, mixed tests, wrong numbers, unknown labels, too few accounts, periods of paths."""
    test = LiftTest(labels="ad", effect=1, standard_error=1)
    nothing: Any
    for nothing in ([], test, ["ad"]):
        with pytest.raises(InvalidValueError, match="sequence of LiftTest"):
            calibrate(credit, nothing)
    with pytest.raises(InvalidValueError, match="agree"):
        calibrate(credit, [test, LiftTest(labels="call", effect=1, standard_error=1, unit="conversions")])
    with pytest.raises(InvalidValueError, match="confidence"):
        calibrate(credit, [test], confidence=1)
    for wrong in (-0.1, float("inf")):
        with pytest.raises(InvalidValueError, match="model_error"):
            calibrate(credit, [test], model_error=wrong)
    with pytest.raises(UnknownNameError, match="1 of 2"):
        calibrate(credit, [LiftTest(labels=["ad", "nobody"], effect=1, standard_error=1)])
    with pytest.raises(InvalidValueError, match="fewer than two accounts"):
        calibrate(sl.attribute(paths(("ad", 1, "1")), Linear()), [test])
    dated = LiftTest(labels="ad", effect=1, standard_error=1, start=MAY, end=JUNE)
    with pytest.raises(MissingTimesError):
        calibrate(sl.attribute(paths(("ad", 9, "1")), Linear()), [dated])


def test_what_a_fitted_model_might_have_learned_instead_counts_as_doubt() -> None:
    """The error of its credit is that of as many fits on accounts drawn again, in the period that was tested."""
    found = sl.Journeys.from_business(simulate_business(n_accounts=150, seed=2).business)
    attribution = sl.attribute(found, MarkovChain())
    label = str(found.vocabulary("channel").labels[0])
    tests = [LiftTest(labels=label, effect=10, standard_error=50)]
    whole = calibrate(attribution, tests, model_error=0).tests.rows()[0]["credited_error"]
    units = Units.of(found)
    refit = Refit(found, MarkovChain(), found.codes("channel"), len(found.vocabulary("channel")), units)
    expected = replicate_values(refit, units, n=FITS, seed=0)[:, 0].std(ddof=1)
    assert expected == pytest.approx(whole, rel=1e-12)
    given_the_fit = calibrate(sl.attribute(found, MarkovChain().fit(found)), tests, model_error=0)
    assert whole != pytest.approx(given_the_fit.tests.rows()[0]["credited_error"], rel=1e-3)
    days = found.ends().astype("datetime64[us]").astype("datetime64[D]")
    middle = np.sort(days)[len(days) // 2].item()
    halves = [
        LiftTest(labels=label, effect=10, standard_error=50, start=start, end=end)
        for start, end in ((date(1990, 1, 1), middle), (middle, date(2100, 1, 1)))
    ]
    parts = [row["credited_error"] for row in calibrate(attribution, halves, model_error=0).tests.rows()]
    assert all(0 < part < whole for part in parts)
    count = LiftTest(labels=label, effect=10, standard_error=50, unit="conversions")
    assert 0 < calibrate(attribution, [count], model_error=0).tests.rows()[0]["credited_error"] < found.n
