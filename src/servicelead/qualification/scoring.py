"""A points model made ready for one business: who is scored, which touches earn what, and what they add up to."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from attrs import frozen

from servicelead._fields import kind_of
from servicelead._typing import MISSING, Array, FloatArray, IntArray
from servicelead.columns import parse
from servicelead.columns.frames import read_columns
from servicelead.domain import OrgLevel
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.points import STEP, capped_sums, decayed_steps
from servicelead.qualification.fit import FitPoints
from servicelead.qualification.terms import RuleTables, Terms, cap_steps
from servicelead.tables.business import Business

if TYPE_CHECKING:
    from servicelead.qualification.points import PointsModel

__all__ = ["Earned", "Scoring", "instant_of"]

#: Touches that are worked on together: their columns stay in the processor's cache.
_BLOCK = 1 << 16
_EXACT = 2.0**53
_UNKNOWN = list(OrgLevel).index(OrgLevel.UNKNOWN)


class Earned(NamedTuple):
    """Touches that earn points by a rule, one entry per touch and rule."""

    touch: IntArray
    lead: IntArray
    at: IntArray
    rule: IntArray
    points: FloatArray


@frozen(kw_only=True, eq=False)
class Scoring:
    """A points model, a business and a moment.

    Attributes
    ----------
    leads
        Rows of the leads that are scored: those created by then and not merged into another. Everywhere else a lead
        is its position among these.
    as_of
        UTC microseconds.
    """

    model: "PointsModel"
    business: Business
    as_of: int
    leads: IntArray
    terms: Terms
    tables: RuleTables
    fit: FitPoints

    @classmethod
    def of(cls, model: "PointsModel", business: Business, as_of: Any) -> Self:
        """Make a model ready for a business as known at a moment."""
        moment = business.as_of if as_of is None else instant_of(business, as_of)
        leads = business.leads
        rows = np.flatnonzero((leads.merged_into < 0) & (leads.created_at <= moment))
        return cls(
            model=model,
            business=business,
            as_of=moment,
            leads=rows,
            terms=Terms.of(model),
            tables=RuleTables.of(model.touch_rules, business.touches),
            fit=FitPoints.of(model, business, rows),
        )

    @cached_property
    def position(self) -> IntArray:
        """Position of each lead by its code, -1 for leads that are not scored and, last, for no lead."""
        position = np.full(len(self.business.leads.vocabularies["lead_id"]) + 1, -1, dtype=np.int64)
        position[self.business.leads.lead_id[self.leads]] = np.arange(len(self.leads))
        return position

    @cached_property
    def times(self) -> FloatArray:
        """Multiplier of each organisational level, by its code."""
        return np.array([float(self.model.levels[level]) for level in OrgLevel])

    @cached_property
    def contact_levels(self) -> Array:
        """Level of each contact by its code, unknown where it is not known and, last, for no contact."""
        contacts = self.business.contacts
        levels = np.full(len(contacts.vocabularies["contact_id"]) + 1, _UNKNOWN, dtype=np.int8)
        levels[contacts.contact_id] = np.where(contacts.org_level < 0, _UNKNOWN, contacts.org_level)
        return levels

    @cached_property
    def knows_contacts(self) -> bool:
        """Whether the level of any contact is known."""
        return bool((self.contact_levels != _UNKNOWN).any())

    @cached_property
    def lead_levels(self) -> Array:
        """Level of each lead, by position: its own, else that of its contact, else unknown."""
        leads = self.business.leads
        own = leads.org_level[self.leads]
        unknown = (own < 0) | (own == _UNKNOWN)
        return np.where(unknown, self.contact_levels[leads.contact_id[self.leads]], own)

    def earned(self, rows: slice | IntArray) -> Iterator[Earned]:
        """Yield what some touches earn by the moment, a layer of rules at a time."""
        touches = self.business.touches
        lead = self.position.take(touches.lead_id[rows])
        at = touches.occurred_at[rows]
        counts = lead >= 0
        if self.as_of < self.business.as_of:
            counts &= at <= self.as_of
        cells = self.tables.cells(touches, rows)
        for layer in self.tables.layers:
            rule = layer.take(cells)
            hit = np.flatnonzero(counts & (rule >= 0))
            rule, owner = rule[hit], lead[hit]
            points = self.terms.points.take(rule)
            if (self.times != 1.0).any():
                points *= self.times.take(self._levels(rows, hit, owner))
            yield Earned(hit, owner, at[hit], rule, points)

    def _levels(self, rows: slice | IntArray, hit: IntArray, lead: IntArray) -> Array:
        """Return the level of the person each touch was with."""
        level: Array = self.lead_levels.take(lead)
        if self.knows_contacts:
            person = self.contact_levels.take(self.business.touches.contact_id[rows][hit])
            level = np.where(person == _UNKNOWN, level, person)
        return level

    def totals(self) -> FloatArray:
        """Return what each lead's touches are worth at the moment, per sum, in steps: (n_leads, n_terms)."""
        totals = np.zeros((len(self.leads), len(self.terms.rates)))
        largest = 0.0
        for begin in range(0, len(self.business.touches), _BLOCK):
            for part in self.earned(slice(begin, begin + _BLOCK)):
                left = decayed_steps(part.points, self.terms.rule_rates.take(part.rule), self.as_of - part.at)
                largest = max(largest, float(np.max(np.abs(left), initial=0.0)))
                self.add(totals, part.lead, part.rule, left)
        if largest * len(self.business.touches) * len(self.tables.layers) >= _EXACT:
            self._check(largest)
        return totals

    def add(self, totals: FloatArray, rows: IntArray, rules: IntArray, steps: FloatArray) -> None:
        """Add points of rules to the sums of the rows that they belong to, in place."""
        place = rows * totals.shape[1]
        place += self.terms.term_of_rule.take(rules)
        np.add.at(totals.reshape(-1), place, steps)

    def _check(self, largest: float) -> None:
        """Refuse points so many that a sum of whole steps might no longer be whole."""
        owner = self.position.take(self.business.touches.lead_id)
        most = int(np.bincount(owner[owner >= 0]).max(initial=0))
        if largest * most * len(self.tables.layers) >= _EXACT:
            raise InvalidValueError(
                "PointsModel.engagement must give so few points that they add exactly, "
                f"below {_EXACT * STEP:,.0f} for all touches of one lead; got more; scale the points down"
            )

    def engagement(self, totals: FloatArray) -> FloatArray:
        """Return the engagement of rows of sums, in steps, with the caps of rules and groups."""
        terms = self.terms
        points: FloatArray = capped_sums(totals, terms.caps, terms.groups, terms.group_caps).sum(axis=1)
        return points

    def capped(self, points: FloatArray) -> FloatArray:
        """Return scores under the cap on all of them, in steps."""
        cap = cap_steps(self.model.cap)
        held: FloatArray = np.clip(points, -cap, cap)
        return held


def instant_of(business: Business, moment: Any, name: str = "PointsModel.score: as_of") -> int:
    """Return a moment as UTC microseconds, read as the business reads its own ``as_of``; refuse it by its name."""
    column = read_columns({"as_of": [moment]})[0]["as_of"]
    instants, _ = parse.instants(column, business.zone, deadline=True)
    instant = int(instants[0])
    if instant == MISSING or instant > business.as_of:
        got = kind_of(moment) if instant == MISSING else "a later one"
        raise InvalidValueError(
            f"{name} must be a moment that the business knows, not after its own as_of; got {got}; "
            "give a date or an aware datetime, or read a later extract"
        )
    return instant
