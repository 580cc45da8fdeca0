import pytest
from attrs import evolve

from servicelead.calculators import SalesModel, TouchLevel, TouchModel
from servicelead.exceptions import InvalidValueError

ACCOUNT = TouchModel(n_users=7, price_value=24_000, price_threshold=10_000, complexity=0.8)


@pytest.mark.parametrize(
    ("n_users", "expected"), [(1, "low"), (3, "low"), (4, "hybrid"), (10, "hybrid"), (11, "high"), (9_999, "high")]
)
def test_the_published_bands(n_users: int, expected: str) -> None:
    """1 to 3 users are low touch, 4 to 10 hybrid, 11 and more high."""
    assert TouchLevel(expected) == evolve(ACCOUNT, n_users=n_users).touch_level


@pytest.mark.parametrize(
    ("price", "complexity", "expected"),
    [
        (9_999, 0.49, "self_service"),
        (10_000, 0.49, "transactional"),
        (10_000, 0.5, "enterprise"),
        (9_999, 0.5, "graveyard"),
    ],
)
def test_the_quarters_of_the_plane(price: float, complexity: float, expected: str) -> None:
    """A threshold itself counts as high."""
    assert SalesModel(expected) == evolve(ACCOUNT, price_value=price, complexity=complexity).sales_model


def test_the_bands_are_in_order() -> None:
    """The hybrid band cannot end before the low one."""
    with pytest.raises(InvalidValueError, match=r"TouchModel\.n_hybrid_most must be at least n_low_most"):
        evolve(ACCOUNT, n_low_most=11)
