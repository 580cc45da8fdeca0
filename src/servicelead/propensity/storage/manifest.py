"""The first member of a model file: what the file is, who wrote it, and the checksums of everything else in it."""

import json
import math
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, NoReturn

from servicelead.exceptions import IncompatibleError, IngestError
from servicelead.propensity.storage.versions import require_same_versions, word_of

__all__ = ["FORMAT_VERSION", "check_members", "from_json", "read_manifest", "to_json", "write_manifest"]

#: Raised whenever a file of before could be misread.
FORMAT_VERSION: Final = 1
_FORMAT: Final = "servicelead model"
_FIELDS: Final = {"card": dict, "golden": dict, "members": dict}


def write_manifest(members: Mapping[str, bytes], *, card: Mapping[str, Any], golden: Mapping[str, Any]) -> bytes:
    """Return the manifest of a model file.

    Parameters
    ----------
    members
        The other members of the file, whose sizes and checksums it states.
    card, golden
        The model card, and rows with their scores, as JSON's own types.
    """
    checksums = {name: {"bytes": len(member), "sha256": sha256(member).hexdigest()} for name, member in members.items()}
    return to_json(
        {
            "format": _FORMAT,
            "format_version": FORMAT_VERSION,
            "card": card,
            "golden": golden,
            "members": checksums,
        }
    )


def read_manifest(content: bytes) -> dict[str, Any]:
    """Return what a manifest says, once its format and versions are those of this installation.

    Raises
    ------
    IngestError
        When it is no manifest.
    IncompatibleError
        When it was written in another format, or by another version of a library whose scores could differ.
    """
    manifest = from_json(content)
    if manifest.get("format") != _FORMAT:
        _refuse("the file is no saved model; give a file that save_model wrote", "not_a_model")
    if manifest.get("format_version") != FORMAT_VERSION:
        raise IncompatibleError(
            f"the model file is in format {word_of(manifest.get('format_version'))}, and this library reads format "
            f"{FORMAT_VERSION}; train the model again, or load it with the library that wrote it"
        )
    complete = all(isinstance(manifest.get(name), kind) for name, kind in _FIELDS.items())
    if not complete or not isinstance(manifest["card"].get("versions"), dict):
        _refuse("the manifest lacks something that every model has; save the model again", "damaged")
    require_same_versions(manifest["card"]["versions"])
    return manifest


def check_members(manifest: Mapping[str, Any], members: Mapping[str, bytes]) -> None:
    """Refuse members that are not, to the bit, those the manifest was written with.

    Raises
    ------
    IngestError
        Naming the member that is not as it was.
    """
    if set(manifest["members"]) != set(members):
        _refuse("the manifest names other members than the file has; save the model again", "damaged")
    for name, member in members.items():
        if manifest["members"][name] != {"bytes": len(member), "sha256": sha256(member).hexdigest()}:
            _refuse(f"{name} is not as it was written: its checksum differs; get the file again", "damaged")


def to_json(content: Mapping[str, Any]) -> bytes:
    """Return JSON text of UTF-8, one line per value, the same for the same content."""
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return text.encode(errors="surrogatepass")  # as the reader decodes it: labels may hold anything


def from_json(content: bytes) -> dict[str, Any]:
    """Return what JSON text says; it must be an object, and all its numbers finite.

    Raises
    ------
    IngestError
        When it is not.
    """
    try:
        document = json.loads(content, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        _refuse("a member that should be JSON cannot be read; save the model again", "damaged")
    return document


def _finite(text: str) -> float:
    """Return a number; ``NaN`` and ``1e999``, which Python would read, are none in JSON."""
    if not math.isfinite(float(text)):
        raise ValueError
    return float(text)


def _refuse(what: str, reason: str) -> NoReturn:
    raise IngestError(what, reason=reason)
