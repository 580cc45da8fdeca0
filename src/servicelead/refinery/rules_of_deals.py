"""Published rules about what became of deals: how many are won, how soon they are lost, and where they came from."""

from datetime import timedelta

import numpy as np
from attrs import field, frozen

from servicelead._fields import duration, proportion
from servicelead._typing import MISSING
from servicelead.refinery.deal_times import whole_days
from servicelead.refinery.judgement import Judgement, below, portion
from servicelead.refinery.lengths import length_of
from servicelead.tables.business import Business
from servicelead.tables.opportunities import LOST, WON
from servicelead.uncertainty import Rate, Verdict

__all__ = ["LosingEarly", "QualifyingTooHard", "WinsWithoutLeads"]

_DAY = timedelta(days=1)


@frozen(kw_only=True)
class QualifyingTooHard:
    """A win rate above a threshold says that leads which could be won are never tried.

    ``win rate = won / (won + lost)``; open deals are left out.

    Attributes
    ----------
    win_rate_above
        Threshold; .5 is published (`servicelead.reference_points`, ``win_rate_qualified_too_hard``).

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> business = simulate_business(n_accounts=300, seed=1).business
    >>> print(QualifyingTooHard(win_rate_above=0.5).judge(business, 0.95).verdict.status)
    does_not_fire
    """

    win_rate_above: float = field(validator=proportion())

    def judge(self, business: Business, confidence: float) -> Judgement:
        """Judge all deals that are won or lost."""
        counts = np.bincount(business.opportunities.outcome, minlength=3)
        rate = Rate(int(counts[WON]), int(counts[WON] + counts[LOST]))
        return Judgement(
            name="qualifying_too_hard",
            question=f"Do we win more than {self.win_rate_above:.0%} of the deals we decide?",
            verdict=Verdict.of_rate(rate, above=self.win_rate_above, confidence=confidence),
            finding=f"{portion(rate, 'decided deals', 'were won')}.",
            action="We qualify too hard: pass more leads on, and expect a lower rate and more wins.",
        )


@frozen(kw_only=True)
class LosingEarly:
    """A high share of losses soon after hand-off says that what is handed off was not ready.

    Times are whole days of the business's calendar. A loss dated on a day before its hand-off is not early but an error
    of the tables, and counted apart.

    Attributes
    ----------
    within
        How soon after the hand-off a loss is early, a positive timedelta.
    share_above
        Share of early losses, among lost deals with a hand-off, above which the rule fires. None is published.
    """

    within: timedelta = field(validator=duration())
    share_above: float = field(validator=proportion())

    def judge(self, business: Business, confidence: float) -> Judgement:
        """Judge all lost deals that say when they were handed off, and were lost after it."""
        deals = business.opportunities
        lost = deals.outcome == LOST
        dated = lost & (deals.handed_off_at != MISSING)
        days = whole_days(business, deals.handed_off_at[dated], deals.closed_at[dated])
        n_before = int(np.count_nonzero(days < 0))
        n_early = int(np.count_nonzero((days >= 0) & (days <= self.within / _DAY)))
        rate = Rate(n_early, len(days) - n_before)
        n_unknown = int(np.count_nonzero(lost)) - len(days)
        before = f", {n_before:,} were lost before they were" if n_before else ""
        return Judgement(
            name="losing_early",
            question=f"Do more than {self.share_above:.0%} of losses come within {length_of(self.within)} of hand-off?",
            verdict=Verdict.of_rate(rate, above=self.share_above, confidence=confidence),
            finding=f"{portion(rate, 'losses', 'do')}; {n_unknown:,} lost deals do not say when they were handed off"
            f"{before}.",
            action="Qualify harder: agree with sales what a lead must show before it is handed off.",
        )


@frozen(kw_only=True)
class WinsWithoutLeads:
    """A low share of won deals that are linked to a lead says that leads are not registered, or not linked.

    Attributes
    ----------
    linked_share_below
        Share of linked deals below which the rule fires. None is published.
    """

    linked_share_below: float = field(validator=proportion())

    def judge(self, business: Business, confidence: float) -> Judgement:
        """Judge all won deals."""
        deals = business.opportunities
        won = deals.outcome == WON
        linked = Rate(int(np.count_nonzero(won & (deals.lead_id >= 0))), int(np.count_nonzero(won)))
        return Judgement(
            name="wins_without_leads",
            question=f"Do fewer than {self.linked_share_below:.0%} of won deals come from a lead?",
            verdict=below(linked, self.linked_share_below, confidence),
            finding=f"{portion(linked, 'won deals', 'name a lead')}.",
            action="Register the leads that deals come from, and link them: what is not linked earns nobody credit.",
        )
