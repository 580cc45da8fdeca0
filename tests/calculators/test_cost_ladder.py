import numpy as np
import pytest

from servicelead import Money
from servicelead.calculators import LeadSource, cost_ladder
from servicelead.exceptions import InvalidValueError, MixedCurrencyError, UndefinedRateError


def test_the_cheapest_win_comes_first() -> None:
    """$680 for 25 wins is the published 27.20; sources without wins come last, in their order."""
    table = cost_ladder(
        {
            "nothing": LeadSource(source_cost=10, n_leads=0, n_wins=0),
            "outbound": LeadSource(source_cost=9_000, n_leads=60, n_wins=6),
            "waste": LeadSource(source_cost=5, n_leads=5, n_wins=0),
            "services": LeadSource(source_cost=680, n_leads=100, n_wins=25),
        }
    )
    assert ["services", "outbound", "nothing", "waste"] == table["source"].tolist()
    np.testing.assert_array_equal([27.2, 1500, np.nan, np.nan], table["cost_per_win"])
    np.testing.assert_array_equal([6.8, 150, np.nan, 1], table["cost_per_lead"])
    np.testing.assert_array_equal([1, 1500 / 27.2, np.nan, np.nan], table["multiple"])


def test_amounts_may_be_money() -> None:
    """In one currency; the table is in major units."""
    table = cost_ladder({"services": LeadSource(source_cost=Money.of("680", "USD"), n_leads=100, n_wins=25)})
    assert [680.0] == table["source_cost"].tolist()


def test_two_currencies_are_refused() -> None:
    """And so is a currency beside plain numbers."""
    dollars = LeadSource(source_cost=Money.of(1, "USD"), n_leads=1, n_wins=1)
    with pytest.raises(MixedCurrencyError, match="EUR and USD"):
        cost_ladder({"a": dollars, "b": LeadSource(source_cost=Money.of(1, "EUR"), n_leads=1, n_wins=1)})
    with pytest.raises(MixedCurrencyError, match="USD and plain numbers"):
        cost_ladder({"a": dollars, "b": LeadSource(source_cost=1, n_leads=1, n_wins=1)})


def test_a_free_source_has_no_multiple() -> None:
    """Nothing is so many times as dear as nothing."""
    free = LeadSource(source_cost=0, n_leads=1, n_wins=1)
    table = cost_ladder({"free": free, "dear": LeadSource(source_cost=5, n_leads=1, n_wins=1)})
    np.testing.assert_array_equal([np.nan, np.nan], table["multiple"])


def test_no_sources_and_no_wins_are_refused() -> None:
    """By the table and by the price of one."""
    with pytest.raises(InvalidValueError, match="cost_ladder"):
        cost_ladder({})
    with pytest.raises(UndefinedRateError, match="cost_per_win"):
        _ = LeadSource(source_cost=1, n_leads=1, n_wins=0).cost_per_win
