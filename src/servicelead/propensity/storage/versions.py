"""The versions a model depends on, and which of them must be the same for its scores to be the same."""

import platform
from collections.abc import Mapping
from typing import Final

import numpy as np
import sklearn

from servicelead._version import __version__
from servicelead.exceptions import IncompatibleError

__all__ = ["require_same_versions", "versions", "word_of"]

#: How many parts of a version must agree: scikit-learn promises nothing between minor versions, numpy does.
_PARTS: Final = {"servicelead": 2, "scikit-learn": 2, "numpy": 1, "python": 0}


def versions() -> dict[str, str]:
    """Return the versions that are installed."""
    return {
        "servicelead": __version__,
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def require_same_versions(stored: Mapping[str, object]) -> None:
    """Refuse a model that was saved by a version whose scores could differ.

    Raises
    ------
    IncompatibleError
        Naming both versions.
    """
    for library, installed in versions().items():
        saved, n_parts = str(stored.get(library)), _PARTS[library]
        if saved.split(".")[:n_parts] != installed.split(".")[:n_parts]:
            raise IncompatibleError(
                f"the model was saved with {library} {word_of(saved)}, and {installed} is installed; "
                f"install that version, or train the model again"
            )


def word_of(version: object) -> str:
    """Return a version that a file states; a message repeats only what looks like one."""
    text = str(version)
    return text if len(text) < 20 and text.replace(".", "").isalnum() else "of an unknown version"
