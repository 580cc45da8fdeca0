"""What does scoring a million leads cost beside one weighted count of their touches, and beside pandas?

Run alone: ``python benchmarks/qualification.py [n_touches]``. Ten million touches of a million leads, six rules of two
groups with caps, levels and fit: the scores, against one `numpy.bincount` of a weight per touch by lead; the same six
rules in pandas, group by group; and when each score first crossed its threshold, with and without a negative rule.
Memory is the most that was taken beyond the tables, of which the sums of points (one number per lead and sum) are part.
"""

from datetime import timedelta

import numpy as np
import pandas as pd
from _measure import best_of, extra_megabytes, report, size

from servicelead import Segment
from servicelead.domain import OrgLevel
from servicelead.kernels.points import STEP
from servicelead.qualification import FitRule, PointsModel, RuleGroup, TouchRule
from servicelead.tables import Business

DAY = 86_400_000_000
AS_OF = int(np.datetime64("2026-06-30", "us").astype(np.int64))
CHANNELS = ("support_case", "field_visit", "training", "email", "webinar", "call", "chat", "review")
MONTH = timedelta(days=30)
THRESHOLD = 40.0


def make(n_touches: int) -> Business:
    """Leads of accounts, ten touches each on average over a year."""
    rng = np.random.default_rng(1)
    n_leads = n_touches // 10
    n_accounts = max(n_leads // 5, 1)
    lead_id = np.char.add("l", np.char.zfill(np.arange(n_leads).astype(str), 8)).astype(object)
    account_id = np.char.add("a", np.char.zfill(np.arange(n_accounts).astype(str), 8)).astype(object)
    account = rng.integers(0, n_accounts, n_leads)
    lead = rng.integers(0, n_leads, n_touches)
    at = AS_OF - rng.integers(0, 365 * DAY, n_touches)
    return Business.from_frames(
        accounts={"account_id": account_id, "seats": rng.integers(1, 500, n_accounts)},
        leads={
            "lead_id": lead_id,
            "account_id": account_id[account],
            "created_at": AS_OF - rng.integers(0, 365 * DAY, n_leads),
            "team": np.array(["services", "marketing"], dtype=object)[rng.integers(0, 2, n_leads)],
            "org_level": np.array(list(OrgLevel), dtype=object)[rng.integers(0, 5, n_leads)],
        },
        touchpoints={
            "touchpoint_id": np.arange(n_touches).astype(str).astype(object),
            "account_id": account_id[account][lead],
            "lead_id": lead_id[lead],
            "occurred_at": at,
            "team": np.array(["services", "marketing", "sales"], dtype=object)[rng.integers(0, 3, n_touches)],
            "channel": np.array(CHANNELS, dtype=object)[rng.integers(0, len(CHANNELS), n_touches)],
        },
        as_of=AS_OF,
    )


def recipe(*more: TouchRule) -> PointsModel:
    """Six rules in two groups, caps at every height, levels and fit."""
    services = [
        TouchRule(points=20, channel="field_visit", half_life=MONTH, cap=40),
        TouchRule(points=8, channel="support_case", half_life=MONTH),
        TouchRule(points=12, channel="training", half_life=MONTH),
    ]
    marketing = [
        TouchRule(points=1, channel="email", half_life=MONTH, cap=5),
        TouchRule(points=6, channel="webinar", half_life=MONTH),
        TouchRule(points=10, channel="call", half_life=2 * MONTH),
    ]
    return PointsModel(
        engagement=[
            RuleGroup(name="services", rules=services, cap=60),
            RuleGroup(name="marketing", rules=[*marketing, *more], cap=40),
        ],
        fit=[FitRule(points=15, segment=Segment.at_least("seats", 100))],
        levels={"executive": 1.5, "director": 1.25},
        cap=100,
    )


def pandas_scores(frame: pd.DataFrame, model: PointsModel, fit: pd.Series) -> pd.Series:
    """The same in pandas: a column of decayed points per touch, a sum per lead and rule, and the caps."""
    table = pd.DataFrame(
        [(r.channel, r.points, r.half_life / timedelta(days=1)) for r in model.touch_rules if r.half_life],
        columns=["channel", "points", "half_life"],
    ).set_index("channel")
    channel = frame["channel"]
    left = channel.map(table["points"]) * frame["times"]
    left *= np.exp2(-frame["age"] / channel.map(table["half_life"]))
    sums = left.groupby([frame["lead"], channel], observed=True).sum().unstack(fill_value=0.0)  # noqa: PD010 - as people write it
    total = fit.copy()
    for group in model.engagement:
        inside = sum(sums[r.channel].clip(upper=r.cap if r.cap is not None else np.inf) for r in group.rules)
        total = total.add(inside.clip(upper=group.cap), fill_value=0.0)
    return total.clip(upper=model.cap)


def main() -> None:
    """Measure, print and write."""
    n_touches = size(10_000_000)
    recipe().score(make(1_000)).first_crossing(THRESHOLD)  # what loads on first use is nobody's cost
    business, model = make(n_touches), recipe()
    touches = business.touches
    weights = np.random.default_rng(2).random(len(touches))
    lead = touches.lead_id.astype(np.int64)
    scoring = model.score(business).scoring
    frame = pd.DataFrame(
        {
            "lead": touches.lead_id,
            "channel": pd.Categorical.from_codes(touches.channel, categories=touches.vocabularies["channel"].labels),
            "age": (AS_OF - touches.occurred_at) / DAY,
            "times": scoring.times[scoring.lead_levels[touches.lead_id]],
        }
    )
    fit = pd.Series(scoring.fit.at(np.arange(len(scoring.leads)), np.full(len(scoring.leads), AS_OF)) * STEP)
    theirs = pandas_scores(frame, model, fit)
    assert np.allclose(theirs.to_numpy(), model.score(business).score, atol=1e-4)
    names = {"count": "one weighted bincount", "ours": "scores", "pandas": "the same in pandas"}
    best = best_of(
        {
            "count": lambda: np.bincount(lead, weights=weights, minlength=len(business.leads)),
            "ours": lambda: model.score(business),
            "pandas": lambda: pandas_scores(frame, model, fit),
        },
        rounds=3,
    )
    scores = model.score(business)
    falling = recipe(TouchRule(points=-5, channel="chat", half_life=timedelta(days=7))).score(business)
    crossing = best_of(
        {"plain": lambda: scores.first_crossing(THRESHOLD), "negative": lambda: falling.first_crossing(THRESHOLD)},
        rounds=1,
    )
    ratio = "scores, times one weighted bincount over the touches"
    report(
        __file__,
        {
            "touches": len(touches),
            "leads": len(business.leads),
            **{f"{label}, s": best[name] for name, label in names.items()},
            ratio: best["ours"] / best["count"],
            "pandas, times one weighted bincount": best["pandas"] / best["count"],
            "memory of scoring, MB": extra_megabytes(lambda: model.score(business)),
            "memory of pandas, MB": extra_megabytes(lambda: pandas_scores(frame, model, fit)),
            "first crossings, s": crossing["plain"],
            "first crossings with a negative rule, s": crossing["negative"],
        },
        goals={ratio: 15.0},
    )


if __name__ == "__main__":
    main()
