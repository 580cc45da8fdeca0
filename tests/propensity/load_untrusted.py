"""A process of its own that loads files which may bring it down; it says of each what became of it.

Run as a script with a folder: for each line of its ``files.json`` a file's name, key and size limit.
"""

import json
import sys
import warnings
from contextlib import suppress
from pathlib import Path

from propensity.model_files import rows_of
from servicelead.exceptions import IncompatibleError, IngestError, InvalidValueError, UnknownNameError
from servicelead.propensity.storage.artifact import load_model


def outcome(path: Path, key: str | None, max_bytes: int) -> tuple[str, str]:
    """Return why a file was refused, with the message, or ``loaded`` once the model has scored some rows."""
    try:
        model = load_model(path, key=None if key is None else bytes.fromhex(key), max_bytes=max_bytes)
        with suppress(UnknownNameError, InvalidValueError):  # a model of columns that a forger has renamed
            model.decision_function(rows_of(50, seed=9))
    except IngestError as error:
        return error.reason, str(error)
    except IncompatibleError as error:
        return "incompatible", str(error)
    return "loaded", ""


if __name__ == "__main__":
    warnings.simplefilter("error")
    folder = Path(sys.argv[1])
    for name, key, max_bytes in json.loads((folder / "files.json").read_text()):
        print(json.dumps(outcome(folder / name, key, max_bytes)), flush=True)  # noqa: T201 - a script, and this is its result
