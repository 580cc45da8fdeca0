from collections.abc import Callable

import numpy as np
import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from servicelead._typing import FloatArray
from servicelead.propensity.evaluation.metrics import METRICS, Judged

ROWS = st.lists(
    st.tuples(st.integers(1, 7), st.booleans(), st.integers(0, 3), st.integers(0, 9)), min_size=4, max_size=20
)


def judged_rows(rows: list[tuple[int, bool, int, int]], n_folds: int = 1) -> tuple[Judged, FloatArray]:
    """Return rows with many ties in score, and their scores; folds are dealt in turn."""
    score, event, account, gain = (np.array(column) for column in zip(*rows, strict=True))
    judged = Judged(
        is_event=event,
        account=account.astype(np.int32),
        fold=np.arange(len(rows)) % n_folds,
        gain=gain.astype(np.float64),
        cost=2.0,
        top=0.25,
    )
    return judged, score / 8


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("brier", brier_score_loss),
        ("log_loss", log_loss),
        ("auc", roc_auc_score),
        ("average_precision", average_precision_score),
    ],
)
@given(rows=ROWS)
def test_metrics_are_scikit_learns(
    name: str, known: Callable[..., float], rows: list[tuple[int, bool, int, int]]
) -> None:
    """In one fold, ties included."""
    judged, scores = judged_rows(rows)
    assume(0 < judged.is_event.sum() < len(judged))
    assert known(judged.is_event, scores) == pytest.approx(METRICS[name].measure(judged, scores)[0])


@pytest.mark.parametrize("name", ["brier", "auc", "average_precision", "calibration_error", "capture", "lift"])
@given(rows=ROWS)
def test_influences_sum_to_nothing(name: str, rows: list[tuple[int, bool, int, int]]) -> None:
    """Weighing every row alike changes no mean, share or rank."""
    judged, scores = judged_rows(rows, 2)
    assume(judged.is_event.any())
    _, influence = METRICS[name].measure(judged, scores)
    assert 0 == pytest.approx(influence.sum(), abs=1e-9)


@pytest.mark.parametrize(
    ("name", "narrowest", "widest"),
    [
        *((name, 0.8, 1.2) for name in ("brier", "log_loss", "auc", "average_precision", "lift", "capture")),
        # These hold the bins, or the rows chosen, for given: they may only be too wide.
        *((name, 0.8, 2.0) for name in ("calibration_error", "expected_profit", "realised_profit")),
    ],
)
def test_influences_give_the_error_that_resampling_gives(name: str, narrowest: float, widest: float) -> None:
    """The clustered standard error is the spread of the figure over resampled accounts."""
    rng = np.random.default_rng(5)
    n, n_accounts = 1200, 400
    account = np.arange(n) % n_accounts
    scores = np.clip(rng.beta(2, 4, n_accounts)[account] + rng.normal(0, 0.05, n), 0.01, 0.99)
    judged = Judged(
        is_event=rng.random(n) < np.clip(1.3 * scores, 0, 1),
        account=account.astype(np.int32),
        fold=np.zeros(n, dtype=np.int64),
        gain=rng.gamma(2, 5, n),
        cost=1.0,
        top=0.3,
    )
    _, influence = METRICS[name].measure(judged, scores)
    sums = np.bincount(account, weights=influence)
    drawn = []
    for _ in range(150):
        rows = (rng.integers(0, n_accounts, n_accounts)[:, None] + n_accounts * np.arange(3)).ravel()
        again = evolve(
            judged,
            is_event=judged.is_event[rows],
            account=judged.account[rows],
            gain=None if judged.gain is None else judged.gain[rows],
        )
        drawn.append(METRICS[name].measure(again, scores[rows])[0])
    assert narrowest < np.sqrt(np.sum(sums**2)) / np.std(drawn) < widest


def test_ranking_is_within_folds() -> None:
    """A fold whose scores are all higher changes no rank, lift or choice."""
    rng = np.random.default_rng(2)
    rows = [(int(s), bool(e), 0, int(g)) for s, e, g in zip(*rng.integers(1, 4, (3, 24)), strict=True)]
    rows = [(score, event and score > 1, account, gain) for score, event, account, gain in rows]
    judged, scores = judged_rows(rows, 2)
    lifted = np.where(judged.fold == 1, scores + 0.5, scores)
    for name in ("auc", "average_precision", "lift", "capture"):
        assert METRICS[name].measure(judged, scores)[0] == METRICS[name].measure(judged, lifted)[0]


def test_profit_by_hand() -> None:
    """One of four rows can be acted on: the one promising most, though another has the higher score."""
    judged, scores = judged_rows([(6, True, 0, 4), (4, True, 1, 9), (2, False, 2, 9), (1, False, 3, 1)])
    assert 4 / 8 * 9 - 2 == METRICS["expected_profit"].measure(judged, scores)[0]
    assert 9 - 2 == METRICS["realised_profit"].measure(judged, scores)[0]


def test_lift_by_hand() -> None:
    """The best quarter holds one of two events: twice the average."""
    judged, scores = judged_rows([(6, True, 0, 0), (4, True, 1, 0), (2, False, 2, 0), (1, False, 3, 0)])
    assert 2.0 == METRICS["lift"].measure(judged, scores)[0]
    assert 0.5 == METRICS["capture"].measure(judged, scores)[0]


@pytest.mark.parametrize("name", ["auc", "lift", "capture"])
def test_without_events_some_figures_are_undefined(name: str) -> None:
    """NaN, not 0 and no warning."""
    judged, scores = judged_rows([(6, False, 0, 0), (4, False, 1, 0), (2, False, 2, 0), (1, False, 3, 0)])
    assert np.isnan(METRICS[name].measure(judged, scores)[0])
