"""A model's credit and what experiments measured, weighed against each other by how sure each is."""

from collections.abc import Sequence
from itertools import combinations
from math import fsum, hypot
from statistics import NormalDist
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._fields import is_number, kind_of
from servicelead.attribution.comparing.lift import LiftTest
from servicelead.attribution.comparing.lift_ledger import Key, Ledger, Trial
from servicelead.attribution.results.result import Attribution
from servicelead.attribution.results.wholes import rounding_of
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.totals import label_totals
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = ["Calibration", "calibrate"]

#: The truth study's simulations put 40 to 59% of the credit of standard models on the wrong type of touch.
_MODEL_ERROR = 0.5


@frozen(kw_only=True, eq=False)
class Calibration:
    """Credit before and after it was weighed against measured lift.

    Attributes
    ----------
    by, unit
        What the labels are, and what is counted: ``value`` in major units, or ``conversions``.
    tests
        One row per tested set of labels and period: ``labels, start, end, n_tests``; the model's ``credited`` and
        its ``credited_error``; the ``lift`` and its ``lift_error`` (of several tests, pooled by precision);
        ``weight_of_lift``, from 0 to 1; ``calibrated`` with ``lower`` and ``upper``; ``change``.
    table
        One row per label: ``before``, ``after`` with ``lower`` and ``upper``, ``change``, and whether it was
        ``tested``. There are bounds where a label was tested by itself: what was tested together is known together
        only, and credit that was not tested is no estimate of an effect.
    total_before, total_after
        Of all labels.
    assumptions
        What must hold for these numbers, in words.
    warnings
        What a reader should know of these numbers: how many tests are of a period in which no journey closed. Their
        lift is taken as it is and comes on top of all credit; is the year right?
    """

    by: str
    unit: str
    tests: ResultTable
    table: ResultTable
    total_before: float
    total_after: float
    assumptions: tuple[str, ...] = field(repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def not_caused(self) -> float:
        """What was credited before and is not any more: as far as was tested, it would have come anyway.

        Negative where experiments found more than was credited, in deals that the model credits to others or to none.
        """
        return self.total_before - self.total_after

    def __str__(self) -> str:
        words = "\n".join(f"- {sentence}" for sentence in (*self.warnings, *self.assumptions))
        return (
            f"Calibrated {self.unit} by {self.by}: {self.total_before:,.2f} before, {self.total_after:,.2f} after, "
            f"{self.not_caused:,.2f} not caused by touches as far as was tested\n"
            f"{self.table}\n\n{self.tests}\n\n{words}"
        )


def calibrate(
    attribution: Attribution,
    lift_tests: Sequence[LiftTest],
    *,
    model_error: float = _MODEL_ERROR,
    confidence: float = DEFAULT_CONFIDENCE,
) -> Calibration:
    r"""Weigh a model's credit against measured lift, each by its precision.

    With :math:`m` what the model credits to the tested labels in the tested period, :math:`s` its error, :math:`l` the
    lift and :math:`t` its standard error, the calibrated effect is normal with

    .. math:: \frac{m/s^2 + l/t^2}{1/s^2 + 1/t^2} \pm z \Big(\frac1{s^2} + \frac1{t^2}\Big)^{-1/2}, \qquad
              s^2 = \widehat{\operatorname{var}}(m) + \big(\varepsilon \max(|m|, k \bar m)\big)^2

    where the first part of :math:`s^2` is how much the credit varies over accounts (clustered, uncentred; of a model
    fitted on these journeys, over 100 fits on accounts drawn again, which is what takes the time) and the second allows
    for credit that is not effect. Without it, the sampling error alone would let a thousand deals outvote an experiment
    about a question the deals do not answer. That part is :math:`\varepsilon` of the credit itself, or of what as many
    labels as were tested, k, are credited with on average, :math:`k \bar m` - over the labels with touches before the
    period's closes - where that is more: misplaced credit went to other labels, so one with little is no surer than the
    rest.

    Nothing is rescaled behind your back: what was not tested - other labels, and deals of other times - keeps its
    credit, so the total changes by what the tests changed. Labels that were tested together share the change in
    proportion to their credit (equally where that is 0).

    Parameters
    ----------
    attribution
        Of any model; its credit is read as an estimate of effect, which it is not: hence `model_error`.
    lift_tests
        At least one, all of one dimension and unit. Several of the same labels and period are pooled; otherwise no
        label may be in two tests of overlapping periods, and none in two different sets.
    model_error
        How far off the model's credit of a label is apt to be, as a share of that credit or, where that is more, of
        the mean credit of a label: one standard deviation, at least 0. By default one half.
    confidence
        Of the intervals, between 0 and 1.

    Returns
    -------
    Calibration

    Raises
    ------
    InvalidValueError
        For no tests, tests that differ in dimension or unit, that overlap, or wrong numbers; or fewer than two accounts
        with a closed journey, which leave the model's error unknown.
    UnknownNameError
        For a label that no touch has.
    MissingTimesError
        For a test with a period, on aggregated paths.

    Notes
    -----
    A conjugate normal model: credit is the prior, lift the observation, their errors independent. Credit without any
    error - of 0, where nothing was won in the period or where `model_error` is 0 - is no evidence, and the lift is
    taken as it is. Tests of a period in which nothing so much as closed are counted in ``warnings``.

    References
    ----------
    Gelman, Carlin, Stern, Dunson, Vehtari and Rubin, Bayesian Data Analysis (3rd edition, 2013), section 2.5: a normal
    mean, and the weighting of prior and data by precision.

    Examples
    --------
    >>> from servicelead import Journeys, attribute
    >>> from servicelead.attribution import Linear
    >>> journeys = Journeys.from_paths(
    ...     {"path": ["ad > call", "call"], "won": [300, 100], "value": [6000.0, 1000.0]},
    ...     path="path", conversions="won", value="value",
    ... )
    >>> tests = [LiftTest(labels="ad", effect=900, standard_error=500)]
    >>> found = calibrate(attribute(journeys, Linear()), tests)
    >>> print(found.table)
    label  before    after     lower   upper     change     tested
    call   4,000.00  4,000.00                         0.00   False
    ad     3,000.00  1,057.06  114.44  1,999.69  -1,942.94    True
    >>> round(found.not_caused)
    1943
    """
    _check(attribution, model_error, confidence)
    by, unit = _agreed(lift_tests)
    ledger = Ledger.of(attribution, lift_tests, float(model_error))
    trials = [ledger.tried(key, tests) for key, tests in _grouped(lift_tests).items()]
    reach = NormalDist().inv_cdf((1 + confidence) / 2)
    table = _labels_table(ledger, trials, reach)
    return Calibration(
        by=by,
        unit=unit,
        tests=_tests_table(trials, reach, attribution.journeys.backend),
        table=table,
        total_before=fsum(table["before"]),
        total_after=fsum(table["after"]),
        assumptions=(
            "credit is read as an estimate of effect, whose errors are independent of the experiments'",
            f"credit is off by {model_error:.0%} of it, or of a mean label's if that is more (a standard deviation)",
            "each lift is of all the accounts that were attributed, and of the deals that closed in its period",
            "what was not tested keeps its credit: a share of what was won, not an effect",
        ),
        warnings=_warnings(trials),
    )


def _check(attribution: Any, model_error: float, confidence: float) -> None:
    if not isinstance(attribution, Attribution):
        raise InvalidValueError(
            f"calibrate: attribution must be an Attribution; got {kind_of(attribution)}; write attribute(journeys, "
            "strategy)"
        )
    require_within("calibrate: confidence", confidence)
    if not is_number(model_error) or model_error < 0:
        raise InvalidValueError("calibrate(model_error=) must be a finite number of at least 0, e.g. .5")


def _agreed(tests: Sequence[LiftTest]) -> tuple[str, str]:
    """Return the dimension and unit that all tests have."""
    given: Any = tests  # untyped code may pass anything
    if not isinstance(given, Sequence) or not given or not all(isinstance(test, LiftTest) for test in given):
        raise InvalidValueError("calibrate(lift_tests=) must be a sequence of LiftTest, at least one; write [test]")
    kinds = {(test.by, test.unit) for test in tests}
    if len(kinds) > 1:
        raise InvalidValueError("calibrate(): tests must agree in by and in unit; calibrate each kind by itself")
    return kinds.pop()


def _grouped(tests: Sequence[LiftTest]) -> dict[Key, list[LiftTest]]:
    """Return the tests of each set of labels and period; refuse sets and periods that overlap without being equal."""
    groups: dict[Key, list[LiftTest]] = {}
    for test in tests:
        groups.setdefault((tuple(sorted(test.labels)), test.start, test.end), []).append(test)
    for (one, start, end), (other, begin, stop) in combinations(groups, 2):
        if not set(one) & set(other):
            continue
        apart = None not in (start, end, begin, stop) and (end <= begin or stop <= start)  # type: ignore[operator]  # dates
        if one != other or not apart:
            raise InvalidValueError(
                "calibrate(): a label is in two tests of different sets of labels, or of periods that overlap without "
                "being the same; combine them into one LiftTest, or leave one out"
            )
    return groups


def _warnings(trials: Sequence[Trial]) -> tuple[str, ...]:
    n = sum(trial.n_tests for trial in trials if trial.is_idle)
    what = "tests of a period in which no journey closed, whose lift comes on top of all credit (check start and end)"
    return (f"{what}: {n:,}",) if n else ()


def _tests_table(trials: Sequence[Trial], reach: float, backend: str | None) -> ResultTable:
    rows = [
        {
            "labels": " + ".join(trial.labels),
            "start": None if trial.period[0] is None else trial.period[0].isoformat(),
            "end": None if trial.period[1] is None else trial.period[1].isoformat(),
            "n_tests": trial.n_tests,
            "credited": trial.credited.mean,
            "credited_error": trial.credited.error,
            "lift": trial.lift.mean,
            "lift_error": trial.lift.error,
            "weight_of_lift": (trial.calibrated.error / trial.lift.error) ** 2,
            "calibrated": trial.calibrated.mean,
            "lower": trial.calibrated.mean - reach * trial.calibrated.error,
            "upper": trial.calibrated.mean + reach * trial.calibrated.error,
            "change": trial.calibrated.mean - trial.credited.mean,
        }
        for trial in trials
    ]
    texts = {"labels", "start", "end"}
    columns = {name: np.array([row[name] for row in rows], dtype=object if name in texts else None) for name in rows[0]}
    return ResultTable(columns, backend=backend)


def _labels_table(ledger: Ledger, trials: Sequence[Trial], reach: float) -> ResultTable:
    """Return every label that has credit or was tested, before and after; the last is for touches without a label."""
    n = len(ledger.vocabulary)
    before = label_totals(np.where(ledger.codes < 0, n, ledger.codes), ledger.amounts, n + 1)
    change, tested = np.zeros(n + 1), np.zeros(n + 1, dtype=bool)
    bounds = np.full((2, n + 1), np.nan)
    for trial in trials:
        own = np.array([ledger.credit(trial.codes[[i]], trial.inside).mean for i in range(len(trial.codes))])
        whole = trial.credited.mean
        # Credit that adds up to 0 but for rounding has no proportions.
        parts = own / whole if abs(whole) > rounding_of(ledger.amounts) else np.full(len(own), 1.0 / len(own))
        change[trial.codes] += parts * (trial.calibrated.mean - whole)
        tested[trial.codes] = True
    after = before + change
    for code in np.flatnonzero(tested).tolist():
        mine = [trial for trial in trials if code in trial.codes]
        if any(len(trial.codes) > 1 for trial in mine):
            continue
        rest = ledger.credit(np.array([code]), ~np.logical_or.reduce([trial.inside for trial in mine]))
        half = reach * hypot(rest.error, *(trial.calibrated.error for trial in mine))
        bounds[:, code] = after[code] - half, after[code] + half
    order = np.lexsort((np.arange(n + 1), -before))
    order = order[(before[order] != 0) | tested[order]]
    columns = {
        "label": ledger.vocabulary.decode(np.where(order < n, order, -1)),
        "before": before[order],
        "after": after[order],
        "lower": bounds[0][order],
        "upper": bounds[1][order],
        "change": change[order],
        "tested": tested[order],
    }
    return ResultTable(columns, backend=ledger.journeys.backend)
