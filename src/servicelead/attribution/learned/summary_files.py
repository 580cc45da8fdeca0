"""A header and its arrays on the disk: JSON a person can read, and an npz file that its checksum names."""

import json
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from servicelead._files import replacing
from servicelead._typing import Array
from servicelead._version import __version__
from servicelead.exceptions import IncompatibleError, IngestError

__all__ = ["FORMAT_VERSION", "read_pair", "write_pair"]

#: Raised whenever a summary of before could be misread.
FORMAT_VERSION = 1
_FORMAT = "servicelead summary"
_LARGEST_HEADER = 1 << 26
_LARGEST_ARRAYS = 1 << 32
_HEADER = {"kind": str, "parameters": dict, "dimensions": list, "labels": list}


def write_pair(path: Path, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write a JSON header and, beside it, its arrays; the header, written last, decides which arrays are meant.

    The arrays of the header that this one replaces are deleted, and no other file is.
    """
    replaced = _arrays_named_by(path)
    packed = BytesIO()
    np.savez(packed, allow_pickle=False, **{name: np.ascontiguousarray(array) for name, array in arrays.items()})
    content = packed.getvalue()
    digest = sha256(content).hexdigest()
    with replacing(_beside(path, digest), binary=True) as stream:
        stream.write(content)
    document = {
        "format": _FORMAT,
        "format_version": FORMAT_VERSION,
        "library_version": __version__,
        **header,
        "arrays": {"sha256": digest, "bytes": len(content)},
    }
    document["sha256"] = _checksum(document)
    with replacing(path) as stream:
        json.dump(document, stream, indent=1, ensure_ascii=False, allow_nan=False)
        stream.write("\n")
    if replaced is not None and replaced != _beside(path, digest):
        replaced.unlink(missing_ok=True)


def read_pair(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the header and the arrays that `write_pair` wrote.

    Raises
    ------
    IngestError
        When a file is missing, too large, damaged or something else.
    IncompatibleError
        When it was written in another version of the format.
    """
    document = _header(path)
    described = document["arrays"]
    beside = _beside(path, described["sha256"])
    content = _content(beside, _LARGEST_ARRAYS)
    if len(content) != described["bytes"] or sha256(content).hexdigest() != described["sha256"]:
        _refuse(beside, "is not as it was written: its checksum differs; save the summary again", "damaged")
    try:
        with zipfile.ZipFile(BytesIO(content)) as members:
            unpacked = sum(member.file_size for member in members.infolist())
        arrays = _arrays(content) if unpacked <= len(content) else {}
    except (ValueError, TypeError, OSError, EOFError, KeyError, MemoryError, NotImplementedError, zipfile.BadZipFile):
        _refuse(beside, "cannot be read as arrays; save the summary again", "damaged")
    if "keys" not in arrays:
        _refuse(beside, "is compressed or has no keys, as no saved summary; save the summary again", "damaged")
    return document, arrays


def _arrays(content: bytes) -> dict[str, Array]:
    with np.load(BytesIO(content), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _header(path: Path) -> dict[str, Any]:
    content = _content(path, _LARGEST_HEADER)
    try:
        document = json.loads(content)
        checksum = _checksum(document) if isinstance(document, dict) else ""
    except (ValueError, RecursionError):
        _refuse(path, "cannot be read as JSON; save the summary again", "damaged")
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        _refuse(path, "is not a summary; give the JSON file that Summary.save wrote", "not_a_summary")
    version = document.get("format_version")
    if version != FORMAT_VERSION:
        raise IncompatibleError(
            f"{path.name} is in version {version!r} of the format, and this library reads version {FORMAT_VERSION}; "
            "summarize the journeys again, or read it with the library that wrote it"
        )
    if document.get("sha256") != checksum:
        _refuse(path, "is not as it was written: its checksum differs; save the summary again", "damaged")
    currency, described = document.get("currency"), document.get("arrays")
    fits = all(isinstance(document.get(name), kind) for name, kind in _HEADER.items())
    fits = fits and (currency is None or isinstance(currency, str)) and all(map(_is_label, document["labels"]))
    if not fits or not isinstance(described, dict) or not _is_digest(described.get("sha256")):
        _refuse(path, "lacks something that every summary has; save the summary again", "damaged")
    return document


def _content(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            _refuse(path, f"is larger than the {most:,} bytes a summary may have", "too_large")
        return path.read_bytes()
    except OSError:
        _refuse(path, "cannot be read; keep the JSON and the npz file of a summary together", "missing_file")


def _checksum(document: Mapping[str, Any]) -> str:
    """Return the checksum of what a header says, however it is laid out, the checksum itself left out."""
    said = {name: value for name, value in document.items() if name != "sha256"}
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _arrays_named_by(path: Path) -> Path | None:
    """Return the arrays that a header is there for; None where there is no header, or none that can be trusted."""
    try:
        return _beside(path, _header(path)["arrays"]["sha256"])
    except (IngestError, IncompatibleError):
        return None


def _beside(path: Path, digest: str) -> Path:
    return path.with_name(f"{path.name}.{digest[:16]}.npz")


def _is_label(label: object) -> bool:
    return isinstance(label, list) and all(isinstance(part, str) for part in label)


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def _refuse(path: Path, what: str, reason: str) -> NoReturn:
    raise IngestError(f"{path.name} {what}", file=path.name, reason=reason)
