"""Mutated folders: an export may be broken in any way, and nothing but an IngestError comes of it."""

import csv
import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from pyarrow import parquet

from servicelead.adapters import FolderContents, delimited, read_sources, write_rejects
from servicelead.adapters import text as text_blocks
from servicelead.exceptions import IngestError
from servicelead.tables import Business

#: In every cell of text: a customer's value that must not turn up in a message.
CANARY = "canary"
SETTINGS = """
as_of = 2024-12-31
zone = "UTC"
currency = "EUR"
[tables.opportunities]
formats = { closed_at = "%d.%m.%Y" }
decimal = ","
thousands = "."
"""
QUERY = """
[tables.cases]
query = "SELECT touchpoint_id AS case_id, account_id, occurred_at AS opened_at FROM touchpoints WHERE team <> 'sales'"
"""
DECLARED = '[files.touchpoints]\nencoding = "latin-1"\n'
TOUCHES = """\
touchpoint_id,account_id,occurred_at,team,channel,sentiment,cost
canary1,canary a,2024-01-01T10:00:00Z,services,"canary, long",0.5,10.00
canary2,canary a,2024-02-01T10:00:00+01:00,sales,canary š,,

canary3,canary b,2024-03-01,marketing,"canary
lines",-1,2.50
canary4,canary b,2024-03-02,services,canary,1,3
canary5,canary b,2024-03-02,services,"canary
again",7,
"""
DEALS = """\
opportunity_id;account_id;created_at;closed_at;outcome;amount
canary o1;canary a;2024-01-05;01.03.2024;won;1.000,00
canary o2;canary b;2024-01-05;;open;
canary o3;canary b;2024-01-06;2.3.2024;lost;canary
"""
RATES = "date,from,to,rate\n2024-01-01,USD,EUR,0.9\n"
FILES = {"touchpoints.csv": TOUCHES, "opportunities.csv": DEALS, "exchange_rates.csv": RATES}
ODD = ["", ",", ";", '"', '""', "\n", "\r", "\r\n", "\n\n", "\0", "\ufeff", "-", "9" * 5000, "e", "š", "nan", "1e400"]

Text = Callable[[str, int, int], str]


def on_a_line(change: Callable[[str, int], str]) -> Text:
    """Return what changes one line of a text."""

    def changed(text: str, place: int, choice: int) -> str:
        lines = text.splitlines(keepends=True)
        if lines:
            lines[place % len(lines)] = change(lines[place % len(lines)], choice)
        return "".join(lines)

    return changed


def on_a_cell(value: Callable[[str], str]) -> Text:
    """Return what changes one cell of a text."""

    def changed(line: str, choice: int) -> str:
        cells = re.split("([,;])", line)
        cells[choice * 2 % len(cells)] = value(cells[choice * 2 % len(cells)])
        return "".join(cells)

    return on_a_line(changed)


def columns_swapped(text: str, place: int, choice: int) -> str:
    """Return the text with two names of its header exchanged."""
    header, end, rest = text.partition("\n")
    names = re.split("([,;])", header)
    one, two = place * 2 % len(names), choice * 2 % len(names)
    names[one], names[two] = names[two], names[one]
    return "".join(names) + end + rest


