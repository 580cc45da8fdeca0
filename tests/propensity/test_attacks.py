"""Files made to do harm are refused, each for its reason, and none brings the process down."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import propensity.load_untrusted
from budget import examples
from propensity.attacks import MOST_BYTES, Attack, attacks
from propensity.model_files import KEY, LABEL, forged, members_of, saved
from servicelead.exceptions import IngestError
from servicelead.propensity.storage.artifact import load_model


def whole_files() -> dict[str, Attack]:
    """Return files that nobody harmed, one of them with checksums that were computed here."""
    made = {kind: Attack(saved(kind), "loaded") for kind in ("classifier", "scorecard")}
    return made | {
        "sealed": Attack(saved("classifier", KEY), "loaded", KEY),
        "redone": Attack(forged("classifier"), "loaded"),
    }


def random_forgeries() -> dict[str, Attack]:
    """Return files with members changed at random, their checksums put right."""
    generator = np.random.default_rng(0)
    members = members_of(saved("classifier"))
    files = {}
    for number in range(examples(60)):
        name = str(generator.choice(["model.json", "nodes.bin", "bitsets.bin"]))
        changed = np.frombuffer(members[name], dtype=np.uint8).copy()
        changed[generator.integers(0, len(changed), generator.integers(1, 4))] = generator.integers(0, 256)
        files[f"random {number}"] = Attack(forged("classifier", members={name: changed.tobytes()}), "any")
    return files


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """Load every file in another process and return what became of each: it may be brought down, and we would see."""
    folder = tmp_path_factory.mktemp("files")
    files = whole_files() | attacks() | random_forgeries()
    listed = []
    for place, attack in enumerate(files.values()):
        (folder / f"{place}").write_bytes(attack.content)
        listed.append([f"{place}", None if attack.key is None else attack.key.hex(), MOST_BYTES])
    (folder / "files.json").write_text(json.dumps(listed))
    script = Path(propensity.load_untrusted.__file__)
    done = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, str(script), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(script.parent.parent), "OMP_NUM_THREADS": "1"},
    )
    lines = [tuple(json.loads(line)) for line in done.stdout.splitlines()]
    assert (len(listed), 0) == (len(lines), done.returncode), done.stderr
    return dict(zip(files, lines, strict=True))


def test_every_attack_is_refused_for_its_reason(told: dict[str, tuple[str, str]]) -> None:
    """Each attack is refused with the documented error and reason, and no message repeats what a file says."""
    made = attacks()
    assert {name: attack.refusal for name, attack in made.items()} == {name: told[name][0] for name in made}
    assert len(made) >= 80
    assert [] == [name for name in made if LABEL in told[name][1]]


def test_whole_files_are_loaded(told: dict[str, tuple[str, str]]) -> None:
    """What refuses the attacks lets whole files through."""
    assert dict.fromkeys(whole_files(), "loaded") == {name: told[name][0] for name in whole_files()}


def test_random_forgeries_do_no_harm(told: dict[str, tuple[str, str]]) -> None:
    """Files changed at random by someone who puts the checksums right are refused in words, or score without harm."""
    reasons = {reason for name, (reason, _) in told.items() if name.startswith("random")}
    assert reasons <= {"loaded", "damaged", "forged", "golden"}
    assert len(reasons) > 1


@pytest.mark.parametrize("kind", ["classifier", "scorecard"])
def test_damage_never_changes_a_score(kind: str, tmp_path: Path) -> None:
    """A file with flipped bits, cut short or pieced together is refused, or was not damaged where it matters."""
    generator = np.random.default_rng(1)
    whole = np.frombuffer(saved(kind), dtype=np.uint8)
    path = tmp_path / "file"
    n_refused = 0
    for number in range(examples(100)):
        damaged, place = whole.copy(), generator.integers(0, len(whole))
        if number % 4 < 2:
            damaged[place] ^= 1 << generator.integers(0, 8)
        elif number % 4 == 2:
            damaged = damaged[:place]
        else:
            damaged = np.concatenate([damaged[:place], damaged[generator.integers(0, len(whole)) :]])
        path.write_bytes(damaged.tobytes())
        try:
            load_model(path)
        except IngestError:
            n_refused += 1
        else:
            assert members_of(damaged.tobytes()) == members_of(whole.tobytes())
    assert n_refused > examples(100) * 0.9
