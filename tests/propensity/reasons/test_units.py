import pytest

from servicelead.datasets import simulate_business
from servicelead.propensity import SnapshotBuilder
from servicelead.propensity.reasons.units import with_unit

#: Every unit of a built-in feature, of one.
OF_ONE = {
    "touches": "1 touch",
    "cases": "1 case",
    "days": "1 day",
    "deals": "1 deal",
    "events": "1 event",
    "leads": "1 lead",
    "parts": "1 part",
    "payments": "1 payment",
    "people": "1 person",
    "quantity": "1 quantity",
    "seats": "1 seat",
    "sentiment": "1 sentiment",
    "share": "1 share",
    "subscriptions": "1 subscription",
    "users": "1 user",
    "users per seat": "1 user per seat",
    "rate": "1 rate",
    "USD": "1 USD",
    "USD a year": "1 USD a year",
    "as recorded": "1 as recorded",
}


def test_every_built_in_unit_has_a_singular() -> None:
    """A feature with a new unit must be looked at here."""
    builder = SnapshotBuilder(channels=("call",), assume_constant=("contacts",))
    definitions = builder.build(simulate_business(20, seed=1).business).definitions
    units = {feature.unit for feature in definitions if feature.kind == "number"}
    assert OF_ONE.keys() == units
    assert {unit: with_unit("1", unit) for unit in units} == OF_ONE


@pytest.mark.parametrize(
    ("figure", "unit", "expected"),
    [
        ("0", "events", "0 events"),
        ("2", "events", "2 events"),
        ("-1", "events", "-1 event"),
        ("11", "people", "11 people"),
        ("1.5", "deals a year", "1.5 deals a year"),
        ("1", "support hours of use", "1 support hour of use"),
        ("1", "replies", "1 reply"),
        ("1", "boxes", "1 box"),
        ("1", "classes", "1 class"),
        ("1", "loss", "1 loss"),
        ("1", "status", "1 status"),
        ("1", "in the unit of amounts", "1 in the unit of amounts"),
    ],
)
def test_one_is_singular(figure: str, unit: str, expected: str) -> None:
    """Only of exactly one, as written; what a unit is counted by stays as it is."""
    assert expected == with_unit(figure, unit)
