"""How wrong are the standard models of attribution? Asked of businesses whose true effects are known."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from servicelead._arguments import require_whole, require_within
from servicelead._fields import kind_of
from servicelead.attribution import Attribution, Attributor, Strategy, attribute
from servicelead.attribution.comparing.comparison import named
from servicelead.columns.table import ResultTable
from servicelead.datasets import SimulatedBusiness, Truth, simulate_business
from servicelead.datasets._scenarios import SCENARIOS, find_scenario
from servicelead.exceptions import InvalidValueError
from servicelead.studies.credit_errors import CreditErrors, credit_errors
from servicelead.studies.standard_models import STANDARD
from servicelead.studies.stated_harm import stated_harm
from servicelead.studies.truth_scores import DIMENSIONS, AttributionTruth
from servicelead.tables import Journeys, JourneyWindow

__all__ = ["attribution_truth"]

#: The dimension of credit that each dimension of truth is held against.
_CREDITED = {"touch_type": "channel", "team": "team"}


def attribution_truth(
    strategies: Mapping[str, Strategy | Attributor] | Sequence[Strategy | Attributor] | None = None,
    *,
    scenarios: str | Collection[str] | None = None,
    seeds: Collection[int] = range(20),
    n_accounts: int = 2_000,
    weeks: int = 104,
    window: JourneyWindow | None = None,
    materiality: float = 0.01,
) -> AttributionTruth:
    r"""Score models of attribution on simulated businesses, against what each touch type and team truly won.

    With :math:`c_k` the money that a model credits to k, and :math:`t_k` the true effect of k - the value expected
    with all touches less that expected without the touches of k -

    .. math::
        \text{error A} = \frac{\tfrac12 \sum_k |c_k - t_k|}{\sum_k |t_k|}, \qquad
        \text{error B} = \frac{\tfrac12 \sum_k |s\, c_k - t_k|}{\sum_k |t_k|}, \quad
        s = \frac{\sum_k t_k}{\sum_k c_k}

    Error A takes the credit as stated, in money; error B only asks how it is divided. Credit that is the truth has 0 of
    both, and credit in proportion to it has 0 of error B. Where no effect is negative, error B is the share of the
    credit that would have to move; where some are, credit that is nowhere below 0 cannot have less than ``harm_share``.

    Touch types are channels, and negative touches are types of their own, in credit (`Journeys.split_by_sentiment`) as
    in truth. Only types that have touches count. Removals of single types do not add up to the removal of all
    (`Truth`); :math:`\sum_k t_k` is their sum.

    Parameters
    ----------
    strategies
        As for `compare`; at least one. By default the rules that need no numbers of the caller's, the Markov chain of
        order 1 with both removals, and both Shapley games.
    scenarios
        Of `simulate_business`; all by default.
    seeds
        Distinct, each 0 or more. Every scenario is simulated with every seed.
    n_accounts, weeks
        Of each business, as for `simulate_business`.
    window
        Of the journeys; 90 days by default.
    materiality
        A label counts for its sign where its true effect is at least this part of the sum of all, signs aside; between
        0 and 1.

    Returns
    -------
    AttributionTruth
        The same for the same arguments. Undefined figures are NaN: errors where nothing has an effect, error B and the
        nil share where there is nothing to scale, the rank correlation where all credits or all effects tie.

    Raises
    ------
    InvalidValueError
        For arguments out of range, no strategies, scenarios or seeds, or one of them twice.

    Notes
    -----
    A business of 2,000 accounts and 104 weeks takes some three seconds, so that all of it takes ten minutes. Credit is
    of the deals that chance let happen, truth is an expectation: part of every error is chance. It shows how a model
    fails where the truth is known, and not how wrong it is at any company.

    Examples
    --------
    >>> from servicelead.attribution import LastTouch, Linear
    >>> study = attribution_truth([LastTouch(), Linear()], scenarios="default", seeds=[0, 1], n_accounts=60)
    >>> study.runs.names[:4], len(study.runs)
    (('dimension', 'scenario', 'seed', 'strategy'), 8)
    >>> study.summary("sign_errors")["strategy"].tolist()
    ['last_touch', 'linear']
    """
    models = named(STANDARD if strategies is None else strategies)
    worlds = _scenarios(scenarios)
    numbers = _seeds(seeds)
    if not models:
        raise InvalidValueError("attribution_truth() needs at least one strategy; name one")
    require_within("attribution_truth: materiality", materiality)
    rows = [
        row
        for scenario in worlds
        for seed in numbers
        for row in _score(
            simulate_business(n_accounts, seed, scenario=scenario, weeks=weeks), models, window, materiality
        )
    ]
    # By dimension, then in the order worked out: a reader wants one dimension at a time.
    rows.sort(key=lambda row: DIMENSIONS.index(row["dimension"]))
    runs = ResultTable({name: [row[name] for row in rows] for name in rows[0]})
    return AttributionTruth(runs=runs, n_accounts=n_accounts, weeks=weeks, materiality=materiality)


def _score(
    simulated: SimulatedBusiness,
    models: Mapping[str, Strategy | Attributor],
    window: JourneyWindow | None,
    materiality: float,
) -> Iterator[dict[str, Any]]:
    """Yield the figures of every model and dimension in one business."""
    truth = simulated.truth
    expected = truth.expected_value
    anyway = truth.value_without_touches / expected if expected else float("nan")
    view = JourneyWindow() if window is None else window
    journeys = Journeys.from_business(simulated.business, view).split_by_sentiment()
    for name, strategy in models.items():
        credit = attribute(journeys, strategy)
        for dimension in DIMENSIONS:
            errors = _compare(credit, truth, dimension, materiality)
            yield {
                "dimension": dimension,
                "scenario": simulated.scenario,
                "seed": simulated.seed,
                "strategy": name,
                **errors._asdict(),
                "anyway_share": anyway,
            }


def _compare(credit: Attribution, truth: Truth, dimension: str, materiality: float) -> CreditErrors:
    """Return the errors over the labels that have touches; one without touches in any window has no credit."""
    effects = truth.by(dimension)
    effects = effects.take(effects["n_touches"] > 0)
    given = credit.by(_CREDITED[dimension], intervals=False)
    value = dict(zip(given[_CREDITED[dimension]].tolist(), given["value"].tolist(), strict=True))
    labels = effects[dimension].tolist()
    credited = np.array([value.get(label, 0.0) for label in labels], dtype=np.float64)
    called = stated_harm(credit, _CREDITED[dimension])
    harmful = np.array([label in called for label in labels], dtype=np.bool_)
    return credit_errors(credited, effects["incremental_value"], harmful, materiality=materiality)


def _scenarios(given: Any) -> list[str]:
    names = list(SCENARIOS) if given is None else [given] if isinstance(given, str) else given
    distinct = _distinct("scenarios", names)
    for name in distinct:
        find_scenario(name)  # raises before minutes have gone into the others
    return distinct


def _seeds(given: Any) -> list[int]:
    return [require_whole("attribution_truth.seeds:", seed, 0) for seed in _distinct("seeds", given)]


def _distinct(name: str, given: Any) -> list[Any]:
    if not isinstance(given, Collection):
        raise InvalidValueError(f"attribution_truth: {name} must be a collection; got {kind_of(given)}; write [a, b]")
    items = list(given)
    if not items or any(item in items[:place] for place, item in enumerate(items)):
        got = "one twice" if items else "none"
        raise InvalidValueError(
            f"attribution_truth: {name} must be distinct, and at least one; got {got}; name each once"
        )
    return items