#: What can befall a text; each takes it, a place in it and a choice.
MISHAPS: dict[str, Text] = {
    "splice": lambda text, place, choice: (
        text[: place % (len(text) + 1)] + ODD[choice % len(ODD)] + text[place % (len(text) + 1) + choice % 4 :]
    ),
    "mixed newlines": on_a_line(lambda line, choice: line.rstrip("\r\n") + ("\r\n", "\r", "\n", "\n\r")[choice % 4]),
    "carriage returns": lambda text, _place, _choice: text.replace("\n", "\r"),
    "NUL": on_a_cell(lambda cell: cell + "\0"),
    "unclosed quote": on_a_cell(lambda cell: '"' + cell),
    "stray quote": on_a_cell(lambda cell: cell + '" x'),
    "ragged row": on_a_line(lambda line, choice: line.replace(",", "", 1) if choice % 2 else "x," + line),
    "digits": on_a_cell(lambda cell: "9" * 5000 + cell[-1:]),
    "quoted newline": on_a_cell(lambda cell: f'"{cell.strip()}\r\n\n"'),
    "truncated": lambda text, place, _choice: text[: place % (len(text) + 1)],
    "duplicated row": on_a_line(lambda line, choice: line * (2 + choice % 3)),
    "swapped columns": columns_swapped,
    "empty": lambda _text, _place, _choice: "",
    "header only": lambda text, _place, _choice: text.partition("\n")[0] + "\n",
    "nothing but newlines": lambda _text, place, _choice: "\n\r" * (place % 5),
}
ENCODINGS = (*["utf-8"] * 12, "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "latin-1", "cp1250")

Mishap = tuple[str, str, int, int]
PLACES = st.integers(0, 400)
MISHAPS_DRAWN = st.lists(
    st.tuples(st.sampled_from(sorted(FILES)), st.sampled_from(sorted(MISHAPS)), PLACES, st.integers(0, 20)), max_size=4
)


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a sound Parquet file."""
    path = tmp_path_factory.mktemp("parquet") / "accounts.parquet"
    parquet.write_table(pa.table({"account_id": ["canary a", "canary b"], "name": ["canary", None]}), path)
    return path.read_bytes()


@pytest.fixture(scope="module", autouse=True)
def _small_blocks() -> Iterator[None]:
    """Read the small files in several blocks, and cut these where they are in doubt."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_blocks, "_BLOCK", 150)
        patch.setattr(delimited, "_FEW", 40)
        patch.setattr(delimited, "_SAMPLE", 3)
        yield


class Export(NamedTuple):
    """A folder to write: what befell its texts, their encodings, what the settings say, and damage to the Parquet."""

    mishaps: list[Mishap]
    encodings: tuple[str, ...]
    is_declared: bool
    asks_query: bool
    damage: tuple[int, bytes, bool] | None

    def write(self, folder: Path, accounts: bytes) -> dict[str, str]:
        """Write the folder and return its texts."""
        texts = dict(FILES)
        for name, mishap, place, choice in self.mishaps:
            texts[name] = MISHAPS[mishap](texts[name], place, choice)
        for (name, text), encoding in zip(texts.items(), self.encodings, strict=True):
            (folder / name).write_bytes(text.encode(encoding, "replace"))
        if self.damage is not None:
            place, replacement, is_cut = self.damage
            accounts = accounts[:place] + replacement + (b"" if is_cut else accounts[place + 1 :])
        (folder / "accounts.parquet").write_bytes(accounts)
        settings = SETTINGS + DECLARED * self.is_declared + QUERY * self.asks_query
        (folder / "servicelead.toml").write_text(settings)
        return texts


EXPORTS = st.builds(
    Export,
    MISHAPS_DRAWN,
    st.tuples(*(st.sampled_from(ENCODINGS) for _ in FILES)),
    st.booleans(),
    st.sampled_from([False, False, False, True]),
    st.one_of(st.none(), st.none(), st.none(), st.tuples(PLACES, st.binary(max_size=3), st.booleans())),
)


@given(EXPORTS)
def test_only_ingest_errors_and_every_line_is_counted(
    tmp_path_factory: pytest.TempPathFactory, accounts: bytes, export: Export
) -> None:
    """Lines reconcile for every file, rows for every source, rejects have lines, and no message holds a cell."""
    folder = tmp_path_factory.getbasetemp() / "fuzz"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    texts = export.write(folder, accounts)
    try:
        contents = read_sources(folder)
        business = contents.business()
    except IngestError as error:
        event(f"refused: {error.reason}")
        assert has_names_of_cells(texts) or CANARY not in str(error)  # noqa: PT017 - both ways out are allowed
        return
    event("read")
    n_lines = {name: lines_of(folder / name, "latin-1" if name == "touchpoints.csv" and export.is_declared else None)
               for name in texts}  # fmt: skip
    check_lines(contents, business, n_lines)
    check_rows(contents, business, n_lines)
    said = f"{business!r}{business.rejects}{business.findings}{business.counts}{business.lines}"
    assert has_names_of_cells(texts) or CANARY not in said
    refused = {(reject.file, reject.record) for reject in business.reject_list if reject.file in contents.originals}
    rows = [row for path in write_rejects(business, contents) for row in records_of(path)]
    assert len(refused) == len(rows)


def has_names_of_cells(texts: dict[str, str]) -> bool:
    """Whether a mishap made cells part of a header: names of columns are told."""
    return any(
        CANARY in cell
        for text in texts.values()
        for cell in next((row for row in csv.reader(io.StringIO(text.lstrip("\r\n\ufeff"), newline="")) if row), ())
    )


def lines_of(path: Path, declared: str | None) -> int:
    """Return the physical lines of a file, counted in its text."""
    data = path.read_bytes()
    encoding = declared or "utf-8"
    if declared is None and data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        encoding = "utf-32"
    elif declared is None and data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    text = data.decode(encoding, "replace")
    text = text.removeprefix("\ufeff")
    ends = len(re.findall("\r\n|\n|\r", text))
    return ends + (bool(text) and text[-1] not in "\r\n")


def records_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a written file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def check_lines(contents: FolderContents, business: Business, n_lines: dict[str, int]) -> None:
    """Every physical line is in one of the counts of its file, after reading and after the tables."""
    for name, raw in contents.files.items():
        if raw.count is not None:
            assert raw.count.reconciles
            assert n_lines[name] == raw.count.physical
            numbers = sorted([*raw.records.tolist(), *(reject.record for reject in raw.rejects)])
            assert list(range(1, len(numbers) + 1)) == numbers
    told = {row["file"]: row for row in business.lines.rows()}
    assert {"touchpoints.csv", "opportunities.csv"} & contents.files.keys() <= told.keys()
    for name, row in told.items():
        assert n_lines[name] == row["physical"]
        assert row["physical"] == sum(row[kind] for kind in ("header", "blank", "kept", "rejected", "duplicates"))
    for name in {source.name for sources in contents.tables.values() for source in sources} & told.keys():
        raw = contents.files[name]
        assert raw.count is not None
        spans = np.ones(len(raw.records), dtype=np.int64) if raw.n_lines is None else raw.n_lines
        refused = [reject.record for reject in business.reject_list if reject.file == name]
        assert told[name]["rejected"] == spans[np.isin(raw.records, refused)].sum() + raw.count.rejected


def check_rows(contents: FolderContents, business: Business, n_lines: dict[str, int]) -> None:
    """Every row is kept, rejected or a duplicate, and every reject of a delimited file has its line."""
    for row in business.counts.rows():
        assert row["kept"] + row["rejected"] + row["duplicates"] == row["read"]
    for reject in business.reject_list:
        if reject.file in n_lines:
            assert reject.line is not None
            assert 1 < reject.line <= n_lines[reject.file]
    for query in contents.queries:
        assert query.n_rows <= sum(query.files.values())
