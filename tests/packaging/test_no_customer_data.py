"""Nothing a cell holds is told where nobody asked for it: errors, logs and representations (promise R14)."""

import csv
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import attrs
import pytest

import servicelead as sl
from servicelead import attribution, domain
from servicelead.exceptions import ServiceLeadError
from servicelead.tables import Source
from servicelead.tables.build import TABLES
from servicelead.tables.exchange import ExchangeRates
from servicelead.tables.schema import Kind, Spec, specs
from tables.samples import AS_OF, at, columns, tables_of

CANARY = re.compile(r"canary\d+", re.IGNORECASE)
_numbers = count(1)

Tables = dict[str, dict[str, list[Any]]]


def canary() -> str:
    """Return a word that is in no other cell, nor anywhere else."""
    return f"Canary{next(_numbers):05d}"


def good_cell(spec: Spec) -> str:
    """Return a cell that its column accepts: a canary wherever text goes."""
    match spec.kind:
        case Kind.CHOICE:
            return spec.choices[0]
        case Kind.FLAG:
            return "yes"
        case Kind.AMOUNT | Kind.NUMBER:
            return "1"
        case Kind.KEY | Kind.REFERENCE | Kind.LABEL | Kind.ROW_ID:
            return canary()
        case Kind.END:
            return at(99)
        case _:
            return at(len(spec.name))


