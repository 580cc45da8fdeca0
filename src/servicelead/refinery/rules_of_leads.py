"""Published rules about leads: dropped on the floor, too few for those who call, seldom accepted or won."""

from datetime import timedelta
from typing import Any

import numpy as np
from attrs import Attribute, field, frozen

from servicelead._fields import above, duration, flag, proportion, refuse
from servicelead._typing import MISSING, BoolArray, IntArray
from servicelead.domain.leads import LeadStage
from servicelead.domain.touchpoints import Team
from servicelead.refinery.judgement import Judgement, below, portion
from servicelead.refinery.lengths import length_of
from servicelead.refinery.responses import ACCEPTED, first_entries, first_touches, has_reached
from servicelead.tables.business import Business
from servicelead.tables.lead_stages import own_leads
from servicelead.tables.opportunities import WON
from servicelead.uncertainty import Rate, Verdict, VerdictStatus

__all__ = ["CallersIdle", "FewAccepted", "LeadsDropped", "WinsOfAcceptedLeads"]

_MICROSECOND = timedelta(microseconds=1)


def _older(business: Business, age: timedelta) -> IntArray:
    """Return the rows of the leads created at least so long before ``as_of``, merged ones left out."""
    rows = own_leads(business)
    return rows[business.leads.created_at[rows] <= business.as_of - age // _MICROSECOND]


@frozen(kw_only=True)
class LeadsDropped:
    """A share of leads that nobody has touched after a time says that leads are dropped on the floor.

    A lead is untouched when no team has touched it since it was created, it was not followed up, and it never left the
    stage ``new``.

    Attributes
    ----------
    after
        Age from which an untouched lead is dropped, a positive timedelta.
    share_above
        Share of dropped leads, among those of that age, above which the rule fires. None is published.
    account_touches
        Whether a touch that names the lead's account and no lead is a touch of it too.
    """

    after: timedelta = field(validator=duration())
    share_above: float = field(validator=proportion())
    account_touches: bool = field(default=False, validator=flag())

    def judge(self, business: Business, confidence: float) -> Judgement:
        """Judge all leads of that age."""
        rows, leads = _older(business, self.after), business.leads
        created = leads.created_at[rows]
        is_touched = first_touches(business, rows, created, list(Team), account_touches=self.account_touches) != MISSING
        moved = has_reached(business, rows, [stage for stage in LeadStage if stage is not LeadStage.NEW])
        dropped = ~is_touched & ~moved & (leads.followed_up_at[rows] == MISSING)
        rate = Rate(int(np.count_nonzero(dropped)), len(rows))
        return Judgement(
            name="leads_dropped",
            question=f"Are more than {self.share_above:.0%} of leads untouched after {length_of(self.after)}?",
            verdict=Verdict.of_rate(rate, above=self.share_above, confidence=confidence),
            finding=f"{portion(rate, 'leads of that age', 'are')}.",
            action="Leads are dropped on the floor: give each an owner and a due date, and hand it on when it passes.",
        )


@frozen(kw_only=True)
class CallersIdle:
    r"""Fewer leads than those who call could work says that more have to be registered.

    With n leads in the last period and the capacity c, the expected number of leads m has the Jeffreys posterior
    :math:`\Gamma(n + \tfrac12, 1)` of a Poisson count; the rule fires when
    :math:`P(m < (1 - s)\, c)` is at least the confidence. Without leads, or where the tables begin within the period,
    there is too little data: what was not recorded did not fail to come.

    Attributes
    ----------
    capacity
        Leads that the callers (sales development) can work in the period, above 0.
    period
        The time up to ``as_of`` that is looked at, a positive timedelta.
    idle_share_above
        Share s of the capacity that must be idle for the rule to fire. None is published.
    """

    capacity: float = field(validator=above(0))
    period: timedelta = field(validator=duration())
    idle_share_above: float = field(validator=proportion())

    def judge(self, business: Business, confidence: float) -> Judgement:
        """Judge the leads created in the period up to ``as_of``."""
        from scipy.special import gammainc  # noqa: PLC0415 - heavy, loaded on first use

        created, begins = business.leads.created_at, business.as_of - self.period // _MICROSECOND
        n = int(np.count_nonzero(created[own_leads(business)] > begins))
        probability = float(gammainc(n + 0.5, (1 - self.idle_share_above) * self.capacity))
        is_unsure = not len(created) or _first_row(business) > begins or 1 - confidence < probability < confidence
        status = (
            VerdictStatus.TOO_LITTLE_DATA
            if is_unsure
            else VerdictStatus.FIRES
            if probability >= confidence
            else VerdictStatus.DOES_NOT_FIRE
        )
        evidence = {
            "n_leads": n,
            "capacity": float(self.capacity),
            "confidence": confidence,
            "probability": probability,
        }
        return Judgement(
            name="callers_idle",
            question=f"Is more than {self.idle_share_above:.0%} of the callers' capacity idle?",
            verdict=Verdict(status=status, evidence=evidence),
            finding=f"{n:,} leads came in {length_of(self.period)}; {self.capacity:,.6g} could have been worked.",
            action="Have more leads registered: the people who would call them have time.",
        )


@frozen(kw_only=True)
class FewAccepted:
    """A share of leads accepted below the published one says that the teams do not agree on what a lead is.

    Attributes
    ----------
    accept_rate_below
        Share below which the rule fires; .55 is published (``lead_accept_rate``).
    maturity
        Age from which a lead counts, a positive timedelta: younger ones may still be accepted.
    """

    accept_rate_below: float = field(validator=proportion())
    maturity: timedelta = field(validator=duration())

    def judge(self, business: Business, confidence: float) -> Judgement:
        """Judge all leads of that age by whether they were ever accepted."""
        rows = _older(business, self.maturity)
        accepted = Rate(int(np.count_nonzero(has_reached(business, rows, ACCEPTED))), len(rows))
        return Judgement(
            name="few_accepted",
            question=f"Are fewer than {self.accept_rate_below:.0%} of leads accepted?",
            verdict=below(accepted, self.accept_rate_below, confidence),
            finding=f"{portion(accepted, f'leads created at least {length_of(self.maturity)} ago', 'were')}.",
            action="Agree on what a qualified lead is, and read the reasons of the rejected ones together.",
        )


@frozen(kw_only=True)
class WinsOfAcceptedLeads:
    """A share of accepted leads won that lies outside the published range says on which side qualifying errs.

    A lead counts once it was accepted, or got further, at least `maturity` before ``as_of``, as in `Funnel`; one whose
    acceptance nothing dates is counted apart. The rule fires when the share lies surely below or surely above the
    range, and does not when it surely lies inside, by its Jeffreys posterior.

    Attributes
    ----------
    lowest, highest
        The range; .20 to .30 is published (``accepted_win_rate_low``, ``accepted_win_rate_high``).
    maturity
        Time since a lead was accepted from which it counts, a positive timedelta: later ones may still be won.
    """

    lowest: float = field(validator=proportion())
    highest: float = field(validator=proportion())
    maturity: timedelta = field(validator=duration())

    @highest.validator
    def _is_above(self, attribute: "Attribute[Any]", value: float) -> None:
        if value <= self.lowest:
            refuse(self, attribute, "above lowest", "a smaller number", "swap the two")

    def judge(self, business: Business, confidence: float) -> Judgement:
        """Judge all leads accepted so long ago by whether they, or their opportunity, were won."""
        rows = own_leads(business)
        accepted_at = first_entries(business, rows, np.full(len(rows), MISSING), ACCEPTED)
        is_dated = accepted_at != MISSING
        n_undated = int(np.count_nonzero(has_reached(business, rows[~is_dated], ACCEPTED)))
        rows = rows[is_dated & (accepted_at <= business.as_of - self.maturity // _MICROSECOND)]
        rate = Rate(int(np.count_nonzero(_is_won(business, rows))), len(rows))
        undated = f"; {n_undated:,} of which nothing says when they were are left out" if n_undated else ""
        over = rate.is_defined and rate.value > (self.lowest + self.highest) / 2
        return Judgement(
            name="wins_of_accepted_leads",
            question=f"Is the share of accepted leads won outside {self.lowest:.0%} to {self.highest:.0%}?",
            verdict=self._verdict(rate, n_undated, confidence),
            finding=f"{portion(rate, f'leads accepted at least {length_of(self.maturity)} ago', 'were won')}{undated}.",
            action="Above the range: qualify less hard." if over else "Below the range: qualify harder.",
        )

    def _verdict(self, rate: Rate, n_undated: int, confidence: float) -> Verdict:
        evidence: dict[str, float] = {"successes": rate.successes, "trials": rate.trials, "confidence": confidence}
        evidence["n_undated"] = n_undated
        if not rate.is_defined:
            return Verdict(status=VerdictStatus.TOO_LITTLE_DATA, evidence=evidence)
        below, higher = 1 - rate.exceeds(self.lowest), rate.exceeds(self.highest)
        evidence |= {"probability_below": below, "probability_above": higher}
        if max(below, higher) >= confidence:
            return Verdict(status=VerdictStatus.FIRES, evidence=evidence)
        surely_inside = 1 - below - higher >= confidence
        status = VerdictStatus.DOES_NOT_FIRE if surely_inside else VerdictStatus.TOO_LITTLE_DATA
        return Verdict(status=status, evidence=evidence)


def _first_row(business: Business) -> int:
    """Return when the first lead, touch or deal of all was recorded."""
    moments = (business.leads.created_at, business.touches.occurred_at, business.opportunities.created_at)
    return int(min(each[each != MISSING].min(initial=business.as_of) for each in moments))


def _is_won(business: Business, rows: IntArray) -> BoolArray:
    """Return whether each lead, or an opportunity that it names or that names it, was won."""
    leads, deals = business.leads, business.opportunities
    won = deals.outcome == WON
    of_deal = np.zeros(len(deals.vocabularies["opportunity_id"]) + 1, dtype=bool)
    of_deal[deals.opportunity_id[won]] = True
    of_lead = np.zeros(len(leads.vocabularies["lead_id"]) + 1, dtype=bool)
    of_lead[deals.lead_id[won]] = True
    of_deal[-1] = of_lead[-1] = False
    own = has_reached(business, rows, [LeadStage.WON])
    found: BoolArray = own | of_deal[leads.opportunity_id[rows]] | of_lead[leads.lead_id[rows]]
    return found
