"""Mutated folders: an export may be broken in any way, and nothing but an IngestError comes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.adapters import read_folder, read_sources
from servicelead.exceptions import IngestError

FILES = {
    "touchpoints.csv": b"touchpoint_id,account_id,occurred_at,team,channel,sentiment,cost\n"
    b't1,a,2024-01-01T10:00:00Z,services,"call, long",0.5,10.00\n'
    b"t2,a,2024-02-01T10:00:00+01:00,sales,visit,,\n\n"
    b't3,b,2024-03-01,marketing,"two\nlines",-1,2.50\n',
    "opportunities.csv": b"opportunity_id;account_id;created_at;closed_at;outcome;amount\r\n"
    b"o1;a;2024-01-05;2024-03-01;won;1000.00\r\no2;b;2024-01-05;;open;\r\n",
}
BYTES = [
    b"",
    b",",
    b";",
    b'"',
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"-",
    b"9" * 400,
    b"e",
    b"\xc5\xa1",
    b"nan",
]
MUTATIONS = st.lists(
    st.tuples(st.sampled_from(sorted(FILES)), st.integers(0, 250), st.integers(0, 3), st.sampled_from(BYTES)),
    max_size=4,
)


@given(MUTATIONS)
def test_only_ingest_errors_and_every_row_is_counted(
    tmp_path_factory: pytest.TempPathFactory, mutations: list[tuple[str, int, int, bytes]]
) -> None:
    """Lines reconcile for every file, kept + rejected + duplicates = read for every source."""
    folder = tmp_path_factory.getbasetemp() / "fuzz"
    folder.mkdir(exist_ok=True)
    (folder / "servicelead.toml").write_text('as_of = 2024-12-31\nzone = "UTC"\ncurrency = "EUR"\n')
    files = dict(FILES)
    for name, place, length, replacement in mutations:
        data = files[name]
        place = min(place, len(data))  # noqa: PLW2901 - a place past the end is the end
        files[name] = data[:place] + replacement + data[place + length :]
    for name, data in files.items():
        (folder / name).write_bytes(data)
    try:
        contents = read_sources(folder)
        business = read_folder(folder)
    except IngestError:
        return
    for name, raw in contents.files.items():
        assert raw.count is not None
        assert raw.count.reconciles
        assert len(files[name].removeprefix(b"\xef\xbb\xbf").splitlines()) == raw.count.physical
    for row in business.counts.rows():
        assert row["kept"] + row["rejected"] + row["duplicates"] == row["read"]
