"""Random leads, their touches and what was known of their accounts; and random models to score them by."""

from datetime import timedelta
from typing import Any

import attrs
import numpy as np

from servicelead import Business, Segment
from servicelead.qualification import FitRule, PointsModel, RuleGroup, TouchRule
from tables.samples import columns

DAY = 86_400_000_000
START = 1_767_225_600_000_000  # 2026-01-01
DAYS = 60
_LEVELS = ("executive", "manager", "unknown", None)


@attrs.frozen(kw_only=True)
class World:
    """Rows as a file would hold them, and the business they make."""

    leads: list[dict[str, Any]]
    touches: list[dict[str, Any]]
    history: list[dict[str, Any]]
    contacts: dict[str, str]
    business: Business


def world(seed: int, n_leads: int, touches_each: float = 6.0) -> World:
    """Draw leads, touches before and after their creation, many at one instant, and account histories."""
    rng = np.random.default_rng(seed)
    n_accounts = n_leads // 3 + 1

    def day(low: int, high: int, size: int) -> list[int]:
        fraction = rng.integers(0, DAY, size) * rng.integers(0, 2, size)
        return [int(at) for at in START + rng.integers(low, high, size) * DAY + fraction]

    def pick(labels: tuple[Any, ...]) -> Any:
        return labels[int(rng.integers(len(labels)))]

    created, n_touches = day(0, 30, n_leads), int(rng.poisson(touches_each * n_leads))
    contacts = {f"p{i}": pick(("executive", "manager", "unknown")) for i in range(n_leads)}
    leads = [
        {
            "lead_id": f"l{i}",
            "account_id": pick((f"a{rng.integers(n_accounts)}", None)),
            "contact_id": pick((f"p{i}", None)),
            "created_at": created[i],
            "team": pick(("services", "marketing", "sales")),
            "org_level": pick(_LEVELS),
            "need": pick(("more seats", "training", None)),
        }
        for i in range(n_leads)
    ]
    touches = [
        {
            "touchpoint_id": f"t{i}",
            "lead_id": f"l{rng.integers(n_leads)}",
            "contact_id": pick((f"p{rng.integers(n_leads)}", None)),
            "occurred_at": at,
            "team": pick(("services", "marketing")),
            "group": pick(("support", "field", None)),
            "channel": pick(("case", "visit", "email")),
        }
        for i, at in enumerate(day(-10, DAYS - 1, n_touches))
    ]
    history = [
        {"account_id": f"a{i % n_accounts}", "valid_from": at, "seats": pick((3.0, 30.0, None))}
        for i, at in enumerate(dict.fromkeys(day(0, DAYS - 1, 2 * n_accounts)))
    ]
    business = Business.from_frames(
        leads=columns(leads),
        touchpoints=columns(touches),
        account_history=columns(history),
        contacts={"contact_id": list(contacts), "org_level": list(contacts.values())},
        as_of=START + DAYS * DAY,
    )
    return World(leads=leads, touches=touches, history=history, contacts=contacts, business=business)


def model(seed: int, *, negative: bool = True) -> PointsModel:
    """Draw rules that overlap, fade at different speeds, take points away, and are capped at every height."""
    rng = np.random.default_rng(seed)

    def cap(chance: float) -> float | None:
        return float(rng.integers(5, 40)) if rng.random() < chance else None

    def maybe(*labels: str) -> str | None:
        return None if rng.random() < 0.4 else labels[int(rng.integers(len(labels)))]

    def rule(name: str) -> TouchRule:
        return TouchRule(
            name=name,
            points=float(rng.integers(-30 if negative else 1, 40)),
            team=maybe("services", "marketing"),
            group=maybe("support", "field"),
            channel=maybe("case", "visit", "email"),
            half_life=None if rng.random() < 0.15 else timedelta(days=float(rng.choice([1, 3, 7, 7, 30]))),
            cap=cap(0.4),
        )

    return PointsModel(
        engagement=[
            RuleGroup(name="one", rules=[rule("a"), rule("b"), rule("c")], cap=cap(0.5)),
            RuleGroup(name="two", rules=[rule("d"), rule("e")], cap=cap(0.5)),
        ],
        fit=[
            RuleGroup(
                name="fits",
                rules=[
                    FitRule(points=float(rng.integers(-9, 15)), segment=Segment.at_least("seats", 10)),
                    FitRule(points=4.5, segment=Segment.of("need", {"training"}), of="lead"),
                ],
                cap=cap(0.3),
            )
        ],
        levels={"executive": 1.5, "unknown": 0.75},
        cap=cap(0.5),
    )
