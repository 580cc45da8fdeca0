"""Published rules about a refinery, judged: which fire, on what evidence, and what to do."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead.columns.table import ResultTable
from servicelead.exceptions import UnknownNameError
from servicelead.reference_points import reference_point
from servicelead.refinery.judgement import Judgement, Rule
from servicelead.refinery.one_or_more import require_each
from servicelead.refinery.rules_of_deals import QualifyingTooHard
from servicelead.refinery.rules_of_leads import FewAccepted, WinsOfAcceptedLeads
from servicelead.tables.business import Business
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = ["Diagnosis", "diagnose", "published_rules"]


@frozen(kw_only=True)
class Diagnosis:
    """What each rule says of a business.

    Attributes
    ----------
    judgements
        One for each rule, in their order.
    """

    judgements: tuple[Judgement, ...] = field(repr=False)

    @property
    def fired(self) -> tuple[Judgement, ...]:
        """Those that fire."""
        return tuple(each for each in self.judgements if each.verdict.fires)

    @property
    def table(self) -> ResultTable:
        """One row per rule: ``rule, status, question, finding, action``."""
        rows = self.judgements
        columns: dict[str, Any] = {
            "rule": [each.name for each in rows],
            "status": [each.verdict.status.value for each in rows],
            "question": [each.question for each in rows],
            "finding": [each.finding for each in rows],
            "action": [each.action if each.verdict.fires else None for each in rows],
        }
        return ResultTable({name: np.array(cells, dtype=object) for name, cells in columns.items()})

    def __getitem__(self, name: str) -> Judgement:
        for each in self.judgements:
            if each.name == name:
                return each
        known = ", ".join(each.name for each in self.judgements)
        raise UnknownNameError(f"Diagnosis has no rule of that name; it has {known}")

    def __str__(self) -> str:
        return "\n".join(str(each) for each in self.judgements)


def diagnose(business: Business, rules: Rule | Sequence[Rule], *, confidence: float = DEFAULT_CONFIDENCE) -> Diagnosis:
    """Judge a business by rules about its refinery.

    A threshold rule fires when the probability that the true rate lies beyond the threshold, under Jeffreys' posterior,
    is at least the confidence; it does not when that is at most 1 - confidence; between the two there is too little
    data to say (`servicelead.uncertainty.Verdict`). Every threshold is a field of its rule, and none is assumed.

    Parameters
    ----------
    business
        The tables.
    rules
        `published_rules`, one or more of this package with thresholds of your own, or anything with ``judge``.
    confidence
        How sure to be either way, from above .5 to below 1.

    Returns
    -------
    Diagnosis
        Prints as sentences. Without data a rule has too little of it.

    Raises
    ------
    InvalidValueError
        For what is no rule, or a confidence out of range.

    Examples
    --------
    >>> from datetime import timedelta
    >>> from servicelead.datasets import simulate_business
    >>> business = simulate_business(n_accounts=300, seed=1).business
    >>> diagnosis = diagnose(business, published_rules(maturity=timedelta(days=180)))
    >>> diagnosis["qualifying_too_hard"].verdict.fires
    False
    """
    require_within("diagnose: confidence", confidence, lowest=0.5)
    given = require_each("diagnose: rules", rules, Rule, "give one or more with judge(business, confidence)")
    return Diagnosis(judgements=tuple(rule.judge(business, confidence) for rule in given))


def published_rules(*, maturity: timedelta) -> tuple[Rule, ...]:
    """Return the rules whose thresholds are published, with these thresholds.

    Parameters
    ----------
    maturity
        Time from which a lead counts, since its creation for being accepted and since its acceptance for being won:
        how long yours take, a positive timedelta.

    Returns
    -------
    tuple of Rule
        `QualifyingTooHard` above .5, `FewAccepted` below .55, `WinsOfAcceptedLeads` outside .20 to .30; each figure is
        in `servicelead.reference_points`, with its source.

    Raises
    ------
    InvalidValueError
        For a maturity that is no positive timedelta.
    """
    return (
        QualifyingTooHard(win_rate_above=reference_point("win_rate_qualified_too_hard").value),
        FewAccepted(accept_rate_below=reference_point("lead_accept_rate").value, maturity=maturity),
        WinsOfAcceptedLeads(
            lowest=reference_point("accepted_win_rate_low").value,
            highest=reference_point("accepted_win_rate_high").value,
            maturity=maturity,
        ),
    )
