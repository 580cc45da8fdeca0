"""Accounts of a real-shaped export scored as leads, by their tickets and their use of the product."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from servicelead import Business, Segment
from servicelead.adapters import read_folder
from servicelead.qualification import FitRule, LeadScores, PointsModel, QualificationPolicy, RuleGroup, TouchRule

CONFIG = Path(__file__).parents[2] / "examples" / "ravenstack" / "servicelead.toml"
LEADS = """
[tables.leads]
file = "ravenstack_accounts.csv"
columns = { lead_id = "account_id", account_id = "account_id", created_at = "signup_date", channel = "referral_source" }
constants = { team = "services" }
"""
RECIPE = PointsModel(
    engagement=[
        RuleGroup(
            name="services",
            rules=[TouchRule(points=10, team="services", half_life=timedelta(days=90), cap=40)],
            cap=40,
        ),
        TouchRule(points=1, team="product", half_life=timedelta(days=30), cap=30),
    ],
    fit=[FitRule(points=20, segment=Segment.at_least("seats", 20))],
    cap=100,
)

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def business(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Business:
    """Return the business in which every account is a lead, and every touch of it the lead's."""
    text = CONFIG.read_text(encoding="utf-8")
    for own in ("account_id,", "subscriptions.account_id,"):
        text = text.replace(f"        {own}\n", f"        {own}\n        {own[:-1]} AS lead_id,\n", 1)
    config = tmp_path_factory.mktemp("config") / "servicelead.toml"
    config.write_text(text + LEADS, encoding="utf-8")
    return read_folder(data_folder / "ravenstack", config=config)


@pytest.fixture(scope="module")
def scores(business: Business) -> LeadScores:
    """Return the scores of all accounts at the end."""
    return RECIPE.score(business)


def test_every_account_is_scored_and_every_touch_accounted_for(scores: LeadScores) -> None:
    """500 leads; 2,000 tickets and 24,958 uses, most of which happened before the account signed up."""
    counts = dict(zip(*scores.counts.to_dict().values(), strict=True))
    assert (500, 26_958, 0, 0) == (
        counts["leads scored"],
        counts["touches that earn points"],
        counts["touches that name no lead"],
        counts["touches later"],
    )
    assert counts["touches before their lead was created"] > 10_000
    assert {"services": 2_000, "product": 24_958} == dict(zip(*scores.rules.to_dict().values(), strict=True))


def test_scores_equal_a_sum_over_rows(scores: LeadScores, business: Business) -> None:
    """By numpy over the columns, per account, with the same caps."""
    touches, as_of = business.touches, business.as_of
    for team, half_life, cap, code in ((10.0, 90, 40.0, 2), (1.0, 30, 30.0, 3)):
        mine = touches.team == code
        left = team * np.exp2(-(as_of - touches.occurred_at[mine]) / (half_life * 86_400e6))
        sums = np.minimum(np.bincount(touches.account_id[mine], left, minlength=500), cap)
        lines = [scores.explain(name).lines for name in scores.lead_id[:20]]
        kind = "services" if code == 2 else "product"
        explained = [line["points"][line["name"] == kind].sum() for line in lines]
        assert sums[:20] == pytest.approx(explained, abs=1e-4)


def test_crossings_and_explanations_hold_on_all_of_it(scores: LeadScores, business: Business) -> None:
    """Each explanation adds up to the bit, and at each crossing the score is there."""
    for name, score in zip(scores.lead_id, scores.score, strict=True):
        assert score == scores.explain(name).lines["points"].sum()
    ready = QualificationPolicy(services_threshold=45, marketing_threshold=45, require_need=False).qualify(scores)
    assert 0 < np.count_nonzero(ready.services_qualified) < 500
    crossed = np.flatnonzero(~np.isnat(ready.first_crossing))
    assert not (ready.reached & np.isnat(ready.first_crossing)).any()
    for position in crossed[:10].tolist():
        then = RECIPE.score(business, int(ready.first_crossing[position].astype(np.int64)))
        assert then.score[then.position_of(scores.lead_id[position])] >= 45
