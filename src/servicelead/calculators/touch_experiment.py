"""Whether higher touch pays, from an experiment: adopt it, reject it, or ask more accounts."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from attrs import field, frozen
from attrs.validators import instance_of, optional

from servicelead._fields import proportion
from servicelead.calculators.amounts import Amount, amount, currency_of, exact, plain, undefined
from servicelead.calculators.experiment_arms import ARMS, read_arms
from servicelead.calculators.inputs import money, whole
from servicelead.calculators.mean_difference import MeanDifference
from servicelead.domain import Money
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate, Verdict, VerdictStatus

__all__ = ["TouchExperiment"]

_DECISIONS = {
    VerdictStatus.FIRES: "adopt",
    VerdictStatus.DOES_NOT_FIRE: "reject",
    VerdictStatus.TOO_LITTLE_DATA: "inconclusive",
}


@frozen(kw_only=True)
class TouchExperiment:
    """Accounts given higher touch (treated) against others that were not (control).

    Higher touch works when

    1. value per account rises, and volume where it was measured;
    2. the low-touch accounts beside it are not worse off by more than a margin, where they were measured;
    3. the rise covers its cost.

    Each question is answered by an interval of the difference of two means (Welch). **Adopt** when all are answered
    yes: the intervals of rises and of the rise less its cost lie above 0, that of low touch above ``-margin``.
    **Reject** when one is answered no: its interval lies wholly on the other side. Else the experiment is
    **inconclusive**.

    Attributes
    ----------
    n_treated, n_control
        Accounts in each arm, at least 2.
    treated_value, control_value
        Mean value per account: `Money` or plain numbers, at least 0.
    treated_value_sd, control_value_sd
        Standard deviation of it over the accounts, likewise.
    touch_cost
        What higher touch costs per treated account, at least 0.
    volume
        The same arms by number of orders, say; None where it was not measured.
    low_touch
        Low-touch accounts during the experiment (treated) and without it (control), by value in major units; None
        where they were not measured.
    low_touch_margin
        Loss per low-touch account that would not matter, at least 0.
    confidence
        Of every interval, strictly between 0 and 1.

    Examples
    --------
    >>> experiment = TouchExperiment(
    ...     n_treated=40, treated_value=14_500, treated_value_sd=3_500,
    ...     n_control=40, control_value=12_000, control_value_sd=3_000, touch_cost=1_500,
    ... )
    >>> print(experiment.net)
    1000 per account [-451.6, 2452] (95%, welch, n = 80)
    >>> experiment.decision, experiment.sample_size()
    ('inconclusive', 168)
    """

    n_treated: int = field(**whole("accounts with higher touch", unit="accounts", least=2))
    treated_value: Amount = field(**money("mean value of an account with higher touch"))
    treated_value_sd: Amount = field(**money("standard deviation of it over the accounts"))
    n_control: int = field(**whole("accounts without it", unit="accounts", least=2))
    control_value: Amount = field(**money("mean value of an account without it"))
    control_value_sd: Amount = field(**money("standard deviation of it over the accounts"))
    touch_cost: Amount = field(**money("what higher touch costs per treated account"))
    volume: MeanDifference | None = field(default=None, validator=optional(instance_of(MeanDifference)))
    low_touch: MeanDifference | None = field(default=None, validator=optional(instance_of(MeanDifference)))
    low_touch_margin: Amount = field(default=0, **money("loss per low-touch account that would not matter"))
    confidence: float = field(default=DEFAULT_CONFIDENCE, validator=proportion())

    @classmethod
    def from_accounts(
        cls,
        rows: Any,
        *,
        arms: Mapping[str, str],
        touch_cost: Amount,
        low_touch_margin: Amount = 0,
        confidence: float = DEFAULT_CONFIDENCE,
        currency: str | None = None,
        account: str = "account_id",
        arm: str = "arm",
        value: str = "value",
        volume: str | None = None,
    ) -> Self:
        """Summarise a table of accounts with the arm each was in.

        Parameters
        ----------
        rows
            Any data frame, a mapping of columns, or what `experiment_accounts` returns. Rows of one account (its
            orders, say) are added up; an account without sales needs a row with value 0.
        arms
            Which of your labels is which arm: ``{"treated": ..., "control": ...}`` and, where they were measured,
            ``"low_treated"`` and ``"low_control"``. Rows of other arms are left out.
        touch_cost, low_touch_margin, confidence
            As for the class; with `currency`, plain numbers are read in it.
        currency
            ISO 4217 code of the values; None for plain numbers.
        account, arm, value
            Names of the columns.
        volume
            Name of the column with the volume, where it was measured.

        Returns
        -------
        TouchExperiment

        Raises
        ------
        InvalidValueError
            An arm with fewer than 2 accounts, a missing cell, or a value that is no number.
        SegmentationError
            An account in two arms: it cannot be compared with itself.
        UnknownNameError
            A column that is not there, or an arm that is none.

        Examples
        --------
        >>> experiment = TouchExperiment.from_accounts(
        ...     {"account_id": list("abcdef"), "arm": ["high"] * 3 + ["usual"] * 3, "value": [9, 10, 11, 5, 6, 7]},
        ...     arms={"treated": "high", "control": "usual"}, touch_cost=1,
        ... )
        >>> experiment.lift_value, experiment.decision
        (4.0, 'adopt')
        """
        measured = read_arms(rows, arms, account=account, arm=arm, value=value, volume=volume)
        means = {f"{name}_value": measured[name].value_mean for name in ARMS[:2]}
        spreads = {f"{name}_value_sd": measured[name].value_sd for name in ARMS[:2]}
        amounts = {**means, **spreads, "touch_cost": touch_cost, "low_touch_margin": low_touch_margin}
        return cls(
            n_treated=measured["treated"].n,
            n_control=measured["control"].n,
            volume=measured["treated"].volume_against(measured["control"]) if volume else None,
            low_touch=measured["low_treated"].value_against(measured["low_control"]) if len(measured) > 2 else None,
            confidence=confidence,
            **{name: _in_currency(each, currency) for name, each in amounts.items()},
        )

    @property
    def lift_value(self) -> Annotated[Amount, "money per account"]:
        """``treated_value - control_value``."""
        return amount(self, exact(self.treated_value) - exact(self.control_value))

    @property
    def net_value(self) -> Annotated[Amount, "money per account"]:
        """``lift_value - touch_cost``."""
        return amount(self, exact(self.treated_value) - exact(self.control_value) - exact(self.touch_cost))

    @property
    def net_value_lower(self) -> Annotated[Amount, "money per account"]:
        """Lower end of the interval of `net_value`, at `confidence`."""
        return self._bound("net_value_lower", self.net.lower)

    @property
    def net_value_upper(self) -> Annotated[Amount, "money per account"]:
        """Upper end of it."""
        return self._bound("net_value_upper", self.net.upper)

    @property
    def t_statistic(self) -> Annotated[float, "standard errors"]:
        """``lift_value`` over its standard error (Welch)."""
        return self.value.t_statistic

    @property
    def lift(self) -> Estimate:
        """`lift_value` with its interval."""
        return self.value.interval(self.confidence, unit=self._unit)

    @property
    def net(self) -> Estimate:
        """`net_value` with its interval: the cost is known, so it only shifts the lift's."""
        return self.value.interval(self.confidence, less=plain(self.touch_cost), unit=self._unit)

    @property
    def verdict(self) -> Verdict:
        """Adopt (fires), reject (does not fire) or inconclusive (too little data), with each answer as evidence."""
        margin = plain(self.low_touch_margin)
        answers = {"value_rises": _answer(self.lift), "covers_its_cost": _answer(self.net)}
        if self.volume is not None:
            answers["volume_rises"] = _answer(self.volume.interval(self.confidence))
        if self.low_touch is not None:
            answers["low_touch_is_not_worse"] = _answer(self.low_touch.interval(self.confidence, less=-margin))
        status = VerdictStatus.TOO_LITTLE_DATA
        if "no" in answers.values():
            status = VerdictStatus.DOES_NOT_FIRE
        elif set(answers.values()) == {"yes"}:
            status = VerdictStatus.FIRES
        missing = {"volume_rises": self.volume, "low_touch_is_not_worse": self.low_touch}
        unmeasured = {name: "not measured" for name, measured in missing.items() if measured is None}
        return Verdict(status=status, evidence={"decision": _DECISIONS[status], **answers, **unmeasured})

    @property
    def decision(self) -> Annotated[str, "word"]:
        """``adopt``, ``reject`` or ``inconclusive``: the verdict in a word."""
        return _DECISIONS[self.verdict.status]

    @property
    def value(self) -> MeanDifference:
        """The two arms by value per account, in major units."""
        return MeanDifference(
            n_treated=self.n_treated,
            treated_mean=plain(self.treated_value),
            treated_sd=plain(self.treated_value_sd),
            n_control=self.n_control,
            control_mean=plain(self.control_value),
            control_sd=plain(self.control_value_sd),
        )

    def sample_size(self, *, net: Amount | None = None, power: float = 0.8) -> int:
        """Return the accounts each arm needs to show that the rise covers its cost.

        Parameters
        ----------
        net
            True rise per account less its cost to plan for; by default the one observed, which is uncertain itself.
        power
            Probability of showing it, strictly between 0 and 1.

        Returns
        -------
        int

        Raises
        ------
        InvalidValueError
            A net of 0: no sample shows what is not there.
        """
        effect = plain(self.net_value if net is None else net)
        return self.value.sample_size(effect, power=power, confidence=self.confidence)

    def _bound(self, output: str, bound: float | None) -> Amount:
        if bound is None:
            undefined(self, output, "two arms without any spread")
        return amount(self, exact(bound))

    @property
    def _unit(self) -> str:
        return f"{currency_of(self) or ''} per account".strip()


def _in_currency(value: Amount, currency: str | None) -> Amount:
    if currency is None or isinstance(value, Money):
        return value
    return Money.of(value, currency, rounding="half_even")


def _answer(estimate: Estimate) -> str:
    """Return whether a difference lies above 0: yes, no, or open."""
    if estimate.lower is not None and estimate.lower > 0:
        return "yes"
    return "no" if estimate.upper is not None and estimate.upper < 0 else "open"
