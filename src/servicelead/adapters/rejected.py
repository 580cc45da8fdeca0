"""Write refused rows to files that can be corrected and read again."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from servicelead._files import replacing
from servicelead._typing import IntArray
from servicelead.adapters.config import Config, SourceConfig
from servicelead.adapters.files import FolderContents, read_sources
from servicelead.adapters.raw import OWN_PREFIX, RawTable
from servicelead.adapters.remedies import rule_and_remedy
from servicelead.exceptions import InvalidValueError
from servicelead.tables import Business

__all__ = ["REASON_COLUMNS", "write_rejects"]

#: Columns added behind the original ones; reading a corrected file leaves them out.
REASON_COLUMNS = tuple(
    OWN_PREFIX + name for name in ("record", "line", "column", "code", "rule", "remedy", "surplus_cells")
)
_ALWAYS = frozenset(OWN_PREFIX + name for name in ("record", "code", "remedy"))

_UNDECODABLE = str.maketrans(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))


def write_rejects(
    business: Business,
    folder: str | Path | FolderContents,
    *,
    config: str | Path | Config | None = None,
    to: str | Path | None = None,
) -> list[Path]:
    """Write every refused row with its original cells and the reasons, one file per source.

    To mend: copy ``rejected/tickets.csv`` to a folder of your own, ``corrected`` say, correct its cells and name the
    copy as a further source of the same table, with the same columns. The reason columns need not be removed:
    reading leaves them out. Cells are written exactly as they came, so that they can be read back; a cell that a
    spreadsheet would take for a formula is *not* neutralised here, unlike in results: import the columns as text.
    Files are UTF-8 with commas, whatever the original's encoding and delimiter; undecodable bytes are written as
    U+FFFD. An older file of the same name is replaced in one step, but never one that the folder is read from.
    What an earlier call wrote for a source that has no refused rows any more is removed, if the file still has the
    reason columns; no other file is touched.

    Parameters
    ----------
    business
        Read from the folder.
    folder
        The folder, which is read again for the original cells; or what `read_sources` gave, which still has them.
    config
        As it was given to `read_folder`.
    to
        Folder to write to, by default ``rejected`` inside the one that was read.

    Returns
    -------
    list of Path
        The files written, by name.

    Raises
    ------
    IngestError
        When the folder cannot be read again.
    InvalidValueError
        When a file to write is one the folder is read from, such as a corrected one; nothing is written then.
    """
    contents = folder if isinstance(folder, FolderContents) else read_sources(folder, config)
    target = Path(to) if to is not None else contents.path / "rejected"
    found = sorted(_by_source(business).items())
    # Rows of other sources did not come from this folder.
    planned = {
        _file_of(file, target): (contents.originals[file], why) for file, why in found if file in contents.originals
    }
    _refuse_to_replace_sources(planned, contents)
    for path, (original, reasons) in planned.items():
        with replacing(path) as stream:
            stream.write(_as_csv(original, reasons, contents.stated))
    for path in {_file_of(file, target) for file in contents.originals} - planned.keys():
        if _is_ours(path) and not _is_source(path, contents):
            path.unlink()
    return list(planned)


def _file_of(source: str, target: Path) -> Path:
    name = source.replace("/", "_")
    return target / (name if name.endswith(".csv") else f"{name}.csv")


def _refuse_to_replace_sources(planned: Iterable[Path], contents: FolderContents) -> None:
    for path in planned:
        if _is_source(path, contents):
            raise InvalidValueError(
                f"write_rejects: rejected rows never replace a file that the folder is read from; {path} is one. Write "
                "them to another folder: --rejects-to FOLDER on the command line, to=... in Python"
            )


def _is_source(path: Path, contents: FolderContents) -> bool:
    """Whether the folder is read from a file."""
    return any(_is_same_file(path, contents.path / file) for file in contents.files)


def _is_ours(path: Path) -> bool:
    """Whether a file has columns that only `write_rejects` adds."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return set(next(csv.reader(stream), ())) >= _ALWAYS
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def _is_same_file(path: Path, other: Path) -> bool:
    # Links, and names that differ in case on a disk to which case is nothing, lead to one file too.
    return path.resolve() == other.resolve() or (path.exists() and other.exists() and path.samefile(other))


class _Refused(NamedTuple):
    """Why one record was refused: its line, and table, column and code of each reason."""

    line: int | None
    reasons: list[tuple[str, str, str]]


def _by_source(business: Business) -> dict[str, dict[int, _Refused]]:
    """Return what was refused of each source, by record."""
    found: dict[str, dict[int, _Refused]] = {}
    for reject in business.reject_list:
        refused = found.setdefault(reject.file, {}).setdefault(reject.record, _Refused(reject.line, []))
        reason = (reject.table, reject.column, reject.code)
        if reason not in refused.reasons:
            refused.reasons.append(reason)
    return found


def _as_csv(original: RawTable, refused: Mapping[int, _Refused], stated: Mapping[tuple[str, str], SourceConfig]) -> str:
    numbers = np.array(sorted(refused), dtype=np.int64)
    cells = _cells_of(original, numbers)
    width = len(original.columns)
    out = io.StringIO(newline="")
    writer = csv.writer(out)  # line ends of CR LF: with LF alone a bare CR in a cell would not be quoted
    writer.writerow((*original.columns, *REASON_COLUMNS))
    for number in numbers.tolist():
        own = [cell.translate(_UNDECODABLE) for cell in cells[number]]
        line, reasons = refused[number]
        told = [rule_and_remedy(code, column, stated.get((table, original.name))) for table, column, code in reasons]
        writer.writerow(
            (
                *own[:width],
                *[""] * (width - len(own)),
                number,
                line or "",
                "; ".join(dict.fromkeys(column for _, column, _ in reasons if column)),
                "; ".join(dict.fromkeys(code for *_, code in reasons)),
                "; ".join(dict.fromkeys(rule for rule, _ in told)),
                "; ".join(dict.fromkeys(remedy for _, remedy in told)),
                _one_line(own[width:]),
            )
        )
    return out.getvalue()


def _cells_of(original: RawTable, numbers: IntArray) -> dict[int, Sequence[str]]:
    """Return the cells of records, by number: of rows that were read, and of those that could not be."""
    positions = np.searchsorted(original.records, numbers)
    is_read = positions < len(original.records)
    is_read[is_read] = original.records[positions[is_read]] == numbers[is_read]
    rows = original.rows.take(positions[is_read])
    columns = (map(_text, column.to_pylist()) for column in rows.columns)
    cells: dict[int, Sequence[str]] = dict(zip(numbers[is_read].tolist(), zip(*columns, strict=True), strict=True))
    return cells | {reject.record: reject.cells for reject in original.rejects}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _one_line(cells: Sequence[str]) -> str:
    """Return cells beyond the header's as one cell of CSV."""
    if not cells:
        return ""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
