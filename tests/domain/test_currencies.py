import json
from pathlib import Path
from typing import Any

import pytest

from servicelead.domain import currency_exponent
from servicelead.domain.currencies import _EXPONENTS
from servicelead.exceptions import CurrencyError

ISO_CODES = Path("/usr/share/iso-codes/json/iso_4217.json")


@pytest.mark.parametrize(
    ("code", "exponent"),
    [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("UYW", 4)],
)
def test_exponents(code: str, exponent: int) -> None:
    """Every currency has the number of decimals that ISO 4217 gives it."""
    assert exponent == currency_exponent(code)


@pytest.mark.parametrize("code", ["usd", "US", "XAU", "XXX", "ZZZ", "", None, 840])
def test_unknown_codes_are_errors_with_a_remedy(code: Any) -> None:
    """Lower case, metals, test codes and inventions are refused."""
    with pytest.raises(CurrencyError, match=r"write e\.g\. 'USD'"):
        currency_exponent(code)


@pytest.mark.skipif(not ISO_CODES.exists(), reason="the system's list of ISO 4217 codes is not installed")
def test_all_codes_of_the_system_list_are_known() -> None:
    """Nothing is missing but metals, units of account and test codes."""
    listed = {entry["alpha_3"] for entry in json.loads(ISO_CODES.read_text())["4217"]}
    no_money = {"XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"}
    assert listed - no_money <= set(_EXPONENTS)
    assert {"XCG", "ZWG"} >= set(_EXPONENTS) - listed
