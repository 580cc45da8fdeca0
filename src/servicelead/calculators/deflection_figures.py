"""A deflection in tables: every figure between the ends of its rate, and what careless counting makes of it."""

import numpy as np
from attrs import evolve

from servicelead.calculators.amounts import exact, plain
from servicelead.calculators.deflection import Deflection
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError, UndefinedRateError
from servicelead.uncertainty import Estimate

__all__ = ["deflection_interval", "overstated_deflection"]

#: Figures that rise with the rate, and the optional inputs each needs.
_FIGURES: dict[str, tuple[str, ...]] = {
    "event_deflection_rate": (),
    "deflected_cases": (),
    "demand_deflection_rate": ("n_assisted_cases",),
    "gross_value": ("assisted_case_cost",),
    "net_value": ("assisted_case_cost", "self_help_event_cost"),
}


def deflection_interval(deflection: Deflection, rate: Estimate) -> ResultTable:
    """Return the figures of a deflection with the interval of its event deflection rate carried through.

    Each figure rises with the rate, so its interval ends where that of the rate does. The numbers of events and cases
    and the costs are taken as known.

    Parameters
    ----------
    deflection
        The calculator; figures whose inputs it lacks are left out.
    rate
        The event deflection rate with its interval: ``DeflectionSurvey.interval()``, say. It takes the place of the
        calculator's own.

    Returns
    -------
    ResultTable
        A row each for the ``value`` and its ``lower`` and ``upper`` end, a column per figure; amounts in major units,
        NaN where a figure or its end is undefined.

    Raises
    ------
    InvalidValueError
        The estimate is no proportion.

    Examples
    --------
    >>> from servicelead.calculators import DeflectionSurvey
    >>> survey = DeflectionSurvey(n_asked=200, n_succeeded=96, n_intended=58, n_needed_nothing_more=46)
    >>> deflection = survey.deflection(10_000, assisted_case_cost=45, self_help_event_cost=2.5)
    >>> print(deflection_interval(deflection, survey.interval()))
    bound  event_deflection_rate  deflected_cases  gross_value  net_value
    value                 0.2300         2,300.00   103,500.00   78,500.00
    lower                 0.1771         1,770.93    79,692.04   54,692.04
    upper                 0.2931         2,930.83   131,887.37  106,887.37
    """
    if rate.unit != "proportion":
        raise InvalidValueError(
            "deflection_interval: rate must be an Estimate in proportions; got one in another unit; "
            "pass DeflectionSurvey.interval() or ObservedDeflection.event_deflection_rate()"
        )
    names = [name for name, needed in _FIGURES.items() if all(getattr(deflection, x) is not None for x in needed)]
    ends = ("value", "lower", "upper")
    figures = {name: np.array([_figure(deflection, name, getattr(rate, end)) for end in ends]) for name in names}
    return ResultTable({"bound": ends, **figures})


def _figure(deflection: Deflection, name: str, rate: float | None) -> float:
    if rate is None:
        return float("nan")
    whole = {"intent_given_success_rate": 1, "no_further_action_given_intent_rate": 1}
    try:
        return plain(getattr(evolve(deflection, success_rate=rate, **whole), name))
    except UndefinedRateError:  # at a bound of 0 there may be no demand at all
        return float("nan")


def overstated_deflection(deflection: Deflection) -> ResultTable:
    """Return the deflected cases as defined, and as they come out of the usual short cuts.

    Each row leaves out one thing; the last two leave out nearly all. Where repeated or unentitled events are not given
    the rows that would count them are left out.

    Parameters
    ----------
    deflection
        The calculator.

    Returns
    -------
    ResultTable
        ``reckoning, deflected_cases, times``: how many times the number as defined; NaN where that is 0.

    Examples
    --------
    >>> deflection = Deflection(
    ...     n_events=10_000,
    ...     n_unentitled_events=5_000,
    ...     success_rate=0.48,
    ...     intent_given_success_rate=0.60,
    ...     no_further_action_given_intent_rate=0.80,
    ... )
    >>> print(overstated_deflection(deflection))
    reckoning                           deflected_cases  times
    as defined                                 2,304.00   1.00
    counting everyone, entitled or not         3,456.00   1.50
    ignoring further action                    2,880.00   1.25
    ignoring intent                            3,840.00   1.67
    success alone                              4,800.00   2.08
    every event a deflected case              15,000.00   6.51
    """
    events, again, others = (
        exact(n) for n in (deflection.n_events, deflection.n_repeated_events, deflection.n_unentitled_events)
    )
    success, intent, no_more = (
        exact(rate)
        for rate in (
            deflection.success_rate,
            deflection.intent_given_success_rate,
            deflection.no_further_action_given_intent_rate,
        )
    )
    rate = success * intent * no_more
    rows = {"as defined": events * rate}
    if again:
        rows["counting every visit on an issue"] = (events + again) * rate
    if others:
        rows["counting everyone, entitled or not"] = (events + others) * rate
    rows |= {
        "ignoring further action": events * success * intent,
        "ignoring intent": events * success * no_more,
        "success alone": events * success,
        "every event a deflected case": events + again + others,
    }
    cases = np.array([float(n) for n in rows.values()])
    with np.errstate(all="ignore"):
        times = cases / cases[0]
    times[~np.isfinite(times)] = np.nan
    return ResultTable({"reckoning": list(rows), "deflected_cases": cases, "times": times})
