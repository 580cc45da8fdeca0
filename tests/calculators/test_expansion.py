import pytest

from servicelead.calculators import ExpansionEconomics
from servicelead.exceptions import UndefinedRateError


def test_acquisition_against_expansion() -> None:
    """1.50 spent for each 1.00 from new customers, .30 from existing ones: five times as dear."""
    sums = ExpansionEconomics(
        acquisition_cost=150_000, acquisition_revenue=100_000, expansion_cost=60_000, expansion_revenue=200_000
    )
    assert (1.5, 0.3, 5.0) == (sums.acquisition_cost_ratio, sums.expansion_cost_ratio, sums.advantage_ratio)


@pytest.mark.parametrize("nothing", ["acquisition_revenue", "expansion_revenue", "expansion_cost"])
def test_a_ratio_to_nothing_is_undefined(nothing: str) -> None:
    """And names what there is nothing of."""
    given = {"acquisition_cost": 1, "acquisition_revenue": 1, "expansion_cost": 1, "expansion_revenue": 1, nothing: 0}
    with pytest.raises(UndefinedRateError, match=nothing):
        _ = ExpansionEconomics(**given).advantage_ratio
