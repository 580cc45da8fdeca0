"""Laws of the whole family of rules: whatever the journeys, and however they are cut, shuffled or renamed."""

import inspect
import math
from datetime import timedelta
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servicelead as sl
from budget import examples
from laws.drawing import PATHS, changed, journeys_of, journeys_of_paths, part_of, shuffled
from laws.examples import EXAMPLES, NEED_TIMES, SOLVED
from reference.journeys import Window
from reference.touches import World, surviving_account
from reference.worlds import CHANNELS, WINDOWS, to_tables, worlds
from servicelead import attribution
from servicelead.attribution import Attribution, Attributor, Strategy
from servicelead.attribution.results import ground, totals
from servicelead.exceptions import InvalidValueError

PATH_EXAMPLES = {name: strategy for name, strategy in EXAMPLES.items() if name not in NEED_TIMES}
FEW = settings(max_examples=examples(25))
every_strategy = pytest.mark.parametrize("strategy", EXAMPLES.values(), ids=EXAMPLES)


def credit_is_conserved(journeys: sl.Journeys, strategy: Strategy) -> None:
    """Check shares, value and minor units of one attribution against what was won."""
    credit = sl.attribute(journeys, strategy)
    share, value, minor = credit.share, credit.value, credit.minor_units
    assert len(share) == len(value) == len(minor) == journeys.n_placements
    assert np.isfinite(share).all()
    assert (share >= 0).all()
    assert journeys.minor_units is not None
    for journey, (start, stop) in enumerate(pairwise(journeys.offsets.tolist())):
        if stop > start:
            assert 1.0 == pytest.approx(math.fsum(share[start:stop]), abs=(stop - start) * 2**-53, rel=0)
            assert journeys.minor_units[journey] == minor[start:stop].sum()
            assert journeys.value[journey] == pytest.approx(math.fsum(value[start:stop]), rel=1e-12)
            exact = share[start:stop] * float(journeys.minor_units[journey])
            assert (np.abs(minor[start:stop] - exact) < 1 + 1e-6).all()
    unattributed = credit.unattributed
    everything = journeys.value[journeys.is_won]
    assert math.fsum(everything) == pytest.approx(
        credit.attributed_value + math.fsum(unattributed["value"]), rel=1e-12, abs=1e-9
    )
    assert int(journeys.minor_units.sum()) == int(minor.sum()) + int(unattributed["minor_units"].sum())
    table = credit.by("channel", intervals=False, minor_units=True)
    assert int(minor.sum()) == int(table["minor_units"].sum())
    largest = float(np.abs(everything).max(initial=1.0))
    assert credit.attributed_value == pytest.approx(math.fsum(table["value"]), rel=1e-12, abs=1e-12 * largest)
    touched = journeys.is_won & (journeys.lengths > 0)
    assert float(journeys.weight[touched].sum()) == pytest.approx(math.fsum(table["conversions"]), rel=1e-12)


def same_credit(one: Attribution, other: Attribution) -> None:
    """Check that two attributions say the same of every placement, to the bit."""
    assert one.share.tobytes() == other.share.tobytes()
    assert one.minor_units.tolist() == other.minor_units.tolist()
    assert one.value.tobytes() == other.value.tobytes()
    assert one.warnings == other.warnings


def same_table(one: Attribution, other: Attribution, *dimensions: str) -> None:
    """Check that two attributions total alike, whatever the order of rows that tie."""
    expected, actual = (by_label(credit, *dimensions) for credit in (one, other))
    assert expected.keys() == actual.keys()
    for labels, row in expected.items():
        same_row(row, actual[labels])


