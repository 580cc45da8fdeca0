"""What the types of the public interface promise: read by mypy, never run."""

from pathlib import Path
from typing import assert_type

import servicelead as sl
from servicelead._typing import FloatArray, IntArray


def values() -> None:
    """Objects a caller makes by hand keep their types."""
    assert_type(sl.Money.of("12.50", "EUR"), sl.Money)
    assert_type(sl.uncertainty.Rate(successes=8, trials=10), sl.uncertainty.Rate)


def main_job(folder: Path) -> None:
    """From a folder to credit: each step's result is what the next one takes."""
    business = sl.read_folder(folder)
    assert_type(business, sl.Business)
    journeys = sl.Journeys.from_business(business, window=sl.JourneyWindow())
    assert_type(journeys, sl.Journeys)
    attribution = sl.attribute(journeys, sl.attribution.Linear())
    assert_type(attribution, sl.attribution.Attribution)
    assert_type(attribution.share, FloatArray)
    assert_type(attribution.minor_units, IntArray)
    assert_type(attribution.by("team"), sl.columns.ResultTable)
    assert_type(attribution.explain("deal-1"), sl.columns.ResultTable)


def every_rule_is_a_strategy(journeys: sl.Journeys) -> None:
    """Whatever has the strategy's shape can be handed to `attribute`."""
    strategies: list[sl.attribution.Strategy] = [
        sl.attribution.FirstTouch(),
        sl.attribution.LastTouch(),
        sl.attribution.Linear(),
        sl.attribution.TimeDecay(),
        sl.attribution.PositionBased(),
        sl.attribution.WShaped(),
        sl.attribution.FullPath(),
    ]
    for strategy in strategies:
        sl.attribute(journeys, strategy)
