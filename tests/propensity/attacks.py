"""What someone who wants to do harm might make of a model file, and why each is refused."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from propensity.model_files import KEY, LABEL, edited, forged, members_of, saved
from servicelead.propensity.storage.archive import pack
from servicelead.propensity.storage.trees import NODE

if TYPE_CHECKING:
    from servicelead._typing import Array

MOST_BYTES = 1_000_000


@frozen
class Attack:
    """One file, and what it should be refused with: the ``reason`` of an `IngestError`, or ``incompatible``."""

    content: bytes
    refusal: str
    key: bytes | None = None


def attacks() -> dict[str, Attack]:
    """Return every attack by what it does."""
    return {
        **on_the_archive(),
        **on_the_seal(),
        **on_the_manifest(),
        **on_the_model(),
        **on_the_trees(),
        **on_the_card(),
    }


def on_the_archive() -> dict[str, Attack]:
    """Files laid out to confuse whoever reads zip files."""
    members = members_of(saved("classifier"))
    return {
        "no file at all": Attack(b"", "damaged"),
        "a pickle": Attack(b"\x80\x04\x95\x1d\x00\x00\x00", "damaged"),
        "half a file": Attack(saved("classifier")[:-3000], "damaged"),
        "a file too large": Attack(b"\x00" * (MOST_BYTES + 1), "too_large"),
        "a zip bomb": Attack(_zip(members | {"nodes.bin": b"\x00" * 50_000_000}, zipfile.ZIP_DEFLATED), "not_a_model"),
        "compressed members": Attack(_zip(members, zipfile.ZIP_DEFLATED), "not_a_model"),
        "one more member": Attack(pack(members | {"setup.py": b"import os"}), "not_a_model"),
        "one member less": Attack(pack({n: m for n, m in members.items() if n != "bitsets.bin"}), "not_a_model"),
        "a name that climbs": Attack(_renamed(members, "../nodes.bin"), "not_a_model"),
        "an absolute name": Attack(_renamed(members, "/etc/nodes.bin"), "not_a_model"),
        "the same name twice": Attack(_zip(members).replace(b"bitsets.bin", b"nodes.bin\x00\x00"), "not_a_model"),
        "another order": Attack(pack(dict(reversed(members.items()))), "not_a_model"),
        "bytes in front": Attack(b"#!/bin/sh\n" + saved("classifier"), "not_a_model"),
        "bytes behind": Attack(saved("classifier") + b"PK", "not_a_model"),
        "a comment": Attack(_zip(members, comment=b"hello"), "not_a_model"),
    }


def on_the_seal() -> dict[str, Attack]:
    """Files whose reader has a key, by someone who has not."""
    sealed = members_of(saved("classifier", KEY))
    other = KEY[::-1]
    return {
        "the seal taken off": Attack(saved("classifier"), "unsealed", KEY),
        "another key": Attack(saved("classifier", KEY), "wrong_seal", other),
        "an empty seal": Attack(pack(sealed | {"seal.txt": b""}), "wrong_seal", KEY),
        "a seal that is no text": Attack(pack(sealed | {"seal.txt": b"\xff" * 64}), "wrong_seal", KEY),
        "an edited manifest": Attack(
            pack(sealed | {"manifest.json": sealed["manifest.json"].replace(b"cases", b"calls")}), "wrong_seal", KEY
        ),
        "sealed by the forger": Attack(
            forged("classifier", learned=_set("baseline", 9.0), key=other), "wrong_seal", KEY
        ),
        "members of another model": Attack(
            pack(sealed | {"model.json": edited(sealed["model.json"], _set("baseline", 9.0))}), "damaged", KEY
        ),
    }


def on_the_manifest() -> dict[str, Attack]:
    """Manifests that say something else than they should."""

    def version(library: str, number: object) -> Callable[[dict[str, Any]], object]:
        return lambda manifest: manifest["card"]["versions"].update({library: number})

    def changed(name: str, value: object, refusal: str) -> Attack:
        return Attack(forged("classifier", manifest=lambda manifest: manifest.update({name: value})), refusal)

    members = members_of(saved("classifier"))
    deep = b"[" * 100_000
    return {
        "another format": changed("format", "something else", "not_a_model"),
        "a later format": changed("format_version", 2, "incompatible"),
        "a format of text": changed("format_version", LABEL, "incompatible"),
        "an older scikit-learn": Attack(
            forged("classifier", manifest=version("scikit-learn", "1.0.2")), "incompatible"
        ),
        "a later numpy": Attack(forged("classifier", manifest=version("numpy", "9.0.0")), "incompatible"),
        "another library": Attack(forged("classifier", manifest=version("servicelead", "7.1.0")), "incompatible"),
        "a version that is text": Attack(forged("classifier", manifest=version("servicelead", LABEL)), "incompatible"),
        "no versions": Attack(forged("classifier", manifest=lambda m: m["card"].pop("versions")), "damaged"),
        "no card": changed("card", None, "damaged"),
        "no golden rows": changed("golden", {}, "forged"),
        "no members": changed("members", {}, "damaged"),
        "other scores": Attack(forged("classifier", manifest=lambda m: _add_to(m["golden"]["logits"], 1e-6)), "golden"),
        "fewer golden rows": Attack(forged("classifier", manifest=lambda m: m["golden"]["rows"].pop()), "golden"),
        "golden rows of text": Attack(
            forged("classifier", manifest=lambda m: m["golden"].update(rows=[["x"] * 4] * 32)), "forged"
        ),
        "a class of its own": Attack(
            forged("classifier", manifest=lambda m: m["card"].update(model="os.system")), "forged"
        ),
        "another class": Attack(forged("classifier", manifest=lambda m: m["card"].update(model="ScoreCard")), "forged"),
        "no JSON": Attack(pack(members | {"manifest.json": b"{"}), "damaged"),
        "a list": Attack(pack(members | {"manifest.json": b"[1]"}), "damaged"),
        "endless brackets": Attack(pack(members | {"manifest.json": deep}), "damaged"),
        "numbers that are none": Attack(pack(members | {"manifest.json": b'{"format": NaN}'}), "damaged"),
        "bytes that are no text": Attack(pack(members | {"manifest.json": b"\xff\xfe\x00\xd8"}), "damaged"),
    }


def on_the_model(kind: str = "classifier") -> dict[str, Attack]:
    """Return files in which what the estimator learned was written anew."""

    def changed(edit: Callable[[dict[str, Any]], object], refusal: str = "forged") -> Attack:
        return Attack(forged(kind, learned=edit), refusal)

    return {
        "an unknown parameter": changed(lambda d: d["parameters"].update(command="rm")),
        "no encoder": changed(lambda d: d.pop("encoder")),
        "a column more": changed(lambda d: d["encoder"]["names"].append("more")),
        "a column renamed": changed(lambda d: d["encoder"]["names"].__setitem__(0, "plan")),
        "a category more": changed(lambda d: d["encoder"]["categories"][1].append("basic")),
        "300 categories": changed(lambda d: d["encoder"]["categories"].__setitem__(1, [str(n) for n in range(300)])),
        "three classes": changed(lambda d: d["classes"]["labels"].append(True)),
        "classes of a strange kind": changed(lambda d: d["classes"].update(kind="V")),
        "a slope turned round": changed(lambda d: d["calibration"].update(slope=-1.0), "golden"),
        "a slope of text": changed(lambda d: d["calibration"].update(slope="steep")),
        "an endless intercept": changed(lambda d: d["calibration"].update(intercept=1.7e308, slope=1.7e308), "golden"),
        "another baseline": changed(_set("baseline", 9.0), "golden"),
        "a baseline of text": changed(_set("baseline", "high")),
        "a booster's unknown parameter": changed(lambda d: d["boosting"]["parameters"].update(command="rm")),
        "a booster of another loss": changed(lambda d: d["boosting"]["parameters"].update(loss="os.system")),
        "codes beyond the categories": changed(lambda d: d["boosting"]["categories"].__setitem__(1, [0, 1, 10**9])),
        "codes of a column of numbers": changed(lambda d: d["boosting"]["categories"].__setitem__(0, [0, 1])),
        "codes of all columns missing": changed(_set("categories", [])),
        "trees that end far off": changed(_set("tree_end", [2**62] * 8)),
        "trees that end nowhere": changed(_set("tree_end", [10**400])),
        "a million columns": changed(lambda d: d["encoder"].update(names=[f"x{n}" for n in range(20_000)])),
    }


def on_the_trees() -> dict[str, Attack]:
    """Nodes that lead scikit-learn's compiled code astray."""
    members = members_of(saved("classifier"))
    nodes = np.frombuffer(members["nodes.bin"], dtype=NODE)
    inner = int(np.flatnonzero((nodes["is_leaf"] == 0) & (nodes["is_categorical"] == 0))[0])
    leaf = int(np.flatnonzero(nodes["is_leaf"] == 1)[0])

    def node(place: int, field: str, value: float, refusal: str = "forged") -> Attack:
        changed: Array = nodes.copy()
        changed[field][place] = value
        return Attack(forged("classifier", members={"nodes.bin": changed.tobytes()}), refusal)

    def replaced(name: str, member: bytes) -> Attack:
        return Attack(forged("classifier", members={name: member}), "forged")

    other_leaves = nodes.copy()
    other_leaves["value"] *= 2
    return {
        "a walk that never ends": node(0, "left", 0),
        "a child before its parent": node(inner, "right", 0),
        "a child far off": node(inner, "right", 2**32 - 1),
        "a column far off": node(inner, "feature_idx", 2**40),
        "a column before the first": node(inner, "feature_idx", -(2**40)),
        "a leaf that is none": node(leaf, "value", np.nan),
        "a leaf without end": node(leaf, "value", np.inf),
        "a leaf with questions": node(leaf, "is_leaf", 0),
        "bits far off": node(inner, "is_categorical", 1),
        "leaves twice as high": Attack(forged("classifier", members={"nodes.bin": other_leaves.tobytes()}), "golden"),
        "half a node": replaced("nodes.bin", members["nodes.bin"][:-1]),
        "a node less": replaced("nodes.bin", members["nodes.bin"][: -NODE.itemsize]),
        "no nodes": replaced("nodes.bin", b""),
        "no bits": replaced("bitsets.bin", b""),
        "half a bit set": replaced("bitsets.bin", members["bitsets.bin"][:-4]),
    }


def on_the_card() -> dict[str, Attack]:
    """Return score cards with something else on them."""

    def changed(edit: Callable[[dict[str, Any]], object], refusal: str = "forged") -> Attack:
        return Attack(forged("scorecard", learned=edit), refusal)

    return {
        "other points": changed(lambda d: _add_to(d["level_points"][0], 1), "golden"),
        "points of half": changed(lambda d: _add_to(d["level_points"][0], 0.5)),
        "points missing": changed(lambda d: d["level_points"][0].pop()),
        "levels missing": changed(lambda d: d["levels"].pop()),
        "levels far off": changed(lambda d: d["levels"][1].update(categories=[10**12])),
        "an offset of text": changed(lambda d: d.update(offset="far")),
        "a table that is none": changed(lambda d: d.update(table={"rate": [[1]]})),
    }


def _set(name: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda learned: learned["boosting"].update({name: value})


def _add_to(numbers: list[float], what: float) -> None:
    numbers[:] = [number + what for number in numbers]


def _zip(members: dict[str, bytes], compression: int = 0, comment: bytes = b"") -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        archive.comment = comment
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _renamed(members: dict[str, bytes], name: str) -> bytes:
    return pack({name if old == "nodes.bin" else old: member for old, member in members.items()})
