"""One zip file of exactly the members it should have."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.exceptions import IngestError
from servicelead.propensity.storage.archive import pack, unpack

MEMBERS = {"first.json": b"{}", "second.bin": b"\x00" * 100}
LAYOUTS = {tuple(MEMBERS)}


def zipped(*entries: tuple[zipfile.ZipInfo | str, bytes], compression: int = 0, comment: bytes = b"") -> bytes:
    """Return a zip file as the standard library writes it."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        archive.comment = comment
        for entry, content in entries:
            archive.writestr(entry, content)
    return stream.getvalue()


def with_extra(name: str) -> zipfile.ZipInfo:
    """Return an entry with a field that nobody reads."""
    entry = zipfile.ZipInfo(name)
    entry.extra = b"\x99\x99\x02\x00hi"
    return entry


def link(name: str) -> zipfile.ZipInfo:
    """Return an entry that claims to be a symbolic link."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o120777 << 16
    return entry


@given(st.lists(st.binary(max_size=200), min_size=2, max_size=2))
def test_what_was_packed_is_unpacked(contents: list[bytes]) -> None:
    """Any content comes back as it was, and the same content gives the same bytes."""
    members = dict(zip(MEMBERS, contents, strict=True))
    assert members == unpack(pack(members), LAYOUTS)
    assert pack(members) == pack(members)


def test_the_file_is_an_ordinary_zip_file() -> None:
    """Any program that reads zip files can look inside."""
    with zipfile.ZipFile(BytesIO(pack(MEMBERS))) as archive:
        assert (None, list(MEMBERS)) == (archive.testzip(), archive.namelist())


FIRST, SECOND = MEMBERS.items()
STRANGE = {
    "another name": zipped(FIRST, ("third", b"")),
    "another order": zipped(SECOND, FIRST),
    "one too few": zipped(FIRST),
    "one too many": zipped(FIRST, SECOND, ("third", b"")),
    "a path that climbs": zipped(FIRST, ("../second.bin", b"")),
    "an absolute path": zipped(FIRST, ("/second.bin", b"")),
    "a folder": zipped(FIRST, ("second.bin/", b"")),
    "compressed": zipped(FIRST, SECOND, compression=zipfile.ZIP_DEFLATED),
    "a zip bomb": zipped(FIRST, ("second.bin", b"\x00" * 10_000_000), compression=zipfile.ZIP_DEFLATED),
    "a comment": zipped(FIRST, SECOND, comment=b"hello"),
    "an extra field": zipped(FIRST, (with_extra("second.bin"), b"")),
    "bytes before": b"#!/bin/sh\n" + zipped(FIRST, SECOND),
    "bytes behind": zipped(FIRST, SECOND) + b"\n",
    "encrypted by its flag": zipped(FIRST, SECOND).replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
    ),
    "empty": zipped(),
    "no zip file": b"hello",
    "nothing": b"",
}


@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE)
def test_any_other_layout_is_refused(content: bytes) -> None:
    """A file laid out otherwise than `pack` lays it out is refused with a reason, whatever the difference."""
    with pytest.raises(IngestError) as caught:
        unpack(content, LAYOUTS)
    assert caught.value.reason in {"damaged", "not_a_model"}


@pytest.mark.filterwarnings(
    "ignore:Duplicate name:UserWarning"
)  # the standard library warns whoever writes such a file
def test_two_members_of_one_name_are_refused() -> None:
    """Which of two members is meant is never a guess."""
    with pytest.raises(IngestError, match="members"):
        unpack(zipped(FIRST, FIRST), LAYOUTS)


def test_bytes_between_members_are_refused() -> None:
    """Nothing can hide between two members."""
    content = pack(MEMBERS)
    start = content.index(b"PK\x03\x04", 1)
    with pytest.raises(IngestError):
        unpack(content[:start] + b"hidden" + content[start:], LAYOUTS)


def test_links_are_only_bytes() -> None:
    """A member that claims to be a link is read as the bytes it is: nothing is ever written to a folder."""
    content = zipped(FIRST, (link("second.bin"), b"/etc/passwd"))
    assert b"/etc/passwd" == unpack(content, LAYOUTS)["second.bin"]
