"""What a survey of self-help events says of the rate at which they deflect cases, and how surely."""

from fractions import Fraction
from math import prod
from typing import Annotated, Any, cast

from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._fields import as_int
from servicelead.calculators.amounts import Amount
from servicelead.calculators.deflection import Deflection
from servicelead.calculators.inputs import whole
from servicelead.exceptions import InvalidValueError, UndefinedRateError
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate, Rate

__all__ = ["DeflectionSurvey"]

_PRODUCT = "product of Jeffreys posteriors"


def _count(value: Any) -> Any:
    return None if value is None else as_int(value)


def _answers(description: str) -> dict[str, Any]:
    return {"converter": as_int, **whole(description, unit="answers")}


def _if_separate(description: str, unit: str = "answers") -> dict[str, Any]:
    return {"default": None, "converter": _count, **whole(description, unit=unit, optional=True)}


@frozen(kw_only=True)
class DeflectionSurvey:
    """Answers to three questions: found the answer, would otherwise have opened a case, needed nothing more.

    In **one** survey the second question counts for those who succeeded, and the third for those of them who would
    have opened a case. The product of the three rates is then k/n, the share who said yes three times, and has the
    Wilson interval of k/n.

    In **separate** surveys, of different people, `n_asked_intent` and `n_asked_further_action` are the numbers who
    answered the second and the third. The rates are independent: the value is the mean, and the bounds are quantiles,
    of the product of their three Jeffreys posteriors. Multiplying the ends of three intervals would be wrong.

    Attributes
    ----------
    n_asked
        Events whose customer answered the first question.
    n_succeeded, n_intended, n_needed_nothing_more
        Yes to the first, second and third; at most the number counted for that question.
    n_asked_intent, n_asked_further_action
        Who answered the second and the third of separate surveys; both or neither.
    n_invited, n_invited_intent, n_invited_further_action
        Who was sent each survey, at least the number who answered; by default nobody else. The last two belong to
        separate surveys.

    Raises
    ------
    InvalidValueError
        More yes than answers, more answers than invitations, or half a description of separate surveys.
    UndefinedRateError
        By an output where a survey has no answers; `interval` is undefined, with the reason.

    Examples
    --------
    >>> survey = DeflectionSurvey(n_asked=200, n_succeeded=96, n_intended=58, n_needed_nothing_more=46)
    >>> survey.event_deflection_rate
    0.23
    >>> separate = DeflectionSurvey(
    ...     n_asked=200, n_succeeded=96,
    ...     n_asked_intent=100, n_intended=60,
    ...     n_asked_further_action=50, n_needed_nothing_more=40,
    ... )
    >>> print(separate.interval())
    0.2284 proportion [0.1726, 0.2891] (95%, product of Jeffreys posteriors, n = 350)
    """

    n_asked: int = field(**_answers("answers to the first question"))
    n_succeeded: int = field(**_answers("found the answer"))
    n_intended: int = field(**_answers("would otherwise have opened a case"))
    n_needed_nothing_more: int = field(**_answers("needed nothing more"))
    n_asked_intent: int | None = field(**_if_separate("answers to a separate survey of intent"))
    n_asked_further_action: int | None = field(**_if_separate("answers to a separate survey of further action"))
    n_invited: int | None = field(**_if_separate("events invited to the first survey", "events"))
    n_invited_intent: int | None = field(**_if_separate("events invited to the second survey", "events"))
    n_invited_further_action: int | None = field(**_if_separate("events invited to the third survey", "events"))

    def __attrs_post_init__(self) -> None:
        """Refuse counts that contradict one another."""
        of_separate = (self.n_asked_intent, self.n_asked_further_action)
        if (of_separate[0] is None) != (of_separate[1] is None):
            raise InvalidValueError(
                "DeflectionSurvey: n_asked_intent and n_asked_further_action must be given together; got one of them; "
                "give both for separate surveys, neither where one survey asked everything"
            )
        if not self.is_separate and (self.n_invited_intent, self.n_invited_further_action) != (None, None):
            raise InvalidValueError(
                "DeflectionSurvey: n_invited_intent and n_invited_further_action must come with separate surveys; "
                "got them without; give n_asked_intent and n_asked_further_action too, or n_invited alone"
            )
        second, third = (
            ("n_asked_intent", "n_asked_further_action") if self.is_separate else ("n_succeeded", "n_intended")
        )
        self._require("n_succeeded", "n_asked", "count every yes as an answer")
        hint = "in one survey only those who said yes before count; for separate ones give both n_asked_..."
        self._require("n_intended", second, hint)
        self._require("n_needed_nothing_more", third, hint)
        for name in ("n_asked", "n_asked_intent", "n_asked_further_action"):
            self._require(name, name.replace("asked", "invited"), "count every answer as an invitation")

    def _require(self, name: str, most: str, remedy: str) -> None:
        value, bound = getattr(self, name), getattr(self, most)
        if bound is not None and value > bound:
            raise InvalidValueError(
                f"DeflectionSurvey.{name} must be at most {most}; got a larger number; {remedy}",
            )

    @property
    def is_separate(self) -> bool:
        """Whether each question was asked in a survey of its own."""
        return self.n_asked_intent is not None

    @property
    def rates(self) -> tuple[Rate, ...]:
        """What was observed: k of n of one survey, or the three rates of separate ones."""
        if self.n_asked_intent is None or self.n_asked_further_action is None:
            return (Rate(self.n_needed_nothing_more, self.n_asked),)
        return (
            Rate(self.n_succeeded, self.n_asked),
            Rate(self.n_intended, self.n_asked_intent),
            Rate(self.n_needed_nothing_more, self.n_asked_further_action),
        )

    @property
    def event_deflection_rate(self) -> Annotated[float, "proportion"]:
        """``n_needed_nothing_more / n_asked``; of separate surveys the product of ``(yes + 1/2) / (n + 1)``."""
        self._require_answers("event_deflection_rate")
        return self.rates[0].value if not self.is_separate else float(prod(self._posterior_means))

    @property
    def event_deflection_rate_lower(self) -> Annotated[float, "proportion"]:
        """Lower end of the 95% interval; see ``interval`` for other levels."""
        self._require_answers("event_deflection_rate_lower")
        return cast("float", self.interval().lower)

    @property
    def event_deflection_rate_upper(self) -> Annotated[float, "proportion"]:
        """Upper end of the 95% interval."""
        self._require_answers("event_deflection_rate_upper")
        return cast("float", self.interval().upper)

    @property
    def non_response_lower(self) -> Annotated[float, "proportion"]:
        """The rate if nobody who was invited and did not answer deflected: the product of ``yes / n_invited``."""
        self._require_answers("non_response_lower")
        return prod(rate.successes / n for rate, n in zip(self.rates, self._invited, strict=True))

    @property
    def non_response_upper(self) -> Annotated[float, "proportion"]:
        """The rate if all of them deflected: the product of ``(yes + n_invited - n) / n_invited``."""
        self._require_answers("non_response_upper")
        return prod((r.successes + n - r.trials) / n for r, n in zip(self.rates, self._invited, strict=True))

    def interval(self, confidence: float = DEFAULT_CONFIDENCE) -> Estimate:
        """Return the event deflection rate with the interval that the design of the survey calls for.

        Parameters
        ----------
        confidence
            Of the interval, strictly between 0 and 1.

        Returns
        -------
        Estimate
            In proportions. The lower bound is 0 where a question had no yes, the upper 1 where all had nothing else.
            Undefined, with the reason, where a survey has no answers.
        """
        if not self.is_separate:
            return self.rates[0].interval(confidence)
        require_within("DeflectionSurvey.interval: confidence", confidence)
        n = sum(rate.trials for rate in self.rates)
        if not all(rate.is_defined for rate in self.rates):
            reason = "a survey without answers"
            return Estimate.undefined(reason, method=_PRODUCT, unit="proportion", confidence=confidence, n=n)
        import numpy as np  # noqa: PLC0415 - a calculator of plain numbers does without

        from servicelead.kernels.beta_products import beta_product_quantiles  # noqa: PLC0415 - the same

        a = np.array([rate.successes + 0.5 for rate in self.rates])
        b = np.array([rate.trials - rate.successes + 0.5 for rate in self.rates])
        ends = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
        lower, upper = beta_product_quantiles(a, b, ends).tolist()
        return Estimate(
            value=self.event_deflection_rate,
            lower=lower if all(rate.successes for rate in self.rates) else 0.0,
            upper=upper if any(rate.successes < rate.trials for rate in self.rates) else 1.0,
            confidence=confidence,
            method=_PRODUCT,
            n=n,
            unit="proportion",
        )

    def deflection(self, n_events: float, **others: Amount | None) -> Deflection:
        """Return the calculator with this survey's rates.

        Parameters
        ----------
        n_events
            Self-help events of entitled customers that the survey speaks for.
        **others
            Other fields of `Deflection`, such as ``n_assisted_cases``.

        Returns
        -------
        Deflection
            Its event deflection rate is that of the survey.

        Raises
        ------
        UndefinedRateError
            Where a survey has no answers.

        Examples
        --------
        >>> survey = DeflectionSurvey(n_asked=200, n_succeeded=96, n_intended=58, n_needed_nothing_more=46)
        >>> survey.deflection(10_000, assisted_case_cost=45, self_help_event_cost=2.5).net_value
        78500.0
        """
        self._require_answers("deflection")
        if not self.is_separate:
            return Deflection.from_joint(
                success_rate=Fraction(self.n_succeeded, self.n_asked),
                success_and_intent_rate=Fraction(self.n_intended, self.n_asked),
                success_intent_and_no_further_action_rate=Fraction(self.n_needed_nothing_more, self.n_asked),
                n_events=n_events,
                **others,
            )
        success, intent, no_further_action = self._posterior_means
        return Deflection(
            n_events=n_events,
            success_rate=success,
            intent_given_success_rate=intent,
            no_further_action_given_intent_rate=no_further_action,
            **others,  # type: ignore[arg-type]  # the fields' own validators judge them
        )

    @property
    def _posterior_means(self) -> tuple[Fraction, ...]:
        return tuple(Fraction(2 * rate.successes + 1, 2 * rate.trials + 2) for rate in self.rates)

    @property
    def _invited(self) -> tuple[int, ...]:
        named = (self.n_invited, self.n_invited_intent, self.n_invited_further_action)
        return tuple(rate.trials if n is None else n for rate, n in zip(self.rates, named, strict=False))

    def _require_answers(self, output: str) -> None:
        if not all(rate.is_defined for rate in self.rates):
            raise UndefinedRateError(
                f"DeflectionSurvey.{output} must have answers to each question; got a survey without any; "
                "it is undefined, not 0: ask first",
            )
