"""What a model credits where experiments measured, and the two put together."""

from collections.abc import Sequence
from datetime import date
from math import fsum, hypot, sqrt
from typing import NamedTuple, TypeAlias

import numpy as np
from attrs import frozen

from servicelead._typing import BoolArray, Codes, FloatArray, IntArray
from servicelead.attribution.comparing.lift import LiftTest
from servicelead.attribution.comparing.lift_draws import Drawn
from servicelead.attribution.results.intervals import n_units
from servicelead.attribution.results.result import Attribution
from servicelead.columns.vocabulary import Vocabulary
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.kernels.clusters import clustered_error
from servicelead.kernels.totals import label_totals
from servicelead.tables.journeys import Journeys

__all__ = ["Key", "Ledger", "Trial"]

#: Labels that were tested together, in ascending order, and the period's start and end.
Key: TypeAlias = tuple[tuple[str, ...], date | None, date | None]


class Normal(NamedTuple):
    """An estimate whose error is normal."""

    mean: float
    error: float


class Trial(NamedTuple):
    """A tested set of labels and period: what the model credits, what was measured, and the two together.

    Whether nothing closed in that period: then there is no credit to weigh the lift against.
    """

    labels: tuple[str, ...]
    period: tuple[date | None, date | None]
    n_tests: int
    codes: IntArray
    inside: BoolArray
    is_idle: bool
    credited: Normal
    lift: Normal
    calibrated: Normal


@frozen(eq=False)
class Ledger:
    """The credit of one dimension in one unit, placement by placement."""

    journeys: Journeys
    codes: Codes
    vocabulary: Vocabulary
    amounts: FloatArray
    model_error: float
    drawn: Drawn | None

    @classmethod
    def of(cls, attribution: Attribution, lift_tests: Sequence[LiftTest], model_error: float) -> "Ledger":
        """Return the ledger of an attribution; `InvalidValueError` when there are too few accounts for an error."""
        by, unit = lift_tests[0].by, lift_tests[0].unit
        journeys = attribution.journeys
        if n_units(journeys) < 2:
            raise InvalidValueError(
                "calibrate(): with fewer than two accounts that have a closed journey the model's error is unknown; "
                "attribute more accounts"
            )
        measure = int(unit == "value")
        amounts = attribution.share * np.repeat(journeys.amounts[:, measure], journeys.lengths)
        codes, vocabulary = journeys.codes(by), journeys.vocabulary(by)
        drawn = None
        if attribution.fitted_by is not None:
            within = [closed_within(journeys, test.start, test.end) for test in lift_tests]
            drawn = Drawn.of(attribution, np.where(codes < 0, len(vocabulary), codes), len(vocabulary), within, measure)
        return cls(journeys, codes, vocabulary, amounts, model_error, drawn)

    def tried(self, key: Key, tests: Sequence[LiftTest]) -> Trial:
        """Return what the model credits to some labels in some period, beside what tests of it measured."""
        labels, start, end = key
        unknown = [label for label in labels if label not in self.vocabulary]
        if unknown:
            raise UnknownNameError(
                f"LiftTest.labels: {len(unknown)} of {len(labels)} are labels that no touch has; "
                "Attribution.by lists those there are"
            )
        codes = self.vocabulary.codes_of(labels).astype(np.int64)
        inside = closed_within(self.journeys, start, end)
        credited = self.credit(codes, inside)
        lift = _pooled([Normal(float(test.effect), float(test.standard_error)) for test in tests])
        calibrated = _pooled([credited, lift]) if credited.error else lift
        is_idle = not (inside & (self.journeys.outcome != self.journeys.OPEN)).any()
        return Trial(labels, (start, end), len(tests), codes, inside, is_idle, credited, lift, calibrated)

    def credit(self, codes: IntArray, inside: BoolArray) -> Normal:
        """Return the credit of some labels in some journeys, with its error over accounts and as an effect."""
        chosen = np.zeros(len(self.vocabulary) + 1, dtype=bool)
        chosen[codes] = True
        amounts = np.where(chosen[self.codes], self.amounts, 0.0)
        per_journey = np.where(inside, label_totals(self.journeys.ids, amounts, self.journeys.n), 0.0)
        mean = fsum(per_journey)
        doubt = self.model_error * max(abs(mean), len(codes) * self._mean_credit(inside))
        if self.drawn is not None:
            sampling = self.drawn.error(chosen, inside)
        else:
            weight = self.journeys.weight.astype(np.float64)
            account = self.journeys.account if self.journeys.business is not None else None
            sampling = clustered_error(per_journey / weight, weight, account, n_units(self.journeys))
        return Normal(mean, hypot(sampling, doubt))

    def _mean_credit(self, inside: BoolArray) -> float:
        """Return the mean size of what a label is credited with in some journeys, of those that have touches there."""
        journeys, n = self.journeys, len(self.vocabulary)
        used = np.repeat(inside & (journeys.outcome != journeys.OPEN), journeys.lengths) & (self.codes >= 0)
        sizes = np.abs(label_totals(self.codes[used], self.amounts[used], n))
        return float(sizes.sum()) / max(len(np.unique(self.codes[used])), 1)


def closed_within(journeys: Journeys, start: date | None, end: date | None) -> BoolArray:
    """Return which journeys closed on the days of a period; all of them without one."""
    if start is None or end is None:
        return np.ones(journeys.n, dtype=bool)
    days = np.array([start, end], dtype="datetime64[D]").astype(np.int64)
    first, last = journeys.require_business("periods").zone.day_start(days).tolist()
    ends = journeys.ends()
    within: BoolArray = (ends >= first) & (ends < last)
    return within


def _pooled(parts: Sequence[Normal]) -> Normal:
    """Return the mean of independent estimates of one number, weighted by precision."""
    smallest = min(part.error for part in parts)  # scales the weights, so that none is infinite
    weights = [(smallest / part.error) ** 2 for part in parts]
    mean = fsum(weight * part.mean for weight, part in zip(weights, parts, strict=True)) / fsum(weights)
    return Normal(mean, smallest / sqrt(fsum(weights)))
