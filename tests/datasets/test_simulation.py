"""A simulated business is consistent, complete, plausible, and the same for the same seed."""

import csv
import datetime as dt
import hashlib
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from servicelead._typing import Array, BoolArray, IntArray
from servicelead.datasets import SimulatedBusiness, simulate_business
from servicelead.datasets._recipe import numbered
from servicelead.datasets._scenarios import SCENARIOS
from servicelead.exceptions import InvalidValueError

Table = Mapping[str, Array]

IDENTIFIERS = {
    "accounts": "account_id",
    "contacts": "contact_id",
    "leads": "lead_id",
    "touchpoints": "touchpoint_id",
    "opportunities": "opportunity_id",
    "subscriptions": "subscription_id",
    "payments": "payment_id",
    "self_help_events": "event_id",
    "cases": "case_id",
}
REFERENCES = {
    "account_id": "accounts",
    "parent_account_id": "accounts",
    "contact_id": "contacts",
    "lead_id": "leads",
    "opportunity_id": "opportunities",
}
TABLES = {
    *IDENTIFIERS,
    "account_history",
    "stage_history",
    "opportunity_stage_history",
    "activities",
    "usage",
    "spend",
}
# The end of the last day, as UTC microseconds: later than every instant.
END = int(np.datetime64("2026-07-01", "us").astype(np.int64))


@pytest.fixture(scope="module")
def simulated() -> SimulatedBusiness:
    """Simulate once for every test that only looks."""
    return simulate_business(500, seed=11)


@pytest.fixture(scope="module", params=sorted(SCENARIOS))
def of_any_scenario(request: pytest.FixtureRequest) -> SimulatedBusiness:
    """Simulate every scenario, for what must hold in all."""
    return simulate_business(150, seed=11, scenario=str(request.param))


def digest(simulated: SimulatedBusiness) -> str:
    """Hash every cell of every table."""
    seen = hashlib.sha256()
    for name, table in simulated.tables.items():
        for column, values in table.items():
            seen.update(f"{name}.{column}:{values.dtype}".encode())
            seen.update(repr(values.tolist()).encode())
    return seen.hexdigest()


def present(values: Array) -> BoolArray:
    """Return which cells are not None."""
    return np.array([value is not None for value in values.tolist()], dtype=np.bool_)


def account_of_touches(simulated: SimulatedBusiness) -> IntArray:
    """Return each touch's account by row of accounts, through its lead where only that is known."""
    touches, leads = simulated.tables["touchpoints"], simulated.tables["leads"]
    of_lead = dict(zip(leads["lead_id"], leads["account_id"], strict=True))
    row = {label: number for number, label in enumerate(simulated.tables["accounts"]["account_id"])}
    pairs = zip(touches["account_id"], touches["lead_id"], strict=True)
    return np.array([row[account if account is not None else of_lead[lead]] for account, lead in pairs])


def test_every_canonical_table_has_rows(of_any_scenario: SimulatedBusiness) -> None:
    """With 150 accounts no table is empty, and the columns of a table are equally long."""
    assert set(of_any_scenario.tables) == TABLES
    for name, table in of_any_scenario.tables.items():
        sizes = {column.size for column in table.values()}
        assert len(sizes) == 1, name
        assert min(sizes) > 0, name


def test_identifiers_are_unique(of_any_scenario: SimulatedBusiness) -> None:
    """No two rows of a table share its identifier, and none lacks it."""
    for name, column in IDENTIFIERS.items():
        values = of_any_scenario.tables[name][column].tolist()
        assert None not in values
        assert len(values) == len(set(values)), name


def test_references_resolve(of_any_scenario: SimulatedBusiness) -> None:
    """Whatever a row refers to exists."""
    for name, table in of_any_scenario.tables.items():
        for column, target in REFERENCES.items():
            if column in table and IDENTIFIERS.get(name) != column:
                known = set(of_any_scenario.tables[target][IDENTIFIERS[target]].tolist())
                assert set(table[column].tolist()) - {None} <= known, (name, column)


