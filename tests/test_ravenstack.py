"""A real-shaped export, read where it lies by the configuration of the examples."""

from pathlib import Path

import numpy as np
import pytest

from servicelead.adapters import read_folder, read_sources, write_rejects
from servicelead.tables import WON, Business

CONFIG = Path(__file__).parents[1] / "examples" / "ravenstack" / "servicelead.toml"

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def folder(data_folder: Path) -> Path:
    """Return the folder of the five files."""
    return data_folder / "ravenstack"


@pytest.fixture(scope="module")
def business(folder: Path) -> Business:
    """Return the business they make."""
    return read_folder(folder, config=CONFIG)


def test_every_row_is_accounted_for(business: Business) -> None:
    """42 rows of 21 usage identifiers contradict each other and are refused; all others are kept."""
    counts = {(row["file"], row["table"]): (row["read"], row["kept"], row["rejected"], row["duplicates"])
              for row in business.counts.rows()}  # fmt: skip
    expected = {
        ("ravenstack_accounts.csv", "accounts"): (500, 500, 0, 0),
        ("tickets", "touchpoints"): (2_000, 2_000, 0, 0),
        ("feature_usage", "touchpoints"): (25_000, 24_958, 42, 0),
        ("upsells", "opportunities"): (3_706, 3_706, 0, 0),
        ("ravenstack_subscriptions.csv", "subscriptions"): (5_000, 5_000, 0, 0),
        ("usage", "usage"): (25_000, 25_000, 0, 0),
        ("ravenstack_support_tickets.csv", "cases"): (2_000, 2_000, 0, 0),
    }
    assert expected == counts
    assert {"conflicting_id"} == set(business.rejects["code"])


def test_defects_are_counted_exactly(business: Business) -> None:
    """The checks of the configuration find what is known to be wrong, before conflicting rows are refused."""
    found = {row["code"]: row["n"] for row in business.findings.rows() if row["code"] in
             {"ticket_before_signup", "usage_before_subscription", "usage_after_subscription"}}  # fmt: skip
    expected = {"ticket_before_signup": 1_077, "usage_before_subscription": 19_142, "usage_after_subscription": 290}
    assert expected == found


def test_the_conflicting_identifiers_are_21(business: Business, folder: Path, tmp_path: Path) -> None:
    """The refused rows are written with their cells: each of 21 identifiers twice."""
    (path,) = write_rejects(business, folder, config=CONFIG, to=tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    _, repeats = np.unique([line.split(",")[0] for line in lines], return_counts=True)
    assert [2] * 21 == repeats.tolist()


def test_upsells_are_worth_twelve_months(business: Business) -> None:
    """Every opportunity is a won upsell at twelve times its monthly amount, in exact cents."""
    opportunities = business.opportunities
    assert np.all(opportunities.outcome == WON)
    monthly = dict(
        zip(
            business.subscriptions.subscription_id.read().tolist(),
            business.subscriptions.amount.tolist(),
            strict=True,
        )
    )
    expected = [
        12 * monthly[name] for name in opportunities.vocabulary("opportunity_id").decode(opportunities.opportunity_id)
    ]
    assert expected == opportunities.amount.tolist()


def test_sentiment_is_of_the_ticket_and_known_at_its_close(business: Business) -> None:
    """Satisfaction 3, 4, 5 is 0, .5, 1, an escalation -1, and neither is known before the ticket closed."""
    sentiment, counts = np.unique(business.touches.sentiment, return_counts=True)
    seen = dict(zip(sentiment[~np.isnan(sentiment)].tolist(), counts.tolist(), strict=False))
    assert {-1.0: 95, 0.0: 375, 0.5: 389, 1.0: 348} == seen
    has_sentiment = ~np.isnan(business.touches.sentiment)
    assert np.all(business.touches.sentiment_known_at[has_sentiment] > business.touches.occurred_at[has_sentiment])


def test_unused_files_are_named(folder: Path) -> None:
    """A file that no table reads is ignored, and said to be."""
    assert ("ravenstack_churn_events.csv",) == read_sources(folder, CONFIG).unused_files
