"""Why a score changed: what each column adds now, less what it added then."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from attrs import frozen

from servicelead._arguments import require_whole
from servicelead._typing import FloatArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import IncompatibleError, InvalidValueError
from servicelead.propensity.reasons.explanation import Explanation, explain
from servicelead.propensity.reasons.reasons import Reason
from servicelead.propensity.snapshots.feature import Feature

__all__ = ["ScoreChange", "score_change"]


@frozen(kw_only=True)
class ScoreChange:
    """The contributions of the same rows at two times; their differences add up to the change of the logit.

    Attributes
    ----------
    before, after
        The two explanations.

    Examples
    --------
    See `score_change`.
    """

    before: Explanation
    after: Explanation

    def __attrs_post_init__(self) -> None:
        if self.before.names != self.after.names:
            raise IncompatibleError(
                "ScoreChange.before and ScoreChange.after must have the same columns in the same order; got others; "
                "compare models of the same features"
            )
        if len(self.before) != len(self.after):
            raise InvalidValueError(
                f"ScoreChange.before and ScoreChange.after must be of the same rows; got {len(self.before):,} and "
                f"{len(self.after):,}; give the same accounts in the same order"
            )

    @property
    def changes(self) -> FloatArray:
        """What each column adds now, less what it added then, float64 (n, n columns)."""
        return self.after.contributions - self.before.contributions

    @property
    def intercept_change(self) -> float:
        """What the model itself adds: 0 unless it is another."""
        return self.after.intercept - self.before.intercept

    @property
    def logit_change(self) -> FloatArray:
        """The logit now less the logit then, float64 (n,): `intercept_change` plus the row's `changes`."""
        total: FloatArray = self.intercept_change + self.changes.sum(axis=1)
        return total

    def table(self, row: int = 0) -> ResultTable:
        """Return the columns of one row that changed the score, with both values, the greatest change first."""
        reasons = self.reasons(row, top=len(self.after.names))
        places = [self.after.names.index(reason.feature) for reason in reasons]
        return ResultTable(
            {
                "feature": [reason.feature for reason in reasons],
                "before": [self._value(self.before, row, place) for place in places],
                "after": [reason.value for reason in reasons],
                "change": np.array([reason.contribution for reason in reasons], dtype=np.float64),
            }
        )

    def reasons(self, row: int = 0, top: int = 3) -> tuple[Reason, ...]:
        """Return the columns that changed one row's score most, either way, in words.

        Parameters
        ----------
        row
            Which row, from 0.
        top
            How many at most, at least 1.
        """
        require_whole("ScoreChange.reasons: row", row, 0, len(self.after) - 1)
        require_whole("ScoreChange.reasons: top", top, 1)
        moves = self.changes[row]
        order = np.argsort(-np.abs(moves), kind="stable")[:top].tolist()
        return tuple(self._reason(row, place, float(moves[place])) for place in order if moves[place])

    def _reason(self, row: int, place: int, change: float) -> Reason:
        wording = self.after.wording
        then, now = self._value(self.before, row, place), self._value(self.after, row, place)
        amount = wording.amount(place, float(self.after.values[row, place]))
        # A column may count for more or less though it stayed, where the model reads it together with others.
        values = f"still {amount}" if then == now else f"{amount}, was {then}"
        effect = "raised" if change > 0 else "lowered"
        return Reason(
            feature=self.after.names[place],
            contribution=change,
            value=now,
            typical=wording.typical[place],
            words=f"{wording.subject(place)}: {values}, which {effect} the score",
        )

    @staticmethod
    def _value(explanation: Explanation, row: int, place: int) -> str:
        return explanation.wording.value(place, float(explanation.values[row, place]))


def score_change(
    model: Any,
    before: Any,
    after: Any,
    *,
    model_before: Any = None,
    reference: Any = None,
    definitions: Iterable[Feature] = (),
) -> ScoreChange:
    r"""Return why the scores of the same accounts changed between two times.

    .. math:: \mathrm{logit}(p'_i) - \mathrm{logit}(p_i) = (b' - b) + \sum_j (c'_{ij} - c_{ij})

    Parameters
    ----------
    model
        The fitted `ExpansionClassifier` or `ScoreCard` of now.
    before, after
        Rows as the model takes them, the same accounts in the same order.
    model_before
        The model of then, where it was another; its columns must be the same.
    reference, definitions
        As for `explain`.

    Returns
    -------
    ScoreChange

    Raises
    ------
    InvalidValueError
        When the rows are not equally many, or `explain` refuses a model or its rows.
    IncompatibleError
        When the two models have other columns.

    Examples
    --------
    >>> from servicelead.propensity import ExpansionClassifier
    >>> rng = np.random.default_rng(0)
    >>> accounts = {"seats": rng.integers(5, 100, 1000), "cases": rng.poisson(1, 1000)}
    >>> expanded = rng.random(1000) < accounts["seats"] / 200
    >>> model = ExpansionClassifier().fit(accounts, expanded)
    >>> change = score_change(model, {"seats": [20], "cases": [1]}, {"seats": [60], "cases": [1]})
    >>> print(change.reasons(top=1)[0])
    seats: 60, was 20, which raised the score
    """
    told = tuple(definitions)
    then = explain(model if model_before is None else model_before, before, reference=reference, definitions=told)
    return ScoreChange(before=then, after=explain(model, after, reference=reference, definitions=told))
