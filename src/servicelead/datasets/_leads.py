"""Leads: which touches brought one, which opportunity it led to, and whether promises to it were kept."""

import attrs
import numpy as np

from servicelead._typing import MISSING, Array, BoolArray, Codes, IntArray
from servicelead.datasets._accounts import ORG_LEVELS
from servicelead.datasets._opportunities import LOST, OPEN, Opportunities, opportunity_ids
from servicelead.datasets._recipe import DAY, SECOND, WEEK, Recipe, instants, named, numbered, whole_seconds
from servicelead.datasets._touches import Touches

STAGES = ("new", "working", "qualified", "accepted", "rejected", "opportunity", "won", "lost", "recycled")
NEEDS = ("more seats", "slow reports", "missing integration", "new site", "training gap", "outdated version")
_ACCEPTED, _WON, _LOST = 3, 6, 7
# What can become of a lead without an opportunity, and how often.
_FATES = np.array(
    [
        (0, -1, -1, -1, -1, -1),
        (0, 1, -1, -1, -1, -1),
        (0, 1, 2, -1, -1, -1),
        (0, 1, 2, 3, -1, -1),
        (0, 1, 2, 4, -1, -1),
        (0, 1, 2, 4, 8, 1),
    ]
)
_FATE_SHARES = (0.10, 0.18, 0.12, 0.15, 0.33, 0.12)
_CONVERTED = np.array([0, 1, 2, 3, 5, _WON])
_STEP_DAYS = np.array([0.0, 1.0, 6.0, 5.0, 25.0, 8.0])
_REJECTIONS = ("no budget", "no need", "not reached", "wrong contact")
_LOSSES = ("competitor", "no decision", "price")
#: A lead can be behind an opportunity for this long.
_LEAD_WEEKS = 26


@attrs.frozen(kw_only=True, eq=False)
class Leads:
    """Every lead by account and time.

    Attributes
    ----------
    touch
        The touch that brought it, by row.
    contact
        The contact who asked, by row.
    opportunity
        The opportunity it led to, by row; -1 for none.
    stage, entered_at
        (n, 6) its way through the stages; -1 and a time not before the end where there is no more.
    """

    account: IntArray
    created_at: IntArray
    touch: IntArray
    contact: IntArray
    opportunity: IntArray
    stage: IntArray
    entered_at: IntArray

    def __len__(self) -> int:
        return int(self.account.size)

    @property
    def accepted_at(self) -> IntArray:
        """When sales accepted it; missing where that did not happen."""
        return np.where(self.stage[:, 3] == _ACCEPTED, self.entered_at[:, 3], MISSING)


def draw_leads(recipe: Recipe, touches: Touches, deals: Opportunities, contacts: IntArray) -> Leads:
    """Turn some touches into leads and lead some of those to the opportunities that followed."""
    rng = recipe.stream("leads")
    rate = np.array([channel.lead_rate for channel in recipe.scenario.channels])
    touch = np.flatnonzero(rng.random(len(touches)) < rate[touches.channel])
    account, created_at = touches.account[touch], touches.occurred_at[touch]
    first, past = contacts[account], contacts[account + 1]
    opportunity = _led_to(recipe, account, created_at, deals)
    stage, entered_at = _timelines(recipe, created_at, opportunity, deals)
    return Leads(
        account=account,
        created_at=created_at,
        touch=touch,
        contact=first + (rng.random(account.size) * (past - first)).astype(np.int64),
        opportunity=opportunity,
        stage=np.where(entered_at < recipe.end, stage, -1),
        entered_at=entered_at,
    )


def _led_to(recipe: Recipe, account: IntArray, created_at: IntArray, deals: Opportunities) -> IntArray:
    """Return the first opportunity after each lead that has no later lead before it; -1 for none."""
    span = (recipe.end - recipe.start) // SECOND
    lead_key = account * span + (created_at - recipe.start) // SECOND
    deal_key = deals.account * span + (deals.opened_at - recipe.start) // SECOND
    lead = np.searchsorted(lead_key, deal_key) - 1
    candidate = np.flatnonzero(lead >= 0)
    lead = lead[candidate]
    fits = (account[lead] == deals.account[candidate]) & (
        deals.opened_at[candidate] - created_at[lead] < _LEAD_WEEKS * WEEK
    )
    taken, position = np.unique(lead[fits], return_index=True)
    opportunity = np.full(account.size, -1)
    opportunity[taken] = candidate[fits][position]
    return opportunity


def _timelines(
    recipe: Recipe, created_at: IntArray, opportunity: IntArray, deals: Opportunities
) -> tuple[IntArray, IntArray]:
    """Return stages and their times, (n, 6)."""
    rng = recipe.stream("lead_stages")
    size = created_at.size
    fate = np.searchsorted(np.cumsum(_FATE_SHARES)[:-1], rng.random(size), side="right")
    stage = _FATES[fate]
    days = np.cumsum(_STEP_DAYS * rng.lognormal(-0.3, 0.8, (size, 6)), axis=1)
    progress = np.sort(rng.random((size, 3)), axis=1)
    entered_at = created_at[:, None] + days * DAY
    led = np.flatnonzero(opportunity >= 0)
    deal = opportunity[led]
    stage[led] = _CONVERTED
    stage[led, 5] = np.where(deals.outcome[deal] == LOST, _LOST, _WON)
    until_opening = deals.opened_at[deal] - created_at[led]
    entered_at[led, 1:4] = created_at[led, None] + progress[led] * until_opening[:, None]
    entered_at[led, 4] = deals.opened_at[deal]
    entered_at[led, 5] = np.where(deals.outcome[deal] == OPEN, recipe.end, deals.closes_at[deal])
    return stage, whole_seconds(entered_at)


