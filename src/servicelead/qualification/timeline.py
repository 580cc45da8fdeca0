"""The score of one lead over time, with the touches that made it."""

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from servicelead._arguments import require_whole
from servicelead.columns.table import ResultTable
from servicelead.columns.vocabulary import Vocabulary
from servicelead.domain import Team
from servicelead.kernels.points import STEP
from servicelead.qualification.events import Events

if TYPE_CHECKING:
    from servicelead.qualification.scores import LeadScores

__all__ = ["ScoreTimeline", "score_timeline"]


@frozen(kw_only=True, eq=False)
class ScoreTimeline:
    """How one lead's score went.

    Attributes
    ----------
    lead_id
        The lead.
    scores
        One row per instant from the lead's creation to the moment of the scores: at, engagement, fit, score. Instants
        are evenly spread, and both sides of everything that makes the score jump.
    touches
        One row per touch of the lead by then: at, team, channel, score (as it stood with that touch; missing before
        the lead's creation).
    """

    lead_id: str
    scores: ResultTable
    touches: ResultTable


def score_timeline(scores: "LeadScores", lead_id: str, n_instants: int) -> ScoreTimeline:
    """Return how the score of one lead went, at so many even instants and at every jump."""
    require_whole("LeadScores.timeline n_instants", n_instants, 2)
    scoring, position = scores.scoring, scores.position_of(lead_id)
    touches = scores.business.touches
    code = scores.business.leads.lead_id[scoring.leads[position]]
    rows = np.flatnonzero((touches.lead_id == code) & (touches.occurred_at <= scoring.as_of))
    rows = rows[np.argsort(touches.occurred_at[rows], kind="stable")]
    events = Events.of_one(scoring, position, rows)
    created = int(events.created[0])
    even = np.linspace(0, scoring.as_of - created, n_instants).astype(np.int64) + created
    at = np.unique(np.concatenate([even, events.at - 1, events.at]))
    at = at[at >= created]
    engagement, fit = events.engagement_and_fit(np.zeros(len(at), dtype=np.int64), at)
    touched_at = touches.occurred_at[rows]
    stood = events.scores(np.zeros(len(rows), dtype=np.int64), touched_at) * STEP
    line: dict[str, Any] = {
        "at": at.astype("datetime64[us]"),
        "engagement": engagement * STEP,
        "fit": fit * STEP,
        "score": scoring.capped(engagement + fit) * STEP,
    }
    points: dict[str, Any] = {
        "at": touched_at.astype("datetime64[us]"),
        "team": Vocabulary(list(Team)).decode(touches.team[rows]),
        "channel": touches.vocabularies["channel"].decode(touches.channel[rows]),
        "score": np.where(touched_at >= created, stood, np.nan),
    }
    backend = scores.business.backend
    return ScoreTimeline(
        lead_id=lead_id,
        scores=ResultTable(line, backend=backend),
        touches=ResultTable(points, backend=backend),
    )
