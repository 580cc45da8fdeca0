"""Whether a process is ready to be automated."""

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen

from servicelead.calculators.amounts import Number
from servicelead.calculators.inputs import rate
from servicelead.calculators.practices import Practices
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError

__all__ = ["AutomationReadiness", "compare_readiness"]


@frozen(kw_only=True)
class AutomationReadiness(Practices):
    """Seven steps to automating a service process, each done to a degree.

    Attributes
    ----------
    processes_documented
        How far the processes are written down, in [0, 1], as all that follow.
    level_chosen
        The right level of automation is chosen for each.
    technologies_evaluated
        The technologies were compared.
    content_ready
        The content that customers will be answered with exists.
    success_measured
        What counts as success is defined and measured.
    upkeep_ongoing
        It is kept up: not a project that ends.
    not_over_automated
        A person is within reach where one is needed.
    weights
        What each step counts for, by its field; those not named count 1.

    Raises
    ------
    InvalidValueError
        For a degree outside [0, 1], or a weight that is negative or of no step.

    Examples
    --------
    >>> password_reset = AutomationReadiness(
    ...     processes_documented=1, level_chosen=1, technologies_evaluated=0.5, content_ready=0.75,
    ...     success_measured=0, upkeep_ongoing=0.25, not_over_automated=1, weights={"success_measured": 2},
    ... )
    >>> password_reset.readiness_score
    0.5625
    >>> password_reset.gaps()["practice"][0]
    'success_measured'
    """

    processes_documented: Number = field(**rate("how far the processes are written down"))
    level_chosen: Number = field(**rate("how far the right level of automation is chosen"))
    technologies_evaluated: Number = field(**rate("how far the technologies were compared"))
    content_ready: Number = field(**rate("how far the content to answer with exists"))
    success_measured: Number = field(**rate("how far success is defined and measured"))
    upkeep_ongoing: Number = field(**rate("how far it is kept up"))
    not_over_automated: Number = field(**rate("how far a person is within reach"))


def compare_readiness(processes: Mapping[str, AutomationReadiness]) -> ResultTable:
    """Return the readiness of several processes, the readiest first, ties in the order given.

    Parameters
    ----------
    processes
        Readiness by the name of the process.

    Returns
    -------
    ResultTable
        ``process, readiness_score, largest_gap``: the step that costs the most of the score, None at a score of 1.

    Raises
    ------
    InvalidValueError
        No processes.
    """
    if not processes:
        raise InvalidValueError("compare_readiness: processes must name at least one; got none; give them by name")
    scores = np.array([readiness.readiness_score for readiness in processes.values()])
    gaps = [None if each.readiness_score == 1 else each.gaps()["practice"][0] for each in processes.values()]
    table = {
        "process": np.array(list(processes), dtype=object),
        "readiness_score": scores,
        "largest_gap": np.array(gaps, dtype=object),
    }
    return ResultTable(table).take(np.argsort(-scores, kind="stable"))
