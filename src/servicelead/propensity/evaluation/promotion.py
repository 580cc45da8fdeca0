"""Whether a model may be published: stated bars, each met, missed or undecided, and the reasons in words."""

import numpy as np
from attrs import field, frozen
from scipy.special import stdtrit

from servicelead._fields import as_int, at_least, between, text, whole
from servicelead._typing import FloatArray
from servicelead.exceptions import IncompatibleError
from servicelead.propensity.evaluation.evaluation import Evaluation
from servicelead.propensity.evaluation.metrics import METRICS, Judged, Measure
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Verdict, VerdictStatus

__all__ = ["Check", "Decision", "PromotionGate"]

_WORDS = {
    VerdictStatus.FIRES: "yes",
    VerdictStatus.DOES_NOT_FIRE: "no",
    VerdictStatus.TOO_LITTLE_DATA: "not shown",
}


@frozen(kw_only=True)
class Check:
    """One bar and whether it was met.

    Attributes
    ----------
    name
        Which of the bars of `PromotionGate`.
    verdict
        Fires when the bar is met; too little data when it cannot be said; its evidence holds the figures.
    reason
        The same in words.
    """

    name: str = field(validator=text())
    verdict: Verdict
    reason: str = field(validator=text())

    def __str__(self) -> str:
        return f"{_WORDS[self.verdict.status]}: {self.reason}"


@frozen(kw_only=True)
class Decision:
    """Publish or refuse, and why.

    Attributes
    ----------
    checks
        Every bar, in the order they were asked.
    """

    checks: tuple[Check, ...]

    @property
    def publish(self) -> bool:
        """Whether every bar was met."""
        return all(check.verdict.fires for check in self.checks)

    @property
    def reasons(self) -> tuple[str, ...]:
        """In words, why it was refused; or, of one that may be published, what it has shown."""
        return tuple(str(check) for check in self.checks if self.publish or not check.verdict.fires)

    def __str__(self) -> str:
        return "\n".join(["publish" if self.publish else "refuse", *map(str, self.checks)])


