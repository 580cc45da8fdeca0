import itertools
from math import copysign
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import servicelead as sl
from attribution.hand import deal, journeys, paths, touch
from budget import examples
from laws.drawing import journeys_of
from reference.touches import World
from reference.worlds import worlds
from servicelead.attribution import (
    Comparison,
    FirstTouch,
    LastTouch,
    Linear,
    Shapley,
    Strategy,
    TimeDecay,
    compare,
)
from servicelead.exceptions import InvalidValueError, MissingTimesError, UnknownNameError

MODELS: dict[str, Strategy] = {"first": FirstTouch(), "linear": Linear(), "shapley": Shapley()}


@pytest.fixture(scope="module")
def two_deals() -> Comparison:
    """Compare on a deal of 100.00 (case, case, call) and one of 60.00 (visit, call)."""
    return compare(
        journeys(
            [
                touch("1", "05-01", "case"),
                touch("2", "05-02", "case"),
                touch("3", "05-03", "call", "sales"),
                touch("4", "05-01", "visit", account="other"),
                touch("5", "05-02", "call", "sales", account="other"),
            ],
            [
                deal("small", "05-09", "60.00", account="other"),
                deal("large", "05-09", "90.00"),
                deal("none", "12-01", "1"),
            ],
        ),
        MODELS,
    )


def test_shares_on_paper(two_deals: Comparison) -> None:
    """First touch: case 90, visit 60. Linear: 60, call 30 + 30, visit 30. Shapley: case 45, call 45 + 30, visit 30."""
    assert ("first", "linear", "shapley") == two_deals.models
    assert [
        {"channel": "case", "first": 0.6, "linear": 0.4, "shapley": 0.3},
        {"channel": "call", "first": 0.0, "linear": 0.4, "shapley": 0.5},
        {"channel": "visit", "first": 0.4, "linear": 0.2, "shapley": 0.2},
    ] == [pytest.approx(row) for row in two_deals.by().rows()]


def test_ranks_on_paper(two_deals: Comparison) -> None:
    """Equal shares share the better rank; the largest move is between the best and the worst."""
    assert [
        {"channel": "case", "first": 1, "linear": 1, "shapley": 2, "largest_move": 1},
        {"channel": "call", "first": 3, "linear": 1, "shapley": 1, "largest_move": 2},
        {"channel": "visit", "first": 2, "linear": 3, "shapley": 3, "largest_move": 1},
    ] == two_deals.ranks("channel").rows()


def test_distances_on_paper(two_deals: Comparison) -> None:
    """Half the sum of the absolute differences of shares; last touch gives all to call."""
    assert [
        {"model": "first", "from_last_touch": 1.0, "first": 0.0, "linear": 0.4, "shapley": 0.5},
        {"model": "linear", "from_last_touch": 0.6, "first": 0.4, "linear": 0.0, "shapley": 0.1},
        {"model": "shapley", "from_last_touch": 0.5, "first": 0.5, "linear": 0.1, "shapley": 0.0},
    ] == [pytest.approx(row) for row in two_deals.distances("channel").rows()]


def test_deals_on_paper(two_deals: Comparison) -> None:
    """On the larger deal (1, 0, 0), thirds and (1/4, 1/4, 1/2) are 2/3, 3/4, 1/6 apart; on the smaller 1/2, 1/2, 0."""
    expected = [
        {
            "opportunity": "large", "account": "acme", "n_touches": 3, "value": 90.0,
            "disagreement": 19 / 36, "one": "first", "other": "shapley", "at_stake": 47.5,
        },
        {
            "opportunity": "small", "account": "other", "n_touches": 2, "value": 60.0,
            "disagreement": 1 / 3, "one": "first", "other": "linear", "at_stake": 20.0,
        },
    ]  # fmt: skip
    assert [pytest.approx(row) for row in expected] == two_deals.deals().rows()


@settings(max_examples=examples(25))
@given(world=worlds())
def test_everything_against_loops(world: World) -> None:
    """Shares, distances and disagreement are what `Attribution` says, put together by hand."""
    found = journeys_of(world)
    comparison = compare(found, MODELS)
    for dimensions in (("channel",), ("team", "month")):
        table = comparison.by(*dimensions)
        tables = {name: sl.attribute(found, model).by(*dimensions, intervals=False) for name, model in MODELS.items()}
        for row in table.rows():
            where = {name: row[name] for name in dimensions}
            for name, totals in tables.items():
                assert totals.row(**where)["share"] == pytest.approx(row[name], nan_ok=True, abs=1e-12)
        last = sl.attribute(found, LastTouch()).by(*dimensions, intervals=False)
        for row in comparison.distances(*dimensions).rows():
            own = table[row["model"]]
            for other in MODELS:
                expected = np.abs(own - table[other]).sum() / 2 if len(own) else np.nan
                assert expected == pytest.approx(row[other], nan_ok=True, abs=1e-12)
            shares = [last.row(**{name: r[name] for name in dimensions})["share"] for r in table.rows()]
            expected = np.abs(own - shares).sum() / 2 if len(own) else np.nan
            assert expected == pytest.approx(row["from_last_touch"], nan_ok=True, abs=1e-12)
    credits_ = [sl.attribute(found, model).share for model in MODELS.values()]
    ids = found.opportunity_ids().tolist()
    for row in comparison.deals().rows():
        journey = ids.index(row["opportunity"])
        span = slice(found.offsets[journey], found.offsets[journey + 1])
        apart = [np.abs(one[span] - other[span]).sum() / 2 for one, other in itertools.combinations(credits_, 2)]
        assert np.mean(apart) == pytest.approx(row["disagreement"], abs=1e-12)
        names = list(itertools.combinations(MODELS, 2))
        assert max(apart) == pytest.approx(apart[names.index((row["one"], row["other"]))], abs=1e-12)
    assert int((found.is_won & (found.lengths > 0)).sum()) == len(comparison.deals())


