"""What every attribution model is: a strategy that fits, an attributor that gives credit."""

from abc import ABC, abstractmethod
from typing import Any, Protocol, Self, runtime_checkable

from attrs import evolve, frozen

from servicelead._fields import kind_of
from servicelead._typing import IntArray
from servicelead.attribution.results.arguments import require_journeys
from servicelead.attribution.results.credit import Block, Equal, Pick, Shares
from servicelead.attribution.results.result import Attribution
from servicelead.exceptions import InvalidValueError
from servicelead.tables.journeys import Journeys

__all__ = ["Attributor", "Ready", "Rule", "Strategy", "attribute", "require_strategy"]


@runtime_checkable
class Attributor(Protocol):
    """Something ready to give credit."""

    def attribute(self, journeys: Journeys) -> Attribution:
        """Return the credit of every placement."""
        ...


@runtime_checkable
class Strategy(Protocol):
    """A recipe: what fits an attributor to journeys.

    One whose credit does not depend on what it was fitted to may say so by an attribute ``learns_credit = False``; then
    intervals need not fit it again.
    """

    def fit(self, journeys: Journeys) -> Attributor:
        """Return an attributor fitted to the journeys; a rule returns itself."""
        ...


@frozen(kw_only=True)
class Ready:
    """Base of strategies with nothing to learn: each is its own attributor."""

    def fit(self, journeys: Journeys) -> Self:
        """Return the strategy itself: there is nothing to learn."""
        require_journeys(f"{type(self).__name__}.fit()", journeys)
        return self


@frozen(kw_only=True)
class Rule(Ready, ABC):
    """Base of rules that state their credit block by block (see `servicelead.attribution.results.credit`).

    Everything else - totals, money, intervals, explanations - follows from that.
    """

    def attribute(self, journeys: Journeys) -> Attribution:
        """Return the credit of every placement.

        Raises
        ------
        MissingTimesError
            When the rule needs times or milestones and the journeys are aggregated paths.
        """
        require_journeys(f"{type(self).__name__}.attribute()", journeys)
        self.check(journeys)
        return Attribution(journeys=journeys, strategy=self, source=self)

    def check(self, journeys: Journeys) -> None:
        """Raise when the rule cannot be used on these journeys."""

    @abstractmethod
    def credit(self, journeys: Journeys, block: Block) -> Equal | Pick | Shares:
        """Return the shares of one block of journeys."""

    def integer_weights(self, journeys: Journeys, block: Block) -> IntArray | None:
        """Return exact relative weights where shares are rational; None where they are not."""
        del journeys, block
        return None

    @abstractmethod
    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return, for each placement of one journey, why it has its share."""


def require_strategy(name: str, given: Any) -> None:
    """Refuse what is neither a strategy nor an attributor, such as the class of one, or its name."""
    if isinstance(given, type):
        written = given.__name__
        raise InvalidValueError(
            f"{name} needs a strategy, an instance and not its class; write {written}(), not {written}"
        )
    if not isinstance(given, Strategy | Attributor):
        raise InvalidValueError(
            f"{name} needs a strategy, or an object with attribute(journeys); got {kind_of(given)}; write e.g. Linear()"
        )


def attribute(journeys: Journeys, strategy: Strategy | Attributor) -> Attribution:
    """Share the value of every won journey over its touches.

    Parameters
    ----------
    journeys
        From `Journeys.from_business` or `Journeys.from_paths`.
    strategy
        A strategy, such as ``Linear()``, or anything with ``attribute(journeys)``.

    Returns
    -------
    Attribution
        Shares, value, exact minor units, totals with intervals and explanations.

    Raises
    ------
    InvalidValueError
        When the strategy is neither, e.g. a class instead of an instance.
    MissingTimesError
        When it needs times and the journeys have none.

    Examples
    --------
    >>> from servicelead.attribution import Linear
    >>> journeys = Journeys.from_paths(
    ...     {"path": ["call > email", "email"], "won": [2, 1], "value": [80.0, 20.0]},
    ...     path="path", conversions="won", value="value",
    ... )
    >>> print(attribute(journeys, Linear()).by("channel", intervals=False)["value"])
    [60. 40.]
    """
    require_strategy("attribute()", strategy)
    require_journeys("attribute()", journeys)
    if not isinstance(strategy, Strategy):
        return strategy.attribute(journeys)
    attributor: Any = strategy.fit(journeys)
    attribution: Attribution = attributor.attribute(journeys)
    is_learned = attributor is not strategy and getattr(strategy, "learns_credit", True)
    return evolve(attribution, fitted_by=strategy) if is_learned else attribution
