"""Fit points of leads as known at any moment."""

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from servicelead._typing import MISSING, Array, BoolArray, Codes, FloatArray, IntArray
from servicelead.columns.vocabulary import Vocabulary
from servicelead.domain import OrgLevel, Segmentation, Team
from servicelead.exceptions import UnknownNameError
from servicelead.kernels.points import STEP
from servicelead.kernels.windows import bisect_ranges
from servicelead.qualification.terms import cap_steps
from servicelead.tables.business import Business
from servicelead.tables.leads import Leads
from servicelead.tables.segmentation import Values, holds, segments_at

if TYPE_CHECKING:
    from servicelead.qualification.points import PointsModel

__all__ = ["FitPoints"]

_CHOICES = {"team": Vocabulary(list(Team)), "org_level": Vocabulary(list(OrgLevel))}
#: What a lead is from the start; its stage, its opportunity and its follow-up are what became of it.
_LABELS = ("group", "channel", "owner", "need", "reported_by")


@frozen(kw_only=True, eq=False)
class FitPoints:
    """Which fit rules hold for each lead, by its account's state at a moment and by itself.

    Attributes
    ----------
    accounts
        Account of each lead, -1 for none.
    by_lead
        (n_leads, n_rules) whether a rule about leads holds.
    offsets, since, by_account
        States of each account: where they begin, from when each counts, (n_states, n_rules) whether a rule about
        accounts holds in it. The first state of an account is before anything was recorded.
    steps, groups, group_caps
        Per rule its points in steps and its group, and each group's cap in steps.
    """

    accounts: Codes
    by_lead: BoolArray
    offsets: IntArray
    since: IntArray
    by_account: BoolArray
    steps: FloatArray
    groups: IntArray
    group_caps: FloatArray

    @classmethod
    def of(cls, model: "PointsModel", business: Business, rows: IntArray) -> "FitPoints":
        """Return the fit points of the leads in some rows of the table."""
        rules = model.fit_rules
        history = business.account_history
        n_accounts = len(business.leads.vocabularies["account_id"])
        about_accounts = [rule for rule in rules if rule.of == "account"]
        recorded = any(name in history.attributes for rule in about_accounts for name in rule.segment.attributes)
        account, since = np.arange(n_accounts, dtype=np.int32), np.full(n_accounts, MISSING)
        if recorded:
            account = np.concatenate([account, history.account_id])
            since = np.concatenate([since, history.valid_from])
            order = np.argsort(account, kind="stable")  # the history is in order of time
            account, since = account[order], since[order]
        by_lead = np.zeros((len(rows), len(rules)), dtype=bool)
        by_account = np.zeros((len(account), len(rules)), dtype=bool)
        for place, rule in enumerate(rules):
            if rule.of == "lead":
                columns = {name: _values(business.leads, name, rows) for name in rule.segment.attributes}
                by_lead[:, place] = holds(rule.segment.condition, columns)
            else:
                only = Segmentation(name=rule.name, segments=[rule.segment])
                by_account[:, place] = segments_at(business, only, account, since) == 0
        return cls(
            accounts=business.leads.account_id[rows],
            by_lead=by_lead,
            offsets=np.searchsorted(account, np.arange(n_accounts + 1)),
            since=since,
            by_account=by_account,
            steps=np.array([np.rint(rule.points / STEP) for rule in rules]),
            groups=np.repeat(np.arange(len(model.fit)), [len(group.rules) for group in model.fit]),
            group_caps=np.array([cap_steps(group.cap) for group in model.fit]),
        )

    def rules_at(self, leads: IntArray, instants: IntArray) -> BoolArray:
        """Return which rules hold for leads (by position) at instants: (n, n_rules)."""
        holding = self.by_lead[leads]
        account = self.accounts[leads]
        known = np.flatnonzero(account >= 0)
        starts, stops = self.offsets[account[known]], self.offsets[account[known] + 1]
        state = bisect_ranges(self.since, starts, stops, instants[known], side="right") - 1
        holding[known] |= self.by_account[state]
        return holding

    def at(self, leads: IntArray, instants: IntArray) -> FloatArray:
        """Return the fit points of leads (by position) at instants, in steps, each group capped."""
        if not len(self.steps):
            return np.zeros(len(leads))
        holding = self.rules_at(leads, instants)
        points = np.zeros(len(leads))
        for group, cap in enumerate(self.group_caps.tolist()):
            mine = self.groups == group
            points += np.clip(holding[:, mine] @ self.steps[mine], -cap, cap)
        return points

    def changes(self, leads: IntArray, after: IntArray, until: int) -> tuple[IntArray, IntArray]:
        """Return where and when the state of a lead's account changes after an instant: index into `leads`, time."""
        account = self.accounts[leads]
        begin = np.where(account >= 0, self.offsets[account], 0)
        stop = np.where(account >= 0, self.offsets[account + 1], 0)
        if len(self.since) == len(self.offsets) - 1 or not len(leads):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        first = bisect_ranges(self.since, begin, stop, after, side="right")
        last = bisect_ranges(self.since, begin, stop, np.full(len(leads), until), side="right")
        counts = np.maximum(last - first, 0)
        owner = np.repeat(np.arange(len(leads)), counts)
        row = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts) + first[owner]
        return owner, self.since[row]


def _values(leads: Leads, name: str, rows: IntArray) -> Values:
    """Return an attribute of leads, and where it is missing."""
    if name in leads.attributes and name not in leads.vocabularies:
        numbers: Array = leads.attributes[name][rows]
        return Values(numbers, np.isnan(numbers))
    if name in _CHOICES:
        codes = getattr(leads, name)[rows]
        return Values(_CHOICES[name].decode(codes), codes < 0)
    if name in leads.attributes or name in _LABELS:
        codes = leads.codes(name)[rows]
        return Values(leads.vocabularies[name].decode(codes), codes < 0)
    known = ", ".join((*_CHOICES, *_LABELS, *leads.attributes))
    raise UnknownNameError(f"FitRule: no lead attribute {name!r} to give points for; there are {known}")
