from typing import Any

import numpy as np
import pytest
from attrs import evolve

from servicelead import Money
from servicelead.calculators import Adoption, LeadEconomics, TouchModel, compare_scenarios, outputs_of
from servicelead.exceptions import IncompatibleError, InvalidValueError, MixedCurrencyError, UnknownNameError

NOW = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000)
TRAINED = evolve(NOW, n_leads=35)


def test_cases_stand_side_by_side() -> None:
    """The inputs in which they differ, then the outputs asked for."""
    table = compare_scenarios({"now": NOW, "trained": TRAINED}, ["revenue", "expected_wins"])
    assert ("scenario", "n_leads", "revenue", "expected_wins") == table.names
    assert [36_000, 105_000] == table["revenue"].tolist()
    assert [12, 35] == table["n_leads"].tolist()


def test_by_default_all_outputs_are_shown() -> None:
    """What is undefined is missing, not an error."""
    table = compare_scenarios({"now": NOW, "none": evolve(NOW, close_rate=0)})
    assert [each.name for each in outputs_of(NOW)] == list(table.names)[2:]
    np.testing.assert_array_equal([0, np.nan], table["cost_per_win"])


def test_an_input_that_one_case_leaves_out_is_missing() -> None:
    """Leads in one, interactions in the other."""
    other = evolve(NOW, n_leads=None, n_interactions=400, lead_rate=0.03)
    table = compare_scenarios({"now": NOW, "other": other}, ["revenue"])
    np.testing.assert_array_equal([12, np.nan], table["n_leads"])
    np.testing.assert_array_equal([np.nan, 0.03], table["lead_rate"])


def test_words_are_shown_as_words() -> None:
    """Of inputs and outputs."""
    account = TouchModel(n_users=7, price_value=24_000, price_threshold=10_000, complexity=0.8)
    table = compare_scenarios({"a": account, "b": evolve(account, n_users=2)})
    assert ["hybrid", "low"] == table["touch_level"].tolist()


def test_money_is_in_major_units() -> None:
    """Of one currency."""
    dollars = evolve(NOW, deal_value=Money.of(15_000, "USD"))
    assert [36_000] == compare_scenarios({"now": dollars})["revenue"].tolist()
    with pytest.raises(MixedCurrencyError, match="USD and plain numbers"):
        compare_scenarios({"now": dollars, "plain": NOW})


@pytest.mark.parametrize(
    ("error", "scenarios", "outputs"),
    [
        (InvalidValueError, {}, None),
        (IncompatibleError, {"a": NOW, "b": Adoption(n_sold=1, n_used=1)}, None),
        (UnknownNameError, {"a": NOW}, ["profit"]),
    ],
)
def test_bad_input_is_refused(error: type[Exception], scenarios: dict[str, Any], outputs: list[str] | None) -> None:
    """Nothing, two classes, an output that is not there."""
    with pytest.raises(error):
        compare_scenarios(scenarios, outputs)