def lead_table(recipe: Recipe, touches: Touches, deals: Opportunities, leads: Leads, levels: Codes) -> dict[str, Array]:
    """Return the leads with their current stage and what was promised to them."""
    rng = recipe.stream("lead_records")
    channels = recipe.scenario.channels
    channel = touches.channel[leads.touch]
    is_services = np.array([kind.team == "services" for kind in channels])[channel]
    reported_by = numbered("services rep ", leads.account % 97 + 1, width=3)
    reported_by[~is_services] = None
    has_need = is_services & (rng.random(len(leads)) < 0.85)
    opportunity = opportunity_ids(deals)[leads.opportunity] if len(deals) else np.full(len(leads), None)
    opportunity[leads.opportunity < 0] = None
    last = (leads.stage >= 0).sum(axis=1) - 1
    return {
        "lead_id": numbered("L", np.arange(len(leads))),
        "account_id": numbered("A", leads.account),
        "contact_id": numbered("P", leads.contact),
        "created_at": instants(leads.created_at),
        "team": named(tuple(kind.team for kind in channels), channel),
        "group": named(tuple(kind.group for kind in channels), channel),
        "channel": named(tuple(kind.name for kind in channels), channel),
        "owner": numbered("rep ", leads.account % 40 + 1, width=3),
        "org_level": named(ORG_LEVELS, levels[leads.contact]),
        "need": named(NEEDS, np.where(has_need, rng.integers(0, len(NEEDS), len(leads)), -1)),
        "reported_by": reported_by,
        "stage": named(STAGES, leads.stage[np.arange(len(leads)), last]),
        "opportunity_id": opportunity,
        **_promises(rng, recipe, leads.created_at, is_services),
    }


def _promises(
    rng: np.random.Generator, recipe: Recipe, created_at: IntArray, is_services: BoolArray
) -> dict[str, Array]:
    """Return promised follow-ups: most kept, some late, some broken.

    The day promised is five days on; in time means within four days and late after the seventh, so that no time zone
    turns one into the other.
    """
    size = created_at.size
    is_promised = rng.random(size) < np.where(is_services, 0.9, 0.4)
    fate = rng.random(size)
    days = np.where(fate < 0.82, rng.uniform(0.1, 4, size), rng.uniform(7, 20, size))
    followed_up_at = whole_seconds(created_at + days * DAY)
    is_done = is_promised & (fate < 0.91) & (followed_up_at < recipe.end)
    due = (recipe.day_of(created_at) + 5).view("datetime64[D]")
    due[~is_promised] = np.datetime64("NaT", "D")
    return {
        "follow_up_promised_at": instants(np.where(is_promised, created_at, MISSING)),
        "follow_up_due_at": due,
        "followed_up_at": instants(np.where(is_done, followed_up_at, MISSING)),
    }


def lead_stage_table(recipe: Recipe, leads: Leads) -> dict[str, Array]:
    """Return every move of every lead; a rejection and a loss have a reason."""
    rng = recipe.stream("lead_reasons")
    row, column = np.nonzero(leads.stage >= 0)
    stage = leads.stage[row, column]
    reason = np.full(row.size, -1)
    is_rejected, is_lost = stage == STAGES.index("rejected"), stage == _LOST
    reason[is_rejected] = rng.integers(0, len(_REJECTIONS), is_rejected.sum())
    reason[is_lost] = len(_REJECTIONS) + rng.integers(0, len(_LOSSES), is_lost.sum())
    return {
        "lead_id": numbered("L", row),
        "stage": named(STAGES, stage),
        "entered_at": instants(leads.entered_at[row, column]),
        "reason": named(_REJECTIONS + _LOSSES, reason),
    }


def filed_under(recipe: Recipe, touches: Touches, leads: Leads) -> tuple[IntArray, BoolArray]:
    """Return the lead each touch is filed under (-1 for none), and whether only the lead is known."""
    rng = recipe.stream("touch_leads")
    is_origin = np.zeros(len(touches), dtype=np.bool_)
    is_origin[leads.touch] = True
    latest = np.cumsum(is_origin) - 1
    if not len(leads):
        return latest, is_origin
    is_recent = (
        (latest >= 0)
        & (leads.account[latest] == touches.account)
        & (touches.occurred_at - leads.created_at[latest] < 9 * WEEK)
    )
    is_filed = is_recent & (is_origin | (rng.random(len(touches)) < 0.5))
    is_lead_only = is_filed & (rng.random(len(touches)) < 0.3)
    return np.where(is_filed, latest, -1), is_lead_only


def behind(leads: Leads, deals: Opportunities) -> tuple[IntArray, IntArray]:
    """Return, for each opportunity, the lead that led to it (-1 for none) and when sales took that over."""
    lead = np.full(len(deals), -1)
    led = np.flatnonzero(leads.opportunity >= 0)
    lead[leads.opportunity[led]] = led
    handed_off_at = np.full(len(deals), MISSING)
    handed_off_at[leads.opportunity[led]] = leads.accepted_at[led]
    return lead, handed_off_at
