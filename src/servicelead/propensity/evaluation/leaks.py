"""Columns that know the outcome: a model trained on them looks brilliant, and fails on the first day of use."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._fields import read_only
from servicelead.columns.table import ResultTable
from servicelead.propensity.estimators.encoding import FrameEncoder
from servicelead.propensity.estimators.training_rows import TrainingRows
from servicelead.propensity.evaluation.leak_inputs import late_rows, with_times_as_numbers
from servicelead.propensity.evaluation.leak_purity import find_purest
from servicelead.propensity.evaluation.leak_ranking import FoldedRows, find_outranking
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Verdict, VerdictStatus

__all__ = ["LeakReport", "detect_leaks"]

_FEWEST = 30
_WRITTEN_LATE = "written after the cutoff"
_ONE_OUTCOME = "present for one outcome only"
_OUTRANKS = "outranks all weaker columns together"
_REMEDIES = {
    _WRITTEN_LATE: "take the value as it was before the cutoff, or leave the column out",
    _ONE_OUTCOME: "leave the column out, unless its values were all written before the cutoff",
    _OUTRANKS: "find out who writes it and when; leave it out unless that is before the cutoff",
}


@frozen(kw_only=True)
class LeakReport:
    """Which columns know the outcome, and how that shows.

    Attributes
    ----------
    verdicts
        Per column, in the order of X: it fires where the column leaks. The evidence holds ``auc``; where they
        apply also ``n_late`` (rows written at or after the cutoff), ``n_pure`` (groups with a value that belongs to one
        outcome), ``pure_rate`` (the share of them that had it), and ``weaker_auc`` (of a model of all weaker columns).
    signs
        What fired, per leaking column.

    Examples
    --------
    See `detect_leaks`.
    """

    verdicts: Mapping[str, Verdict] = field(converter=read_only)
    signs: Mapping[str, tuple[str, ...]] = field(converter=read_only)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that leak, in the order of X."""
        return tuple(name for name, verdict in self.verdicts.items() if verdict.fires)

    @property
    def table(self) -> ResultTable:
        """Every column with its verdict, its figures, what gave it away and what to do; the most telling ones first."""
        names = sorted(self.verdicts, key=lambda name: -self.verdicts[name].evidence["auc"])
        verdicts = [self.verdicts[name] for name in names]
        signs = [self.signs.get(name, ()) for name in names]
        return ResultTable(
            {
                "column": names,
                "verdict": [verdict.status.value for verdict in verdicts],
                **{
                    figure: np.array([verdict.evidence.get(figure, np.nan) for verdict in verdicts], dtype=np.float64)
                    for figure in ("auc", "weaker_auc", "pure_rate", "n_late")
                },
                "sign": ["; ".join(found) for found in signs],
                "remedy": ["; ".join(_REMEDIES[sign] for sign in found) for found in signs],
            }
        )

    def __str__(self) -> str:
        if not self.columns:
            unsure = sum(verdict.status is VerdictStatus.TOO_LITTLE_DATA for verdict in self.verdicts.values())
            return "no column shows a leak" + (f"; {unsure} with too little data to say" if unsure else "")
        return "\n".join(f"{name}: {sign}; {_REMEDIES[sign]}" for name in self.columns for sign in self.signs[name])


