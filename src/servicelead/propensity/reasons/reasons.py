"""Reasons in words: a feature, its value, what is typical, and which way it moves the score."""

from collections.abc import Iterable, Mapping

import numpy as np
from attrs import field, frozen

from servicelead._fields import read_only
from servicelead._typing import FloatArray
from servicelead.exceptions import UnknownNameError
from servicelead.propensity.reasons.units import with_unit
from servicelead.propensity.snapshots.feature import Feature

__all__ = ["Reason", "Wording"]

#: Fewer rows have no quarters to speak of.
_FEWEST = 4


@frozen(kw_only=True)
class Reason:
    """One feature's part in a score, in words.

    Attributes
    ----------
    feature
        Its name.
    contribution
        What it adds to the logit; below 0 it lowers the score.
    value, typical
        In words; `typical` is blank where there were too few rows to tell.
    words
        The whole reason.
    """

    feature: str
    contribution: float
    value: str
    typical: str
    words: str

    def __str__(self) -> str:
        return self.words


@frozen(kw_only=True)
class Wording:
    """How the columns of a model are spoken of.

    Attributes
    ----------
    categories
        Per column None for numbers, else the labels by code.
    typical
        Per column, in words: the middle half of the numbers, or the commonest label.
    definitions
        What columns mean, by name, as far as somebody said.
    """

    names: tuple[str, ...]
    categories: tuple[tuple[str, ...] | None, ...]
    typical: tuple[str, ...]
    definitions: Mapping[str, Feature] = field(converter=read_only)

    @classmethod
    def of(
        cls,
        names: tuple[str, ...],
        categories: tuple[tuple[str, ...] | None, ...],
        reference: FloatArray,
        definitions: Iterable[Feature],
    ) -> "Wording":
        """Learn what is typical from encoded rows (n, p)."""
        meanings = {feature.name: feature for feature in definitions}
        unknown = sorted(set(meanings) - set(names))
        if unknown:
            raise UnknownNameError(
                f"explain(definitions) defines {', '.join(map(repr, unknown))}, which the model does not know; "
                "give the definitions of its columns"
            )
        typical = tuple(map(_typical, reference.T, categories))
        return cls(names=names, categories=categories, typical=typical, definitions=meanings)

    def value(self, place: int, number: float) -> str:
        """Return a column's value in words."""
        if np.isnan(number):
            return "unknown"
        labels = self.categories[place]
        return labels[int(number)] if labels else _figure(number)

    def subject(self, place: int) -> str:
        """Return what a column is, in words."""
        name = self.names[place]
        return self.definitions[name].sentence.rstrip(".") if name in self.definitions else name

    def beside(self, place: int) -> str:
        """Return what is typical as an aside, blank where nobody knows."""
        if not self.typical[place]:
            return ""
        return f" ({'most often' if self.categories[place] else 'typical'} {self.typical[place]})"

    def amount(self, place: int, number: float) -> str:
        """Return a column's value with its unit, unless the subject says that or there is none."""
        value, feature = self.value(place, number), self.definitions.get(self.names[place])
        if np.isnan(number) or feature is None or feature.kind == "category" or feature.unit in {"rate", "ratio"}:
            return value
        return value if feature.unit.lower() in feature.sentence.lower() else with_unit(value, feature.unit)


def _figure(number: float) -> str:
    if number == round(number):
        return f"{number:,.0f}"
    return f"{number:,.1f}" if abs(number) >= 100 else f"{number:.3g}"


def _typical(values: FloatArray, labels: tuple[str, ...] | None) -> str:
    present = values[~np.isnan(values)]
    if len(present) < _FEWEST:
        return ""
    if labels:
        return labels[int(np.bincount(present.astype(np.int64)).argmax())]
    low, high = map(_figure, np.quantile(present, [0.25, 0.75], method="inverted_cdf").tolist())
    return low if low == high else f"{low} to {high}"
