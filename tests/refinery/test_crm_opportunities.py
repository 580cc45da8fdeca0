"""A real-shaped export of deals, read where it lies by the configuration of the examples."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from servicelead.adapters import read_folder
from servicelead.refinery import NearLabels, QualifyingTooHard, audit, diagnose, near_labels, win_rates
from servicelead.survival import Lifetimes, kaplan_meier
from servicelead.tables import Business
from servicelead.uncertainty import Rate

CONFIG = Path(__file__).parents[2] / "examples" / "crm_opportunities" / "servicelead.toml"

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def folder(data_folder: Path) -> Path:
    """Return the folder of the four files."""
    return data_folder / "crm_opportunities"


@pytest.fixture(scope="module")
def business(folder: Path) -> Business:
    """Return the business they make."""
    return read_folder(folder, config=CONFIG)


def frame(folder: Path, name: str) -> dict[str, list[str]]:
    """Return the columns of one file as they stand."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {column: [row[column] for row in rows] for column in rows[0]}


def test_what_was_refused_and_why(business: Business) -> None:
    """1,425 deals name no account and 500 were never engaged; 337 are both."""
    reasons = {row["column"]: row["n_rows"] for row in business.reasons.rows()}
    assert {"account_id": 1_425, "created_at": 500} == reasons
    row = business.counts.row(table="opportunities")
    assert (8_800, 7_212, 1_425 + 500 - 337) == (row["read"], row["kept"], row["rejected"])


def test_the_audit_finds_what_is_known_to_be_wrong(business: Business, folder: Path) -> None:
    """Deals without an account, the misspelt sector, and the product that the price list spells another way."""
    products = frame(folder, "products.csv")["product"]
    checks = [NearLabels(known={"product": products})]
    assert 1_425 == len(audit(business)["deals_without_account"])
    found = {(row["label"], row["like"]): row["n_rows"] for row in audit(business, checks)["near_labels"].rows()}
    assert {("technolgy", "technology"): 12, ("GTXPro", "GTX Pro"): 1_224} == found
    raw = {name: frame(folder, name) for name in ("sales_pipeline.csv", "accounts.csv")}
    found = {(row["label"], row["like"]): row["n_rows"] for row in near_labels(raw, known={"product": products}).rows()}
    assert {("technolgy", "technology"): 12, ("GTXPro", "GTX Pro"): 1_480} == found


def test_the_win_rate_and_what_it_says(business: Business) -> None:
    """4,238 of 6,711 decided deals were won: surely above a half."""
    row = win_rates(business).rows()[0]
    expected = Rate(4_238, 4_238 + 2_473).interval()
    assert (4_238, 2_473) == (row["n_won"], row["n_lost"])
    assert (expected.lower, expected.upper) == pytest.approx((row["win_rate_lower"], row["win_rate_upper"]))
    assert diagnose(business, [QualifyingTooHard(win_rate_above=0.5)]).fired


@pytest.mark.parametrize(("by", "edges"), [("product", None), ("region", None), ("list_price", [1_000, 5_000])])
def test_groups_add_up_to_all_deals(business: Business, by: str, edges: Any) -> None:
    """By product, region and size of the deal, every deal is in one group; lost ones have a list price too."""
    table = win_rates(business, by, edges=edges)
    assert None not in table[by].tolist()
    assert (4_238, 2_473, 501) == tuple(int(table[name].sum()) for name in ("n_won", "n_lost", "n_open"))


def test_leaving_open_deals_out_makes_closing_look_quick(business: Business, folder: Path) -> None:
    """Half are closed after 69 days; 57 without the open deals that name no account, 45 of closed deals alone."""
    columns = frame(folder, "sales_pipeline.csv")
    begun, closed = (
        np.array([day or "NaT" for day in columns[name]], dtype="datetime64[D]")
        for name in ("engage_date", "close_date")
    )
    engaged = ~np.isnat(begun)
    assert 500 == np.count_nonzero(~engaged)
    is_closed = ~np.isnat(closed)
    days = np.where(is_closed, closed, np.datetime64("2017-12-31")) - begun
    every = Lifetimes(durations=days[engaged].astype(np.int64), events=is_closed[engaged])
    only_closed = every.take(every.events)
    medians = [kaplan_meier(each).median.value for each in (every, only_closed)]
    assert [69.0, 45.0] == medians
    assert 57.0 == win_rates(business)["median_days"][0]
