"""What totals can be asked for by name."""

from argparse import ArgumentTypeError

from servicelead.attribution.results.dimensions import DIMENSIONS
from servicelead.cli.arguments import suggestion

__all__ = ["GIVEN", "dimensions"]

#: A segmentation cannot be given on the command line.
GIVEN = tuple(name for name in DIMENSIONS if name != "segment")


def dimensions(text: str) -> tuple[str, ...]:
    """Return the dimensions that names with commas between them mean."""
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if not name:
            raise ArgumentTypeError(
                f"names go together with commas and without blanks, as in team,channel; got {text!r}"
            )
        if name == "segment":
            raise ArgumentTypeError("segments are defined in Python: Attribution.by('segment', segmentation=...)")
        if name not in GIVEN:
            raise ArgumentTypeError(
                f"there is no dimension {name!r}{suggestion(name, GIVEN)}; choose among {', '.join(GIVEN)}"
            )
    if len(set(names)) < len(names):
        raise ArgumentTypeError(f"names each dimension once; got {text!r}")
    return names
