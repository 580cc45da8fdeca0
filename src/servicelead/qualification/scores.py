"""The scores of all leads at one moment."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from attrs import frozen

from servicelead._typing import Array, FloatArray, IntArray, ObjectArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import UnknownNameError
from servicelead.kernels.points import STEP
from servicelead.qualification.change import ScoreChange, score_change
from servicelead.qualification.crossing import first_crossings
from servicelead.qualification.explanation import ScoreExplanation, explanation
from servicelead.qualification.scoring import Scoring, instant_of
from servicelead.qualification.tabular import Tabular
from servicelead.qualification.timeline import ScoreTimeline, score_timeline
from servicelead.tables.base import frozen_array

if TYPE_CHECKING:
    from servicelead._fields import Moment
    from servicelead.qualification.points import PointsModel
    from servicelead.tables import Business

__all__ = ["LeadScores"]


@frozen(kw_only=True, eq=False)
class LeadScores(Tabular):
    """What each lead's touches and fit are worth at one moment.

    Made by ``PointsModel.score``. Columns are in the order of the leads' identifiers; points are whole multiples of
    2^-20, so that sums of them are exact. As a table (``rows``, ``to_dict``, ``to_frame``) they are their `table`.

    Attributes
    ----------
    scoring
        The model made ready for the business; what explanations are worked out from.
    engagement
        float64 (n,): points of touches under the caps of rules and groups.
    fit
        float64 (n,): points of attributes under the caps of groups.
    """

    scoring: Scoring
    engagement: FloatArray
    fit: FloatArray

    @classmethod
    def of(cls, scoring: Scoring) -> Self:
        """Return the scores of a model that was made ready for a business."""
        everyone = np.arange(len(scoring.leads))
        fit = scoring.fit.at(everyone, np.full(len(everyone), scoring.as_of))
        engagement = scoring.engagement(scoring.totals())
        return cls(scoring=scoring, engagement=frozen_array(engagement * STEP), fit=frozen_array(fit * STEP))

    def __len__(self) -> int:
        return len(self.engagement)

    @property
    def model(self) -> "PointsModel":
        """The recipe."""
        return self.scoring.model

    @property
    def business(self) -> "Business":
        """The tables."""
        return self.scoring.business

    @property
    def as_of(self) -> Array:
        """The moment, as datetime64 in UTC."""
        return np.asarray(np.datetime64(self.scoring.as_of, "us"))

    @cached_property
    def score(self) -> FloatArray:
        """Engagement and fit under the cap on all of it: float64 (n,)."""
        return frozen_array(self.scoring.capped((self.engagement + self.fit) / STEP) * STEP)

    @cached_property
    def lead_id(self) -> ObjectArray:
        """Identifiers: objects (n,)."""
        leads = self.business.leads
        return leads.vocabularies["lead_id"].decode(leads.lead_id[self.scoring.leads])

    @cached_property
    def n_touches(self) -> IntArray:
        """Touches of each lead by the moment, those that earn nothing included: int64 (n,)."""
        return self._touches_counted()

    @cached_property
    def n_before_creation(self) -> IntArray:
        """Touches dated before their lead was written down, which count and are worth a look: int64 (n,)."""
        created = self.business.leads.created_at[self.scoring.leads]
        return self._touches_counted(created)

    def _touches_counted(self, before: IntArray | None = None) -> IntArray:
        touches = self.business.touches
        lead = self.scoring.position.take(touches.lead_id)
        counted = (lead >= 0) & (touches.occurred_at <= self.scoring.as_of)
        lead = lead[counted]
        if before is not None:
            lead = lead[touches.occurred_at[counted] < before[lead]]
        return frozen_array(np.bincount(lead, minlength=len(self)))

    @cached_property
    def table(self) -> ResultTable:
        """One row per lead: lead_id, engagement, fit, score, n_touches, n_before_creation."""
        columns: dict[str, Any] = {
            "lead_id": self.lead_id,
            "engagement": self.engagement,
            "fit": self.fit,
            "score": self.score,
            "n_touches": self.n_touches,
            "n_before_creation": self.n_before_creation,
        }
        return ResultTable(columns, backend=self.business.backend)

    @cached_property
    def counts(self) -> ResultTable:
        """What was scored, and what was left out and why: kind, n."""
        leads, touches = self.business.leads, self.business.touches
        lead = self.scoring.position.take(touches.lead_id)
        seen = touches.occurred_at <= self.scoring.as_of
        merged = leads.merged_into >= 0
        met = self.scoring.tables.layers[0].take(self.scoring.tables.cells(touches, slice(None))) >= 0
        kinds = {
            "leads scored": len(self),
            "leads without touches": int(np.count_nonzero(self.n_touches == 0)),
            "leads merged into another": int(np.count_nonzero(merged)),
            "leads created later": int(np.count_nonzero(~merged & (leads.created_at > self.scoring.as_of))),
            "touches that earn points": int(np.count_nonzero(seen & (lead >= 0) & met)),
            "touches that no rule names": int(np.count_nonzero(seen & (lead >= 0) & ~met)),
            "touches before their lead was created": int(self.n_before_creation.sum()),
            "touches of leads that are not scored": int(np.count_nonzero(seen & (lead < 0) & (touches.lead_id >= 0))),
            "touches that name no lead": int(np.count_nonzero(seen & (touches.lead_id < 0))),
            "touches later": int(np.count_nonzero(~seen)),
        }
        return ResultTable({"kind": list(kinds), "n": list(kinds.values())}, backend=self.business.backend)

    @cached_property
    def rules(self) -> ResultTable:
        """How many touches each touch rule met, by the moment: a rule that met none may be misspelt."""
        names = [rule.name for rule in self.model.touch_rules]
        met = np.zeros(len(names), dtype=np.int64)
        for part in self.scoring.earned(slice(None)):
            met += np.bincount(part.rule, minlength=len(names))
        return ResultTable({"rule": names, "n_touches": met}, backend=self.business.backend)

    def position_of(self, lead_id: str) -> int:
        """Return the place of one lead in the columns.

        Raises
        ------
        UnknownNameError
            For a lead that is not scored.
        """
        code = self.business.leads.vocabularies["lead_id"].get(lead_id)
        position = int(self.scoring.position[code])
        if position < 0:
            raise UnknownNameError(
                f"no such lead among the {len(self):,} that are scored; it may be merged, or created later: see .counts"
            )
        return position

    def first_crossing(self, threshold: Any) -> Array:
        """Return when each lead's score first reached a threshold.

        The earliest instant, from the lead's creation to the moment of the scores, with score >= threshold. Where a
        negative term fades, the score can rise between touches: the crossing is searched there too, by the zeros of
        the sums of exponentials between the points at which a cap takes hold, to the microsecond. Of touches and
        changes at one instant all count before the score is looked at.

        Parameters
        ----------
        threshold
            Points, one for all leads or one per lead; rounded to whole steps like the points.

        Returns
        -------
        ndarray of datetime64[us], shape (n,)
            UTC; not-a-time where the score did not reach it.

        Raises
        ------
        InvalidValueError
            For thresholds that are no finite numbers, or not as many as leads.
        """
        return first_crossings(self.scoring, threshold)

    def explain(self, lead_id: str) -> ScoreExplanation:
        """Return what one score is made of, adding up exactly; `UnknownNameError` for a lead that is not scored."""
        return explanation(self.scoring, self.position_of(lead_id), lead_id)

    def explain_change(self, lead_id: str, *, since: "LeadScores | Moment") -> ScoreChange:
        """Return why one score changed since an earlier moment, or since an earlier extract.

        Parameters
        ----------
        lead_id
            A lead that is scored now; one that was not there then had 0 points.
        since
            A moment, read as ``PointsModel.score`` reads its own: the same tables are scored as of it. For an earlier
            extract, its `LeadScores` by the same model.

        Returns
        -------
        ScoreChange
            Changes that add up to the difference exactly.

        Raises
        ------
        InvalidValueError
            For what is no moment, or is later than these scores.
        IncompatibleError
            For scores of another model.
        UnknownNameError
            For a lead that is not scored now.
        """
        self.position_of(lead_id)
        if isinstance(since, LeadScores):
            earlier = since.scoring
        else:
            moment = instant_of(self.business, since, "LeadScores.explain_change: since")
            earlier = Scoring.of(self.model, self.business, moment)
        return score_change(earlier, self.scoring, lead_id)

    def timeline(self, lead_id: str, *, n_instants: int = 200) -> ScoreTimeline:
        """Return how one score went from the lead's creation on; `UnknownNameError` for a lead that is not scored.

        Parameters
        ----------
        lead_id
            The lead.
        n_instants
            Even instants, at least 2; both sides of every jump come on top.
        """
        return score_timeline(self, lead_id, n_instants)

    def __str__(self) -> str:
        return str(self.table)

    def __repr__(self) -> str:
        return f"LeadScores of {len(self):,} leads as of {self.as_of} UTC"

    def _as_table(self) -> ResultTable:
        return self.table
