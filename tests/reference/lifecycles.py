"""The stages of leads, read one lead at a time in plain Python."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

__all__ = ["LEGAL", "ORDER", "Entry", "Stay", "illegal", "stays"]

#: What may follow what, and the order in which entries at one instant are read.
LEGAL: Mapping[str | None, set[str]] = {
    None: {"new", "working"},  # the first row is often missing
    "new": {"working"},
    "working": {"qualified"},
    "qualified": {"accepted", "rejected"},
    "accepted": {"opportunity"},
    "opportunity": {"won", "lost"},
    "lost": {"recycled"},
    "rejected": {"recycled"},
    "recycled": {"working"},
    "won": set(),
}
ORDER = ["new", "working", "qualified", "accepted", "opportunity", "lost", "rejected", "recycled", "won"]
#: In which a table holds entries of one instant.
TABLE = ["new", "working", "qualified", "accepted", "rejected", "opportunity", "won", "lost", "recycled"]


class Entry(NamedTuple):
    """An entry of a lead into a stage."""

    at: int
    stage: str


class Stay(NamedTuple):
    """A stay: the stage before (None for the first), the stage, and from when to when (None: still there)."""

    before: str | None
    stage: str
    start: int
    end: int | None


def stays(entries: Sequence[Entry]) -> list[Stay]:
    """Return the stays of one lead."""
    rows = sorted(entries, key=lambda e: (e.at, TABLE.index(e.stage)))
    read: list[Entry] = []
    for at in sorted({e.at for e in rows}):
        here = [e for e in rows if e.at == at]
        earlier = [e for e in rows if e.at < at]
        begin = ORDER.index(earlier[-1].stage) if earlier else 0
        read += sorted(here, key=lambda e: (ORDER.index(e.stage) - begin) % (len(ORDER) + 1))
    kept = [e for i, e in enumerate(read) if not i or e.stage != read[i - 1].stage]
    return [
        Stay(kept[i - 1].stage if i else None, e.stage, e.at, kept[i + 1].at if i + 1 < len(kept) else None)
        for i, e in enumerate(kept)
    ]


def illegal(found: Sequence[Stay]) -> list[Stay]:
    """Return the stays that no legal move leads into."""
    return [stay for stay in found if stay.stage not in LEGAL[stay.before]]
