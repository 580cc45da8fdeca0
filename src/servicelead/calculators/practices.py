"""How far a set of practices is in place: one weighted score, and where it is lost."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any

import numpy as np
from attrs import Attribute, field, frozen

from servicelead._fields import is_number, kind_of, read_only, refuse
from servicelead.calculators.amounts import Number, exact
from servicelead.calculators.contract import Kind, inputs_of
from servicelead.columns.table import ResultTable

__all__ = ["Practices"]


@frozen(kw_only=True)
class Practices:
    """A list of practices, each in place to a degree in [0, 1]: a subclass has one rate per practice.

    Attributes
    ----------
    weights
        What each practice counts for, by its field, at least 0 and not all 0; those not named count 1.

    Raises
    ------
    InvalidValueError
        For a weight that is negative, or of no practice.
    """

    weights: Mapping[str, Number] = field(factory=dict, converter=read_only, hash=False)

    @weights.validator
    def _are_of_practices(self, attribute: "Attribute[Any]", value: Any) -> None:
        rule = "a mapping of practices to numbers of at least 0, not all 0"
        if not isinstance(value, Mapping):
            refuse(self, attribute, rule, kind_of(value), "give a dict")
        names = self._names()
        remedy = f"its practices are {', '.join(names)}"
        if any(name not in names for name in value):
            refuse(self, attribute, rule, "a weight of something else", remedy)
        if not all(is_number(weight) and weight >= 0 for weight in value.values()):
            refuse(self, attribute, rule, "a weight that is none", remedy)
        if not any(value.get(name, 1) for name in names):
            refuse(self, attribute, rule, "nothing but zeros", "leave them out to weigh all alike")

    @property
    def readiness_score(self) -> Annotated[float, "score from 0 to 1"]:
        """``sum(weight * degree) / sum(weight)``: 0 is nothing in place, 1 is everything."""
        names = self._names()
        total = sum((self._weight(name) for name in names), Fraction(0))
        return float(sum((self._weight(name) * self._degree(name) for name in names), Fraction(0)) / total)

    def gaps(self) -> ResultTable:
        """Return where the score is lost, the largest loss first, ties in the order of the practices.

        Returns
        -------
        ResultTable
            ``practice, degree, weight, lost_score``; the losses add up to ``1 - readiness_score``.
        """
        names = self._names()
        weight = np.array([float(self._weight(name)) for name in names])
        degree = np.array([float(self._degree(name)) for name in names])
        lost = weight * (1 - degree) / np.sum(weight)
        table = {"practice": np.array(names, dtype=object), "degree": degree, "weight": weight, "lost_score": lost}
        return ResultTable(table).take(np.argsort(-lost, kind="stable"))

    def _names(self) -> tuple[str, ...]:
        return tuple(each.name for each in inputs_of(self) if each.kind is Kind.RATE)

    def _weight(self, name: str) -> Fraction:
        return exact(self.weights.get(name, 1))

    def _degree(self, name: str) -> Fraction:
        return exact(getattr(self, name))
