from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from threadpoolctl import ThreadpoolController, threadpool_limits

from servicelead.propensity import ExpansionClassifier, ScoreCard, evaluate
from servicelead.propensity.estimators.threads import one_thread, sparing_threads
from servicelead.propensity.evaluation.baselines import logistic_scores

RNG = np.random.default_rng(0)
COLUMNS, IS_EVENT = RNG.normal(size=(300, 3)), RNG.random(300) < 0.3


def threads(kind: str) -> set[int]:
    """Return how many threads the libraries of one kind may use now; nothing where a machine's tell nobody."""
    return {library["num_threads"] for library in ThreadpoolController().select(user_api=kind).info()}


@pytest.fixture(autouse=True)
def _two_threads() -> Iterator[None]:
    """Let every library have two threads, whatever the machine has."""
    with threadpool_limits(2):
        yield


def test_only_a_small_table_is_boosted_on_one_thread() -> None:
    """Up to 20,000 rows; linear algebra is not concerned."""
    for n_rows, expected in ((20_000, {1}), (20_001, {2})):
        with sparing_threads(n_rows):
            assert threads("openmp") <= expected
            assert threads("blas") <= {2}


def test_linear_algebra_is_limited_by_itself_and_gets_its_threads_back() -> None:
    """Boosting is not concerned."""
    with one_thread("blas"):
        assert threads("blas") <= {1}
        assert threads("openmp") <= {2}
    assert threads("blas") <= {2}


def test_regressions_of_many_columns_keep_to_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The baseline's and those of cards: their hundreds of small products are not worth a second thread."""
    fit, seen = LogisticRegression.fit, []

    def watched(*arguments: Any, **named: Any) -> Any:
        seen.append(threads("blas"))
        return fit(*arguments, **named)

    monkeypatch.setattr(LogisticRegression, "fit", watched)
    logistic_scores(COLUMNS, IS_EVENT, COLUMNS)
    ScoreCard().fit(COLUMNS, IS_EVENT)
    assert 7 == len(seen)
    assert all(found <= {1} for found in seen)
    assert threads("blas") <= {2}


class Watching(LogisticRegression):
    """A regression that notes how many threads it may use, in a list that all clones share."""

    seen: ClassVar[list[tuple[set[int], set[int]]]] = []

    def fit(self, X: Any, y: Any) -> Any:  # noqa: N803 - scikit-learn's name for it
        """Note, and learn."""
        self.seen.append((threads("blas"), threads("openmp")))
        return super().fit(X, y)


@pytest.mark.parametrize(("n_jobs", "expected"), [(1, {2}), (3, {1})])
def test_folds_beside_one_another_share_the_processors(n_jobs: int, expected: set[int]) -> None:
    """Alone, an estimator may use what there is; beside others none asks for a second thread."""
    Watching.seen.clear()
    evaluate(Watching(), COLUMNS, IS_EVENT, accounts=np.arange(300), cv=GroupKFold(4), n_jobs=n_jobs)
    assert 4 == len(Watching.seen)
    assert all(found <= expected for of_fit in Watching.seen for found in of_fit)


def test_folds_beside_one_another_give_the_same_bits_and_the_threads_back() -> None:
    """However many are learned at once, every score is the same, and nothing stays limited."""
    one, many = (
        evaluate(
            ExpansionClassifier(max_iter=5),
            COLUMNS,
            IS_EVENT,
            accounts=np.arange(300),
            cv=GroupKFold(4),
            n_jobs=n_jobs,
        )
        for n_jobs in (1, 3)
    )
    for name in one.models:
        np.testing.assert_array_equal(one.scores[name], many.scores[name])
    np.testing.assert_array_equal(one.row, many.row)
    assert threads("blas") | threads("openmp") <= {2}
