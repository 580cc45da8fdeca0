from typing import Any

import numpy as np
import pytest
from attrs import evolve

from servicelead import Money
from servicelead.calculators import MeanDifference, TouchExperiment
from servicelead.exceptions import InvalidValueError, SegmentationError, UndefinedRateError, UnknownNameError
from servicelead.uncertainty import VerdictStatus

TRIAL = TouchExperiment(
    n_treated=40,
    treated_value=14_500,
    treated_value_sd=3_500,
    n_control=40,
    control_value=12_000,
    control_value_sd=3_000,
    touch_cost=1_500,
)
CHEAP = evolve(TRIAL, touch_cost=500)


def means(difference: float, sd: float = 1.0) -> MeanDifference:
    """Return two arms of 100 accounts that differ by so much."""
    return MeanDifference(
        n_treated=100, treated_mean=difference, treated_sd=sd, n_control=100, control_mean=0, control_sd=sd
    )


def test_the_published_numbers() -> None:
    """Lift t = 3.42997, net +1,000 with 95% [-451.60, 2,451.60]: inconclusive."""
    net = TRIAL.net
    assert (3.42997, 1_000, -451.60, 2_451.60) == (
        round(TRIAL.t_statistic, 5),
        TRIAL.net_value,
        round(net.lower or 0, 2),
        round(net.upper or 0, 2),
    )
    assert (VerdictStatus.TOO_LITTLE_DATA, "inconclusive") == (TRIAL.verdict.status, TRIAL.decision)
    assert {"value_rises": "yes", "covers_its_cost": "open"}.items() <= TRIAL.verdict.evidence.items()


def test_money_in_is_money_out() -> None:
    """The lift is money; its interval names the currency."""
    names = ["treated_value", "treated_value_sd", "control_value", "control_value_sd", "touch_cost"]
    amounts: dict[str, Any] = {name: Money.of(getattr(TRIAL, name), "USD") for name in names}
    dollars = evolve(TRIAL, **amounts)
    assert (Money.of(2_500, "USD"), Money.of(1_000, "USD")) == (dollars.lift_value, dollars.net_value)
    assert ("USD per account", TRIAL.net.lower) == (dollars.net.unit, dollars.net.lower)
    expected = (Money.of("-451.60", "USD"), Money.of("2451.60", "USD"))
    assert expected == (dollars.net_value_lower, dollars.net_value_upper)


def test_arms_without_spread_have_a_net_value_and_no_bounds() -> None:
    """So nothing is decided."""
    flat = evolve(TRIAL, treated_value_sd=0, control_value_sd=0)
    assert (1_000, "inconclusive") == (flat.net_value, flat.decision)
    for output in ("net_value_lower", "net_value_upper", "t_statistic"):
        with pytest.raises(UndefinedRateError, match="without any spread"):
            getattr(flat, output)


def test_a_rise_that_covers_its_cost_is_adopted() -> None:
    """All answers are yes; what was not measured is said."""
    verdict = CHEAP.verdict
    assert (VerdictStatus.FIRES, "adopt") == (verdict.status, CHEAP.decision)
    assert "not measured" == verdict.evidence["volume_rises"] == verdict.evidence["low_touch_is_not_worse"]


def test_a_cost_above_the_whole_interval_is_rejected() -> None:
    """The rise is real and does not pay."""
    dear = evolve(TRIAL, touch_cost=4_500)
    assert ("reject", "yes", "no") == (
        dear.decision,
        dear.verdict.evidence["value_rises"],
        dear.verdict.evidence["covers_its_cost"],
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"volume": means(1)}, "adopt"),
        ({"volume": means(0)}, "inconclusive"),
        ({"volume": means(-1)}, "reject"),
        ({"low_touch": means(0), "low_touch_margin": 1}, "adopt"),
        ({"low_touch": means(0), "low_touch_margin": 0}, "inconclusive"),
        ({"low_touch": means(-1), "low_touch_margin": 1}, "inconclusive"),
        ({"low_touch": means(-1), "low_touch_margin": 0.5}, "reject"),
        ({"low_touch": means(1), "volume": means(1)}, "adopt"),
    ],
)
def test_volume_must_rise_and_low_touch_not_suffer(given: dict[str, Any], expected: str) -> None:
    """Low touch may be worse by the margin, and the interval must show that it is not worse by more."""
    assert expected == evolve(CHEAP, **given).decision


def test_the_sample_size_is_for_the_net_rise() -> None:
    """168 accounts in each arm for a net of 1,000; fewer for a larger one."""
    assert (168, TRIAL.value.sample_size(1_000)) == (TRIAL.sample_size(), TRIAL.sample_size())
    assert TRIAL.sample_size(net=Money.of(2_000, "USD")) < 60
    with pytest.raises(InvalidValueError, match="effect"):
        evolve(TRIAL, touch_cost=2_500).sample_size()


