"""The scores of attribution models against the truth, and their means over seeds."""

from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._fields import kind_of
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.studies.credit_errors import CreditErrors
from servicelead.studies.seed_means import seed_means
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = ["DIMENSIONS", "AttributionTruth"]

#: What effects are known of.
DIMENSIONS = ("touch_type", "team")
_SHOWN = (
    "money_error",
    "allocation_error",
    "sign_errors",
    "false_harms",
    "n_negative",
    "nil_share",
    "rank_correlation",
)
_FIGURES = (*CreditErrors._fields, "anyway_share")


@frozen(kw_only=True, eq=False)
class AttributionTruth:
    """How far the credit of several models lies from true effects, in simulated businesses.

    Attributes
    ----------
    runs
        One row per ``dimension`` (touch_type, team), ``scenario``, ``seed`` and ``strategy``. Amounts in major units:
        ``credited_value``, the sum of the credit; ``true_value``, the sum of the true effects. Then

        - ``money_error``: error A, of the credit as the model states it;
        - ``allocation_error``: error B, of the credit scaled to the sum of the true effects;
        - ``sign_errors``: labels with a material effect of the other sign than the model states, which is that of its
          removal effect or Shapley value where it has one below 0, else that of its credit; ``false_harms`` of them
          help and are called harmful, the rest do harm and are credited;
        - ``n_negative``: labels with a material effect below 0;
        - ``nil_share``: share of the credit on labels that truly do nothing;
        - ``harm_share``: what effects below 0 are of all, signs aside, whatever the model;
        - ``rank_correlation``: Spearman's, of credit and true effects over the labels;
        - ``anyway_share``: share of the expected revenue that would have come without any touch, whatever the model.
    n_accounts, weeks, materiality
        The arguments of `attribution_truth`.
    """

    runs: ResultTable = field(repr=False)
    n_accounts: int
    weeks: int
    materiality: float

    def summary(
        self,
        figure: str = "allocation_error",
        dimension: str = "touch_type",
        *,
        confidence: float = DEFAULT_CONFIDENCE,
    ) -> ResultTable:
        r"""Return the mean of one figure over the seeds, by scenario and strategy.

        .. math:: \bar x \pm t_{n-1} \frac{s}{\sqrt n}

        Parameters
        ----------
        figure
            A column of figures of `runs`.
        dimension
            ``touch_type`` or ``team``.
        confidence
            Of the intervals, between 0 and 1.

        Returns
        -------
        ResultTable
            ``scenario, strategy, n_seeds, mean, standard_error, lower, upper``. Seeds in which the figure is undefined
            are left out and not counted; the mean is NaN of none, the rest of fewer than two.

        Raises
        ------
        InvalidValueError
            For another figure or dimension, or a confidence out of bounds.
        """
        require_within("AttributionTruth.summary: confidence", confidence)
        _require_word("AttributionTruth.summary: figure", figure, _FIGURES)
        _require_word("AttributionTruth.summary: dimension", dimension, DIMENSIONS)
        means = seed_means(self._of(dimension), figure, ("scenario", "strategy"), confidence)
        means.title = f"{figure.replace('_', ' ')} by {dimension.replace('_', ' ')}"
        return means

    def _of(self, dimension: str) -> ResultTable:
        return self.runs.take(self.runs["dimension"] == dimension)

    def __str__(self) -> str:
        table = self._of("touch_type")
        known = table["anyway_share"][~np.isnan(table["anyway_share"])]
        scenarios, seeds = (len(set(table[name].tolist())) for name in ("scenario", "seed"))
        means = [seed_means(table, name, ("strategy",), DEFAULT_CONFIDENCE) for name in _SHOWN]
        columns = {"strategy": means[0]["strategy"], **{n: t["mean"] for n, t in zip(_SHOWN, means, strict=True)}}
        anyway = f"{np.min(known):.0%} to {np.max(known):.0%} of it without any touch" if len(known) else "none"
        return (
            f"scenarios: {scenarios}, seeds: {seeds}, accounts: {self.n_accounts:,}, weeks: {self.weeks:,}\n"
            f"expected revenue: {anyway}\n"
            f"by touch type, means over scenarios and seeds:\n{ResultTable(columns)}"
        )


def _require_word(name: str, value: Any, legal: tuple[str, ...]) -> None:
    if value not in legal:
        raise InvalidValueError(f"{name} must be one of {', '.join(legal)}; got {kind_of(value)}; choose one of these")
