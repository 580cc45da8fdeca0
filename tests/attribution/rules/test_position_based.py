import pytest

from attribution.hand import paths
from servicelead.attribution import PositionBased, attribute


def test_ends_have_their_shares_and_the_middle_the_rest() -> None:
    """.4, .2/3 three times, .4; of 0.10: 4, 1, 1, 0, 4 by the largest remainders, the earliest first."""
    credit = attribute(paths(("a > b > c > d > e", 1, "0.10")), PositionBased())
    assert [0.4, 0.2 / 3, 0.2 / 3, 0.2 / 3, 0.4] == pytest.approx(credit.share.tolist(), abs=1e-15)
    assert [4, 1, 1, 0, 4] == credit.minor_units.tolist()


def test_a_tie_of_remainders_goes_to_the_earliest() -> None:
    """.4, .2, .4 of 0.05 is 2, 1, 2; of 0.01 the remainders .4, .2, .4 tie: the first touch has it."""
    credit = attribute(paths(("a > b > c", 1, "0.05"), ("a > b > c", 1, "0.01")), PositionBased())
    assert [2, 1, 2, 1, 0, 0] == credit.minor_units.tolist()


def test_one_touch_has_all_and_two_share_in_the_ratio_of_the_ends() -> None:
    """1; then .6/.8 = 3/4 and .2/.8 = 1/4, 0.10 as 7.5 and 2.5: the tied cent to the earlier."""
    credit = attribute(paths(("a", 1, "0.10"), ("a > b", 1, "0.10")), PositionBased(first=0.6, last=0.2))
    assert [1.0, 0.75, 0.25] == pytest.approx(credit.share.tolist(), abs=1e-15)
    assert [10, 8, 2] == credit.minor_units.tolist()


def test_ends_of_nothing_leave_all_to_the_middle() -> None:
    """0, 1/2, 1/2, 0 of four; two touches have nothing to go by and share equally; one has all."""
    credit = attribute(
        paths(("a > b > c > d", 1, "0.03"), ("a > b", 1, "0.03"), ("a", 1, "0.03")), PositionBased(first=0, last=0)
    )
    assert [0, 0.5, 0.5, 0, 0.5, 0.5, 1] == credit.share.tolist()
    assert [0, 2, 1, 0, 2, 1, 3] == credit.minor_units.tolist()


@pytest.mark.parametrize(("first", "last"), [(0.7, 0.3), (0.35, 0.65), (0.1, 0.9), (1.0, 0.0)])
def test_ends_of_all_leave_nothing_to_the_middle(first: float, last: float) -> None:
    """Shares that add up to 1 on paper leave the middle without a cent, and none below 0."""
    credit = attribute(paths(("a > b > c", 1, "1000000.00")), PositionBased(first=first, last=last))
    assert (credit.share >= 0).all()
    assert [round(first * 1e8), 0, round(last * 1e8)] == credit.minor_units.tolist()


def test_shares_without_small_whole_ratios_still_add_up() -> None:
    """A share of 1/3 as a float is no short decimal; every part is within a cent of its share."""
    credit = attribute(paths(("a > b > c", 1, "1.00")), PositionBased(first=1 / 3, last=1 / 3))
    assert [34, 33, 33] == sorted(credit.minor_units.tolist(), reverse=True)


def test_reasons_name_the_position() -> None:
    """First, between and last, with what they share."""
    journeys = paths(("a > b > c > d", 1, "1"), ("a > b", 1, "1"), ("a", 1, "1"))
    rule = PositionBased(first=0.225, last=0.4)
    middle = "one of 2 touches between first and last, which share 37.5%"
    assert ["first touch (22.5%)", middle, middle, "last touch (40%)"] == rule.reasons(journeys, 0)
    assert "first of two touches, in the ratio 22.5 to 40" == rule.reasons(journeys, 1)[0]
    assert ["the only touch: all the credit"] == rule.reasons(journeys, 2)


def test_the_reason_of_one_in_the_middle_counts_nothing() -> None:
    """A single touch between the ends shares with no other."""
    journeys = paths(("a > b > c", 1, "1"))
    assert "the touch between first and last (20%)" == PositionBased().reasons(journeys, 0)[1]
