"""Handing a model to tools that read joblib files."""

import os
from pathlib import Path
from typing import Any

from servicelead._files import replacing

__all__ = ["export_joblib"]


def export_joblib(model: Any, path: str | os.PathLike[str]) -> None:
    """Write a model as a joblib file, for tools that read nothing else; the library reads no such file.

    Whoever loads a joblib file runs what it says, so load only those you wrote yourself, with the versions that wrote
    them. To keep a model, use `save_model`.

    Parameters
    ----------
    model
        Any estimator.
    path
        The file; it takes the place of an older one in one step.

    Raises
    ------
    OSError
        When the system cannot write the file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from servicelead.propensity import ExpansionClassifier, export_joblib
    >>> file = Path(tempfile.mkdtemp()) / "expansion.joblib"
    >>> export_joblib(ExpansionClassifier(), file)
    >>> file.stat().st_size > 0
    True
    """
    import joblib  # noqa: PLC0415 - heavy, loaded on first use

    with replacing(Path(path), binary=True) as stream:
        joblib.dump(model, stream)
