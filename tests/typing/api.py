"""What the types of the public interface promise: read by mypy, never run."""

from datetime import timedelta
from pathlib import Path
from typing import assert_type

import numpy as np

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
        sl.attribution.LastNonDirect(ignore={"direct", "(none)"}),
        sl.attribution.Weighted(by="team", weights={"services": 2, "sales": 1.5}, other=0.5),
        sl.attribution.Custom(weigh=lambda found: found.lengths.repeat(found.lengths)),
    ]
    for strategy in strategies:
        assert_type(strategy.fit(journeys), sl.attribution.Attributor)
        sl.attribute(journeys, strategy)
    assert_type(sl.attribution.TimeDecay(half_life=timedelta(days=7)).fit(journeys), sl.attribution.TimeDecay)


class Outside:
    """A model of a caller's own: whatever attributes will do."""

    def attribute(self, journeys: sl.Journeys) -> sl.attribution.Attribution:
        """Give every placement the same, by shares worked out elsewhere."""
        return sl.attribution.Attribution.from_shares(journeys, np.ones(journeys.n_placements), strategy="mine")


def models_from_outside(journeys: sl.Journeys) -> None:
    """Anything with `attribute` is a model; a class in place of an instance, or a name, is not."""
    assert_type(sl.attribute(journeys, Outside()), sl.attribution.Attribution)
    sl.attribute(journeys, sl.attribution.Linear)  # type: ignore[arg-type]  # must not pass
    sl.attribute(journeys, "linear")  # type: ignore[arg-type]  # must not pass
    sl.attribution.PositionBased(0.4, 0.4)  # type: ignore[call-arg]  # must not pass


def everything_an_attribution_says(journeys: sl.Journeys, business: sl.Business) -> None:
    """Totals, parts, sums and the questions asked of whole deals."""
    attribution = sl.attribute(journeys, sl.attribution.WShaped(first=0.4, lead=0.2, opportunity=0.3))
    small = sl.Segment.at_most("seats", 10, name="small")
    segmentation = sl.Segmentation(name="size", segments=[small, (~small).named("large")])
    table = attribution.by(
        "channel", "segment", intervals=True, confidence=0.9, segmentation=segmentation, minor_units=True
    )
    assert_type(table, sl.columns.ResultTable)
    assert_type(attribution.value, FloatArray)
    assert_type(attribution.unattributed, sl.columns.ResultTable)
    assert_type(attribution.attributed_value, float)
    assert_type(attribution.warnings, tuple[str, ...])
    assert_type(attribution + attribution, sl.attribution.Attribution)
    assert_type(sl.attribution.sourced(journeys), sl.columns.ResultTable)
    assert_type(sl.attribution.influenced(journeys), sl.columns.ResultTable)
    assert_type(sl.refinery.touch_ratio(business, of="services", to=sl.Team.SALES), sl.uncertainty.Estimate)
