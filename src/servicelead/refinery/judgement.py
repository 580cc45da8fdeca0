"""What a rule about the refinery says of a business: a verdict, why, and what to do."""

from typing import Protocol, runtime_checkable

from attrs import field, frozen
from attrs.validators import instance_of

from servicelead._fields import text
from servicelead.tables.business import Business
from servicelead.uncertainty import Rate, Verdict, VerdictStatus

__all__ = ["Judgement", "Rule", "below", "portion"]

_WORDS = {
    VerdictStatus.FIRES: "YES",
    VerdictStatus.DOES_NOT_FIRE: "no",
    VerdictStatus.TOO_LITTLE_DATA: "too little data",
}


@frozen(kw_only=True)
class Judgement:
    """The verdict of one rule, in words.

    Attributes
    ----------
    name
        Of the rule.
    question
        What the rule asks.
    verdict
        Whether it fires, with the figures.
    finding
        What was found, a sentence.
    action
        What the rule suggests where it fires, a sentence.
    """

    name: str = field(validator=text())
    question: str = field(validator=text())
    verdict: Verdict = field(validator=instance_of(Verdict))
    finding: str = field(validator=text())
    action: str = field(validator=text())

    def __str__(self) -> str:
        answer = f"{self.question} {_WORDS[self.verdict.status]}: {self.finding}"
        return f"{answer} {self.action}" if self.verdict.fires else answer


@runtime_checkable
class Rule(Protocol):
    """Anything that can judge a business; those of this package are frozen values whose fields are thresholds."""

    def judge(self, business: Business, confidence: float) -> Judgement:
        """Return what the rule says, as sure as `confidence` either way."""
        ...


def portion(rate: Rate, of: str, do: str) -> str:
    """Say a rate in words: ``60 of 100 (60.0%) of the losses do``, or ``there are no losses to count``."""
    if not rate.is_defined:
        return f"there are no {of} to count"
    return f"{rate.successes:,} of {rate.trials:,} ({rate.value:.1%}) of the {of} {do}"


def below(rate: Rate, threshold: float, confidence: float) -> Verdict:
    """Judge whether a rate lies below a threshold: what does not happen lies above one minus it."""
    failures = Rate(rate.trials - rate.successes, rate.trials)
    found = Verdict.of_rate(failures, above=1 - threshold, confidence=confidence)
    evidence = {"successes": rate.successes, "trials": rate.trials, "below": threshold, "confidence": confidence}
    probability = {name: value for name, value in found.evidence.items() if name == "probability"}
    return Verdict(status=found.status, evidence={**evidence, **probability})
