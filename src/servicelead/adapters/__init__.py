"""Files from elsewhere become canonical tables; every row that cannot is refused by number, code and remedy.

Needs duckdb and pyarrow (``pip install "servicelead[cli]"``), which are loaded when the first folder is read.
"""

from servicelead.adapters.config import Config, load_config
from servicelead.adapters.files import FolderContents, QueryCount, read_folder, read_sources
from servicelead.adapters.raw import RawReject, RawTable
from servicelead.adapters.rejected import write_rejects

__all__ = [
    "Config",
    "FolderContents",
    "QueryCount",
    "RawReject",
    "RawTable",
    "load_config",
    "read_folder",
    "read_sources",
    "write_rejects",
]
