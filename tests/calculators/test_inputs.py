import math
from decimal import Decimal
from typing import Any

import pytest
from attrs import field, frozen

from servicelead import Money
from servicelead.calculators import inputs, inputs_of
from servicelead.exceptions import InvalidValueError, MixedCurrencyError


@frozen(kw_only=True)
class Everything:
    """One field of each kind, all optional."""

    rate: Any = field(default=None, **inputs.rate("a rate", optional=True))
    count: Any = field(default=None, **inputs.count("a count", unit="calls", least=1, optional=True))
    whole: Any = field(default=None, **inputs.whole("a whole count", unit="calls", optional=True))
    days: Any = field(default=None, **inputs.days("a length", optional=True))
    ratio: Any = field(default=None, **inputs.ratio("a ratio", optional=True))
    number: Any = field(default=None, **inputs.number("a number", unit="hours", optional=True))
    bounded: Any = field(default=None, **inputs.number("a number", unit="hours", lowest=-1, highest=24, optional=True))
    money: Any = field(default=None, **inputs.money("an amount", optional=True))
    unit_cost: Any = field(default=None, **inputs.unit_cost("a price", per="call", optional=True))
    word: Any = field(default="list", **inputs.word("a word", "list", "net"))
    flag: Any = field(default=False, **inputs.flag("a flag"))


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("rate", [0, 1, 0.23, Decimal("0.23"), None]),
        ("count", [1, 2.4, 10**12, None]),
        ("whole", [0, 7, None]),
        ("days", [0, 69.93]),
        ("ratio", [0, 12.5]),
        ("number", [-5, 0.1]),
        ("bounded", [-1, 24]),
        ("money", [0, 0.5, Decimal("0.5"), Money.of(3, "USD"), None]),
        ("unit_cost", [0, Decimal("0.204"), Money.of(3, "USD")]),
        ("word", ["list", "net"]),
        ("flag", [True, False]),
    ],
)
def test_what_is_in_range_is_kept_as_it_is(name: str, good: list[Any]) -> None:
    """Both ends included."""
    assert good == [getattr(Everything(**{name: value}), name) for value in good]


@pytest.mark.parametrize(
    ("name", "bad", "words"),
    [
        ("rate", 23, "above the range; write a percentage as its proportion: 23% is .23"),
        ("rate", -0.1, "below the range"),
        ("rate", math.nan, "got NaN"),
        ("rate", "23%", "got text"),
        ("rate", True, "type bool"),
        ("rate", Money.of(1, "USD"), "type Money"),
        ("count", 0.5, "at least 1"),
        ("count", math.inf, "infinite"),
        ("whole", 1.0, "a whole number"),
        ("whole", -1, "at least 0"),
        ("days", -1, "at least 0"),
        ("ratio", -0.5, "5% is .05"),
        ("number", math.inf, "a finite number"),
        ("bounded", 25, r"in \[-1, 24\]"),
        ("money", -0.01, "a negative amount"),
        ("money", Money.of(-1, "USD"), "a negative amount"),
        ("money", "5", "without signs of currency"),
        ("money", math.nan, "NaN"),
        ("unit_cost", -1, "a negative amount"),
        ("word", "gross", "one of list, net"),
        ("flag", 1, "True or False"),
    ],
)
def test_what_is_not_is_refused_with_the_remedy(name: str, bad: Any, words: str) -> None:
    """The message names the class, the field, the rule and what to do."""
    with pytest.raises(InvalidValueError, match=rf"Everything\.{name} must be .*{words}"):
        Everything(**{name: bad})


def test_amounts_of_one_calculator_are_of_one_currency() -> None:
    """Money beside money of another currency, or beside a plain amount; a unit cost may stay plain."""
    with pytest.raises(MixedCurrencyError):
        Everything(money=Money.of(1, "USD"), unit_cost=Money.of(1, "EUR"))
    with pytest.raises(InvalidValueError, match=r"Everything\.money must be Money"):
        Everything(money=1, unit_cost=Money.of(1, "EUR"))
    assert 0.204 == Everything(money=Money.of(1, "USD"), unit_cost=0.204).unit_cost
    assert 0 == Everything(money=0, unit_cost=Money.of(1, "USD")).money


def test_a_class_says_what_it_takes() -> None:
    """Unit, range, description and default, from the fields alone."""
    described = {each.name: each for each in inputs_of(Everything)}
    assert ("calls", 1, math.inf) == (described["count"].unit, described["count"].lowest, described["count"].highest)
    assert ("money per call", "a price") == (described["unit_cost"].unit, described["unit_cost"].description)
    assert (("list", "net"), "list", False) == (
        described["word"].choices,
        described["word"].default,
        described["word"].is_required,
    )