def by_label(credit: Attribution, *dimensions: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return the rows of a table of totals by their labels."""
    rows = credit.by(*dimensions, minor_units=True).rows()
    return {tuple(row[name] for name in dimensions): row for row in rows}


def same_row(expected: dict[str, Any], actual: dict[str, Any]) -> None:
    """Check labels, counts and minor units exactly and floats to 1e-12."""
    assert expected.keys() == actual.keys()
    largest = np.nanmax(np.abs([expected[name] for name in ("value", "value_lower", "value_upper")]))
    for name, number in expected.items():
        if isinstance(number, float):
            # Bounds of a share are what little is left of larger numbers, under a square root.
            slack = 1e-6 if name.startswith("share_") else 1e-12 * max(largest, 1.0)
            assert number == pytest.approx(actual[name], rel=1e-12, abs=slack, nan_ok=True), name
        else:
            assert number == actual[name], name


def test_every_exported_strategy_has_an_example() -> None:
    """A strategy that is exported is in the family, so every law covers it."""
    exported = {
        name
        for name in attribution.__all__
        if inspect.isclass(cls := getattr(attribution, name))
        and hasattr(cls, "fit")
        and not getattr(cls, "_is_protocol", False)
    }
    assert exported == {type(strategy).__name__ for strategy in (*EXAMPLES.values(), *SOLVED.values())}
    assert all(type(strategy).__name__ == name for name, strategy in EXAMPLES.items())


@every_strategy
def test_a_strategy_fits_an_attributor(strategy: Strategy) -> None:
    """What fit returns can attribute."""
    assert isinstance(strategy, Strategy)
    assert isinstance(strategy.fit(journeys_of_paths([(["ad"], 1, 5, 0)])), Attributor)


@every_strategy
def test_a_strategy_is_a_frozen_value(strategy: Any) -> None:
    """It cannot change, and an equal one made anew is equal, hashes alike and looks alike."""
    again = attrs.evolve(strategy)
    assert again is not strategy
    assert strategy == again
    assert hash(strategy) == hash(again)
    assert repr(strategy) == repr(again)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        strategy.anything = 1
    for field in attrs.fields(type(strategy)):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(strategy, field.name, None)
    others = [other for other in EXAMPLES.values() if other is not strategy]
    assert strategy not in others


def test_weights_cannot_change_behind_the_strategy() -> None:
    """Weighted keeps a copy of its mapping, and hands none out that could be written to."""
    weights = {"ad": 1.0}
    strategy = attribution.Weighted(weights=weights)
    weights["ad"] = 2.0
    assert {"ad": 1.0} == dict(strategy.weights)
    with pytest.raises(TypeError):
        strategy.weights["ad"] = 3.0  # type: ignore[index]  # what must not work
    assert strategy != attribution.Weighted(weights={"ad": 2.0})


DAY = timedelta(days=1)
BAD: list[tuple[type[Any], dict[str, Any], str]] = [
    (attribution.Custom, {"weigh": 3}, "weigh"),
    (attribution.Custom, {"weigh": len, "name": " "}, "name"),
    (attribution.LastNonDirect, {"ignore": "direct"}, "ignore"),
    (attribution.LastNonDirect, {"ignore": 7}, "ignore"),
    (attribution.LastNonDirect, {"ignore": [1, "direct"]}, "ignore"),
    (attribution.TimeDecay, {"half_life": timedelta(0)}, "half_life"),
    (attribution.TimeDecay, {"half_life": -DAY}, "half_life"),
    (attribution.TimeDecay, {"half_life": 7}, "half_life"),
    (attribution.Weighted, {"weights": [1]}, "weights"),
    (attribution.Weighted, {"weights": {"ad": -1}}, "weights"),
    (attribution.Weighted, {"weights": {"ad": math.nan}}, "weights"),
    (attribution.Weighted, {"weights": {"ad": math.inf}}, "weights"),
    (attribution.Weighted, {"weights": {"ad": True}}, "weights"),
    (attribution.Weighted, {"weights": {"ad": "1"}}, "weights"),
    (attribution.Weighted, {"weights": {}, "by": "colour"}, "by"),
    (attribution.Weighted, {"weights": {}, "other": -1}, "other"),
    (attribution.Weighted, {"weights": {}, "other": math.nan}, "other"),
]
for _cls in (attribution.PositionBased, attribution.WShaped, attribution.FullPath):
    for _field in attrs.fields(_cls):
        BAD += [(_cls, {_field.name: value}, _field.name) for value in (-0.1, 1.1, math.nan, "0.4", True, None)]
        BAD += [(_cls, {other.name: 0.501 for other in attrs.fields(_cls)}, "add up")]


@pytest.mark.parametrize(("cls", "arguments", "named"), BAD)
def test_a_bad_parameter_is_refused_by_name(cls: type[Any], arguments: dict[str, Any], named: str) -> None:
    """The error names the class and the field."""
    with pytest.raises(InvalidValueError) as error:
        cls(**arguments)
    assert cls.__name__ in str(error.value)
    assert named in str(error.value)


@every_strategy
def test_parameters_are_given_by_name(strategy: Strategy) -> None:
    """No strategy takes anything by position."""
    with pytest.raises(TypeError):
        type(strategy)(0.4)  # type: ignore[call-arg]  # what must not work


@given(paths=PATHS)
def test_credit_of_paths_is_conserved(paths: list[tuple[list[str], int, int, int]]) -> None:
    """Shares of a journey add up to 1, value to 1e-12, minor units to the last one."""
    journeys = journeys_of_paths(paths)
    for strategy in PATH_EXAMPLES.values():
        credit_is_conserved(journeys, strategy)


@FEW
@given(world=worlds(), window=WINDOWS)
def test_credit_of_a_business_is_conserved(world: World, window: Window) -> None:
    """Shares of a journey add up to 1, value to 1e-12, minor units to the last one."""
    journeys = journeys_of(world, window)
    for strategy in EXAMPLES.values():
        credit_is_conserved(journeys, strategy)


@FEW
@given(world=worlds(), window=WINDOWS, seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(world: World, window: Window, seed: int) -> None:
    """Shuffled tables give the same credit to the bit."""
    one = journeys_of(world, window)
    other = journeys_of(world, window, shuffled(to_tables(world), seed))
    for strategy in EXAMPLES.values():
        before, after = sl.attribute(one, strategy), sl.attribute(other, strategy)
        same_credit(before, after)
        assert str(before.by("channel", "team")) == str(after.by("channel", "team"))


@FEW
@given(world=worlds(), names=st.permutations(sorted(CHANNELS)))
def test_names_of_channels_do_not_matter(world: World, names: list[str]) -> None:
    """Renamed channels, in strategies too, have the same credit under their new names."""
    renamed = {old: f"new {new}" for old, new in zip(sorted(CHANNELS), names, strict=True)}
    one, other = journeys_of(world), journeys_of(changed(world, channel=renamed.__getitem__))
    for strategy in EXAMPLES.values():
        in_new_words = strategy
        if isinstance(strategy, attribution.LastNonDirect):
            in_new_words = attribution.LastNonDirect(ignore=[renamed[label] for label in strategy.ignore])
        if isinstance(strategy, attribution.Weighted):
            weights = {renamed[label]: weight for label, weight in strategy.weights.items()}
            in_new_words = attrs.evolve(strategy, weights=weights)
        before, after = sl.attribute(one, strategy), sl.attribute(other, in_new_words)
        same_credit(before, after)
        expected, actual = by_label(before, "channel"), by_label(after, "channel")
        assert len(expected) == len(actual)
        for (label,), row in expected.items():
            same_row({**row, "channel": renamed[label]}, actual[renamed[label],])


@FEW
@given(world=worlds(), window=WINDOWS, weeks=st.integers(-200, 200))
def test_when_it_all_happened_does_not_matter(world: World, window: Window, weeks: int) -> None:
    """Everything some weeks later has the same credit to the bit."""
    one = journeys_of(world, window)
    other = journeys_of(changed(world, instants=weeks * 7 * 86_400_000_000), window)
    for strategy in EXAMPLES.values():
        same_credit(sl.attribute(one, strategy), sl.attribute(other, strategy))


@FEW
@given(world=worlds(), factor=st.integers(1, 1000))
def test_credit_scales_with_money(world: World, factor: int) -> None:
    """So many times the money is the same shares and so many times the value."""
    one, other = journeys_of(world), journeys_of(changed(world, money=factor))
    for strategy in EXAMPLES.values():
        before, after = sl.attribute(one, strategy), sl.attribute(other, strategy)
        assert before.share.tobytes() == after.share.tobytes()
        assert (factor * before.value).tolist() == pytest.approx(after.value.tolist(), rel=1e-12)
        assert factor * before.minor_units.sum() == after.minor_units.sum()


@FEW
@given(world=worlds(), window=WINDOWS, seed=st.integers(0, 99))
def test_parts_of_a_business_add_up_to_it(world: World, window: Window, seed: int) -> None:
    """Accounts split three ways and added in any order: credit to the bit, totals to 1e-12."""
    journeys = journeys_of(world, window)
    n_accounts = len(journeys.vocabulary("account"))
    owner = np.random.default_rng(seed).permutation(n_accounts) % 3
    parts = [journeys.of_accounts(owner == part) for part in range(min(3, n_accounts))]
    for strategy in EXAMPLES.values():
        whole = sl.attribute(journeys, strategy)
        credits_of_parts = [sl.attribute(part, strategy) for part in parts]
        forwards = reduce(add, credits_of_parts)
        backwards = reduce(add, reversed(credits_of_parts))
        same_placements(whole, forwards)
        same_placements(whole, backwards)
        same_table(whole, forwards, "channel")
        same_table(whole, backwards, "month", "team")


@settings(max_examples=examples(15))
@given(world=worlds(), window=WINDOWS, data=st.data())
def test_businesses_read_apart_add_up(world: World, window: Window, data: st.DataObject) -> None:
    """Accounts in two sets of tables, each built by itself, added either way round."""
    survivors = sorted({surviving_account(world, account.account_id) or "" for account in world.accounts})
    chosen = set(data.draw(st.lists(st.sampled_from(survivors), unique=True)))
    parts = [part_of(world, chosen), part_of(world, set(survivors) - chosen)]
    whole_world = World(
        as_of=world.as_of,
        accounts=parts[0].accounts + parts[1].accounts,
        leads=parts[0].leads + parts[1].leads,
        touches=parts[0].touches + parts[1].touches,
        opportunities=parts[0].opportunities + parts[1].opportunities,
    )
    journeys, one, two = (journeys_of(part, window) for part in (whole_world, *parts))
    for strategy in EXAMPLES.values():
        whole, first, second = (sl.attribute(part, strategy) for part in (journeys, one, two))
        same_placements(whole, first + second)
        same_placements(whole, second + first)
        same_table(whole, second + first, "channel")


def same_placements(whole: Attribution, added: Attribution) -> None:
    """Check that added parts say of every placement what the whole does, to the bit."""
    assert whole.journeys.offsets.tolist() == added.journeys.offsets.tolist()
    for name in ("opportunity", "channel"):
        one, other = whole.journeys, added.journeys
        assert one.vocabulary(name).decode(one.codes(name)).tolist() == (
            other.vocabulary(name).decode(other.codes(name)).tolist()
        )
    assert whole.share.tobytes() == added.share.tobytes()
    assert whole.minor_units.tolist() == added.minor_units.tolist()


@settings(max_examples=examples(50))
@given(paths=PATHS, cut=st.integers(0, 8))
def test_parts_of_a_list_of_paths_add_up(paths: list[tuple[list[str], int, int, int]], cut: int) -> None:
    """Two lists of paths added are the whole list."""
    journeys, one, two = (journeys_of_paths(part) for part in (paths, paths[:cut], paths[cut:]))
    for strategy in PATH_EXAMPLES.values():
        whole = sl.attribute(journeys, strategy)
        added = sl.attribute(one, strategy) + sl.attribute(two, strategy)
        assert whole.share.tobytes() == added.share.tobytes()
        assert whole.minor_units.tolist() == added.minor_units.tolist()
        same_table(whole, added, "channel")


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@settings(max_examples=examples(8))
@given(world=worlds())
def test_where_blocks_end_does_not_matter(size: int, world: World) -> None:
    """However few placements a block holds, the credit is the same to the bit."""
    journeys = journeys_of(world)
    for strategy in EXAMPLES.values():
        whole = sl.attribute(journeys, strategy)
        whole.by("channel", "month")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(totals, "_BLOCK", size)
            patch.setattr(ground, "_BLOCK", size)
            cut = sl.attribute(journeys.select(slice(None)), strategy)
            same_credit(whole, cut)
            same_table(whole, cut, "channel", "month")
            same_table(whole, cut, "team")


@every_strategy
def test_nothing_is_shared_as_nothing(strategy: Strategy) -> None:
    """A business without rows has an empty, valid attribution."""
    business = sl.Business.from_frames(as_of="2026-01-01T00:00:00Z", currency="EUR")
    credit = sl.attribute(sl.Journeys.from_business(business), strategy)
    assert 0 == len(credit.share) == len(credit.value) == len(credit.minor_units)
    assert 0 == len(credit.by("team")) == len(credit.by("channel", "month", minor_units=True))
    assert 0 == len(credit.unattributed)
    assert 0.0 == credit.attributed_value


@every_strategy
def test_a_single_touch_has_it_all_and_no_touch_nothing(strategy: Strategy) -> None:
    """One touch has the whole value, to the last unit; a won deal without one is unattributed."""
    touch = {"touchpoint_id": ["t"], "account_id": ["a"], "occurred_at": ["2025-05-01T00:00:00Z"]}
    deals = {
        "opportunity_id": ["o", "p"],
        "account_id": ["a", "b"],
        "created_at": ["2025-05-02T00:00:00Z"] * 2,
        "closed_at": ["2025-05-09"] * 2,
        "outcome": ["won"] * 2,
        "amount": ["92233720368547758.07", "5.01"],
    }
    business = sl.Business.from_frames(
        touchpoints={**touch, "team": ["services"], "channel": ["ad"]},
        opportunities=deals,
        as_of="2026-01-01T00:00:00Z",
        currency="EUR",
    )
    credit = sl.attribute(sl.Journeys.from_business(business), strategy)
    assert [1.0] == credit.share.tolist()
    assert [2**63 - 1] == credit.minor_units.tolist()
    assert [{"reason": "account_without_touches", "n": 1, "value": 5.01, "minor_units": 501}] == (
        credit.unattributed.rows()
    )
