import pytest

from attribution.hand import paths
from servicelead.attribution import LastNonDirect, LastTouch, attribute

PATHS = (("call > ad > direct", 1, "10.01"), ("direct > direct", 1, "4.00"), ("ad > direct > call", 1, "1.00"))


def test_the_last_touch_has_it_all() -> None:
    """0, 0, 1 of call > ad > direct; 0, 1 of direct > direct."""
    credit = attribute(paths(*PATHS), LastTouch())
    assert [0, 0, 1, 0, 1, 0, 0, 1] == credit.share.tolist()
    assert [0, 0, 1001, 0, 400, 0, 0, 100] == credit.minor_units.tolist()
    assert ["not the last touch"] * 2 + ["last touch: all the credit"] == LastTouch().reasons(credit.journeys, 0)


def test_the_last_that_is_not_direct_has_it_all() -> None:
    """0, 1, 0 of call > ad > direct; the last touch where every one is direct."""
    credit = attribute(paths(*PATHS), LastNonDirect())
    assert [0, 1, 0, 0, 1, 0, 0, 1] == credit.share.tolist()
    assert [0, 1001, 0, 0, 400, 0, 0, 100] == credit.minor_units.tolist()


def test_several_channels_are_ignored_and_unknown_ones_do_nothing() -> None:
    """Of call > ad > direct without ad and direct, the call has it all."""
    credit = attribute(paths(*PATHS), LastNonDirect(ignore=["direct", "ad", "fax"]))
    assert [1, 0, 0, 0, 1, 0, 0, 1] == credit.share.tolist()


def test_ignoring_nothing_is_last_touch() -> None:
    """No channel ignored, no touch passed over."""
    journeys = paths(*PATHS)
    assert (
        attribute(journeys, LastTouch()).share.tolist() == attribute(journeys, LastNonDirect(ignore=())).share.tolist()
    )


def test_ignored_channels_are_a_set() -> None:
    """Order and repeats do not tell two strategies apart."""
    assert LastNonDirect(ignore=("b", "a", "b")) == LastNonDirect(ignore={"a", "b"})
    assert ("a", "b") == LastNonDirect(ignore={"b", "a"}).ignore


@pytest.mark.parametrize(
    ("journey", "expected"),
    [
        (
            0,
            [
                "not the last touch whose channel is not ignored",
                "last touch whose channel is not ignored: all the credit",
                "ignored channel direct",
            ],
        ),
        (1, ["ignored channel direct", "last touch, as every channel is ignored: all the credit"]),
    ],
)
def test_reasons_tell_ignored_from_passed_over(journey: int, expected: list[str]) -> None:
    """A touch is chosen, ignored, or not the last; where all are ignored the last says so."""
    assert expected == LastNonDirect().reasons(paths(*PATHS), journey)
