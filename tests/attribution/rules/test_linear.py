from attribution.hand import paths
from servicelead.attribution import Linear, attribute


def test_every_touch_has_the_same() -> None:
    """1/3 each; of 1.00 the cent left over goes to the first: 34, 33, 33."""
    credit = attribute(paths(("ad > ad > call", 2, "1.00"), ("ad > call", 1, "-0.03")), Linear())
    assert [1 / 3, 1 / 3, 1 / 3, 0.5, 0.5] == credit.share.tolist()
    assert [34, 33, 33, -2, -1] == credit.minor_units.tolist()
    assert ["one of 3 touches, equal parts"] * 3 == Linear().reasons(credit.journeys, 0)


def test_the_largest_amount_is_split_exactly() -> None:
    """2^63 - 1 = 9,223,372,036,854,775,807 over two touches: ...904 and ...903."""
    credit = attribute(paths(("ad > call", 1, "92233720368547758.07")), Linear())
    assert [4611686018427387904, 4611686018427387903] == credit.minor_units.tolist()
