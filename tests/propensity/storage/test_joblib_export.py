"""A model for tools that read joblib files."""

from pathlib import Path

import joblib
import numpy as np
import pytest

from propensity.model_files import rows_of, trained
from servicelead.propensity.storage.joblib_export import export_joblib


def test_joblib_reads_what_was_exported(tmp_path: Path) -> None:
    """The exported model scores as the one in memory."""
    export_joblib(trained("classifier"), tmp_path / "folder" / "model")
    rows = rows_of(50, seed=2)
    exported = joblib.load(tmp_path / "folder" / "model")  # our own file, written a line above
    assert np.array_equal(trained("classifier").predict_proba(rows), exported.predict_proba(rows))


def test_a_failed_export_leaves_the_old_file(tmp_path: Path) -> None:
    """What joblib cannot write leaves the file as it was."""
    path = tmp_path / "model"
    path.write_bytes(b"old")
    with pytest.raises(Exception, match="pickle"):
        export_joblib(lambda: None, path)
    assert (b"old", [path]) == (path.read_bytes(), list(tmp_path.iterdir()))
