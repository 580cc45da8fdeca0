"""Read the folder a command is about, and say what was left out of it."""

from argparse import Namespace
from typing import Any

import numpy as np

from servicelead.cli import console
from servicelead.cli.figures import count, row_count
from servicelead.tables import Business, JourneyWindow
from servicelead.tables.opportunities import WON

__all__ = ["read", "remark_on_lines", "remark_on_no_credit", "remark_on_rejects", "window_of"]


def read(arguments: Namespace) -> Business:
    """Return the business in the folder."""
    with console.working(f"reading {arguments.folder}"):
        from servicelead.adapters import read_folder  # noqa: PLC0415 - heavy, loaded on first use

        return read_folder(arguments.folder.resolve(), arguments.config)


def window_of(arguments: Namespace) -> JourneyWindow:
    """Return the window the arguments ask for; what they leave open is the library's default."""
    names = ("lookback", "max_touches", "restart_after_close")
    asked: dict[str, Any] = {name: getattr(arguments, name, None) for name in names}
    return JourneyWindow(**{name: value for name, value in asked.items() if value is not None})


def remark_on_no_credit(business: Business) -> None:
    """Say at once, and above all figures, why there is nothing to credit, if there is nothing."""
    counts = business.counts
    for table in ("opportunities", "touchpoints"):
        rows = counts["table"] == table
        read, kept = (int(np.sum(counts[what][rows], dtype=np.int64)) for what in ("read", "kept"))
        if not rows.any():
            console.heading(f"NOTHING TO CREDIT: there is no {table} table; servicelead validate says what was read.")
        elif read and not kept:
            console.heading(f"NOTHING TO CREDIT: every row of {table} was rejected; servicelead validate says why.")
        elif table == "opportunities" and not np.any(business.opportunities.outcome == WON):
            deals = count(len(business.opportunities), "opportunity", "opportunities")
            left_out = f"; {read - kept:,} more left out, servicelead validate says why" if read > kept else ""
            console.heading(f"NOTHING TO CREDIT: no won deals among {deals}{left_out}.")


def remark_on_lines(business: Business) -> None:
    """Say where every line of the delimited files went."""
    lines = business.lines
    if len(lines["file"]):
        kinds = ("header", "blank", "kept", "rejected", "duplicates")
        parts = " + ".join(f"{np.sum(lines[kind]):,} {kind}" for kind in kinds)
        console.line(f"{np.sum(lines['physical']):,} lines of {count(len(lines['file']), 'file')} = {parts}.")


def remark_on_rejects(business: Business) -> None:
    """Say where the lines went, how many rows are missing from the figures, and how to see why."""
    remark_on_lines(business)
    if rejected := row_count(business, "rejected"):
        console.line(
            f"{count(rejected, 'row')} of tables rejected and not in these figures; servicelead validate says why."
        )
