from collections import Counter, defaultdict
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from servicelead._typing import Array
from servicelead.kernels.answer_chains import chain_counts, chain_rates, chain_sizes, wilson_bounds
from servicelead.uncertainty import Rate

answer = st.sampled_from([-1, 0, 1])
#: Account, label and three answers of each event.
rows_of = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), answer, answer, answer), max_size=40)
complete = st.sampled_from([(0, -1, -1), (1, 0, -1), (1, 1, 0), (1, 1, 1)])


def columns(rows: Sequence[tuple[int, ...]]) -> tuple[Array, Array, Array]:
    """Return answers, accounts and labels of rows."""
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    return table[:, 2:].T.astype(np.int8), table[:, 0].astype(np.int32), table[:, 1].astype(np.int32)


def by_hand(rows: list[tuple[int, ...]], label: int) -> tuple[list[int], list[int], Fraction | None]:
    """Count the answers of one label with loops, and multiply the rates."""
    asked, agreed = [0, 0, 0], [0, 0, 0]
    for _, mine, *answers in rows:
        for stage, given_answer in enumerate(answers):
            if mine != label or given_answer < 0:
                break
            asked[stage] += 1
            if given_answer == 0:
                break
            agreed[stage] += 1
    rate: Fraction | None = Fraction(1)
    for n, k in zip(asked, agreed, strict=True):
        if rate:
            rate = Fraction(k, n) * rate if n else None
    return asked, agreed, rate


@given(rows_of)
def test_counts_and_rates_are_those_of_loops(rows: list[tuple[int, ...]]) -> None:
    """Asked, said yes and the product of the rates, per label; undefined only where a question reached nobody."""
    answers, _, labels = columns(rows)
    asked, agreed = chain_counts(answers, labels, 3)
    rates = chain_rates(asked, agreed)
    for label in range(3):
        expected = by_hand(rows, label)
        assert (expected[0], expected[1]) == (asked[:, label].tolist(), agreed[:, label].tolist())
        wanted = float("nan") if expected[2] is None else float(expected[2])
        assert wanted == pytest.approx(float(rates[label]), nan_ok=True)


@given(st.lists(st.tuples(st.integers(0, 5), complete), min_size=1, max_size=40))
def test_complete_answers_give_the_design_effect_of_k_of_n(events: list[tuple[int, tuple[int, int, int]]]) -> None:
    """Where everyone finished, the size is n over the ratio of clustered to simple variance of k/n, t included."""
    rows = [(account, 0, *answers) for account, answers in events]
    answers, accounts, labels = columns(rows)
    counts = chain_counts(answers, labels, 1)
    sizes, n_clusters = chain_sizes(answers, accounts, labels, counts, 0.9)
    per_account = Counter(account for account, _ in events)
    n, m = len(events), len(per_account)
    assert [m] == n_clusters.tolist()
    if m < 2:
        assert np.isnan(sizes).all()
        return
    said = [float(sum(given_answers) == 3) for _, given_answers in events]
    p = sum(said) / n
    off: dict[int, float] = defaultdict(float)
    for (account, _), y in zip(events, said, strict=True):
        off[account] += y - p
    if 0 < p < 1:
        clustered = m / (m - 1) * sum(x * x for x in off.values())
        effect = max(clustered / (n / (n - 1) * n * p * (1 - p)), 1.0)
    else:
        effect = n / m
    t = stats.t.ppf(0.95, n - 1) / stats.t.ppf(0.95, m - 1)
    assert n / effect * t**2 == pytest.approx(float(sizes[0]))


@given(st.lists(complete, min_size=2, max_size=40))
def test_one_event_per_account_is_the_plain_wilson_interval(events: list[tuple[int, int, int]]) -> None:
    """Without clusters, and with complete answers, the interval is Wilson's of k/n."""
    answers, accounts, labels = columns([(row, 0, *given_answers) for row, given_answers in enumerate(events)])
    counts = chain_counts(answers, labels, 1)
    sizes, _ = chain_sizes(answers, accounts, labels, counts, 0.95)
    lower, upper = wilson_bounds(chain_rates(*counts), sizes, 0.95)
    expected = Rate(sum(sum(x) == 3 for x in events), len(events)).interval()
    assert (expected.lower, expected.upper) == pytest.approx((float(lower[0]), float(upper[0])), abs=1e-12)


@given(rows_of)
def test_labels_do_not_disturb_one_another(rows: list[tuple[int, ...]]) -> None:
    """The size of a label is that of its events alone, in whatever order they come."""
    answers, accounts, labels = columns(rows[::-1])
    sizes, n_clusters = chain_sizes(answers, accounts, labels, chain_counts(answers, labels, 3), 0.95)
    for label in range(3):
        mine, whose, _ = columns([row for row in rows if row[1] == label])
        nothing = np.zeros(len(whose), dtype=np.int32)
        alone, n = chain_sizes(mine, whose, nothing, chain_counts(mine, nothing, 1), 0.95)
        assert float(alone[0]) == pytest.approx(float(sizes[label]), nan_ok=True)
        assert n[0] == n_clusters[label]


def test_the_interval_covers_what_clustered_surveys_find() -> None:
    """In simulated businesses whose accounts differ, with unfinished surveys, 95% intervals hold the truth so often."""
    rng, truth, held, rounds = np.random.default_rng(3), 0.5 * 0.6 * 0.8, 0, 300
    for _ in range(rounds):
        account = np.repeat(np.arange(80), rng.poisson(6, 80)).astype(np.int32)
        inclined = rng.beta(1.0, 1.0, 80)[account]  # each account finds answers at a rate of its own
        said = np.stack([rng.random(len(account)) < p for p in (inclined, 0.6, 0.8)]).astype(np.int8)
        said[1:, rng.random(len(account)) < 0.3] = -1
        nothing = np.zeros(len(account), dtype=np.int32)
        counts = chain_counts(said, nothing, 1)
        sizes, _ = chain_sizes(said, account, nothing, counts, 0.95)
        lower, upper = wilson_bounds(chain_rates(*counts), sizes, 0.95)
        held += bool(lower[0] <= truth <= upper[0])
    assert 0.91 < held / rounds < 0.985
