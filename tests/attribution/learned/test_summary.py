from collections import Counter
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servicelead as sl
from attribution.hand import deal, journeys, touch
from servicelead.attribution import Linear, MarkovChain, Shapley, Summarizable, Summary
from servicelead.exceptions import CurrencyError, IncompatibleError, InvalidValueError, SolveError

ROWS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=3), st.integers(0, 9), st.integers(-(10**6), 10**6)
    ),
    max_size=10,
)
Row = tuple[list[str], int, int]


def summary_of(rows: list[Row], labels: str = "abcd", **changes: Any) -> Summary:
    """Return the summary of rows of labels, a count and cents; rows may be of different widths."""
    width = max([len(key) for key, *_ in rows], default=1)
    keys = np.full((len(rows), width), -1, dtype=np.int32)
    for i, (key, *_) in enumerate(rows):
        keys[i, : len(key)] = [labels.index(label) for label in key]
    given_fields: dict[str, Any] = {
        "kind": "test",
        "parameters": {"order": 1},
        "dimensions": ("channel",),
        "labels": [(label,) for label in labels],
        "currency": "EUR",
        "keys": keys,
        "counts": {"n": np.array([count for _, count, _ in rows], dtype=np.int64)},
        "values": {"value": np.array([cents for *_, cents in rows], dtype=np.int64)},
    }
    return Summary.of(**{**given_fields, **changes})


def told(summary: Summary) -> dict[tuple[str, ...], tuple[int, int]]:
    """Return count and cents by the labels of each row."""
    counts, values = summary.counts["n"].tolist(), summary.values["value"].tolist()
    names = [tuple(summary.labels[code][0] for code in key if code >= 0) for key in summary.keys.tolist()]
    return dict(zip(names, zip(counts, values, strict=True), strict=True))


def slow(rows: list[Row]) -> dict[tuple[str, ...], tuple[int, int]]:
    """Add up rows one by one."""
    counts: Counter[tuple[str, ...]] = Counter()
    values: Counter[tuple[str, ...]] = Counter()
    for key, count, cents in rows:
        counts[tuple(key)] += count
        values[tuple(key)] += cents
    return {key: (counts[key], values[key]) for key in counts}


@given(rows=ROWS)
def test_rows_are_added_up_by_key(rows: list[Row]) -> None:
    """As one by one; only labels that occur, in ascending order."""
    summary = summary_of(rows)
    assert slow(rows) == told(summary)
    assert sorted({label for key, *_ in rows for label in key}) == [label for (label,) in summary.labels]


@given(rows=ROWS, seed=st.integers(0, 99), cut=st.integers(0, 10), names=st.permutations("abcd"))
def test_parts_add_up_to_the_bit(rows: list[Row], seed: int, cut: int, names: list[str]) -> None:
    """However rows are shuffled, cut and coded, and in whatever order parts are added, the sum is the whole."""
    whole = summary_of(rows)
    order = np.random.default_rng(seed).permutation(len(rows)).tolist()
    mixed = [rows[i] for i in order]
    one, two = summary_of(mixed[:cut], "".join(names)), summary_of(mixed[cut:])
    assert whole == one + two
    assert whole == two + one
    assert whole == sum([one, summary_of([]), two])
    assert whole.keys.tobytes() == (two + one).keys.tobytes()


def test_nothing_is_neutral() -> None:
    """The summary of no rows changes none."""
    some = summary_of([(["a", "b"], 3, 50)])
    assert some == some + summary_of([]) == summary_of([]) + some


@pytest.mark.parametrize(
    ("changes", "told_of"),
    [
        ({"kind": "other"}, "kind differs"),
        ({"parameters": {"order": 2}}, "order differs"),
        ({"parameters": {"order": 1, "lookback_seconds": 5.0}}, "lookback_seconds differs"),
        ({"dimensions": ("team",)}, "dimensions differs"),
        ({"currency": "USD"}, "currency differs"),
        ({"counts": {"m": np.zeros(0, dtype=np.int64)}}, "counts differs"),
        ({"values": {}}, "values differs"),
    ],
)
def test_summaries_of_different_recipes_are_not_added(changes: dict[str, Any], told_of: str) -> None:
    """The error names what differs, and both sides."""
    with pytest.raises(IncompatibleError, match=told_of) as error:
        summary_of([]) + summary_of([], **changes)
    for side in changes.values():
        if isinstance(side, str):
            assert side in str(error.value)


def test_other_things_are_not_added() -> None:
    """Neither a number nor a list is a summary."""
    with pytest.raises(TypeError):
        summary_of([]) + 1
    with pytest.raises(TypeError):
        1 + summary_of([])
    assert summary_of([]) != 0


def test_sums_beyond_64_bits_are_refused() -> None:
    """Counts and cents never wrap."""
    half = summary_of([(["a"], 2**62, 0)])
    with pytest.raises(SolveError, match=r"Summary\.n "):
        half + half
    debt = summary_of([(["a"], 1, -(2**63))])
    with pytest.raises(SolveError, match=r"Summary\.value "):
        debt + debt


