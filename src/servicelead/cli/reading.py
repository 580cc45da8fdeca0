"""Read the folder a command is about, and say what was left out of it."""

from argparse import Namespace
from typing import Any

from servicelead.cli import console
from servicelead.cli.figures import count, row_count
from servicelead.tables import Business, JourneyWindow

__all__ = ["read", "remark_on_rejects", "window_of"]


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


def remark_on_rejects(business: Business) -> None:
    """Say how many rows are missing from the figures, and how to see why."""
    if rejected := row_count(business, "rejected"):
        console.line(f"{count(rejected, 'row')} rejected and not in these figures; servicelead validate says why.")
