"""Everything that can change scores at once, in order of time, and scores at any instant from it."""

from typing import Self

import numpy as np
from attrs import evolve, frozen

from servicelead._typing import FloatArray, IntArray
from servicelead.kernels.ordering import order_events
from servicelead.kernels.points import decayed_steps
from servicelead.kernels.segments import concatenate_ranges
from servicelead.kernels.windows import bisect_ranges
from servicelead.qualification.scoring import Scoring

__all__ = ["Events"]


@frozen(kw_only=True, eq=False)
class Events:
    """The creation of leads, their touches that earn points, and changes of what is known of their accounts.

    Attributes
    ----------
    scoring
        What they are worth points by.
    first
        Position of the first lead; leads are counted from it.
    created
        When each lead was created.
    lead, at, rule, points
        Per event; ordered by lead and time. `rule` is -1 for what is no touch.
    offsets
        Where the events of each lead begin, and the end.
    """

    scoring: Scoring
    first: int
    created: IntArray
    lead: IntArray
    at: IntArray
    rule: IntArray
    points: FloatArray
    offsets: IntArray

    @classmethod
    def of(cls, scoring: Scoring) -> Self:
        """Return the events of all leads."""
        return cls._gather(scoring, 0, len(scoring.leads), slice(None))

    @classmethod
    def of_one(cls, scoring: Scoring, position: int, rows: IntArray) -> Self:
        """Return the events of one lead, whose touches are in some rows of their table."""
        return cls._gather(scoring, position, position + 1, rows)

    @classmethod
    def _gather(cls, scoring: Scoring, first: int, stop: int, rows: slice | IntArray) -> Self:
        n = stop - first
        created = scoring.business.leads.created_at[scoring.leads[first:stop]]
        touched = list(scoring.earned(rows))
        changed, changed_at = scoring.fit.changes(np.arange(first, stop), created, scoring.as_of)
        lead = np.concatenate([np.arange(n), changed, *(part.lead - first for part in touched)])
        at = np.concatenate([created, changed_at, *(part.at for part in touched)])
        silent = n + len(changed)
        rule = np.concatenate([np.full(silent, -1), *(part.rule for part in touched)])
        points = np.concatenate([np.zeros(silent), *(part.points for part in touched)])
        order = order_events(lead.astype(np.int32), at, lambda tied: tied)
        return cls(
            scoring=scoring,
            first=first,
            created=created,
            lead=lead[order],
            at=at[order],
            rule=rule[order],
            points=points[order],
            offsets=np.append(0, np.cumsum(np.bincount(lead, minlength=n))),
        )

    def part(self, first: int, stop: int) -> Self:
        """Return the events of some consecutive leads."""
        rows = slice(int(self.offsets[first]), int(self.offsets[stop]))
        return evolve(
            self,
            first=self.first + first,
            created=self.created[first:stop],
            lead=self.lead[rows] - first,
            at=self.at[rows],
            rule=self.rule[rows],
            points=self.points[rows],
            offsets=self.offsets[first : stop + 1] - self.offsets[first],
        )

    def engagement_and_fit(self, leads: IntArray, instants: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return engagement and fit of leads at instants, in steps, exactly as a score at that moment has them."""
        starts = self.offsets[leads]
        counts = bisect_ranges(self.at, starts, self.offsets[leads + 1], instants, side="right") - starts
        rows = concatenate_ranges(starts, counts)
        asked = np.repeat(np.arange(len(leads)), counts)
        touched = np.flatnonzero(self.rule[rows] >= 0)
        rows, asked = rows[touched], asked[touched]
        rule = self.rule[rows]
        left = decayed_steps(self.points[rows], self.scoring.terms.rule_rates[rule], instants[asked] - self.at[rows])
        totals = np.zeros((len(leads), len(self.scoring.terms.rates)))
        self.scoring.add(totals, asked, rule, left)
        return self.scoring.engagement(totals), self.scoring.fit.at(leads + self.first, instants)

    def scores(self, leads: IntArray, instants: IntArray) -> FloatArray:
        """Return the scores of leads at instants, in steps."""
        engagement, fit = self.engagement_and_fit(leads, instants)
        return self.scoring.capped(engagement + fit)
