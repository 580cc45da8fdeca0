from attribution.hand import paths
from servicelead.attribution import FirstTouch, attribute


def test_the_first_touch_has_it_all() -> None:
    """Of call > ad > call, 10.01: 1, 0, 0 of it, 1001 cents to the first."""
    credit = attribute(paths(("call > ad > call", 1, "10.01"), ("ad", 1, "-0.03")), FirstTouch())
    assert [1.0, 0.0, 0.0, 1.0] == credit.share.tolist()
    assert [1001, 0, 0, -3] == credit.minor_units.tolist()


def test_reasons_say_which_touch_it_was() -> None:
    """One reason per touch."""
    journeys = paths(("call > ad", 1, "1"), ("ad", 1, "1"))
    assert ["first touch: all the credit", "not the first touch"] == FirstTouch().reasons(journeys, 0)
    assert ["first touch: all the credit"] == FirstTouch().reasons(journeys, 1)
