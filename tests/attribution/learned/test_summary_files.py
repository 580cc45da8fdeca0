import io
import json
import os
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.hand import paths
from servicelead.attribution import MarkovChain, Shapley, Summary, load_summary
from servicelead.attribution.learned import summary_files
from servicelead.exceptions import IncompatibleError, IngestError, InvalidValueError, ServiceLeadError


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, Summary]:
    """Return a saved summary and itself."""
    summary = MarkovChain(order=2).summarize(paths(("ad > call", 2, "3.00"), ("call > ü > \"{'", 1, "1.00")))
    path = tmp_path / "month.json"
    summary.save(path)
    return path, summary


def arrays_of(path: Path) -> Path:
    """Return the one npz file of a folder."""
    (found,) = path.parent.glob("*.npz")
    return found


def test_what_was_saved_is_loaded(saved: tuple[Path, Summary]) -> None:
    """Labels, parameters and every number, by path or text."""
    path, summary = saved
    assert summary == load_summary(path) == load_summary(str(path))


@pytest.mark.parametrize("path", [3, None, "", b"month.json"])
def test_a_path_is_a_path(saved: tuple[Path, Summary], path: Any) -> None:
    """Anything else is refused before a file is touched, with an example."""
    with pytest.raises(InvalidValueError, match=r"load_summary: path must .* got .* write"):
        load_summary(path)
    with pytest.raises(InvalidValueError, match=r"Summary\.save: path must .* got .* write"):
        saved[1].save(path)


def test_every_model_saves(tmp_path: Path) -> None:
    """Without a currency, without rows, of another model."""
    for i, summary in enumerate(
        [
            MarkovChain(order=np.int64(3)).summarize(paths()),
            MarkovChain().summarize(paths(("a > b", 1, "0.5"), currency=None)),
            Shapley().summarize(paths(("a > b", 1, "0.5"), ("c", 2, "7"))),
        ]
    ):
        summary.save(tmp_path / f"{i}.json")
        assert summary == load_summary(tmp_path / f"{i}.json")


