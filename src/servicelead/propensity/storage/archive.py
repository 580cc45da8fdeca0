"""One zip file that holds exactly the members it should, each stored as it is: no compression, no surprises.

The standard library's reader forgives much: bytes before and between the members, two members of one name,
names that climb out of the folder, sizes that lie. Here the layout is computed from the members and compared,
so that a file which is not laid out as `pack` lays it out, member after member, is refused before any is read.
"""

import zipfile
from collections.abc import Collection, Mapping
from io import BytesIO
from typing import Final

from servicelead.exceptions import IngestError

__all__ = ["pack", "unpack"]

#: Sizes of the fixed parts of a zip file: before each member, in the directory, and at the end.
_HEADER: Final = 30
_ENTRY: Final = 46
_END: Final = 22
#: The first moment a zip file can tell: the same members give the same bytes, whenever they are packed.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return the zip file of some members, in their order; the same members give the same bytes."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.create_system = 3  # not the system it happens to be written on
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return stream.getvalue()


def unpack(content: bytes, layouts: Collection[tuple[str, ...]]) -> dict[str, bytes]:
    """Return the members of a zip file that `pack` wrote.

    Parameters
    ----------
    content
        The bytes of the file, whose size the caller has bounded.
    layouts
        The lists of names it may have, in their order.

    Raises
    ------
    IngestError
        When it is no zip file, or not laid out as one of these.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            expected = tuple(entry.filename for entry in members) in layouts and _is_plain(archive, len(content))
            read = {entry.filename: archive.read(entry) for entry in members} if expected else None
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError):
        raise IngestError(
            "the file is no zip file, or is damaged; get it again from where it was saved", reason="damaged"
        ) from None
    if read is None:
        raise IngestError(
            "the members of the file are not those of a saved model; give a file that save_model wrote",
            reason="not_a_model",
        )
    return read


def _is_plain(archive: zipfile.ZipFile, size: int) -> bool:
    """Whether the members lie one after the other from the first byte on, as they are, and nothing else is there."""
    place = 0
    for entry in archive.infolist():
        stored = entry.compress_type == zipfile.ZIP_STORED and entry.compress_size == entry.file_size
        if not stored or entry.flag_bits or entry.extra or entry.comment or entry.header_offset != place:
            return False
        place += _HEADER + len(entry.filename) + entry.file_size
    directory = sum(_ENTRY + len(entry.filename) for entry in archive.infolist())
    return archive.start_dir == place and not archive.comment and place + directory + _END == size
