"""Why one lead has its score: every touch, every fit rule and every cap, adding up exactly."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from attrs import frozen

from servicelead._typing import MISSING
from servicelead.columns.table import ResultTable
from servicelead.kernels.points import STEP, decayed_steps
from servicelead.qualification.scoring import Scoring
from servicelead.qualification.tabular import Tabular
from servicelead.qualification.terms import cap_steps

__all__ = ["Line", "ScoreExplanation", "explanation", "score_lines", "sum_of"]


class Line(NamedTuple):
    """One contribution, in steps; `fresh` is what a touch was worth at once, level included, in points."""

    kind: str
    name: str
    steps: float
    rule: int = -1
    touchpoint_id: str | None = None
    at: int = MISSING
    fresh: float = float("nan")


@frozen(kw_only=True, eq=False)
class ScoreExplanation(Tabular):
    """What a score is made of: contributions that add up to it exactly, to the bit.

    As a table (``rows``, ``to_dict``, ``to_frame``) it is its `lines`.

    Attributes
    ----------
    lead_id
        The lead.
    score
        Its score.
    lines
        One row per contribution: kind (touch, fit, rule cap, group cap, total cap), name of the rule or group,
        touchpoint_id, occurred_at, fresh_points (what the touch was worth at once, level included) and points. A cap
        that takes something away, or holds a negative sum up, has a row of its own: it belongs to no single touch.
    """

    lead_id: str
    score: float
    lines: ResultTable

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.score:g} points\n{self.lines}"

    def __repr__(self) -> str:
        return str(self)

    def _as_table(self) -> ResultTable:
        return self.lines


def explanation(scoring: Scoring, position: int, lead_id: str) -> ScoreExplanation:
    """Return what the score of the lead at a position is made of."""
    lines = list(score_lines(scoring, position))
    columns: dict[str, Any] = {
        "kind": [line.kind for line in lines],
        "name": [line.name for line in lines],
        "touchpoint_id": np.array([line.touchpoint_id for line in lines], dtype=object),
        "occurred_at": np.array([line.at for line in lines], dtype=np.int64).astype("datetime64[us]"),
        "fresh_points": np.array([line.fresh for line in lines]),
        "points": np.array([line.steps for line in lines]) * STEP,
    }
    table = ResultTable(columns, backend=scoring.business.backend)
    return ScoreExplanation(lead_id=lead_id, score=sum_of(lines) * STEP, lines=table)


def score_lines(scoring: Scoring, position: int) -> Iterator[Line]:
    """Yield every contribution to the score of one lead: rules in order, touches in order of time, then caps."""
    model, total = scoring.model, 0.0
    touches = _touch_lines(scoring, position)
    place = 0
    for group in model.engagement:
        inside = 0.0
        for rule in group.rules:
            mine = [line for line in touches if line.rule == place]
            yield from mine
            worth = sum_of(mine)
            yield from _cap(worth, rule.cap, "rule cap", rule.name)
            inside += _clipped(worth, rule.cap)
            place += 1
        yield from _cap(inside, group.cap, "group cap", group.name)
        total += _clipped(inside, group.cap)
    holding = scoring.fit.rules_at(np.array([position]), np.array([scoring.as_of]))[0].tolist()
    place = 0
    for group in model.fit:
        mine = [
            Line("fit", rule.name, float(scoring.fit.steps[place + i]), place + i)
            for i, rule in enumerate(group.rules)
            if holding[place + i]
        ]
        place += len(group.rules)
        yield from mine
        yield from _cap(sum_of(mine), group.cap, "group cap", group.name)
        total += _clipped(sum_of(mine), group.cap)
    yield from _cap(total, model.cap, "total cap", "score")


def _touch_lines(scoring: Scoring, position: int) -> list[Line]:
    """Return what every touch of one lead is worth, in order of time."""
    touches = scoring.business.touches
    rows = np.flatnonzero(touches.lead_id == scoring.business.leads.lead_id[scoring.leads[position]])
    names = [rule.name for rule in scoring.model.touch_rules]
    lines = []
    for part in scoring.earned(rows):
        left = decayed_steps(part.points, scoring.terms.rule_rates[part.rule], scoring.as_of - part.at)
        identifiers = touches.touchpoint_id.read(rows[part.touch]).tolist()
        columns = (left.tolist(), part.rule.tolist(), identifiers, part.at.tolist(), part.points.tolist())
        lines += [Line("touch", names[cells[1]], *cells) for cells in zip(*columns, strict=True)]
    return sorted(lines, key=lambda line: (line.at, line.touchpoint_id))


def sum_of(lines: list[Line]) -> float:
    """Return the sum of contributions; of whole steps, and so exact."""
    return float(np.sum(np.array([line.steps for line in lines])))


def _clipped(steps: float, cap: float | None) -> float:
    """Return a sum within its cap."""
    bound = cap_steps(cap)
    return min(max(steps, -bound), bound)


def _cap(steps: float, cap: float | None, kind: str, name: str) -> Iterator[Line]:
    change = _clipped(steps, cap) - steps
    if change:
        yield Line(kind, name, change)
