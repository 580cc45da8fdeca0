"""Read a Parquet file as it is."""

from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from servicelead.adapters.raw import RawTable
from servicelead.exceptions import IngestError

__all__ = ["read_parquet"]


def read_parquet(path: Path) -> RawTable:
    """Read a Parquet file with the types its columns have; a row's number is its record.

    Raises
    ------
    IngestError
        When the file is damaged, is not Parquet, or names a column twice.
    """
    try:
        # A folder's name may look like a partition ("year=2024"): what is read is this file alone.
        rows = parquet.read_table(path, partitioning=None)
        rows.validate(full=True)  # a damaged file may hold text that is none
        rows.column_names  # noqa: B018 - the same of names
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        raise IngestError(
            f"{path.name}: a .parquet file must be whole and name no column twice; got {type(error).__name__}. "
            "Export it again",
            file=path.name,
            reason="not_parquet",
        ) from None
    return RawTable.of_whole_table(path.name, rows)
