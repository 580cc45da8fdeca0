import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from servicelead.kernels.concordance import concordance

ROWS = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 4)), max_size=20)


@given(rows=ROWS)
def test_each_element_counts_those_it_is_ranked_rightly_against(rows: list[tuple[int, bool, int]]) -> None:
    """Pair by pair, ties by halves."""
    scores, weights = (np.array([row[i] for row in rows], dtype=np.float64) for i in (0, 2))
    events = np.array([event for _, event, _ in rows], dtype=bool)
    expected = []
    for score, event, _ in rows:
        right = 0.0
        for other_score, other_event, other_weight in rows:
            if event != other_event:
                ahead = score - other_score if event else other_score - score
                right += other_weight * (1.0 if ahead > 0 else 0.5 if ahead == 0 else 0.0)
        expected.append(right)
    assert expected == concordance(scores, events, weights).tolist()


def test_the_area_is_scikit_learns() -> None:
    """Their sum over events, weighted, over all pairs, is the weighted AUC."""
    rng = np.random.default_rng(4)
    scores, events, weights = (
        rng.integers(0, 20, 300) / 20.0,
        rng.random(300) < 0.3,
        rng.integers(1, 9, 300).astype(np.float64),
    )
    right = concordance(scores, events, weights)
    area = (right * weights)[events].sum() / (weights[events].sum() * weights[~events].sum())
    assert roc_auc_score(events, scores, sample_weight=weights) == pytest.approx(area, rel=1e-12)
