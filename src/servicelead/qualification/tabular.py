"""What results that are tables have in common: they are handed out, and shown, as one of their tables."""

from abc import ABC, abstractmethod
from typing import Any

from servicelead.columns.table import ResultTable

__all__ = ["Tabular"]


class Tabular(ABC):
    """A result that can be taken as a table, whatever else it knows."""

    __slots__ = ()

    @abstractmethod
    def _as_table(self) -> ResultTable:
        """Return the table that stands for the result."""

    def rows(self) -> list[dict[str, Any]]:
        """Return one dict per row; moments are aware datetimes."""
        return self._as_table().rows()

    def to_dict(self) -> dict[str, list[Any]]:
        """Return each column as a list; moments are aware datetimes."""
        return self._as_table().to_dict()

    def to_frame(self, backend: str | None = None) -> Any:
        """Return a data frame in the input's library, or in `backend`."""
        return self._as_table().to_frame(backend)

    def _repr_html_(self) -> str:
        return self._as_table()._repr_html_()