def test_a_saved_summary_is_replaced_whole(saved: tuple[Path, Summary], monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the new one is all there the old one is read."""
    path, old = saved
    new = old + old

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for n_before in range(4):
        calls = 0

        def fsync(descriptor: int, allowed: int = n_before) -> None:
            nonlocal calls
            calls += 1
            if calls > allowed:
                full(descriptor)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            with pytest.raises(OSError, match="No space"):
                new.save(path)
        assert load_summary(path) in (old, new)
    new.save(path)
    assert new == load_summary(path)


def test_only_what_is_replaced_is_deleted(tmp_path: Path) -> None:
    """Summaries whose names begin alike live side by side, through every save of each."""
    one = MarkovChain().summarize(paths(("ad > call", 2, "3.00")))
    kept = dict.fromkeys(("2026.01", "2026.02", "m.json", "m.bak", "m", "m.json.json"), one)
    for turn in range(2):
        for i, name in enumerate(kept):
            kept[name] += MarkovChain().summarize(paths(("ad", 1 + i + 10 * turn, "1.00")))
            kept[name].save(tmp_path / name)
        assert kept == {name: load_summary(tmp_path / name) for name in kept}
        assert 2 * len(kept) == len(list(tmp_path.iterdir()))


@pytest.mark.parametrize("before", [b"{", b"[]", b"{}", b'{"format": "servicelead summary", "format_version": 9}'])
def test_a_file_that_is_no_summary_takes_nothing_with_it(tmp_path: Path, before: bytes) -> None:
    """Whatever is written over, only arrays that a whole header names are deleted."""
    path, other = tmp_path / "m.json", tmp_path / f"m.json.{'0' * 16}.npz"
    path.write_bytes(before)
    other.write_bytes(b"someone's")
    summary = MarkovChain().summarize(paths(("ad", 1, "1.00")))
    summary.save(path)
    assert summary == load_summary(path)
    assert b"someone's" == other.read_bytes()


def test_the_same_summary_gives_the_same_bytes(saved: tuple[Path, Summary]) -> None:
    """So that versions of it can be compared, and saving it again keeps it."""
    path, summary = saved
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    summary.save(path)
    assert before == {file.name: file.read_bytes() for file in path.parent.iterdir()}


def sealed(document: dict[str, Any]) -> str:
    """Return the header as text with a checksum that agrees: a forger can do that."""
    said = {name: value for name, value in document.items() if name != "sha256"}
    return json.dumps({**said, "sha256": sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()})


def replaced(old: str, new: str) -> Callable[[Path], None]:
    """Return what edits the header as text."""

    def edit(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return edit


def rewritten(**changes: Any) -> Callable[[Path], None]:
    """Return what changes entries of the header, its checksum with them; None takes one away."""

    def change(path: Path) -> None:
        document = json.loads(path.read_text(encoding="utf-8"))
        for name, value in changes.items():
            document[name] = value
            if value is None:
                del document[name]
        path.write_text(sealed(document), encoding="utf-8")

    return change


def written(content: bytes) -> Callable[[Path], None]:
    """Return what writes something else over the JSON."""

    def overwrite(path: Path) -> None:
        path.write_bytes(content)

    return overwrite


def repacked(content: bytes) -> Callable[[Path], None]:
    """Return what swaps the arrays for something else, with a header that agrees: a forger can do that."""

    def swap(path: Path) -> None:
        document = json.loads(path.read_text(encoding="utf-8"))
        arrays_of(path).unlink()
        digest = sha256(content).hexdigest()
        path.with_name(f"{path.name}.{digest[:16]}.npz").write_bytes(content)
        document["arrays"] = {"sha256": digest, "bytes": len(content)}
        path.write_text(sealed(document), encoding="utf-8")

    return swap


def packed(*, compressed: bool = False, **arrays: Any) -> bytes:
    """Return the bytes of an npz file."""
    stream = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(stream, **arrays)
    return stream.getvalue()


def huge_header() -> bytes:
    """Return an npz whose array claims to be far larger than it is."""
    array = io.BytesIO()
    np.lib.format.write_array_header_1_0(array, {"descr": "<i4", "fortran_order": False, "shape": (2**40, 2)})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as members:
        members.writestr("keys.npy", array.getvalue())
    return stream.getvalue()


def flipped(path: Path) -> None:
    """Change one bit in the middle of the arrays."""
    content = bytearray(arrays_of(path).read_bytes())
    content[len(content) // 2] ^= 1
    arrays_of(path).write_bytes(bytes(content))


def lengthened(path: Path) -> None:
    """Put one more byte behind the arrays."""
    with arrays_of(path).open("ab") as stream:
        stream.write(b"x")


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "no JSON": (Path.unlink, "missing_file"),
    "no arrays": (lambda path: arrays_of(path).unlink(), "missing_file"),
    "not JSON": (written(b"{"), "damaged"),
    "not text": (written(b"\xff\xfe\x00"), "damaged"),
    "too deep": (written(b"[" * 100_000), "damaged"),
    "a list": (written(b"[]"), "not_a_summary"),
    "another format": (rewritten(format="model"), "not_a_summary"),
    "another currency": (replaced('"EUR"', '"JPY"'), "damaged"),
    "another label": (replaced('"ad"', '"ae"'), "damaged"),
    "another parameter": (replaced('"order": 2', '"order": 3'), "damaged"),
    "no checksum of the header": (replaced('"sha256"', '"sha"'), "damaged"),
    "no labels": (rewritten(labels=None), "damaged"),
    "labels of another kind": (rewritten(labels=["ad"]), "damaged"),
    "a number for a currency": (rewritten(currency=5), "damaged"),
    "no checksum": (rewritten(arrays={}), "damaged"),
    "a path for a checksum": (rewritten(arrays={"sha256": "../" * 21 + "a", "bytes": 5}), "damaged"),
    "another length": (lengthened, "damaged"),
    "a bit": (flipped, "damaged"),
    "not a zip": (repacked(b"nothing"), "damaged"),
    "no keys": (repacked(packed(values=np.zeros(3))), "damaged"),
    "compressed": (repacked(packed(compressed=True, keys=np.zeros((10**6, 1), dtype=np.int32))), "damaged"),
    "objects": (repacked(packed(keys=np.array([{}], dtype=object))), "damaged"),
    "a huge header": (repacked(huge_header()), "damaged"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_refused(saved: tuple[Path, Summary], damage: str) -> None:
    """Whatever is wrong with the files, the error is the library's, names one of them and says of what sort it is."""
    path, _ = saved
    change, reason = DAMAGE[damage]
    change(path)
    with pytest.raises(IngestError) as error:
        load_summary(path)
    assert reason == error.value.reason
    assert str(error.value.file) in {"month.json", *(file.name for file in path.parent.iterdir())} or "no" in damage
    assert str(path.parent) not in str(error.value)


def test_another_version_of_the_format_is_refused(saved: tuple[Path, Summary]) -> None:
    """Before anything else is read, naming both versions."""
    path, _ = saved
    rewritten(format_version=2, labels=None)(path)
    with pytest.raises(IncompatibleError, match=r"version 2 .* version 1"):
        load_summary(path)


def test_files_that_are_too_large_are_refused(saved: tuple[Path, Summary], monkeypatch: pytest.MonkeyPatch) -> None:
    """Before they are read."""
    path, _ = saved
    for limit in ("_LARGEST_HEADER", "_LARGEST_ARRAYS"):
        with monkeypatch.context() as patch:
            patch.setattr(summary_files, limit, 100)
            with pytest.raises(IngestError) as error:
                load_summary(path)
            assert "too_large" == error.value.reason


def test_a_header_may_be_laid_out_anew(saved: tuple[Path, Summary]) -> None:
    """A tool that sorts or indents JSON damages nothing."""
    path, summary = saved
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")), sort_keys=True), encoding="utf-8")
    assert summary == load_summary(path)


def test_a_header_that_fits_no_arrays_is_refused(saved: tuple[Path, Summary]) -> None:
    """What the header and the arrays say must go together, though each is whole."""
    path, _ = saved
    rewritten(labels=[["ad"]])(path)
    with pytest.raises(ServiceLeadError, match=r"Summary\.keys"):
        load_summary(path)


@given(position=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_a_changed_byte_never_goes_unnoticed_in_the_arrays(
    tmp_path_factory: pytest.TempPathFactory, position: int, byte: int
) -> None:
    """Any other byte in the npz file is refused."""
    path = tmp_path_factory.mktemp("summary") / "s.json"
    summary = MarkovChain().summarize(paths(("ad > call", 2, "3.00")))
    summary.save(path)
    content = bytearray(arrays_of(path).read_bytes())
    position %= len(content)
    changed = content[position] != byte
    content[position] = byte
    arrays_of(path).write_bytes(bytes(content))
    if changed:
        with pytest.raises(IngestError):
            load_summary(path)
    else:
        assert summary == load_summary(path)