ROWS = {
    "customer": ["a", "b", "c", "d", "e", "f", "a", "x"],
    "group": ["high", "high", "high", "usual", "usual", "usual", "high", "elsewhere"],
    "bought": [4, 10, 11, 5, 6, 7, 5, 99],
    "orders": [1, 2, 3, 1, 1, 2, 1, 99],
}
NAMES: dict[str, Any] = {"account": "customer", "arm": "group", "value": "bought"}
ARMS = {"treated": "high", "control": "usual"}


def test_a_table_gives_what_its_summary_gives() -> None:
    """Rows of one account are added up; other arms are left out; spreads are divided by n - 1."""
    experiment = TouchExperiment.from_accounts(ROWS, arms=ARMS, touch_cost=1, volume="orders", **NAMES)
    high, usual = np.array([9, 10, 11]), np.array([5, 6, 7])
    assert (3, 3, 10, 6) == (
        experiment.n_treated,
        experiment.n_control,
        experiment.treated_value,
        experiment.control_value,
    )
    assert (np.std(high, ddof=1), np.std(usual, ddof=1)) == (experiment.treated_value_sd, experiment.control_value_sd)
    assert experiment.volume is not None
    assert 7 / 3 - 4 / 3 == pytest.approx(experiment.volume.difference)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_any_frame_will_do(library: str) -> None:
    """As for tables of a business."""
    frame = pytest.importorskip(library).DataFrame(ROWS)
    expected = TouchExperiment.from_accounts(ROWS, arms=ARMS, touch_cost=1, **NAMES)
    assert expected == TouchExperiment.from_accounts(frame, arms=ARMS, touch_cost=1, **NAMES)


def test_a_currency_makes_money() -> None:
    """Means to the cent."""
    experiment = TouchExperiment.from_accounts(ROWS, arms=ARMS, touch_cost=1, currency="EUR", **NAMES)
    assert (Money.of(10, "EUR"), Money.of(3, "EUR")) == (experiment.treated_value, experiment.net_value)


def test_low_touch_arms_come_from_the_table_too() -> None:
    """Four arms of two accounts."""
    rows = {
        "account_id": list("abcdefgh"),
        "arm": ["T", "T", "C", "C", "lt", "lt", "lc", "lc"],
        "value": [9, 11, 5, 7, 2, 4, 1, 3],
    }
    arms = {"treated": "T", "control": "C", "low_treated": "lt", "low_control": "lc"}
    experiment = TouchExperiment.from_accounts(rows, arms=arms, touch_cost=1, low_touch_margin=2)
    assert experiment.low_touch is not None
    assert (1.0, 2) == (experiment.low_touch.difference, experiment.low_touch.n_treated)


@pytest.mark.parametrize(
    ("error", "words", "changes"),
    [
        (SegmentationError, "got 1 in two or more", {"customer": ["a", "b", "c", "a", "e", "f", "a", "x"]}),
        (InvalidValueError, "got 1 in 'control'", {"group": ["high"] * 4 + ["usual"] + ["elsewhere"] * 3}),
        (InvalidValueError, "got 0 in 'treated'", {"group": ["usual"] * 8}),
        (InvalidValueError, "blank", {"customer": ["a", "b", None, "d", "e", "f", "a", "x"]}),
        (InvalidValueError, "bought must be a finite number", {"bought": [4, 10, 11, 5, 6, None, 5, 99]}),
        (InvalidValueError, "bought must be a finite number", {"bought": ["much"] * 8}),
        (UnknownNameError, "no such column 'bought'", {"bought": None}),
    ],
)
def test_bad_tables_are_refused(error: type[Exception], words: str, changes: dict[str, Any]) -> None:
    """Overlapping arms, arms of one account, blank accounts, values that are none, a column that is not there."""
    rows = {name: column for name, column in (ROWS | changes).items() if column is not None}
    with pytest.raises(error, match=words):
        TouchExperiment.from_accounts(rows, arms=ARMS, touch_cost=1, **NAMES)


@pytest.mark.parametrize(
    ("error", "arms"),
    [
        (UnknownNameError, ARMS | {"third": "x"}),
        (InvalidValueError, {"treated": "high"}),
        (InvalidValueError, ARMS | {"low_treated": "x"}),
        (SegmentationError, {"treated": "high", "control": "high"}),
    ],
)
def test_bad_arms_are_refused(error: type[Exception], arms: dict[str, str]) -> None:
    """Unknown, missing, half a pair, or one label for two."""
    with pytest.raises(error, match="arms"):
        TouchExperiment.from_accounts(ROWS, arms=arms, touch_cost=1, **NAMES)
