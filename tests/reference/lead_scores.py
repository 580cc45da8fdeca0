"""Lead scores in plain Python, one lead at a time, from the definitions: no arrays, nothing shared with the library.

Rows are dicts as a file would hold them, instants are microseconds. Points are rounded to whole steps after decay, as
the definitions of the library say, and sums are of whole numbers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

STEPS = 2**20

Row = Mapping[str, Any]


def within(value: int, cap: float | None) -> int:
    """Return a sum held within [-cap, cap]."""
    if cap is None:
        return value
    bound = round(cap * STEPS)
    return max(-bound, min(bound, value))


def level_of(touch: Row, lead: Row, contacts: Mapping[str, str]) -> str:
    """Return the level of the touch's contact, else the lead's own, else that of the lead's contact."""
    for level in (contacts.get(touch.get("contact_id") or ""), lead.get("org_level")):
        if level not in {None, "unknown"}:
            return str(level)
    return contacts.get(lead.get("contact_id") or "", "unknown")


def meets(touch: Row, rule: Any) -> bool:
    """Whether a touch has the labels that a rule asks for."""
    asked = {"team": rule.team, "group": rule.group, "channel": rule.channel}
    return all(wanted is None or wanted == touch.get(name) for name, wanted in asked.items())


def worth(touch: Row, rule: Any, times: float, at: int) -> int:
    """Return what a touch is worth by a rule at an instant, in whole steps."""
    halvings = 0.0 if rule.half_life is None else (at - touch["occurred_at"]) / (rule.half_life.total_seconds() * 1e6)
    return round(float(rule.points * times * 2.0**-halvings * STEPS))


def attributes_of(account: str | None, history: Sequence[Row], at: int) -> dict[str, Any]:
    """Return what was known of an account at an instant: the latest value of each attribute."""
    known: dict[str, Any] = {}
    for row in sorted(history, key=lambda row: int(row["valid_from"])):
        if row["account_id"] == account and row["valid_from"] <= at:
            known |= {name: value for name, value in row.items() if value is not None}
    return known


def score(
    model: Any,
    lead: Row,
    touches: Sequence[Row],
    history: Sequence[Row],
    *,
    contacts: Mapping[str, str],
    at: int,
) -> tuple[float, float, float]:
    """Return engagement, fit and score of one lead at an instant, in points."""
    mine = [t for t in touches if t["lead_id"] == lead["lead_id"] and t["occurred_at"] <= at]
    engagement = 0
    for group in model.engagement:
        inside = 0
        for rule in group.rules:
            met = [t for t in mine if meets(t, rule)]
            inside += within(sum(worth(t, rule, model.levels[level_of(t, lead, contacts)], at) for t in met), rule.cap)
        engagement += within(inside, group.cap)
    of_account = attributes_of(lead.get("account_id"), history, at)
    fit = 0
    for group in model.fit:
        inside = 0
        for rule in group.rules:
            if rule.segment.matches(of_account if rule.of == "account" else lead):
                inside += round(rule.points * STEPS)
        fit += within(inside, group.cap)
    return engagement / STEPS, fit / STEPS, within(engagement + fit, model.cap) / STEPS
