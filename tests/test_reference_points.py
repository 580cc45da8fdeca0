import datetime as dt
from typing import Any

import pytest

from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.reference_points import REFERENCE_POINTS, ReferencePoint, reference_point


def test_every_point_is_filed_under_its_name_with_source_and_sense() -> None:
    """A figure cannot be found without where it comes from and what it means."""
    assert {name: point.name for name, point in REFERENCE_POINTS.items()} == {name: name for name in REFERENCE_POINTS}
    assert all(point.source and point.sense for point in REFERENCE_POINTS.values())


def test_published_figures() -> None:
    """The figures are those that the definitions quote."""
    quoted = ["touch_ratio_low", "touch_ratio_high", "demand_deflection_rate", "support_price_basic"]
    assert [5, 15, 0.23, 0.156] == [reference_point(name).value for name in quoted]


def test_the_registry_is_read_only() -> None:
    """Nobody changes a published figure."""
    registry: Any = REFERENCE_POINTS
    with pytest.raises(TypeError):
        registry["touch_ratio_low"] = None


def test_an_unknown_name_lists_the_known_ones() -> None:
    """Asking for a figure that is not there says which are."""
    with pytest.raises(UnknownNameError, match="touch_ratio_low"):
        reference_point("touch ratio")


def test_a_point_needs_a_finite_value_and_a_source() -> None:
    """A figure without a number or a source is no reference."""
    day = dt.date(2020, 1, 1)
    assert ReferencePoint(name="x", value=1, unit="u", source="s", sense="exactly", date=day).date == day
    with pytest.raises(InvalidValueError, match=r"ReferencePoint\.value"):
        ReferencePoint(name="x", value=float("nan"), unit="u", source="s", sense="exactly")
    with pytest.raises(InvalidValueError, match=r"ReferencePoint\.source"):
        ReferencePoint(name="x", value=1, unit="u", source="", sense="exactly")