def test_people_and_leads_belong_to_the_account_of_the_row(of_any_scenario: SimulatedBusiness) -> None:
    """A row's contact and lead are of the row's own account, and leads and opportunities name each other."""
    leads, deals = of_any_scenario.tables["leads"], of_any_scenario.tables["opportunities"]
    owner = {
        "contact_id": _lookup(of_any_scenario.tables["contacts"], "contact_id", "account_id"),
        "lead_id": _lookup(leads, "lead_id", "account_id"),
    }
    accounts = of_any_scenario.tables["accounts"]["account_id"]
    of_row = {
        "touchpoints": accounts[account_of_touches(of_any_scenario)],
        "leads": leads["account_id"],
        "opportunities": deals["account_id"],
    }
    for name, account in of_row.items():
        for column in owner.keys() & of_any_scenario.tables[name].keys():
            for key, expected in zip(of_any_scenario.tables[name][column], account, strict=True):
                assert key is None or owner[column][key] == expected
    forward = {pair for pair in zip(leads["lead_id"], leads["opportunity_id"], strict=True) if pair[1] is not None}
    backward = {pair for pair in zip(deals["lead_id"], deals["opportunity_id"], strict=True) if pair[0] is not None}
    assert forward == backward
    assert len(forward) > 0


def _lookup(table: Table, key: str, value: str) -> dict[str, str]:
    return dict(zip(table[key].tolist(), table[value].tolist(), strict=True))


def test_nothing_happens_before_its_account_or_after_the_last_day(of_any_scenario: SimulatedBusiness) -> None:
    """Every instant lies in [creation of the account, end of as_of]; dates do not pass as_of."""
    created = _lookup(of_any_scenario.tables["accounts"], "account_id", "created_at")
    for name, table in of_any_scenario.tables.items():
        for column, values in table.items():
            if values.dtype.kind != "M" or column == "follow_up_due_at" or (name, column) == ("spend", "end"):
                continue
            known = values[~np.isnat(values)].astype("datetime64[us]").astype(np.int64)
            assert (known < END).all(), (name, column)
            if "account_id" in table and name != "touchpoints":
                happened = values.astype("datetime64[us]").tolist()
                pairs = zip(table["account_id"], happened, strict=True)
                assert all(moment is None or moment >= created[account] for account, moment in pairs), (name, column)
    touches = of_any_scenario.tables["touchpoints"]
    born = of_any_scenario.tables["accounts"]["created_at"][account_of_touches(of_any_scenario)]
    assert (touches["occurred_at"] > born).all()


def test_things_happen_in_order(of_any_scenario: SimulatedBusiness) -> None:
    """Spans end after they start, stages follow one another, and knowledge follows the fact."""
    for name, first, then in (
        ("opportunities", "created_at", "closed_at"),
        ("opportunities", "created_at", "handed_off_at"),
        ("cases", "opened_at", "closed_at"),
        ("subscriptions", "started_at", "ended_at"),
        ("touchpoints", "occurred_at", "sentiment_known_at"),
        ("leads", "follow_up_promised_at", "followed_up_at"),
        ("spend", "start", "end"),
    ):
        earlier, later = of_any_scenario.tables[name][first], of_any_scenario.tables[name][then]
        known = ~np.isnat(later)
        assert known.any()
        if then == "handed_off_at":
            earlier, later = later, earlier
        assert (later[known] > earlier[known]).all(), (name, then)
    for name, key in (("stage_history", "lead_id"), ("opportunity_stage_history", "opportunity_id")):
        table = of_any_scenario.tables[name]
        same = table[key][1:] == table[key][:-1]
        assert (table["entered_at"][1:] >= table["entered_at"][:-1])[same].all()


def test_services_meet_customers_most(simulated: SimulatedBusiness) -> None:
    """Services touches are 5 to 15 times those of sales, in at least eight channels of three teams."""
    touches = simulated.tables["touchpoints"]
    counts = {team: int((touches["team"] == team).sum()) for team in ("marketing", "sales", "services")}
    assert 5 <= counts["services"] / counts["sales"] <= 15
    assert sum(counts.values()) == touches["team"].size
    assert len(set(touches["channel"])) >= 8