def detect_leaks(
    X: Any,  # noqa: N803 - scikit-learn's name for it
    y: Any,
    *,
    groups: Any = None,
    known_at: Mapping[str, Any] | None = None,
    cutoff: Any = None,
    honest_auc: float = 0.85,
    confidence: float = DEFAULT_CONFIDENCE,
    seed: int = 0,
) -> LeakReport:
    """Look for columns that know the outcome.

    Three signs, each enough. *Written after the cutoff*: a row's value was written at or after its cutoff. *Present
    for one outcome only*: where the column has a value (of numbers: another than 0), or one of its categories, the
    other outcome is at least twenty times as rare as in all rows. *Outranks all weaker columns together*: alone it
    ranks rows better than `honest_auc`, and better than a model of every column weaker than itself; columns still
    stronger are then suspected with it. Rows of one group are one observation, and are held out together.

    Parameters
    ----------
    X
        A frame, a mapping of columns or an array, n rows; columns of times are read as numbers.
    y
        The outcome, n values of two kinds; the greater is the win.
    groups
        Whose row it is, n labels: the account. Each row on its own by default.
    known_at
        For some columns, when each row's value was written: n moments, missing where nobody knows.
    cutoff
        Each row's cutoff, n moments, or one for all: a date, datetime, numpy.datetime64 or int; needed with `known_at`.
        Integers are microseconds in UTC.
    honest_auc
        What a single honest column may reach, strictly between .5 and 1.
    confidence
        How sure to be of an area or a rate, strictly between .5 and 1.
    seed
        Which groups are held out together.

    Returns
    -------
    LeakReport
        With fewer than 30 groups of either outcome a column's ranking is too little data to judge.

    Raises
    ------
    InvalidValueError
        When the arguments do not fit together, or the outcome is not of two kinds.
    UnknownNameError
        When `known_at` names a column that X does not have.

    Notes
    -----
    Areas are of held-out rates per value (of numbers: per range of equally many rows), compared within each fold,
    with the standard error of E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, 1988, over groups. An honest column
    that is so good is suspected too: go and look who writes it, and when.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> won = rng.random(400) < 0.3
    >>> columns = {"calls": rng.poisson(3 + won), "close_value": np.where(won, rng.integers(500, 900, 400), 0)}
    >>> report = detect_leaks(columns, won)
    >>> report.columns
    ('close_value',)
    >>> print(report)
    close_value: present for one outcome only; leave the column out, unless its values were all written before the
    cutoff
    close_value: outranks all weaker columns together; find out who writes it and when; leave it out unless that is
    before the cutoff
    """
    require_within("detect_leaks: honest_auc", honest_auc, lowest=0.5)
    require_within("detect_leaks: confidence", confidence, lowest=0.5)
    X = with_times_as_numbers(X)  # noqa: N806 - scikit-learn's name for it
    encoder = FrameEncoder.learn(X)
    design = encoder.encode(X)
    checked = TrainingRows.of(design, y, groups=np.arange(len(design)) if groups is None else groups)
    outcome, group = checked.outcome, checked.groups
    rows = FoldedRows.draw(outcome, group, seed)
    n_late = late_rows(known_at or {}, cutoff, encoder.names, len(design))

    evidence: dict[str, dict[str, float]] = {name: {} for name in encoder.names}
    signs: dict[str, list[str]] = {name: [] for name in encoder.names}
    rankings = {}
    for name, column, labels in zip(encoder.names, design.T, encoder.categories, strict=True):
        rankings[name] = rows.rank_by_column(column, len(labels or ()))
        evidence[name]["auc"] = rankings[name].auc
        if name in n_late:
            evidence[name]["n_late"] = n_late[name]
            signs[name] += [_WRITTEN_LATE] * (n_late[name] > 0)
        pure = find_purest(column, len(labels or ()), outcome, group, confidence)
        if pure is not None:
            evidence[name] |= {"n_pure": pure.trials, "pure_rate": pure.value}
            signs[name].append(_ONE_OUTCOME)
    can_judge = min(len(np.unique(group[outcome])), len(np.unique(group[~outcome]))) >= _FEWEST
    if can_judge:
        found, weaker_auc = find_outranking(
            list(rankings.values()), rows, design, encoder.is_categorical, honest_auc=honest_auc, confidence=confidence
        )
        for place in found:
            signs[encoder.names[place]].append(_OUTRANKS)
            evidence[encoder.names[place]]["weaker_auc"] = weaker_auc
    unfounded = VerdictStatus.DOES_NOT_FIRE if can_judge else VerdictStatus.TOO_LITTLE_DATA
    return LeakReport(
        verdicts={
            name: Verdict(status=VerdictStatus.FIRES if signs[name] else unfounded, evidence=evidence[name])
            for name in encoder.names
        },
        signs={name: tuple(found) for name, found in signs.items() if found},
    )