def rows_of(title: str) -> list[dict[str, Any]]:
    """Return rows of a table: good ones, ones that contradict each other, and one spoilt in each column."""
    table = specs(TABLES[title])
    extra = ["note", *(["currency"] if any(spec.kind is Kind.AMOUNT for spec in table.values()) else [])]

    def row(**changes: Any) -> dict[str, Any]:
        cells = {name: good_cell(spec) for name, spec in table.items()} | {"note": canary()}
        return cells | ({"currency": "USD"} if "currency" in extra else {}) | changes

    rows = [row() for _ in range(3)]
    rows += [rows[0] | {"note": canary()}, {name: canary() for name in rows[0]}]
    rows += [row(**{name: canary()}) for name in rows[0]]
    return [*rows, *(row(**{name: None}) for name in table)]


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Return every table with a canary in every cell that text may be in, and in one more of each row."""
    given = {title: columns(rows_of(title)) for title in TABLES}
    accounts = given["opportunities"]["account_id"]
    given["touchpoints"]["account_id"][: len(accounts)] = accounts[: len(given["touchpoints"]["account_id"])]
    return given


@pytest.fixture(scope="module")
def business(tables: Tables) -> sl.Business:
    """Return the business of those tables."""
    given: dict[str, Any] = tables
    return sl.Business.from_frames(**given, as_of=AS_OF, currency="USD")


def told_by(business: sl.Business) -> Iterator[tuple[str, str]]:
    """Yield what the library says of itself: name and words."""
    journeys = sl.Journeys.from_business(business)
    credit = sl.attribute(journeys, attribution.Linear())
    things: dict[str, Any] = {
        "business": business,
        "journeys": journeys,
        "won": journeys.won(),
        "split": journeys.split_by_sentiment(),
        "attribution": credit,
        "unattributed": credit.unattributed,
        "counts": business.counts,
        "rejects": business.rejects,
        "reasons": business.reasons,
        "findings": business.findings,
        "reject_list": business.reject_list,
        "finding_list": business.finding_list,
        "row ids": business.touches.touchpoint_id,
        "texts": business.touches.touchpoint_id.sources,
    }
    for title, table in tables_of(business).items():
        things[title] = table
        things |= {f"{title}.{name}": vocabulary for name, vocabulary in table.vocabularies.items()}
    for name, thing in things.items():
        yield name, repr(thing)
        yield name, str(thing)
        if isinstance(thing, sl.columns.ResultTable):
            yield name, thing._repr_html_()
            yield name, str(thing.to_dict())


def test_there_are_a_thousand_canaries(tables: Tables, business: sl.Business) -> None:
    """The cells hold them, rows were kept, and rows were refused for many reasons."""
    cells = [cell for table in tables.values() for cells in table.values() for cell in cells]
    assert 1_000 < len({cell for cell in cells if cell is not None and CANARY.fullmatch(cell)})
    assert 8 <= len(set(business.rejects["code"]))
    assert 0 < len(business.findings)
    assert [] == [table.title for table in tables_of(business).values() if not len(table)]


def test_representations_hold_no_cell(business: sl.Business, caplog: pytest.LogCaptureFixture) -> None:
    """A business, its tables, journeys and credit say how many and of what kind, never what; neither do logs."""
    for name, words in told_by(business):
        assert not CANARY.search(words), name
    assert not CANARY.search(caplog.text)


def test_files_are_read_without_telling_their_cells(
    tables: Tables, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same from CSV files with records that are torn, too long and too short."""
    for title, table in tables.items():
        with (tmp_path / f"{title}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(table)
            writer.writerows(zip(*table.values(), strict=True))
            writer.writerow([canary() for _ in range(len(table) + 2)])
            writer.writerow([canary()])
            file.write(f'"{canary()}\n')
    (tmp_path / "servicelead.toml").write_text(f'as_of = {AS_OF}\nzone = "UTC"\ncurrency = "USD"\n')
    read = sl.read_folder(tmp_path)
    for name, words in told_by(read):
        assert not CANARY.search(words), name
    assert not CANARY.search(caplog.text + "".join(capsys.readouterr()))


def path_table(**changes: list[Any]) -> dict[str, Any]:
    """Return aggregated paths with some columns changed."""
    return {"path": [canary()], "won": ["1"], "value": ["1.00"]} | changes


def read_paths(currency: str | None = "USD", **changes: list[Any]) -> sl.Journeys:
    """Return the journeys of those paths."""
    return sl.Journeys.from_paths(
        path_table(**changes), path="path", conversions="won", value="value", currency=currency
    )


def touch_at(moment: Any, **more: list[Any]) -> sl.Business:
    """Return the business of one touch at a moment."""
    row = {"touchpoint_id": [canary()], "account_id": [canary()], "team": ["sales"], "channel": [canary()]}
    return sl.Business.from_frames(touchpoints={**row, "occurred_at": [moment], **more}, as_of=AS_OF)


def rate_table(**changes: list[Any]) -> ExchangeRates:
    """Return exchange rates with some columns changed."""
    return ExchangeRates.from_frame({"date": ["2026-01-01"], "from": ["EUR"], "to": ["USD"], "rate": ["1"]} | changes)


MISTAKES: dict[str, Callable[[], object]] = {
    "a moment without a zone": lambda: touch_at("2026-01-01T00:00:00"),
    "columns of two lengths": lambda: touch_at(at(1), note=[canary(), canary()]),
    "as_of": lambda: sl.Business.from_frames(as_of=canary()),
    "a count": lambda: read_paths(won=[canary()]),
    "a value": lambda: read_paths(value=[canary()]),
    "a value without a currency": lambda: read_paths(None, value=[canary()]),
    "a value of nothing": lambda: read_paths(won=["0"]),
    "a step": lambda: read_paths(path=[f"{canary()} >  > {canary()}"]),
    "a rate": lambda: rate_table(rate=[canary()]),
    "a rate's day": lambda: rate_table(date=[canary()]),
    "a missing column": lambda: sl.Business.from_frames(touchpoints={"channel": [canary()]}, as_of=AS_OF),
    "records": lambda: sl.Business.from_frames(
        touchpoints=Source(frame={"channel": [canary()]}, records=[1, 2]), as_of=AS_OF  # type: ignore[arg-type]
    ),
    "a label": lambda: sl.columns.Vocabulary([canary()]).code(canary()),
    "a row": lambda: sl.columns.ResultTable({"account": [canary()]}).row(account=canary()),
    "a deal": lambda: sl.attribute(
        sl.Journeys.from_business(touch_at(at(1))), attribution.Linear()
    ).explain(canary()),
    "a shape": lambda: attribution.Attribution.from_shares(read_paths(), [0.5, 0.5], strategy="x"),  # type: ignore[arg-type]
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_errors_hold_no_cell(mistake: Callable[[], object]) -> None:
    """An error names field, rule, kind and place; not the cell."""
    with pytest.raises(ServiceLeadError) as caught:
        mistake()
    assert not CANARY.search(
        f"{caught.value!s} {caught.value!r} {caught.value.__notes__ if hasattr(caught.value, '__notes__') else ''}"
    )


OBJECTS = [cls for name in domain.__all__ if attrs.has(cls := getattr(domain, name))]


@pytest.mark.parametrize("cls", OBJECTS, ids=lambda cls: cls.__name__)
def test_objects_refuse_a_field_without_telling_it(cls: Any) -> None:
    """Whatever a field of a domain object was given, the error does not repeat it."""
    for wrong in [attribute.name for attribute in attrs.fields(cls)]:
        cells = {a.name: canary() if a.name == wrong else None for a in attrs.fields(cls) if a.init}
        with pytest.raises((ServiceLeadError, TypeError)) as caught:
            cls(**cells)
        error = caught.value
        assert not CANARY.search(f"{error!s} {error.__cause__!s} {error.__context__!s}"), wrong
