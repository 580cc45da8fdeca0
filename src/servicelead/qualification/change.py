"""Why the score of one lead changed between two moments, or two extracts."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from attrs import frozen

from servicelead.columns.table import ResultTable
from servicelead.exceptions import IncompatibleError, InvalidValueError
from servicelead.kernels.points import STEP, decayed_steps
from servicelead.qualification.explanation import Line, score_lines, sum_of
from servicelead.qualification.scoring import Scoring
from servicelead.qualification.tabular import Tabular

__all__ = ["ScoreChange", "score_change"]

_KINDS = (
    "came",
    "recorded later",
    "withdrawn",
    "decayed",
    "re-levelled",
    "fit",
    "rule cap",
    "group cap",
    "total cap",
)


@frozen(kw_only=True, eq=False)
class ScoreChange(Tabular):
    """What moved a score: changes that add up to the difference exactly, to the bit.

    As a table (``rows``, ``to_dict``, ``to_frame``) it is its `lines`.

    Attributes
    ----------
    lead_id
        The lead.
    before, after
        Its two scores; 0 before the lead was there.
    lines
        One row per change: kind, name of the rule or group, touchpoint_id, points.

        ============== ===========================================================================================
        came           touches after the earlier moment, as they stand now
        recorded later touches of before that moment which only the later extract has
        withdrawn      touches that only the earlier extract has
        decayed        what touches lost by age alone (what negative ones gave back)
        re-levelled    touches of somebody whose organisational level is another one in the later extract
        fit            fit rules that hold now and did not, or the other way round
        ... cap        what caps take away now, less what they took away then
        ============== ===========================================================================================
    """

    lead_id: str
    before: float
    after: float
    lines: ResultTable

    @property
    def by_kind(self) -> ResultTable:
        """One row per kind of change that there was: kind, n, points."""
        kinds = [kind for kind in _KINDS if (self.lines["kind"] == kind).any()]
        rows = [self.lines["points"][self.lines["kind"] == kind] for kind in kinds]
        columns: dict[str, Any] = {
            "kind": np.array(kinds, dtype=object),
            "n": np.array([len(points) for points in rows], dtype=np.int64),
            "points": np.array([points.sum() for points in rows], dtype=np.float64),
        }
        return ResultTable(columns, backend=self.lines.backend)

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.before:g} to {self.after:g} points\n{self.by_kind}"

    def __repr__(self) -> str:
        return str(self)

    def _as_table(self) -> ResultTable:
        return self.lines


def score_change(earlier: Scoring, later: Scoring, lead_id: str) -> ScoreChange:
    """Return what changed for one lead; a lead that one of them does not score has 0 there."""
    if earlier.model != later.model:
        raise IncompatibleError(
            "LeadScores.explain_change needs two scores of one PointsModel; got scores of two; score both with one"
        )
    if earlier.as_of > later.as_of:
        raise InvalidValueError(
            "LeadScores.explain_change: since must not be later than the scores it is compared with; "
            "got a later moment; swap the two"
        )
    before, after = _lines(earlier, lead_id), _lines(later, lead_id)
    lines = [line for line in _changes(before, after, earlier, later) if line.steps]
    lines.sort(key=lambda line: _KINDS.index(line.kind))
    columns: dict[str, Any] = {
        "kind": np.array([line.kind for line in lines], dtype=object),
        "name": np.array([line.name for line in lines], dtype=object),
        "touchpoint_id": np.array([line.touchpoint_id for line in lines], dtype=object),
        "points": np.array([line.steps for line in lines], dtype=np.float64) * STEP,
    }
    return ScoreChange(
        lead_id=lead_id,
        before=sum_of(before) * STEP,
        after=sum_of(after) * STEP,
        lines=ResultTable(columns, backend=later.business.backend),
    )


def _lines(scoring: Scoring, lead_id: str) -> list[Line]:
    code = scoring.business.leads.vocabularies["lead_id"].get(lead_id)
    position = int(scoring.position[code])
    return [] if position < 0 else list(score_lines(scoring, position))


def _key(line: Line) -> tuple[Any, ...]:
    return (line.kind, line.name, line.touchpoint_id, line.at)


def _changes(before: list[Line], after: list[Line], earlier: Scoring, later: Scoring) -> Iterator[Line]:
    was, now = ({_key(line): line for line in lines} for lines in (before, after))
    for key, line in now.items():
        old = was.pop(key, None)
        if line.kind != "touch":
            yield line._replace(steps=line.steps - (old.steps if old else 0.0))
        elif old is None:
            yield line._replace(kind="came" if line.at > earlier.as_of else "recorded later")
        else:
            rate = later.terms.rule_rates[[line.rule]]
            aged = float(decayed_steps(np.array([old.fresh]), rate, np.array([later.as_of - line.at]))[0])
            yield line._replace(kind="decayed", steps=aged - old.steps)
            yield line._replace(kind="re-levelled", steps=line.steps - aged)
    for old in was.values():
        yield old._replace(kind="withdrawn" if old.kind == "touch" else old.kind, steps=-old.steps)
