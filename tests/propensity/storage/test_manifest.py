"""What a manifest says, and that members are those it was written with."""

import json

import pytest

from servicelead.exceptions import IngestError
from servicelead.propensity.storage.manifest import check_members, from_json, read_manifest, to_json, write_manifest
from servicelead.propensity.storage.versions import versions

MEMBERS = {"a": b"alpha", "b": b""}
WRITTEN = write_manifest(MEMBERS, card={"versions": versions()}, golden={})


def test_a_manifest_names_every_member() -> None:
    """Each member is there with its size and its SHA-256."""
    manifest = read_manifest(WRITTEN)
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert {"bytes": 0, "sha256": empty} == manifest["members"]["b"]
    check_members(manifest, MEMBERS)


@pytest.mark.parametrize("members", [{"a": b"alphb", "b": b""}, {"a": b"alpha"}, {**MEMBERS, "c": b""}])
def test_other_members_are_refused(members: dict[str, bytes]) -> None:
    """A member that is changed, missing or new is refused as damage."""
    with pytest.raises(IngestError) as caught:
        check_members(read_manifest(WRITTEN), members)
    assert "damaged" == caught.value.reason


@pytest.mark.parametrize("content", [{"a": 0.1 + 0.2, "b": [1, None, True]}, {"label": "Zürich \ud800 \u0000"}])
def test_json_comes_back(content: dict[str, object]) -> None:
    """Floats come back to the bit, and text whatever is in it."""
    assert content == from_json(to_json(content))


@pytest.mark.parametrize(
    "content", ["NaN", '{"a": NaN}', '{"a": -Infinity}', '{"a": 1e999}', "[]", "1", "{", "", '{"a"']
)
def test_what_is_no_json_object_is_refused(content: str) -> None:
    """Numbers that are none, which Python would read, are refused like any other text."""
    with pytest.raises(IngestError):
        from_json(content.encode())


def test_numbers_that_are_none_are_not_written() -> None:
    """Nothing is written that others could not read."""
    with pytest.raises(ValueError, match="JSON"):
        to_json({"a": json.loads("NaN")})
