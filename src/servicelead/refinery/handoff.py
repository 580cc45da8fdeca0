"""Whether what sales learnt reaches those who serve the customer."""

from collections.abc import Iterable
from typing import Annotated

import numpy as np
from attrs import Attribute, field, frozen

from servicelead._fields import refuse
from servicelead.calculators.amounts import Number
from servicelead.calculators.inputs import rate, whole
from servicelead.calculators.practices import Practices
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.uncertainty import Rate

__all__ = ["HandoffReadiness", "missing_fields"]


@frozen(kw_only=True)
class HandoffReadiness(Practices):
    """Seven practices of handing a customer from sales to services, each in place to a degree.

    How much of what sales knows arrives is counted beside the practices and is no part of their score:
    ``completeness_rate = fields handed over / fields sales holds``, and the questions a customer was asked twice.

    Attributes
    ----------
    roles_and_incentives_set
        Who does what, and what each is paid for, is settled, in [0, 1], as all practices.
    programmes_known_to_sales
        Sales knows the services programmes it can offer.
    pricing_rules_known
        So are their prices and who may discount them.
    success_focused_team
        The team that takes over works for the customer's success, not for its own utilisation.
    services_in_the_sale
        Services take part before the deal is closed.
    formal_transition
        A named owner takes over in a formal transition.
    onboarding_on_expectations
        Onboarding starts from what was expected at the sale.
    n_fields_held
        Fields of a customer that sales holds.
    n_fields_handed_over
        Those of them that were handed over.
    n_questions_reasked
        Questions the customer had answered before, and was asked again.
    weights
        What each practice counts for, by its field; those not named count 1.

    Raises
    ------
    InvalidValueError
        For a degree outside [0, 1], a weight that is negative or of no practice, more fields handed over than held.

    Examples
    --------
    >>> handoff = HandoffReadiness(
    ...     roles_and_incentives_set=1, programmes_known_to_sales=0.5, pricing_rules_known=1, success_focused_team=1,
    ...     services_in_the_sale=0.5, formal_transition=0, onboarding_on_expectations=0.25,
    ...     n_fields_held=40, n_fields_handed_over=26, n_questions_reasked=3, weights={"formal_transition": 2},
    ... )
    >>> handoff.readiness_score, handoff.completeness_rate
    (0.53125, 0.65)
    >>> handoff.gaps()["practice"][0]
    'formal_transition'
    """

    roles_and_incentives_set: Number = field(**rate("how far roles and incentives are set"))
    programmes_known_to_sales: Number = field(**rate("how far sales knows the services programmes"))
    pricing_rules_known: Number = field(**rate("how far sales knows prices and discount rules"))
    success_focused_team: Number = field(**rate("how far the team works for the customer's success"))
    services_in_the_sale: Number = field(**rate("how far services take part in the sale"))
    formal_transition: Number = field(**rate("how far a named owner takes over formally"))
    onboarding_on_expectations: Number = field(**rate("how far onboarding starts from what was expected at the sale"))
    n_fields_held: int = field(default=0, **whole("fields that sales holds", unit="fields"))
    n_fields_handed_over: int = field(default=0, **whole("fields handed over", unit="fields"))
    n_questions_reasked: int = field(default=0, **whole("questions asked again", unit="questions"))

    @n_fields_handed_over.validator
    def _are_held(self, attribute: "Attribute[int]", value: int) -> None:
        if value > self.n_fields_held:
            refuse(self, attribute, "at most n_fields_held", "a larger number", "count only what sales had")

    @property
    def completeness(self) -> Rate:
        """Fields handed over, of those sales holds: a `Rate`, with its interval."""
        return Rate(self.n_fields_handed_over, self.n_fields_held)

    @property
    def completeness_rate(self) -> Annotated[float, "proportion"]:
        """``n_fields_handed_over / n_fields_held``; an `UndefinedRateError` where sales holds none."""
        return self.completeness.value


def missing_fields(held: Iterable[str], handed_over: Iterable[str]) -> ResultTable:
    """Return the fields that sales holds and did not hand over, in the order held.

    Parameters
    ----------
    held
        Names of the fields sales holds; repeats count once.
    handed_over
        Names of those handed over. One that sales does not hold is an error: it came from elsewhere.

    Returns
    -------
    ResultTable
        ``field``; its length is ``n_fields_held - n_fields_handed_over``.

    Raises
    ------
    InvalidValueError
        For a field handed over that is not held.

    Examples
    --------
    >>> missing_fields(["goal", "go-live date", "sponsor"], ["goal", "sponsor"])["field"].tolist()
    ['go-live date']
    """
    known, given = dict.fromkeys(held), set(handed_over)
    if stray := len(given - known.keys()):
        raise InvalidValueError(
            f"missing_fields: handed_over must be fields of held; got {stray} that are not; name them as sales does"
        )
    return ResultTable({"field": np.array([name for name in known if name not in given], dtype=object)})