def test_services_touches_leave_feelings(simulated: SimulatedBusiness) -> None:
    """Some services touches please and some dissuade; nobody asks after a marketing or sales touch."""
    touches = simulated.tables["touchpoints"]
    is_known = ~np.isnan(touches["sentiment"])
    assert set(touches["team"][is_known]) == {"services"}
    assert 0.02 < (touches["sentiment"][is_known] < -0.2).mean() < 0.4
    assert (np.abs(touches["sentiment"][is_known]) <= 1).all()
    assert np.array_equal(is_known, ~np.isnat(touches["sentiment_known_at"]))


def test_a_few_touches_are_known_by_their_lead_only(simulated: SimulatedBusiness) -> None:
    """Between one and eight in a hundred touches have a lead and no account."""
    touches = simulated.tables["touchpoints"]
    is_orphan = ~present(touches["account_id"])
    assert 0.01 < is_orphan.mean() < 0.08
    assert present(touches["lead_id"])[is_orphan].all()


def test_deals_are_of_every_kind_and_outcome(simulated: SimulatedBusiness) -> None:
    """Opportunities are won, lost and open, of all four kinds, several for some accounts."""
    deals = simulated.tables["opportunities"]
    assert set(deals["outcome"]) == {"won", "lost", "open"}
    assert set(deals["kind"]) == {"new", "upsell", "cross_sell", "renewal"}
    assert np.array_equal(np.isnat(deals["closed_at"]), deals["outcome"] == "open")
    assert len(set(deals["account_id"])) < deals["account_id"].size
    assert (deals["amount"] > 0).all()
    assert set(simulated.tables["activities"]["activity"]) == {"proof_of_concept", "executive_visit"}


def test_won_deals_follow_realistic_journeys() -> None:
    """The 90 days before a won deal hold 4 to 8 touches on average, and a few hold very many."""
    simulated = simulate_business(2_000, seed=5)
    deals = simulated.tables["opportunities"]
    row = {label: number for number, label in enumerate(simulated.tables["accounts"]["account_id"])}
    is_won = deals["outcome"] == "won"
    account = np.array([row[label] for label in deals["account_id"][is_won]])
    touch_key = account_of_touches(simulated) * 10**10 + _seconds(simulated.tables["touchpoints"]["occurred_at"])
    close_key = account * 10**10 + _seconds(deals["closed_at"][is_won])
    first = np.searchsorted(touch_key, close_key - 90 * 86_400, "right")
    lengths = np.searchsorted(touch_key, close_key, "right") - first
    assert 4 <= lengths.mean() <= 8
    assert np.percentile(lengths, 99) > 3 * lengths.mean()
    assert is_won.sum() > 500


def _seconds(instants: Array) -> IntArray:
    return instants.astype("datetime64[s]").astype(np.int64)


def test_promises_are_kept_late_and_broken(simulated: SimulatedBusiness) -> None:
    """Follow-ups are promised on services leads, which name a need and a reporter, and not all are kept."""
    leads = simulated.tables["leads"]
    is_services = leads["team"] == "services"
    assert set(leads["team"]) == {"marketing", "sales", "services"}
    assert np.array_equal(present(leads["reported_by"]), is_services)
    assert present(leads["need"])[is_services].mean() > 0.7
    due = leads["follow_up_due_at"] + np.timedelta64(1, "D")
    is_settled = due <= np.datetime64("2026-06-01")
    late = (leads["followed_up_at"] >= due)[is_settled].mean()
    broken = (np.isnat(leads["followed_up_at"]) & ~np.isnat(due))[is_settled].mean()
    assert 0.03 < late < 0.2
    assert 0.03 < broken < 0.2


def test_cases_mirror_support_touches(of_any_scenario: SimulatedBusiness) -> None:
    """There is one case per support touch, at its moment and of its account."""
    touches, cases = of_any_scenario.tables["touchpoints"], of_any_scenario.tables["cases"]
    is_support = touches["channel"] == "support_case"
    accounts = of_any_scenario.tables["accounts"]["account_id"][account_of_touches(of_any_scenario)]
    assert np.array_equal(cases["account_id"], accounts[is_support])
    assert np.array_equal(cases["opened_at"], touches["occurred_at"][is_support])


