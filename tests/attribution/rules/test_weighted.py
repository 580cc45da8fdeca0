from typing import Any

import numpy as np
import pytest

import servicelead as sl
from attribution.hand import deal, journeys, paths, touch
from servicelead.attribution import Custom, Linear, Weighted, attribute
from servicelead.exceptions import InvalidValueError, MissingTimesError


def test_credit_is_in_proportion_to_the_weight_of_the_label() -> None:
    """1 : 3 : 1 is .2, .6, .2; of 0.04: .8, 2.4, .8 -> 1, 2, 1."""
    credit = attribute(paths(("ad > call > ad", 1, "0.04")), Weighted(weights={"ad": 1, "call": 3}))
    assert [0.2, 0.6, 0.2] == pytest.approx(credit.share.tolist(), abs=1e-15)
    assert [1, 2, 1] == credit.minor_units.tolist()


def test_a_tie_of_remainders_goes_to_the_earliest() -> None:
    """.1 : .5 of 0.03 is .5 and 2.5: the cent left goes to the first; the other way round too."""
    credit = attribute(
        paths(("ad > call", 1, "0.03"), ("call > ad", 1, "0.03")), Weighted(weights={"ad": 0.1, "call": 0.5})
    )
    assert [1, 2, 3, 0] == credit.minor_units.tolist()


def test_labels_not_named_weigh_other() -> None:
    """Unnamed channels weigh 0 unless something else is said."""
    found = paths(("ad > call", 1, "1.00"))
    assert [1, 0] == attribute(found, Weighted(weights={"ad": 2})).share.tolist()
    assert [0.8, 0.2] == attribute(found, Weighted(weights={"ad": 2}, other=0.5)).share.tolist()


def test_weights_that_are_all_zero_are_shared_equally_and_counted() -> None:
    """Two of three journeys weigh nothing: 1/2 each, 1 for a single touch; one without touches is not counted."""
    credit = attribute(
        paths(("ad > ad", 1, "0.03"), ("call > ad", 1, "0.03"), ("ad", 1, "1"), ("", 1, "9")),
        Weighted(weights={"call": 1}),
    )
    assert [0.5, 0.5, 1, 0, 1] == credit.share.tolist()
    assert [2, 1, 3, 0, 100] == credit.minor_units.tolist()
    assert ("journeys whose weights are all 0, shared equally over their touches: 2",) == credit.warnings
    assert () == attribute(paths(("call", 1, "1")), Weighted(weights={"call": 1})).warnings


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_the_scale_of_weights_does_not_matter(scale: float) -> None:
    """1 : 3 at any scale is a quarter and three."""
    credit = attribute(paths(("ad > call", 1, "4.00")), Weighted(weights={"ad": scale, "call": 3 * scale}))
    assert [0.25, 0.75] == pytest.approx(credit.share.tolist(), abs=1e-15)
    assert [100, 300] == credit.minor_units.tolist()


def test_other_dimensions_of_touches_weigh_too() -> None:
    """By team and by group, where touches without a group weigh other."""
    touches = [touch("t1", "05-01", "ad", "marketing"), touch("t2", "05-02", "call", "services", group="field")]
    found = journeys(touches, [deal("o", "05-03", "1.00")])
    assert [0.25, 0.75] == attribute(found, Weighted(by="team", weights={"marketing": 1, "services": 3})).share.tolist()
    by_group = Weighted(by="group", weights={"field": 1}, other=3)
    assert [0.75, 0.25] == attribute(found, by_group).share.tolist()
    with pytest.raises(MissingTimesError):
        attribute(paths(("ad", 1, "1")), by_group)


def test_custom_weights_are_normalised() -> None:
    """Positions squared: 1, 4, 9 of 14, 0.14 to the cent."""

    def squares(found: sl.Journeys) -> Any:
        return [(i + 1) ** 2 for n in found.lengths.tolist() for i in range(n)]

    credit = attribute(paths(("a > b > c", 1, "0.14"), ("a", 1, "1")), Custom(weigh=squares, name="squares"))
    assert [1 / 14, 4 / 14, 9 / 14, 1] == pytest.approx(credit.share.tolist(), abs=1e-15)
    assert [1, 4, 9, 100] == credit.minor_units.tolist()
    assert ["in proportion to the weight that squares gives it"] * 3 == credit.source.reasons(credit.journeys, 0)


def test_custom_weights_that_are_all_zero_are_shared_equally_and_counted() -> None:
    """Nothing to go by is linear, with a warning."""
    found = paths(("a > b > c", 1, "1.00"), ("a", 1, "1"))
    credit = attribute(found, Custom(weigh=lambda j: np.zeros(j.n_placements)))
    assert attribute(found, Linear()).minor_units.tolist() == credit.minor_units.tolist()
    assert ("journeys whose weights are all 0, shared equally over their touches: 2",) == credit.warnings


def test_custom_weights_are_copied() -> None:
    """The caller's own array may change afterwards, and does not change itself."""
    mine = np.array([1.0, 3.0])
    credit = attribute(paths(("a > b", 1, "1.00")), Custom(weigh=lambda _: mine))
    mine[:] = 0
    assert [0.25, 0.75] == credit.share.tolist()


@pytest.mark.parametrize(
    "weights",
    [[1.0], [1.0, 2.0, 3.0], 1.0, [[1.0], [2.0]], [1.0, -1.0], [1.0, np.nan], [1.0, np.inf], ["a", "b"], None],
)
def test_custom_weights_that_cannot_be_are_refused(weights: Any) -> None:
    """One finite number of at least 0 per placement, else an error that names Custom.weigh."""
    with pytest.raises(InvalidValueError, match=r"Custom\.weigh"):
        attribute(paths(("a > b", 1, "1.00")), Custom(weigh=lambda _: weights))


def test_an_error_in_the_callers_function_is_the_callers() -> None:
    """What weigh raises arrives as it is."""

    def broken(_: sl.Journeys) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        attribute(paths(("a > b", 1, "1.00")), Custom(weigh=broken))


def test_the_reason_names_what_the_weight_is_of() -> None:
    """Every touch has the same words; without a currency there are no minor units to tell."""
    found = journeys([touch("t", "05-01", "ad"), touch("u", "05-02", "call")], [deal("o", "05-03", "1")], currency=None)
    told = attribute(found, Weighted(by="team", weights={"services": 1})).explain("o")
    assert ["in proportion to the weight of its team"] * 2 == told["reason"].tolist()
    assert "minor_units" not in told.names