@frozen(kw_only=True)
class PromotionGate:
    r"""The bars a model must clear on rows it has not seen before anyone acts on its scores.

    * ``enough_data``: so many accounts that expanded in some row, and that did not in some; many do both.
    * ``ranks_better_than_prior``: the AUC lies above the prior's one half by a margin, and so does its interval.
    * ``lower_brier_than_prior``: the Brier score is below :math:`(1 - m)` times the prior's, as estimated: telling two
      Brier scores apart takes ten times the rows that a ranking takes, so an interval would refuse good models.
    * ``lower_brier_than_current``: the same against the model in use, if there is one, by the interval of the paired
      difference.
    * ``calibrated``: the bias-corrected calibration error is at most a bound, as estimated.
    * ``top_over_bottom``: the best group expands a multiple as often as the last,
      :math:`r_{top} - k\, r_{bottom} > 0`, and so says its interval.
    * ``accounts_apart``: at most a share of the judged rows, by default none, are of accounts that the model learned
      from in their fold. Who has met an account may remember it, and ranks it rightly without knowing why.

    Intervals are one-sided and clustered by account.

    Attributes
    ----------
    min_positives, min_negatives
        Accounts with a judged row that expanded, and with one that did not; who has both counts in both.
    ranking_margin
        By how much the AUC must lie above .5, in [0, .5].
    margin_over_prior, margin_over_current
        The share by which Brier must be lower, in [-1, 1]; below 0 it may be higher by that share.
    max_calibration_error
        In probability.
    top_over_bottom
        How many times as often the best group must expand, at least 1.
    group
        The share of each fold's rows that is its best and its last group, in [.01, .5].
    max_acquainted_share
        Of the judged rows, those whose account was in the training rows of their fold, in [0, 1]; 1 where the model is
        meant to score accounts that it learned from, and is judged on later rows of them.
    confidence
        Of each one-sided interval, in [.5, .999].

    Notes
    -----
    The defaults are choices, not findings: write down yours before you train. Every bar must be cleared, so luck passes
    far more rarely than one bar's confidence says. Ties at a group's edge share evenly. An AUC that is undefined clears
    no bar.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GroupKFold
    >>> from servicelead.propensity import evaluate
    >>> rng = np.random.default_rng(0)
    >>> noise, expanded, accounts = rng.normal(size=(400, 3)), rng.random(400) < 0.3, np.arange(400)
    >>> found = evaluate(LogisticRegression(), noise, expanded, accounts=accounts, cv=GroupKFold(5))
    >>> decision = PromotionGate().decide(found)
    >>> decision.publish, [check.name for check in decision.checks if not check.verdict.fires]
    (False, ['ranks_better_than_prior', 'top_over_bottom'])
    """

    min_positives: int = field(default=40, converter=as_int, validator=whole(1))
    min_negatives: int = field(default=40, converter=as_int, validator=whole(1))
    ranking_margin: float = field(default=0.05, validator=between(0, 0.5))
    margin_over_prior: float = field(default=0.0, validator=between(-1, 1))
    margin_over_current: float = field(default=0.0, validator=between(-1, 1))
    max_calibration_error: float = field(default=0.05, validator=between(0, 1))
    top_over_bottom: float = field(default=1.5, validator=at_least(1))
    group: float = field(default=0.2, validator=between(0.01, 0.5))
    max_acquainted_share: float = field(default=0.0, validator=between(0, 1))
    confidence: float = field(default=DEFAULT_CONFIDENCE, validator=between(0.5, 0.999))

    def decide(self, evaluation: Evaluation, current: Evaluation | None = None) -> Decision:
        """Decide whether the model that was evaluated may be published.

        Parameters
        ----------
        evaluation
            What `evaluate` returned of the model.
        current
            The same of the model in use, on the same rows, or on those of them whose outcome it cannot have learned:
            there the two are then compared, row by row.

        Returns
        -------
        Decision

        Raises
        ------
        IncompatibleError
            When the current model was judged on a row that the other was not, or on another outcome.
        """
        checks = [self._enough(evaluation), self._ranks(evaluation), self._beats_prior(evaluation)]
        if current is not None:
            checks.append(self._beats_current(evaluation, current))
        checks += [self._calibrated(evaluation), self._top_over_bottom(evaluation), self._apart(evaluation)]
        return Decision(checks=tuple(checks))

    def _enough(self, evaluation: Evaluation) -> Check:
        positives, negatives = (len(np.unique(evaluation.accounts[of])) for of in (evaluation.label, ~evaluation.label))
        is_enough = positives >= self.min_positives and negatives >= self.min_negatives
        return Check(
            name="enough_data",
            verdict=Verdict(
                status=VerdictStatus.FIRES if is_enough else VerdictStatus.TOO_LITTLE_DATA,
                evidence={"positives": positives, "negatives": negatives},
            ),
            reason=f"of the {evaluation.n_accounts:,} accounts judged {positives:,} expanded at some time and "
            f"{negatives:,} at some time did not; "
            f"asked for: at least {self.min_positives:,} and {self.min_negatives:,}",
        )

    def _ranks(self, evaluation: Evaluation) -> Check:
        auc, moved = _measured(evaluation, "auc")
        bar = 0.5 + self.ranking_margin
        bounds = self._bounds(evaluation.judged, auc, moved)
        return Check(
            name="ranks_better_than_prior",
            verdict=Verdict(
                status=_status(bounds[0] > bar, bounds[1] < bar), evidence={"auc": auc, **_named(bounds), "bar": bar}
            ),
            reason=f"two accounts, one of which expanded, are ranked rightly in {auc:.1%} of cases, surely in "
            f"{bounds[0]:.1%}; asked for: more than {bar:.1%}, {self._surely}",
        )

    def _beats_prior(self, evaluation: Evaluation) -> Check:
        ours, theirs = _measured(evaluation, "brier"), _measured(evaluation, "brier", "prior")
        gain, bounds, words = self._lower_brier(evaluation.judged, ours, theirs, self.margin_over_prior, "prior")
        return Check(
            name="lower_brier_than_prior",
            verdict=Verdict(status=_status(gain > 0, bounds[1] < 0), evidence={"gain": gain, **_named(bounds)}),
            reason=words,
        )

    def _beats_current(self, evaluation: Evaluation, current: Evaluation) -> Check:
        ours = METRICS["brier"].measure(current.judged, _scores_beside(evaluation, current))
        theirs, margin = _measured(current, "brier"), self.margin_over_current
        gain, bounds, words = self._lower_brier(current.judged, ours, theirs, margin, "current model")
        where = f" on the {len(current.row):,} rows of both" if len(current.row) < len(evaluation.row) else ""
        return Check(
            name="lower_brier_than_current",
            verdict=Verdict(status=_status(bounds[0] > 0, bounds[1] < 0), evidence={"gain": gain, **_named(bounds)}),
            reason=f"{words}{where}, {self._surely}",
        )

    def _calibrated(self, evaluation: Evaluation) -> Check:
        error, _ = _measured(evaluation, "calibration_error_corrected")
        is_close = error <= self.max_calibration_error
        return Check(
            name="calibrated",
            verdict=Verdict(status=_status(is_close, not is_close), evidence={"error": error}),
            reason=f"its probabilities lie {max(error, 0.0):.3f} off what happened, beyond what chance makes; "
            f"asked for: at most {self.max_calibration_error:g}",
        )

    def _top_over_bottom(self, evaluation: Evaluation) -> Check:
        judged, scores = evaluation.judged, evaluation.scores["model"]
        top, moved_top = judged.rate(judged.membership(scores, self.group))
        bottom, moved_bottom = judged.rate(judged.membership(-scores, self.group))
        times = self.top_over_bottom
        bounds = self._bounds(judged, top - times * bottom, moved_top - times * moved_bottom)
        return Check(
            name="top_over_bottom",
            verdict=Verdict(
                status=_status(bounds[0] > 0, bounds[1] < 0), evidence={"top": top, "bottom": bottom, **_named(bounds)}
            ),
            reason=f"of the best {self.group:.0%} by its ranking {top:.1%} expanded, of the last {bottom:.1%}; "
            f"asked for: {times:g} times as many, {self._surely}",
        )

    def _apart(self, evaluation: Evaluation) -> Check:
        n, most = evaluation.n_acquainted, self.max_acquainted_share
        share = n / len(evaluation.row)
        asked = f"at most {most:.1%}" if most else "none"
        return Check(
            name="accounts_apart",
            verdict=Verdict(status=_status(share <= most, share > most), evidence={"acquainted_share": share}),
            reason=f"of the {len(evaluation.row):,} rows judged {f'{n:,}' if n else 'none'} are of accounts that it "
            f"learned from; asked for: {asked}",
        )

    def _lower_brier(
        self, judged: Judged, ours: Measure, theirs: Measure, margin: float, name: str
    ) -> tuple[float, tuple[float, float], str]:
        """Return how far the Brier score lies below its bar, the bounds of that, and both scores in words."""
        (brier, moved), (other, moved_other) = ours, theirs
        gain = (1 - margin) * other - brier
        asked = f"{margin:.1%} lower" if margin > 0 else f"at most {-margin:.1%} higher" if margin < 0 else "lower"
        words = f"its Brier score is {brier:.4f}, the {name}'s {other:.4f}; asked for: {asked}"
        return gain, self._bounds(judged, gain, (1 - margin) * moved_other - moved), words

    def _bounds(self, judged: Judged, value: float, moved: FloatArray) -> tuple[float, float]:
        """Return the ends of a figure's one-sided intervals from below and from above."""
        reach = float(stdtrit(max(judged.n_accounts - 1, 1), self.confidence)) * judged.error_of(moved)
        return value - reach, value + reach

    @property
    def _surely(self) -> str:
        return f"at {self.confidence:.0%} confidence"


def _measured(evaluation: Evaluation, metric: str, model: str = "model") -> Measure:
    return METRICS[metric].measure(evaluation.judged, evaluation.scores[model])


def _scores_beside(evaluation: Evaluation, current: Evaluation) -> FloatArray:
    """Return a model's scores of the rows that the current one was judged on, in their order."""
    order = np.argsort(evaluation.row)
    place = np.searchsorted(evaluation.row, current.row, sorter=order)
    place = order[np.minimum(place, len(order) - 1)]
    if not (
        np.array_equal(evaluation.row[place], current.row) and np.array_equal(evaluation.label[place], current.label)
    ):
        raise IncompatibleError(
            "PromotionGate.decide: the current model must be judged on the same rows, or some of them; got others; "
            "evaluate both with the same X, y and cv"
        )
    return evaluation.scores["model"][place]


def _status(is_met: bool, is_missed: bool) -> VerdictStatus:  # noqa: FBT001 - two of a kind, and private
    if is_met:
        return VerdictStatus.FIRES
    return VerdictStatus.DOES_NOT_FIRE if is_missed else VerdictStatus.TOO_LITTLE_DATA


def _named(bounds: tuple[float, float]) -> dict[str, float]:
    return {"lower": bounds[0], "upper": bounds[1]}
