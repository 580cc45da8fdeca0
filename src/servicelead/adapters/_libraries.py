"""Say what to install before an import fails."""

from importlib.util import find_spec

from servicelead.exceptions import MissingDependencyError

__all__ = ["require_libraries"]


def require_libraries() -> None:
    """Refuse to go on where a library that reads files is missing.

    Raises
    ------
    MissingDependencyError
        When duckdb or pyarrow is not installed.
    """
    for library in ("duckdb", "pyarrow"):
        if find_spec(library) is None:
            raise MissingDependencyError(
                f"servicelead.adapters reads files with {library}, which is not installed; "
                'install it with: pip install "servicelead[cli]"'
            )