def test_names_come_from_classes() -> None:
    """A sequence is named by its classes; models already fitted are models too."""
    given_paths = paths(("ad > call", 1, "1.00"))
    fitted = Shapley(game="rate").fit(given_paths)
    comparison = compare(given_paths, [FirstTouch(), fitted])
    assert ("first_touch", "rate_shapley") == comparison.models


def test_conversions_where_nothing_has_a_value() -> None:
    """Paths without a value have shares of conversions, and NaN of value."""
    found = sl.Journeys.from_paths({"path": ["ad > call"], "won": [3]}, path="path", conversions="won")
    comparison = compare(found, MODELS)
    assert {"ad": 1.0, "call": 0.0} == dict(
        zip(*(comparison.by(of="conversions")[name].tolist() for name in ("channel", "first")), strict=True)
    )
    assert np.isnan(comparison.by()["first"]).all()
    assert np.isnan(comparison.distances()["from_last_touch"]).all()
    assert "Distance by channel" in str(comparison)


def test_in_words(two_deals: Comparison) -> None:
    """Printed, the comparison shows teams and how far apart models are."""
    text = str(two_deals)
    assert "Share of credit by team" in text
    assert "from_last_touch" in text


def test_nothing_of_a_negative_whole_is_nothing() -> None:
    """A label without credit has a share of 0, written without a sign."""
    comparison = compare(paths(("ad > call", 1, "-1.00")), [LastTouch(), Linear()])
    assert "-0" not in str(comparison)
    assert [(0.0, 1.0)] == [(share, copysign(1.0, share)) for share in comparison.by()["last_touch"] if not share]


@pytest.mark.parametrize("dimension", ["account", "opportunity", "month"])
def test_of_whole_deals_models_give_the_same(two_deals: Comparison, dimension: str) -> None:
    """By what a deal has and not its touches, no two models differ."""
    assert not np.concatenate([two_deals.distances(dimension)[name] for name in two_deals.models]).any()


def test_deals_on_which_all_agree_come_last() -> None:
    """They are listed too, with a disagreement of 0, between the two models named first."""
    touches = [touch("1", "05-01", "case"), touch("2", "05-02", "call"), touch("3", "05-01", "visit", account="b")]
    found = compare(journeys(touches, [deal("a", "06-01", "1"), deal("b", "06-01", "900", account="b")]), MODELS)
    assert ["a", "b"] == found.deals()["opportunity"].tolist()
    last = found.deals().rows()[-1]
    assert (0.0, 0.0, "first", "linear") == (last["disagreement"], last["at_stake"], last["one"], last["other"])


@pytest.mark.parametrize(
    ("strategies", "match"),
    [
        ([], "at least two"),
        ([Linear()], "at least two"),
        ([Linear(), Linear()], "two strategies are called linear"),
        ({"channel": Linear(), "last": LastTouch()}, "columns of its own called channel"),
        ({" ": Linear(), "last": LastTouch()}, "text that is not blank"),
        ({1: Linear(), "last": LastTouch()}, "text that is not blank"),
        (Linear(), "must be a mapping"),
        ("linear", "must be a mapping"),
        ({"a": Linear, "b": LastTouch()}, "an instance"),
        (["linear", "markov"], r"a model needs a strategy, .* got text; write e\.g\. Linear\(\)"),
        ([None, None], r"a model needs a strategy, .* got None; write e\.g\. Linear\(\)"),
        ({"a": Linear(), "b": "markov"}, "got text"),
    ],
)
def test_bad_strategies(strategies: Any, match: str) -> None:
    """The error says what is wrong and what to give."""
    with pytest.raises(InvalidValueError, match=match):
        compare(paths(("ad", 1, "1.00")), strategies)


def test_bad_questions(two_deals: Comparison) -> None:
    """Unknown dimensions and measures, deals of paths and times of paths are typed errors."""
    with pytest.raises(UnknownNameError):
        two_deals.by("colour")
    with pytest.raises(InvalidValueError, match="value or conversions"):
        two_deals.by(of="touches")
    with pytest.raises(MissingTimesError):
        compare(paths(("ad", 1, "1.00")), MODELS).deals()
    with pytest.raises(MissingTimesError):
        compare(paths(("ad", 1, "1.00")), [Linear(), TimeDecay()])


def test_no_journeys() -> None:
    """A business without rows has empty tables."""
    comparison = compare(journeys(), MODELS)
    assert 0 == len(comparison.by("team")) == len(comparison.ranks("team")) == len(comparison.deals())
    assert 3 == len(comparison.distances("team"))
