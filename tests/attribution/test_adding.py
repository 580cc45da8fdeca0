import math
from typing import Any

import numpy as np
import pytest

import servicelead as sl
from attribution.hand import deal, journeys, paths, touch
from servicelead.attribution import Attribution, FirstTouch, Linear, attribute
from servicelead.datasets import simulate_business
from servicelead.exceptions import (
    IncompatibleError,
    InvalidValueError,
)


@pytest.fixture
def credit() -> Attribution:
    """Linear credit of one deal with one touch."""
    return attribute(journeys([touch("t", "05-01", "ad")], [deal("o", "05-02", "1.00")]), Linear())


def test_only_like_is_added_to_like(credit: Attribution) -> None:
    """Another strategy, currency, window or kind of journeys is refused; so is anything but an attribution."""
    with pytest.raises(IncompatibleError, match="strategies"):
        credit + attribute(credit.journeys, FirstTouch())
    with pytest.raises(IncompatibleError, match="accounts"):
        credit + credit
    with pytest.raises(IncompatibleError):
        credit + attribute(paths(("ad", 1, "1")), Linear())
    with pytest.raises(IncompatibleError, match="currency"):
        attribute(paths(("ad", 1, "1")), Linear()) + attribute(paths(("ad", 1, "1"), currency=None), Linear())
    narrow = sl.Journeys.from_business(
        sl.Business.from_frames(as_of="2025-12-31T00:00:00Z", currency="EUR"), window=sl.JourneyWindow(max_touches=1)
    )
    with pytest.raises(IncompatibleError, match="window"):
        credit + attribute(narrow, Linear())
    with pytest.raises(TypeError):
        credit + 1


def test_given_shares_are_taken_as_they_are() -> None:
    """Shares worked out elsewhere total, split to the cent and explain themselves."""
    found = paths(("ad > call", 1, "1.01"), ("web", 1, "2.00"))
    given = np.array([0.25, 0.75, 1.0])
    credit = Attribution.from_shares(found, given, strategy="mine", words="by my model")
    given[:] = 0
    assert [0.25, 0.75, 1.0] == credit.share.tolist()
    assert [25, 76, 200] == credit.minor_units.tolist()
    assert ["by my model"] * 2 == credit.source.reasons(found, 0)
    both = credit + credit
    assert [0.25, 0.75, 1.0] * 2 == both.share.tolist()


def test_given_shares_survive_addition_to_a_rule() -> None:
    """Added to a rule's credit under the same strategy, each part keeps its own shares."""
    found = paths(("ad > call", 1, "1.00"))
    given = Attribution.from_shares(found, np.array([0.25, 0.75]), strategy=Linear())
    ruled = attribute(found, Linear())
    assert [0.25, 0.75, 0.5, 0.5] == (given + ruled).share.tolist()
    assert [0.5, 0.5, 0.25, 0.75] == (ruled + given).share.tolist()


@pytest.mark.parametrize(
    "shares", [[1.0], [0.5, 0.4], [0.5, math.nan], [math.inf, 0.5], [1.5, -0.5], [[0.5, 0.5]], 0.5]
)
def test_given_shares_add_up_to_1(shares: Any) -> None:
    """Wrong in number, not finite, below 0 or not adding up: refused."""
    with pytest.raises(InvalidValueError, match="from_shares"):
        Attribution.from_shares(paths(("ad > call", 1, "1.00")), np.array(shares), strategy="mine")


def test_sum_adds_parts() -> None:
    """Python's own sum() adds attributions, as it begins with 0; it is no way around what cannot be added."""
    whole = sl.Journeys.from_business(simulate_business(n_accounts=40, seed=3).business)
    part = np.arange(40) % 3
    parts = [attribute(whole.of_accounts(part == k), Linear()) for k in range(3)]
    assert np.array_equal(attribute(whole, Linear()).minor_units, sum(parts).minor_units)  # type: ignore[union-attr]
    with pytest.raises(TypeError):
        _ = 1 + parts[0]
