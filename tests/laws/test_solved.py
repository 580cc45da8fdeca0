"""Laws of learned models whose numbers are solved in floating point: rules' laws, but to 1e-12 where names change."""

from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servicelead as sl
from budget import examples
from laws.drawing import PATHS, changed, journeys_of, journeys_of_paths, shuffled
from laws.examples import SOLVED
from laws.test_rules import credit_is_conserved, same_credit, same_placements, same_table
from reference.journeys import Window
from reference.touches import World
from reference.worlds import CHANNELS, WINDOWS, to_tables, worlds
from servicelead.attribution import Attributor, Strategy
from servicelead.attribution.learned.summary import Learned

FEW = settings(max_examples=examples(15))
every_model = pytest.mark.parametrize("model", SOLVED.values(), ids=SOLVED)


def parts_of(journeys: sl.Journeys, seed: int) -> list[sl.Journeys]:
    """Return the journeys by account in up to three parts."""
    n_accounts = len(journeys.vocabulary("account"))
    owner = np.random.default_rng(seed).permutation(n_accounts) % 3
    return [journeys.of_accounts(owner == part) for part in range(min(3, n_accounts))]


@every_model
def test_a_model_fits_an_attributor(model: Learned) -> None:
    """It is a strategy, and what it fits can attribute and has nothing left to fit."""
    fitted = model.fit(journeys_of_paths([(["ad"], 1, 5, 0)]))
    assert isinstance(model, Strategy)
    assert isinstance(fitted, Attributor)
    assert not isinstance(fitted, Strategy)


@every_model
@given(paths=PATHS)
def test_credit_of_paths_is_conserved(model: Learned, paths: list[tuple[list[str], int, int, int]]) -> None:
    """Shares of a journey add up to 1, value to 1e-12, minor units to the last one."""
    credit_is_conserved(journeys_of_paths(paths), model)


@every_model
@FEW
@given(world=worlds(), window=WINDOWS)
def test_credit_of_a_business_is_conserved(model: Learned, world: World, window: Window) -> None:
    """The same for windows over touches."""
    credit_is_conserved(journeys_of(world, window), model)


@every_model
@FEW
@given(world=worlds(), window=WINDOWS, seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(model: Learned, world: World, window: Window, seed: int) -> None:
    """Shuffled tables give the same summary and the same credit to the bit."""
    one = journeys_of(world, window)
    other = journeys_of(world, window, shuffled(to_tables(world), seed))
    assert model.summarize(one) == model.summarize(other)
    same_credit(sl.attribute(one, model), sl.attribute(other, model))


@every_model
@FEW
@given(world=worlds(), names=st.permutations(sorted(CHANNELS)))
def test_names_of_channels_do_not_matter(model: Learned, world: World, names: list[str]) -> None:
    """Renamed channels have the same shares to 1e-12."""
    renamed = {old: f"new {new}" for old, new in zip(sorted(CHANNELS), names, strict=True)}
    one, other = journeys_of(world), journeys_of(changed(world, channel=renamed.__getitem__))
    before, after = sl.attribute(one, model), sl.attribute(other, model)
    assert before.share.tolist() == pytest.approx(after.share.tolist(), abs=1e-12)
    assert before.warnings == after.warnings


@every_model
@FEW
@given(world=worlds(), weeks=st.integers(-200, 200), factor=st.integers(1, 1000))
def test_neither_dates_nor_the_unit_of_money_matter(model: Learned, world: World, weeks: int, factor: int) -> None:
    """Everything some weeks later and so many times as dear has the same shares: to the bit, or to 1e-12 of money."""
    one = sl.attribute(journeys_of(world), model)
    later = sl.attribute(journeys_of(changed(world, instants=weeks * 7 * 86_400_000_000)), model)
    same_credit(one, later)
    dearer = sl.attribute(journeys_of(changed(world, money=factor)), model)
    assert one.share.tolist() == pytest.approx(dearer.share.tolist(), abs=1e-12)
    assert factor * one.minor_units.sum() == dearer.minor_units.sum()


@every_model
@FEW
@given(world=worlds(), window=WINDOWS, seed=st.integers(0, 99))
def test_summaries_of_parts_add_up(model: Learned, world: World, window: Window, seed: int) -> None:
    """Accounts split three ways and added in any order: the whole's summary, and so its fit, to the bit."""
    journeys = journeys_of(world, window)
    whole = model.summarize(journeys)
    summaries = [model.summarize(part) for part in parts_of(journeys, seed)]
    assert whole == reduce(add, summaries)
    assert whole == reduce(add, reversed(summaries))
    fitted = model.solve(reduce(add, summaries))
    same_credit(sl.attribute(journeys, model), sl.attribute(journeys, fitted))


@every_model
@FEW
@given(world=worlds(), window=WINDOWS, seed=st.integers(0, 99))
def test_credit_of_parts_adds_up(model: Learned, world: World, window: Window, seed: int) -> None:
    """Fitted once, attributed part by part: credit to the bit, totals to 1e-12."""
    journeys = journeys_of(world, window)
    fitted = model.fit(journeys)
    whole = sl.attribute(journeys, fitted)
    parts = [sl.attribute(part, fitted) for part in parts_of(journeys, seed)]
    same_placements(whole, reduce(add, parts))
    same_placements(whole, reduce(add, reversed(parts)))
    same_table(whole, reduce(add, parts), "channel")


@every_model
def test_nothing_is_shared_as_nothing(model: Learned) -> None:
    """A business without rows has an empty, valid attribution."""
    business = sl.Business.from_frames(as_of="2026-01-01T00:00:00Z", currency="EUR")
    credit = sl.attribute(sl.Journeys.from_business(business), model)
    assert 0 == len(credit.share) == len(credit.minor_units) == len(credit.by("team"))
    assert 0.0 == credit.attributed_value


@every_model
def test_what_was_not_seen_is_shared_all_the_same(model: Learned) -> None:
    """A fit of no journeys gives credit to any: equal parts, with warnings that count them and what was not met."""
    nothing = journeys_of_paths([])
    journeys = journeys_of_paths([(["ad", "call"], 1, 100, 2), (["ad"], 0, 0, 1)])
    credit = sl.attribute(journeys, model.fit(nothing))
    assert [0.5, 0.5, 0.5, 0.5, 1.0] == credit.share.tolist()
    assert ["3", "2"] == [warning.rpartition(" ")[2] for warning in credit.warnings]
