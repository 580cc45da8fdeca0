import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

import servicelead as sl
from attribution.hand import deal, journeys, touch
from servicelead.attribution import Linear, attribute


def bounds(credited: list[dict[str, float]], label: str, confidence: float) -> list[float]:
    """Return value and share bounds by the formulas, one account at a time."""
    n = len(credited)
    reach = float(stats.t.ppf((1 + confidence) / 2, n - 1))
    parts = [account.get(label, 0.0) for account in credited]
    wholes = [sum(account.values()) for account in credited]
    whole, total = sum(wholes), sum(parts)
    share = total / whole
    spread = math.sqrt(n / (n - 1) * sum(part**2 for part in parts))
    residuals = [part - share * everything for part, everything in zip(parts, wholes, strict=True)]
    share_spread = math.sqrt(n / (n - 1) * sum(residual**2 for residual in residuals)) / whole
    return [total - reach * spread, total + reach * spread, share - reach * share_spread, share + reach * share_spread]


def of(table: Any, label: str) -> list[float]:
    """Return the bounds of one channel."""
    row = table.row(channel=label)
    return [row[name] for name in ("value_lower", "value_upper", "share_lower", "share_upper")]


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
def test_accounts_are_the_units(confidence: float) -> None:
    """Two deals of one account are one unit; a lost deal, and a won one without touches, are units with nothing."""
    touches = [
        touch("t1", "05-01", "ad"),
        touch("t2", "05-02", "call"),
        touch("t3", "05-01", "ad", account="bolt"),
        touch("t4", "05-01", "call", account="cone"),
        touch("t5", "05-01", "call", account="open"),
    ]
    deals = [
        deal("o1", "05-01", "10.00"),
        deal("o2", "05-10", "30.00"),
        deal("o3", "05-10", "7.00", account="bolt"),
        deal("o4", "05-10", "99.00", account="cone", outcome="lost"),
        deal("o5", "05-10", "50.00", account="none"),
        deal("o6", None, "80.00", account="open", outcome="open"),
    ]
    credited = [{"ad": 25.0, "call": 15.0}, {"ad": 7.0}, {}, {}]
    table = attribute(journeys(touches, deals), Linear()).by("channel", confidence=confidence)
    for label in ("ad", "call"):
        assert bounds(credited, label, confidence) == pytest.approx(of(table, label), rel=1e-9)


def test_every_walk_of_a_path_is_a_unit() -> None:
    """Two conversions of 20 in all are two units of 10; three non-conversions are three units of nothing."""
    found = sl.Journeys.from_paths(
        {"path": ["ad > call", "ad"], "won": [2, 1], "value": [20, 4], "lost": [3, 0]},
        path="path",
        conversions="won",
        value="value",
        nonconversions="lost",
    )
    credited = [{"ad": 5.0, "call": 5.0}] * 2 + [{"ad": 4.0}] + [{}] * 3
    table = attribute(found, Linear()).by("channel")
    for label in ("ad", "call"):
        assert bounds(credited, label, 0.95) == pytest.approx(of(table, label), rel=1e-9)


def test_one_account_says_nothing_of_how_accounts_vary() -> None:
    """With a single unit the bounds are NaN, the totals are there."""
    table = attribute(journeys([touch("t", "05-01", "ad")], [deal("o", "05-02", "1.00")]), Linear()).by("channel")
    assert [1.0] == table["value"].tolist()
    assert all(math.isnan(bound) for bound in of(table, "ad"))


def test_shares_of_nothing_are_undefined() -> None:
    """Nothing won: values 0 in [0, 0], shares and their bounds NaN."""
    touches = [touch("t1", "05-01", "ad"), touch("t2", "05-01", "ad", account="bolt")]
    deals = [deal("o1", "05-02", "1", outcome="lost"), deal("o2", "05-02", "1", account="bolt", outcome="lost")]
    table = attribute(journeys(touches, deals), Linear()).by("channel")
    assert [0.0, 0.0] == of(table, "ad")[:2]
    assert np.isnan(of(table, "ad")[2:]).all()


def test_a_channel_that_has_it_all_has_all_of_it_for_sure() -> None:
    """A share of 1 in every account does not vary: [1, 1]."""
    touches = [touch("t1", "05-01", "ad"), touch("t2", "05-01", "ad", account="bolt")]
    deals = [deal("o1", "05-02", "1.00"), deal("o2", "05-02", "3.00", account="bolt")]
    assert [1.0, 1.0] == pytest.approx(of(attribute(journeys(touches, deals), Linear()).by("channel"), "ad")[2:])
