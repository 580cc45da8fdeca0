import math
from collections import Counter
from statistics import NormalDist

import pytest

from report.businesses import business_of, empty_business
from servicelead.datasets import simulate_business
from servicelead.report.touches import services_share


def test_share_and_its_interval_against_a_slow_reference() -> None:
    """The interval is that of a ratio over accounts, worked out touch by touch."""
    business = simulate_business(n_accounts=1500, seed=2).business
    touches = business.touches
    pairs = [(a, t) for a, t in zip(touches.account_id.tolist(), touches.team.tolist(), strict=True) if a >= 0]
    everything = Counter(account for account, _ in pairs)
    services = Counter(account for account, team in pairs if team == 2)
    n, whole = len(everything), everything.total()
    share = services.total() / whole
    squares = math.fsum((services[account] - share * count) ** 2 for account, count in everything.items())
    half = NormalDist().inv_cdf(0.975) * math.sqrt(n / (n - 1) * squares) / whole
    actual = services_share(business)
    assert actual.value == pytest.approx(share, rel=1e-12)
    assert actual.lower is not None
    assert actual.upper is not None
    # With 1,500 accounts Student's quantile is within .2% of the normal one.
    assert (actual.upper - actual.lower) / 2 == pytest.approx(half, rel=2e-3)
    assert n == actual.n


def test_one_account_has_no_interval() -> None:
    """A single account gives the share, and the reason why there is no interval."""
    share = services_share(business_of(n_accounts=1))
    assert (0.5, None, None) == (share.value, share.lower, share.upper)
    assert share.reason == "one account says nothing of how accounts vary"


def test_no_touches_no_share() -> None:
    """Without touches the share is undefined, with the reason."""
    assert services_share(empty_business()).reason == "there are no touches"