def test_subscriptions_grow_shrink_and_end(simulated: SimulatedBusiness) -> None:
    """An account's spans do not overlap, prices move both ways, some leave, and accounts state what is left."""
    table = simulated.tables["subscriptions"]
    yearly = table["amount"] * np.array([{"month": 12, "quarter": 4, "year": 1}[text] for text in table["period"]])
    same = table["account_id"][1:] == table["account_id"][:-1]
    assert (table["ended_at"][:-1] <= table["started_at"][1:])[same].all()
    change = np.diff(yearly)[same]
    assert (change > 0).any()
    assert (change < 0).any()
    is_over = present(table["end_reason"])
    assert is_over.any()
    assert not np.isnat(table["ended_at"][is_over]).any()
    is_open = np.isnat(table["ended_at"])
    assert simulated.tables["accounts"]["annual_recurring_revenue"].sum() == yearly[is_open].sum()
    assert set(simulated.tables["payments"]["kind"]) == {"licence", "maintenance"}
    perpetual = set(simulated.tables["payments"]["account_id"])
    assert perpetual.isdisjoint(table["account_id"])


def test_same_seed_same_bytes(simulated: SimulatedBusiness) -> None:
    """The same arguments give the same cells, in this process and under any hash seed; other seeds differ."""
    expected = digest(simulated)
    assert expected == digest(simulate_business(500, seed=11))
    assert expected != digest(simulate_business(500, seed=12))
    program = "import test_simulation as t; print(t.digest(t.simulate_business(500, seed=11)))"
    for hash_seed in ("1", "2"):
        paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
        run = subprocess.run(  # noqa: S603 - this interpreter, this file
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.strip() == expected


def test_every_scenario_repeats_itself(of_any_scenario: SimulatedBusiness) -> None:
    """The same arguments give the same cells in every scenario."""
    again = simulate_business(150, seed=11, scenario=of_any_scenario.scenario)
    assert digest(of_any_scenario) == digest(again)


def test_equal_arguments_make_equal_businesses(simulated: SimulatedBusiness) -> None:
    """Two simulations are equal if their arguments are."""
    assert simulated == simulate_business(500, seed=11)
    assert simulated != simulate_business(500, seed=11, weeks=52)


def test_tables_cannot_be_changed(simulated: SimulatedBusiness) -> None:
    """Every column is read-only."""
    assert not any(column.flags.writeable for table in simulated.tables.values() for column in table.values())


def test_csv_holds_every_cell(simulated: SimulatedBusiness, tmp_path: Path) -> None:
    """A written table reads back cell by cell: ISO in UTC, empty where missing, a header row, nothing left over."""
    folder = simulated.write_csv(tmp_path / "business")
    assert {path.name for path in folder.iterdir()} == {f"{name}.csv" for name in TABLES} | {"servicelead.toml"}
    for name, table in simulated.tables.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert rows[0] == list(table)
        for column, cells in zip(table.values(), zip(*rows[1:], strict=True), strict=True):
            assert [_read(cell, column) for cell in cells] == [_comparable(value) for value in column.tolist()]
    settings = tomllib.loads((folder / "servicelead.toml").read_text(encoding="utf-8"))
    assert settings == {"as_of": dt.date(2026, 6, 30), "zone": "UTC", "currency": "USD"}


def _comparable(value: object) -> object:
    return None if isinstance(value, float) and np.isnan(value) else value


def _read(cell: str, column: Array) -> object:
    """Return what a cell says, by the kind of its column."""
    if cell == "":
        return None
    if column.dtype == "datetime64[D]":
        return dt.date.fromisoformat(cell)
    if column.dtype.kind == "M":
        moment = dt.datetime.fromisoformat(cell)
        assert moment.utcoffset() == dt.timedelta(0)
        return moment.replace(tzinfo=None)
    if column.dtype.kind in "if":
        return float(cell)
    return {"true": True, "false": False}.get(cell, cell)


def test_csv_is_written_whole_or_not_at_all(simulated: SimulatedBusiness, tmp_path: Path) -> None:
    """Writing again gives the same bytes, and a table that fails leaves the old file and no litter."""
    simulated.write_csv(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    simulated.write_csv(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    broken = SimulatedBusiness(
        n_accounts=1,
        seed=0,
        scenario="default",
        weeks=1,
        as_of=dt.date(2026, 6, 30),
        zone="UTC",
        currency="USD",
        tables={"accounts": {"account_id": np.array(["\ud800"], dtype=object)}},
    )
    with pytest.raises(UnicodeEncodeError):
        broken.write_csv(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("n_accounts", [0, 1])
def test_tiny_businesses_are_valid(n_accounts: int, tmp_path: Path) -> None:
    """No account gives empty tables with every column; one account works."""
    simulated = simulate_business(n_accounts)
    assert set(simulated.tables) == TABLES
    assert simulated.tables["accounts"]["account_id"].size == n_accounts
    if n_accounts == 0:
        assert all(column.size == 0 for table in simulated.tables.values() for column in table.values())
    usual = simulate_business(20)
    for name, table in simulated.tables.items():
        expected = {column: values.dtype for column, values in usual.tables[name].items()}
        assert {column: values.dtype for column, values in table.items()} == expected
    assert (simulated.write_csv(tmp_path) / "usage.csv").read_text().startswith("account_id,occurred_at,")


def test_identifiers_grow_rather_than_repeat() -> None:
    """A number too long for its width makes a longer label."""
    labels = numbered("A", np.array([5, 12_345_678_901]))
    assert labels.tolist() == ["A00000000005", "A12345678901"]


@pytest.mark.parametrize("weeks", [1, 12, 14])
def test_short_histories_work(weeks: int) -> None:
    """Any number of weeks will do."""
    simulated = simulate_business(60, weeks=weeks)
    start = END - weeks * 7 * 86_400_000_000
    assert (simulated.tables["touchpoints"]["occurred_at"].astype(np.int64) >= start).all()


def test_the_zone_moves_the_last_instant() -> None:
    """In another zone the last day ends when it ends there."""
    simulated = simulate_business(300, zone="Pacific/Auckland")
    last = simulated.tables["touchpoints"]["occurred_at"].max()
    assert np.datetime64("2026-06-29T12:00") < last < np.datetime64("2026-06-30T12:00")


def test_the_business_accepts_every_row(simulated: SimulatedBusiness) -> None:
    """As a Business nothing is rejected, duplicated or remarked upon."""
    business = simulated.business
    assert business is simulated.business
    assert len(business.touches) == simulated.tables["touchpoints"]["touchpoint_id"].size
    assert len(business.rejects) == 0
    assert len(business.findings) == 0


def test_unknown_scenario_names_the_known_ones() -> None:
    """An unknown scenario is refused with a list of what there is."""
    with pytest.raises(InvalidValueError, match=r"scenario: .* choose one of: default"):
        simulate_business(1, scenario="utopia")


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("n_accounts", {"n_accounts": -1}),
        ("n_accounts", {"n_accounts": True}),
        ("n_accounts", {"n_accounts": 2.5}),
        ("seed", {"seed": -1}),
        ("weeks", {"weeks": 0}),
        ("as_of", {"as_of": dt.datetime(2026, 6, 30, tzinfo=dt.UTC)}),
        ("zone", {"zone": "Mars/Olympus"}),
        ("zone", {"zone": ""}),
        ("zone", {"zone": 3}),
        ("weeks", {"weeks": 1041}),
        ("as_of", {"as_of": dt.date.max}),
        ("scenario", {"scenario": None}),
        ("currency", {"currency": 7}),
        ("currency", {"currency": "dollars"}),
    ],
)
def test_bad_arguments_are_named(field: str, arguments: Mapping[str, object]) -> None:
    """A bad argument is refused by name."""
    with pytest.raises(InvalidValueError, match=rf"simulate_business\.{field}: must be"):
        simulate_business(**arguments)  # type: ignore[arg-type] # wrong on purpose
