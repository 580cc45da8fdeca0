"""Whether a threshold rule fires, does not fire, or has too little data to say."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._fields import attribute_names, choice, read_only, recognised
from servicelead.uncertainty._confidence import DEFAULT_CONFIDENCE
from servicelead.uncertainty.rate import Rate

__all__ = ["Verdict", "VerdictStatus"]


class VerdictStatus(StrEnum):
    """What a rule says."""

    FIRES = "fires"
    DOES_NOT_FIRE = "does_not_fire"
    TOO_LITTLE_DATA = "too_little_data"


def _as_status(value: VerdictStatus | str) -> VerdictStatus:
    return recognised(VerdictStatus, value)


@frozen(kw_only=True)
class Verdict:
    """What a rule says, and on what evidence.

    Attributes
    ----------
    status
        `VerdictStatus` or its name.
    evidence
        The figures behind it, by name; read-only.

    Examples
    --------
    >>> verdict = Verdict.of_rate(Rate(52, 100), above=0.5)
    >>> print(verdict)
    too little data (successes 52, trials 100, above 0.5, confidence 0.95, probability 0.6553)
    >>> Verdict.of_rate(Rate(60, 100), above=0.5).fires
    True
    """

    status: VerdictStatus = field(converter=_as_status, validator=choice(VerdictStatus))
    evidence: Mapping[str, Any] = field(factory=dict, converter=read_only, validator=attribute_names(), hash=False)

    @classmethod
    def of_rate(cls, rate: Rate, *, above: float = 0.5, confidence: float = DEFAULT_CONFIDENCE) -> "Verdict":
        """Judge whether a rate lies above a threshold.

        The rule fires when ``P(rate > above | data)`` is at least `confidence`, and does not when it is at most
        ``1 - confidence``; between the two, and without trials, there is too little data.

        Parameters
        ----------
        rate
            Successes among trials.
        above
            The threshold, strictly between 0 and 1.
        confidence
            How sure to be either way, from above .5 to below 1.

        Returns
        -------
        Verdict
            Its evidence holds successes, trials, above, confidence and, where there are trials, the probability.

        Raises
        ------
        InvalidValueError
            A threshold or confidence out of range.
        """
        require_within("Verdict.of_rate: above", above)
        require_within("Verdict.of_rate: confidence", confidence, lowest=0.5)
        evidence: dict[str, float] = {
            "successes": rate.successes,
            "trials": rate.trials,
            "above": above,
            "confidence": confidence,
        }
        if not rate.is_defined:
            return cls(status=VerdictStatus.TOO_LITTLE_DATA, evidence=evidence)
        probability = rate.exceeds(above)
        evidence["probability"] = probability
        if probability >= confidence:
            return cls(status=VerdictStatus.FIRES, evidence=evidence)
        if probability <= 1 - confidence:
            return cls(status=VerdictStatus.DOES_NOT_FIRE, evidence=evidence)
        return cls(status=VerdictStatus.TOO_LITTLE_DATA, evidence=evidence)

    @property
    def fires(self) -> bool:
        """Whether the rule fires; False too where there is too little data."""
        return self.status is VerdictStatus.FIRES

    def __str__(self) -> str:
        figures = ", ".join(
            f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in self.evidence.items()
        )
        words = self.status.value.replace("_", " ")
        return f"{words} ({figures})" if figures else words
