"""Columns of the user's own that are probably ours: what to write so that they are taken for them."""

from servicelead.adapters.files import FolderContents
from servicelead.adapters.likeness import likely_columns, mapping_lines
from servicelead.cli import console

__all__ = ["print_columns"]


def print_columns(contents: FolderContents) -> None:
    """Print, for each source that lacks optional columns, columns of it that look like them, and lines to paste."""
    likely = [
        (source.name, table, columns, stated)
        for table, sources in contents.tables.items()
        for source in sources
        for stated in (contents.stated.get((table, source.name)),)
        if (columns := likely_columns(table, source.frame.column_names, stated))
    ]
    if not likely:
        return
    console.heading("Columns that may be ours under another name")
    for name, table, columns, stated in likely:
        names = ", ".join(f"{own!r} may be {canonical}" for canonical, own in columns.items())
        console.line(f"{name} ({table}): {names}. They are read as attributes; if they are ours,", indent=2)
        where, *lines = mapping_lines(stated, table, columns)
        console.line(where, indent=6)
        for line in lines:
            console.verbatim(line)
