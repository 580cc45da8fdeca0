import math
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from propensity.by_the_row import (
    HALF_LIFE,
    LONGEST,
    MAYBE,
    MOMENT,
    WINDOWS,
    Row,
    Tables,
    assert_slow_agrees,
    days_since,
    draw_rows,
    over,
    within,
)
from propensity.two_futures import SENTIMENT
from servicelead.domain.leads import OrgLevel
from servicelead.domain.touchpoints import Team
from servicelead.propensity.snapshots.touch_features import touch_features

TEAMS = [team.value for team in Team]
CHANNELS = ("call", "fax")


@st.composite
def touched(draw: st.DrawFn) -> Tables:
    """Draw touches, some known by a lead alone, which may come about later."""
    touches = draw_rows(
        draw, "t", 9, "touchpoint_id", occurred_at=MOMENT, team=st.sampled_from(TEAMS[:3]),
        channel=st.sampled_from(["call", "visit"]), contact_id=st.sampled_from([None, "p", "q", "r"]),
        sentiment=SENTIMENT, sentiment_known_at=MAYBE, lead_id=st.sampled_from([None, "l0", "l1"]),
    )  # fmt: skip
    level = st.sampled_from([None, "manager", "executive"])
    return {
        "touchpoints": [row | {"account_id": None} if row["lead_id"] and draw(st.booleans()) else row
                        for row in touches],
        "leads": draw_rows(draw, "l", 2, "lead_id", created_at=MOMENT, team=st.just("sales")),
        "contacts": [{"contact_id": name, "account_id": "a", "org_level": draw(level)} for name in "pqr"],
    }  # fmt: skip


def known(row: Row, leads: Mapping[str, Row]) -> tuple[str | None, int]:
    """Return whose a touch is, and since when that was known."""
    if row["account_id"] or row["lead_id"] not in leads:
        return row["account_id"], row["occurred_at"]
    lead = leads[row["lead_id"]]
    return lead["account_id"], max(row["occurred_at"], lead["created_at"])


def slow_touches(tables: Tables, account: str, cutoff: int) -> dict[str, Any]:
    """Return the features of touches, one loop each."""
    leads = {row["lead_id"]: row for row in tables["leads"]}
    rows = [row | {"when": known(row, leads)[1]} for row in tables["touchpoints"] if known(row, leads)[0] == account]
    when = [row["when"] for row in rows]
    by = {team: [row["when"] for row in rows if row["team"] == team] for team in TEAMS}
    on = {channel: [row["when"] for row in rows if row["channel"] == channel] for channel in CHANNELS}
    told = [(max(row["when"], row["sentiment_known_at"] or row["when"]), row["sentiment"]) for row in rows
            if row["sentiment"] is not None]  # fmt: skip
    felt = {
        "negative": [moment for moment, sentiment in told if sentiment < 0],
        "positive": [moment for moment, sentiment in told if sentiment > 0],
    }
    out: dict[str, Any] = {"days_since_touch": days_since(when, cutoff)}
    for days in WINDOWS:
        out[f"touches_{days}d"] = within(when, cutoff, days)
        out[f"touches_change_{days}d"] = 2 * within(when, cutoff, days) - within(when, cutoff, 2 * days)
        out |= {f"{team}_touches_{days}d": within(by[team], cutoff, days) for team in TEAMS}
        out |= {f"{channel}_touches_{days}d": within(on[channel], cutoff, days) for channel in CHANNELS}
        out |= {f"{name}_touches_{days}d": within(moments, cutoff, days) for name, moments in felt.items()}
    for team in TEAMS:
        out[f"days_since_{team}_touch"] = days_since(by[team], cutoff)
        share = over(within(by[team], cutoff, LONGEST), within(when, cutoff, LONGEST))
        out[f"{team}_touch_share_{LONGEST}d"] = share
    for name, moments in (by | felt).items():
        ages = [(cutoff - moment) / HALF_LIFE for moment in moments if moment < cutoff]
        out[f"{name}_touches_decayed"] = math.fsum(0.5**age for age in ages)
    recent = [sentiment for moment, sentiment in told if within([moment], cutoff, LONGEST)]
    out[f"mean_sentiment_{LONGEST}d"] = over(math.fsum(recent), len(recent))
    met = {row["contact_id"] for row in rows if row["when"] < cutoff} - {None}
    level = {row["contact_id"]: row["org_level"] for row in tables["contacts"]}
    out["contacts_met"] = len(met)
    out |= {f"{each.value}_contacts_met": sum(level[name] == each.value for name in met) for each in OrgLevel}
    return out


@settings(max_examples=examples(60))
@given(touched())
def test_touches(tables: Tables) -> None:
    """Every feature of touches is what counting them one by one gives, on the edges of windows, too."""
    assert_slow_agrees(touch_features, slow_touches, tables, channels=CHANNELS, with_levels=True)
