"""Numbers worked out elsewhere: those of the definitions, and a real-shaped export."""

from pathlib import Path

import numpy as np
import pytest

from servicelead.adapters import read_folder
from servicelead.domain import Segment, Segmentation
from servicelead.retention import MovementLedger, MovementTotals, RetentionRates, recognised_revenue
from servicelead.tables import Business
from servicelead.uncertainty import Rate

CONFIG = Path(__file__).parents[2] / "examples" / "ravenstack" / "servicelead.toml"
SEATS = Segmentation(
    name="seats",
    segments=[
        Segment.between("seats", 1, 3, name="1-3"),
        Segment.between("seats", 4, 10, name="4-10"),
        Segment.at_least("seats", 11, name="11+"),
    ],
)


def test_ratios_of_movements() -> None:
    """Opening 100,000 becomes 113,000: 1.00 net, 1.01 with returning customers, 1.12 with new, .92 gross, quick 2.5."""
    year = MovementTotals(
        opening=100_000, new=12_000, expansion=8_000, contraction=3_000, churn=5_000, reactivation=1_000
    )
    assert 113_000 == year.closing
    expected = (1.00, 1.01, 1.12, 0.92, 2.5)
    actual = (
        year.net_revenue_retention_ratio.value,
        year.net_revenue_retention_with_reactivation_ratio.value,
        year.net_recurring_revenue_ratio.value,
        year.gross_revenue_retention_ratio.value,
        year.quick_ratio.value,
    )
    assert expected == actual


def test_customer_retention_rate() -> None:
    """186 kept of 200 are .93, Wilson [.885945, .957848]; 30 new ones make it no larger."""
    accounts = [f"a{i:03d}" for i in range(230)]
    ledger = MovementLedger.from_movements(
        {
            "account_id": accounts + accounts[:14],
            "occurred_at": ["2024-01-15"] * 200 + ["2024-02-10"] * 30 + ["2024-02-20"] * 14,
            "movement": ["new"] * 230 + ["churn"] * 14,
            "amount": [10] * 244,
        },
        as_of="2024-02-29",
        currency="USD",
    )
    rates = RetentionRates.between(ledger, "2024-01", "2024-02")
    assert Rate(186, 200) == rates.customer_retention_rate
    interval = rates.customer_retention_rate.interval()
    ends = [round(end or 0, 6) for end in (interval.lower, interval.upper)]
    assert (0.93, [0.885945, 0.957848]) == (interval.value, ends)
    assert [30] == rates.n_new.tolist()


def test_recognised_revenue() -> None:
    """1,000.00 a year are four months of 83.34 and eight of 83.33."""
    business = Business.from_frames(
        subscriptions={"subscription_id": ["s"], "account_id": ["a"], "started_at": ["2024-02-29"],
                       "amount": ["1000.00"], "period": ["year"]},
        as_of="2025-02-27", currency="USD",
    )  # fmt: skip
    assert [8334] * 4 + [8333] * 8 == recognised_revenue(business)["minor_units"].tolist()


@pytest.fixture(scope="module")
def ledger(data_folder: Path) -> MovementLedger:
    """Return the ledger of the export by month."""
    return MovementLedger.from_business(read_folder(data_folder / "ravenstack", config=CONFIG))


@pytest.mark.data
def test_a_month_of_the_export(ledger: MovementLedger) -> None:
    """The month's waterfall, in whole dollars a month, and its active accounts."""
    row = ledger.statement(per="month").row(period="2024-12")
    names = ("opening", "new", "expansion", "reactivation", "contraction", "churn", "closing")
    assert [8_460_824, 496_667, 1_365_101, 0, 162_984, 0, 10_159_608] == [row[name] for name in names]
    assert 500 == np.count_nonzero(ledger.balances("2024-12") > 0)


@pytest.mark.data
def test_a_year_of_the_export(ledger: MovementLedger) -> None:
    """Net 2.922709 [2.5701, 3.2753] over 185 accounts; gross .995900 at the end, .828561 on the way by month."""
    rates = RetentionRates.between(ledger, "2023-12", "2024-12")
    net = rates.net_revenue_retention_ratio
    assert (2.922709, 2.5701, 3.2753, 185) == (
        round(net.value or 0, 6), round(net.lower or 0, 4), round(net.upper or 0, 4), net.n,
    )  # fmt: skip
    gross = (rates.gross_revenue_retention_ratio.value, rates.gross_revenue_retention_path_ratio.value)
    assert (0.995900, 0.828561) == tuple(round(value or 0, 6) for value in gross)


@pytest.mark.data
def test_segments_of_the_export(ledger: MovementLedger) -> None:
    """Three segments by seats: how many accounts each has at the end, and its net ratio."""
    rates = RetentionRates.between(ledger, "2023-12", "2024-12", by=SEATS)
    order = [rates.labels.tolist().index(name) for name in ("1-3", "4-10", "11+")]
    assert [81, 117, 302] == (rates.n_kept + rates.n_new + rates.n_returned)[order].tolist()
    assert [2.5632, 2.6271, 3.0750] == np.round(rates.table["net_revenue_retention_ratio"][order], 4).tolist()


@pytest.mark.data
@pytest.mark.parametrize("by", [None, "cohort", "product", "billing_frequency", SEATS])
def test_the_export_reconciles(ledger: MovementLedger, by: str | Segmentation | None) -> None:
    """Movements lead to what subscriptions add up to, told apart by anything."""
    assert not np.any(ledger.reconcile(by)["difference"])
