"""Why the model says so: what each column adds to each row's logit, and the main reasons in words."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from attrs import cmp_using, field, frozen

from servicelead._arguments import require_whole
from servicelead._typing import FloatArray
from servicelead.columns.table import ResultTable
from servicelead.propensity.reasons.contributions import logit_contributions
from servicelead.propensity.reasons.reasons import Reason, Wording
from servicelead.propensity.snapshots.feature import Feature
from servicelead.tables.base import frozen_array

__all__ = ["Explanation", "explain"]

_SAME = cmp_using(eq=np.array_equal)


@frozen(kw_only=True, unsafe_hash=False)
class Explanation:
    """Signed contributions that add up, with the intercept, to each row's logit.

    Attributes
    ----------
    names
        The model's columns.
    intercept
        The logit of a row of which nothing is known but that it is one of the training rows.
    contributions
        What each column adds, float64 (n, n columns).
    values
        The columns as the model read them, float64 (n, n columns): numbers, codes of categories, NaN where missing or
        unseen in training.
    wording
        How columns are spoken of.

    Examples
    --------
    See `explain`.
    """

    names: tuple[str, ...]
    intercept: float
    contributions: FloatArray = field(repr=False, eq=_SAME)
    values: FloatArray = field(repr=False, eq=cmp_using(eq=lambda a, b: np.array_equal(a, b, equal_nan=True)))
    wording: Wording = field(repr=False)

    def __len__(self) -> int:
        return len(self.contributions)

    @property
    def logit(self) -> FloatArray:
        """``intercept`` plus the contributions of each row, float64 (n,): the model's ``decision_function``."""
        total: FloatArray = self.intercept + self.contributions.sum(axis=1)
        return total

    @property
    def importance(self) -> ResultTable:
        """Columns by the mean size of their contributions, the greatest first; ties in the order of columns."""
        size = np.abs(self.contributions).mean(axis=0) if len(self) else np.zeros(len(self.names))
        order = np.argsort(-size, kind="stable")
        names = np.array(self.names, dtype=object)[order]
        return ResultTable({"feature": names, "mean_absolute_contribution": size[order]})

    def table(self, row: int = 0) -> ResultTable:
        """Return the columns of one row with value, what is typical and contribution, the greatest first."""
        reasons = self.reasons(row, top=len(self.names))
        return ResultTable(
            {
                "feature": [reason.feature for reason in reasons],
                "value": [reason.value for reason in reasons],
                "typical": [reason.typical for reason in reasons],
                "contribution": np.array([reason.contribution for reason in reasons], dtype=np.float64),
            }
        )

    def reasons(self, row: int = 0, top: int = 3) -> tuple[Reason, ...]:
        """Return the columns that move one row's score most, either way, in words; one that does not is left out.

        Parameters
        ----------
        row
            Which row, from 0.
        top
            How many at most, at least 1.
        """
        require_whole("Explanation.reasons: row", row, 0, len(self) - 1)
        require_whole("Explanation.reasons: top", top, 1)
        moves = self.contributions[row]
        order = np.argsort(-np.abs(moves), kind="stable")[:top].tolist()
        return tuple(self._reason(row, place) for place in order if moves[place])

    def _reason(self, row: int, place: int) -> Reason:
        contribution = float(self.contributions[row, place])
        wording, number = self.wording, float(self.values[row, place])
        said = f"{wording.subject(place)}: {wording.amount(place, number)}{wording.beside(place)}"
        return Reason(
            feature=self.names[place],
            contribution=contribution,
            value=wording.value(place, number),
            typical=wording.typical[place],
            words=f"{said} {'raises' if contribution > 0 else 'lowers'} the score",
        )


def explain(
    model: Any,
    X: Any,  # noqa: N803 - scikit-learn's name for it
    *,
    reference: Any = None,
    definitions: Iterable[Feature] = (),
) -> Explanation:
    r"""Return what each column contributes to the model's logit of each row.

    .. math:: \mathrm{logit}(p_i) = b + \sum_j c_{ij}

    For an `ExpansionClassifier`, path-dependent Shapley values of its trees, times the calibration's slope; with
    ``additive=True`` a column's contribution depends on its own value alone. For a `ScoreCard`, the points above those
    that are usual in training.

    Parameters
    ----------
    model
        A fitted `ExpansionClassifier` or `ScoreCard`.
    X
        Rows as the model takes them, n of them.
    reference
        Rows that tell what is typical, such as those of training; X itself by default. Fewer than four known values of
        a column tell nothing.
    definitions
        What columns mean, such as ``snapshots.definitions``; others are called by their name.

    Returns
    -------
    Explanation
        Its ``logit`` is the model's ``decision_function`` to 1e-9. A contribution says how the model uses a column,
        not what would happen were its value another.

    Raises
    ------
    InvalidValueError
        When the model is of another kind, or X is not as the model takes it.
    UnknownNameError
        When a definition is of no column of the model.

    Notes
    -----
    S. M. Lundberg, G. Erion and S.-I. Lee, *Consistent individualized feature attribution for tree ensembles*, 2018.

    Examples
    --------
    >>> from servicelead.propensity import ExpansionClassifier
    >>> rng = np.random.default_rng(0)
    >>> accounts = {"seats": rng.integers(5, 100, 1000), "cases": rng.poisson(1, 1000)}
    >>> expanded = rng.random(1000) < accounts["seats"] / 200
    >>> model = ExpansionClassifier().fit(accounts, expanded)
    >>> why = explain(model, {"seats": [90, 8], "cases": [1, 1]}, reference=accounts)
    >>> print(why.reasons(0, top=1)[0])
    seats: 90 (typical 30 to 77) raises the score
    >>> bool(np.allclose(why.logit, model.decision_function({"seats": [90, 8], "cases": [1, 1]})))
    True
    """
    design, contributions, intercept = logit_contributions(model, X)
    known = design if reference is None else model.encoder_.encode(reference)
    encoder = model.encoder_
    return Explanation(
        names=encoder.names,
        intercept=intercept,
        contributions=frozen_array(contributions),
        values=frozen_array(design.copy()),
        wording=Wording.of(encoder.names, encoder.categories, known, definitions),
    )
