import numpy as np
import pytest
from scipy.special import expit

from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError
from servicelead.propensity import ScoreCard, SnapshotBuilder, explain, rank_accounts


def test_the_list_is_the_models_with_its_reasons() -> None:
    """Accounts by falling probability, each with the reasons that explain gives, None where there are fewer."""
    business = simulate_business(n_accounts=120, seed=2).business
    training = SnapshotBuilder().build(business)
    few = {name: training.features[name] for name in ("touches_90d", "open_deals")}
    card = ScoreCard().fit(few, training.y, groups=training.account)
    with pytest.raises(LookupError, match="unknown in training"):
        rank_accounts(card, training)
    card = ScoreCard().fit(training.features, training.y, groups=training.account)
    today = SnapshotBuilder().build(business, labelled=False)
    table = rank_accounts(card, today, n_reasons=2)
    rows = [today.account_id.tolist().index(account) for account in table["account_id"]]
    assert list(range(1, len(today) + 1)) == table["rank"].tolist()
    assert sorted(table["probability"].tolist(), reverse=True) == table["probability"].tolist()
    assert expit(card.decision_function(today.features)[rows]) == pytest.approx(table["probability"])
    why = explain(card, today.features, definitions=today.definitions)
    for place in (0, len(rows) - 1):
        words = [str(reason) for reason in why.reasons(rows[place], top=2)]
        assert words == [table["reason_1"][place], table["reason_2"][place]]
    assert table["cutoff"].dtype == np.dtype("datetime64[us]")
    with pytest.raises(InvalidValueError, match="n_reasons"):
        rank_accounts(card, today, n_reasons=0)