def test_a_summary_cannot_change() -> None:
    """Its columns are its own, and read-only."""
    keys = np.array([[0]], dtype=np.int32)
    summary = summary_of([(["a"], 1, 1)])
    copied = attrs.evolve(summary, keys=keys)
    keys[0, 0] = 5
    assert [[0]] == copied.keys.tolist()
    with pytest.raises(ValueError, match="read-only"):
        summary.counts["n"][0] = 7
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        summary.kind = "other"  # type: ignore[misc]  # what must not work
    with pytest.raises(TypeError):
        hash(summary)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"kind": ""}, "kind"),
    ({"kind": 3}, "kind"),
    ({"dimensions": ()}, "dimensions"),
    ({"dimensions": (1,)}, "dimensions"),
    ({"parameters": {"x": [1]}}, "parameters"),
    ({"parameters": {"x": float("nan")}}, "parameters"),
    ({"labels": (("a", "b"),)}, "labels"),
    ({"labels": ((1,),)}, "labels"),
    ({"labels": (("b",), ("a",))}, "labels"),
    ({"labels": (("a",), ("b",), ("unused",))}, "labels"),
    ({"keys": np.zeros((2, 1))}, "keys"),
    ({"keys": np.zeros(2, dtype=np.int32)}, "keys"),
    ({"keys": np.array([[0], [2]], dtype=np.int32)}, "keys"),
    ({"keys": np.array([[1], [0]], dtype=np.int32)}, "keys"),
    ({"keys": np.array([[1], [1]], dtype=np.int32)}, "keys"),
    ({"keys": np.zeros((2, 0), dtype=np.int32)}, "keys"),
    ({"counts": {"n": np.array([1, -1])}}, "counts"),
    ({"counts": {"n": np.array([1])}}, "counts"),
    ({"counts": {"n": np.array([1.0, 2.0])}}, "counts"),
    ({"values": {"value": np.array([1.0, 2.0])}}, "values"),
    ({"values": {"value": np.array([[1], [2]])}}, "values"),
    ({"currency": None}, "values"),
]


@pytest.mark.parametrize(("changes", "named"), BAD)
def test_parts_that_do_not_fit_together_are_refused(changes: dict[str, Any], named: str) -> None:
    """A summary by hand, or from a file, obeys the same rules."""
    summary = summary_of([(["a"], 1, 1), (["b"], 1, 1)])
    with pytest.raises(InvalidValueError, match=f"Summary.{named}"):
        attrs.evolve(summary, **changes)


def test_a_currency_that_does_not_exist_is_refused() -> None:
    """As everywhere."""
    with pytest.raises(CurrencyError):
        summary_of([], currency="ZZZ")


def test_measures_without_a_currency_are_finite() -> None:
    """They add as floats; NaN is refused."""
    some = summary_of([(["a"], 1, 1)], currency=None, values={"value": np.array([0.5])})
    assert [1.0] == (some + some).values["value"].tolist()
    with pytest.raises(InvalidValueError, match=r"Summary\.values"):
        attrs.evolve(some, values={"value": np.array([np.nan])})


def test_journeys_of_different_windows_are_not_mixed() -> None:
    """Ninety days of this week's journeys do not go with thirty of last month's."""
    touches, deals = [touch("t", "05-01", "call")], [deal("o", "05-02", "1.00")]
    whole = journeys(touches, deals)
    assert whole.business is not None
    cut = sl.Journeys.from_business(whole.business, sl.JourneyWindow(max_touches=3))
    for model in (MarkovChain(), Shapley()):
        with pytest.raises(IncompatibleError, match="max_touches"):
            model.summarize(whole) + model.summarize(cut)


def test_journeys_split_by_sentiment_are_not_mixed_with_others() -> None:
    """In one part a channel has all its touches, in the other only those that are not negative."""
    whole = journeys([touch("t", "05-01", "call")], [deal("o", "05-02", "1.00")])
    split = whole.split_by_sentiment()
    for model in (MarkovChain(), Shapley()):
        with pytest.raises(IncompatibleError, match="split_by_sentiment"):
            model.summarize(whole) + model.summarize(split)
        assert model.summarize(split) == model.summarize(split.select([0])) + model.summarize(split.select([]))


def test_plain_measures_that_add_up_to_infinity_are_refused() -> None:
    """Each is finite, and their sum is not."""
    huge = summary_of(
        [(["a"], 1, 0), (["b"], 1, 0)], currency=None, parameters={}, values={"value": np.full(2, 1.5e308)}
    )
    with pytest.raises(SolveError, match=r"Summary\.value"):
        huge.require("test", ("channel",))


def test_learned_models_can_be_summarized() -> None:
    """They follow the protocol; rules, which have nothing to learn, do not."""
    assert isinstance(MarkovChain(), Summarizable)
    assert isinstance(Shapley(), Summarizable)
    assert not isinstance(Linear(), Summarizable)
