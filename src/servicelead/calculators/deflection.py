"""How many assisted cases self-service made unnecessary, and what that was worth."""

from fractions import Fraction
from typing import Annotated

from attrs import field, frozen

from servicelead._fields import is_number
from servicelead.calculators.amounts import Amount, Number, amount, exact, quotient
from servicelead.calculators.inputs import count, rate, unit_cost
from servicelead.exceptions import InvalidValueError, UndefinedRateError
from servicelead.uncertainty import Verdict, VerdictStatus

__all__ = ["Deflection"]


@frozen(kw_only=True)
class Deflection:
    """Cases that self-service deflected: events that succeeded, replaced a case, and left nothing more to do.

    Only events of customers *entitled* to assisted support count, and each issue once. Each rate is conditional on the
    one before it, as its name says. Joint rates (shares of *all* events) enter by `from_joint`: given as
    conditional ones they would count the success twice.

    Attributes
    ----------
    n_events
        Self-help events of entitled customers, each issue once; at least 0.
    success_rate
        Share of these events in which the customer found the answer.
    intent_given_success_rate
        Share *of the successful ones* whose customer would otherwise have opened a case.
    no_further_action_given_intent_rate
        Share *of those* that needed nothing more.
    n_assisted_cases
        Assisted cases of entitled customers in the same period, for the demand rate.
    assisted_case_cost, self_help_event_cost
        What one costs: a number, or `Money` for its currency.
    n_repeated_events, n_unentitled_events
        Further events on issues already counted, which cost and deflect nothing; and events of customers without
        entitlement, which are no business of deflection. By default none.
    n_plausible_cases
        Cases these customers would have brought in the period had there been no self-service, at most: what one
        brought before it, times customers. Deflected and assisted cases together cannot exceed it.

    Raises
    ------
    InvalidValueError
        A rate outside [0, 1] (23% is .23), a negative count or price.
    UndefinedRateError
        By an output whose inputs were left out, or with nothing to divide by.
    MixedCurrencyError
        Two currencies.

    Notes
    -----
    The published industry average of 23% (``reference_point("demand_deflection_rate")``) is `demand_deflection_rate`,
    neither of the other two.

    Examples
    --------
    >>> deflection = Deflection(
    ...     n_events=10_000,
    ...     success_rate=0.48,
    ...     intent_given_success_rate=0.60,
    ...     no_further_action_given_intent_rate=0.80,
    ...     n_assisted_cases=7_713,
    ...     assisted_case_cost=45,
    ...     self_help_event_cost=2.50,
    ... )
    >>> deflection.deflected_cases, deflection.event_deflection_rate
    (2304.0, 0.2304)
    >>> round(deflection.demand_deflection_rate, 10), deflection.net_value
    (0.2300089847, 78680.0)
    """

    n_events: Number = field(**count("self-help events of entitled customers, each issue once", unit="events"))
    success_rate: Number = field(**rate("share of the events in which the customer found the answer"))
    intent_given_success_rate: Number = field(**rate("share of the successful who would have opened a case"))
    no_further_action_given_intent_rate: Number = field(**rate("share of those who needed nothing more"))
    n_assisted_cases: Number | None = field(
        default=None, **count("assisted cases of entitled customers in the period", unit="cases", optional=True)
    )
    assisted_case_cost: Amount | None = field(
        default=None, **unit_cost("what an assisted case costs", per="case", optional=True)
    )
    self_help_event_cost: Amount | None = field(
        default=None, **unit_cost("what a self-help event costs", per="event", optional=True)
    )
    n_repeated_events: Number = field(default=0, **count("further events on issues already counted", unit="events"))
    n_unentitled_events: Number = field(default=0, **count("events of customers not entitled", unit="events"))
    n_plausible_cases: Number | None = field(
        default=None, **count("most cases there would be without self-service", unit="cases", optional=True)
    )

    @classmethod
    def from_joint(
        cls,
        *,
        success_rate: Number,
        success_and_intent_rate: Number,
        success_intent_and_no_further_action_rate: Number,
        **others: Amount | None,
    ) -> "Deflection":
        """Make one from joint rates: each the share of *all* events with everything its name says.

        Parameters
        ----------
        success_rate, success_and_intent_rate, success_intent_and_no_further_action_rate
            In [0, 1], and none above the one before it. Where one is 0 so are those after it, and their conditional
            rates, of nobody, are taken as 0.
        **others
            The other fields.

        Returns
        -------
        Deflection

        Raises
        ------
        InvalidValueError
            A joint rate above the one before it: then it is conditional.

        Examples
        --------
        >>> joint = Deflection.from_joint(
        ...     n_events=10_000,
        ...     success_rate=0.48,
        ...     success_and_intent_rate=0.288,
        ...     success_intent_and_no_further_action_rate=0.2304,
        ... )
        >>> float(joint.intent_given_success_rate), joint.deflected_cases
        (0.6, 2304.0)
        """
        joint = {
            "success_rate": success_rate,
            "success_and_intent_rate": success_and_intent_rate,
            "success_intent_and_no_further_action_rate": success_intent_and_no_further_action_rate,
        }
        whole, conditional = Fraction(1), []
        for name, given in joint.items():
            if not is_number(given) or not 0 <= given <= 1:
                raise InvalidValueError(
                    f"Deflection.from_joint: {name} must be a proportion in [0, 1]; got something else; "
                    "write a percentage as its proportion: 23% is .23"
                )
            if exact(given) > whole:
                raise InvalidValueError(
                    f"Deflection.from_joint: {name} must not exceed the rate before it, which it is a part of; got a "
                    "larger one; a rate among those who said yes before is conditional: make Deflection(...) of it"
                )
            conditional.append(exact(given) / whole if whole else whole)
            whole = exact(given)
        success, intent, no_further_action = conditional
        return cls(
            success_rate=success,
            intent_given_success_rate=intent,
            no_further_action_given_intent_rate=no_further_action,
            **others,  # type: ignore[arg-type]  # the fields' own validators judge them
        )

    @property
    def deflected_cases(self) -> Annotated[float, "cases"]:
        """``n_events * event_deflection_rate``."""
        return float(self._deflected)

    @property
    def event_deflection_rate(self) -> Annotated[float, "proportion"]:
        """``success_rate * intent_given_success_rate * no_further_action_given_intent_rate``, per self-help event."""
        return float(self._rate)

    @property
    def demand_deflection_rate(self) -> Annotated[float, "proportion"]:
        """``deflected_cases / (deflected_cases + n_assisted_cases)``, of all demand for help."""
        demand = self._deflected + self._given("demand_deflection_rate", "n_assisted_cases")
        return float(quotient(self, "demand_deflection_rate", self._deflected, demand, nothing="no demand at all"))

    @property
    def gross_value(self) -> Annotated[Amount, "money"]:
        """``deflected_cases * assisted_case_cost``."""
        return amount(self, self._deflected * self._given("gross_value", "assisted_case_cost"))

    @property
    def self_help_cost(self) -> Annotated[Amount, "money"]:
        """``(n_events + n_repeated_events) * self_help_event_cost``: an event that deflects nothing costs too."""
        return amount(self, self._cost)

    @property
    def net_value(self) -> Annotated[Amount, "money"]:
        """``gross_value - self_help_cost``; negative where self-service costs more than it saves."""
        return amount(self, self._deflected * self._given("net_value", "assisted_case_cost") - self._cost)

    @property
    def break_even_rate(self) -> Annotated[float, "proportion"]:
        """Event deflection rate at which the net value is 0: ``self_help_cost / (n_events * assisted_case_cost)``."""
        worth = exact(self.n_events) * self._given("break_even_rate", "assisted_case_cost")
        return float(quotient(self, "break_even_rate", self._cost, worth, nothing="events or cases worth nothing"))

    def demand_check(self) -> Verdict:
        """Judge whether more was deflected than there can have been demand for.

        Fires when ``deflected_cases + n_assisted_cases > n_plausible_cases``: then a rate is too high, or events are
        counted that were no demand. Without one of the two numbers there is too little data.

        Returns
        -------
        Verdict
            Its evidence holds the three numbers that are known.

        Examples
        --------
        >>> deflection = Deflection(
        ...     n_events=10_000,
        ...     success_rate=0.48,
        ...     intent_given_success_rate=0.60,
        ...     no_further_action_given_intent_rate=0.80,
        ...     n_assisted_cases=7_713,
        ...     n_plausible_cases=9_000,
        ... )
        >>> print(deflection.demand_check())
        fires (deflected_cases 2304, n_assisted_cases 7713, n_plausible_cases 9000)
        """
        evidence = {"deflected_cases": self.deflected_cases}
        for name in ("n_assisted_cases", "n_plausible_cases"):
            value = getattr(self, name)
            if value is not None:
                evidence[name] = float(value)
        if len(evidence) < 3:
            return Verdict(status=VerdictStatus.TOO_LITTLE_DATA, evidence=evidence)
        demand = self._deflected + self._given("demand_check", "n_assisted_cases")
        too_much = demand > self._given("demand_check", "n_plausible_cases")
        status = VerdictStatus.FIRES if too_much else VerdictStatus.DOES_NOT_FIRE
        return Verdict(status=status, evidence=evidence)

    @property
    def _rate(self) -> Fraction:
        rates = self.success_rate, self.intent_given_success_rate, self.no_further_action_given_intent_rate
        return exact(rates[0]) * exact(rates[1]) * exact(rates[2])

    @property
    def _deflected(self) -> Fraction:
        return exact(self.n_events) * self._rate

    @property
    def _cost(self) -> Fraction:
        n = exact(self.n_events) + exact(self.n_repeated_events)
        return n * self._given("self_help_cost", "self_help_event_cost")

    def _given(self, output: str, name: str) -> Fraction:
        value: Amount | None = getattr(self, name)
        if value is None:
            raise UndefinedRateError(
                f"Deflection.{output} must have all its inputs; got no {name}; give it when you make the Deflection"
            )
        return exact(value)
