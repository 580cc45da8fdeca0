import pytest

from servicelead.calculators import SalesCycle


def test_faster_is_a_ratio_of_speeds() -> None:
    """43% faster makes 69.93 days of 100, not 57."""
    cycle = SalesCycle(cycle_days=100, speed_gain_ratio=0.43)
    assert 69.93 == round(cycle.faster_cycle_days, 2)
    assert 100 == pytest.approx(cycle.faster_cycle_days + cycle.saved_days)


def test_no_faster_changes_nothing() -> None:
    """A gain of 0 saves 0 days."""
    same = SalesCycle(cycle_days=100, speed_gain_ratio=0)
    assert (100, 0) == (same.faster_cycle_days, same.saved_days)
