"""Models and their files, whole and forged, for the tests of artifacts."""

import json
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import numpy as np

from servicelead.propensity.estimators.classifier import ExpansionClassifier
from servicelead.propensity.estimators.scorecard import ScoreCard
from servicelead.propensity.storage.archive import pack
from servicelead.propensity.storage.artifact import save_model
from servicelead.propensity.storage.seal import seal

KEY = b"0123456789abcdef"
#: What no card and no error may show.
LABEL = "Acme Rockets Ltd"
Edit: TypeAlias = Callable[[dict[str, Any]], object]


def rows_of(n: int, seed: int) -> dict[str, Any]:
    """Return columns of numbers and of text, some cells missing."""
    generator = np.random.default_rng(seed)
    plan = generator.choice(["basic", "pro", LABEL], n).astype(object)
    plan[::17] = None
    seats = np.where(generator.random(n) < 0.1, np.nan, generator.integers(1, 200, n))
    region = generator.choice(["north", "south"], n).astype(object)
    return {"cases": generator.poisson(3, n).astype(float), "plan": plan, "seats": seats, "region": region}


@cache
def trained(kind: str) -> Any:
    """Return a small fitted model: ``"classifier"`` or ``"scorecard"``."""
    rows = rows_of(400, seed=0)
    won = np.random.default_rng(1).random(400) < 0.1 + 0.05 * rows["cases"] + 0.2 * (rows["plan"] == "pro")
    model: Any = ExpansionClassifier(max_iter=8) if kind == "classifier" else ScoreCard()
    return model.fit(rows, won)


@cache
def saved(kind: str, key: bytes | None = None) -> bytes:
    """Return the bytes of that model's file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        save_model(trained(kind), path, key=key)
        return path.read_bytes()


def members_of(content: bytes) -> dict[str, bytes]:
    """Return what is inside a file."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forged(
    kind: str,
    *,
    manifest: Edit | None = None,
    learned: Edit | None = None,
    members: Mapping[str, bytes] | None = None,
    key: bytes | None = None,
) -> bytes:
    """Return a model's file as someone would write it who changed it and put every checksum right again.

    Parameters
    ----------
    kind
        Of the model.
    manifest, learned
        Change the manifest, and ``model.json``.
    members
        Take the place of members.
    key
        To seal the file with.
    """
    content = members_of(saved(kind)) | dict(members or {})
    if learned is not None:
        content["model.json"] = edited(content["model.json"], learned)
    document = json.loads(content.pop("manifest.json"))
    document["members"] = {
        name: {"bytes": len(member), "sha256": sha256(member).hexdigest()} for name, member in content.items()
    }
    written = edited(json.dumps(document).encode(), manifest or (lambda _: None))
    sealed = {} if key is None else {"seal.txt": seal(written, key)}
    return pack({"manifest.json": written, **sealed, **content})


def edited(content: bytes, edit: Edit) -> bytes:
    """Return JSON text with something in it changed in place."""
    document = json.loads(content)
    edit(document)
    return json.dumps(document).encode()
