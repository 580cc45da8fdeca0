"""Features of deals and leads: how many, how they ended, how long ago, and what is still promised."""

from collections.abc import Iterator

import numpy as np

from servicelead._typing import MISSING, Array, Codes
from servicelead.domain.leads import LeadStage
from servicelead.domain.opportunities import OpportunityKind
from servicelead.domain.touchpoints import Team
from servicelead.propensity.snapshots.feature import Column
from servicelead.propensity.snapshots.scope import Scope, number, ratio
from servicelead.tables import LOST, WON, Business

__all__ = ["EXPANSIONS", "sales_features"]

#: Kinds of deal with a customer that make him a larger one.
EXPANSIONS = (OpportunityKind.UPSELL, OpportunityKind.CROSS_SELL)
#: Stages in which nothing more is done about a lead.
_CLOSED = (LeadStage.REJECTED, LeadStage.WON, LeadStage.LOST)


def sales_features(scope: Scope) -> Iterator[Column]:
    """Yield the features of opportunities and leads."""
    yield from _deals(scope)
    yield from _leads(scope)


def _deals(scope: Scope) -> Iterator[Column]:
    deals, panel, days = scope.business.opportunities, scope.panel, scope.longest
    account, created = deals.account_id, deals.created_at
    # A deal recorded after its close is known from its creation on.
    closed = np.where(deals.closed_at == MISSING, MISSING, np.maximum(deals.closed_at, created))
    sentence = "Deals created before the cutoff and not closed before it."
    yield number("open_deals", "deals", sentence, panel.running(account, created, closed))
    yield scope.since("deal_created", "Days since the latest deal was created.", account, created)
    settled: dict[int, Array] = {}
    for name, outcome in (("won", WON), ("lost", LOST)):
        rows = np.flatnonzero(deals.outcome == outcome)
        settled[outcome] = panel.count(account[rows], closed[rows])
        yield number(f"{name}_deals", "deals", f"Deals {name} before the cutoff.", settled[outcome])
        recent = panel.count(account[rows], closed[rows], days=days)
        yield number(f"{name}_deals_{days}d", "deals", f"Deals {name} in the {days} days before the cutoff.", recent)
        yield scope.since(f"{name}_deal", f"Days since the latest deal was {name}.", account[rows], closed[rows])
    rate = ratio(settled[WON], settled[WON] + settled[LOST])
    yield number("win_rate", "rate", "Share of the deals closed before the cutoff that were won.", rate)
    won = np.flatnonzero(deals.outcome == WON)
    value = panel.total(account[won], closed[won], scope.amounts(deals.amount[won]), days=days)
    yield number(f"won_value_{days}d", scope.money, f"Value won in the {days} days before the cutoff.", value)
    kinds = [list(OpportunityKind).index(kind) for kind in EXPANSIONS]
    grown = won[np.isin(deals.kind[won], kinds)]
    sentence = "Upsells and cross-sells won before the cutoff."
    yield number("won_expansions", "deals", sentence, panel.count(account[grown], closed[grown]))
    yield scope.since("won_expansion", "Days since the latest upsell or cross-sell.", account[grown], closed[grown])


def _leads(scope: Scope) -> Iterator[Column]:
    leads, stages, panel = scope.business.leads, scope.business.stage_history, scope.panel
    whose, created_at = _by_lead(scope.business)
    own = np.flatnonzero(leads.merged_into < 0)
    account, created = leads.account_id[own], leads.created_at[own]
    yield from scope.counts("leads", "leads", "Leads created", account, created)
    ours = leads.team[own] == list(Team).index(Team.SERVICES)
    yield from scope.counts("services_leads", "leads", "Leads created by services", account[ours], created[ours])
    of = stages.lead_id
    # A stage counts once its lead does, and lasts until the lead's next one.
    entered = np.maximum(stages.entered_at, created_at[of])
    left = np.append(np.where(of[1:] == of[:-1], stages.entered_at[1:], MISSING), MISSING)
    left = left[: len(stages)]
    over = np.isin(stages.stage, [list(LeadStage).index(stage) for stage in _CLOSED])
    n_over = panel.running(whose[of[over]], entered[over], left[over])
    sentence = "Leads created before the cutoff and by then neither rejected, won nor lost."
    yield number("open_leads", "leads", sentence, panel.count(account, created) - n_over)
    qualified = stages.stage == list(LeadStage).index(LeadStage.QUALIFIED)
    became = entered[qualified]
    yield from scope.counts("leads_qualified", "leads", "Leads that became qualified", whose[of[qualified]], became)
    due = np.maximum(leads.follow_up_due_at, np.maximum(leads.created_at, leads.follow_up_promised_at))[own]
    due[leads.follow_up_due_at[own] == MISSING] = MISSING
    sentence = "Follow-ups due before the cutoff and not made before it."
    yield number("overdue_follow_ups", "leads", sentence, panel.running(account, due, leads.followed_up_at[own]))


def _by_lead(business: Business) -> tuple[Codes, Array]:
    """Return the account of each lead by its code, -1 for none, and when it was created."""
    leads = business.leads
    own = leads.merged_into < 0
    n = len(leads.vocabulary("lead_id")) + 1
    account, created = np.full(n, -1, dtype=np.int32), np.full(n, MISSING)
    account[leads.lead_id[own]], created[leads.lead_id[own]] = leads.account_id[own], leads.created_at[own]
    return account, created
