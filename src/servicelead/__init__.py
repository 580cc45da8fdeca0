"""What are your services people worth? Attribution and lead analytics for B2B companies, exact and honest."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicelead.adapters import read_folder
    from servicelead.attribution import attribute
    from servicelead.domain import (
        Account,
        Lead,
        Money,
        Opportunity,
        OrgLevel,
        Segment,
        Segmentation,
        Subscription,
        Team,
        Touchpoint,
    )
    from servicelead.tables import Business, Journeys, JourneyWindow

__all__ = [
    "Account",
    "Business",
    "JourneyWindow",
    "Journeys",
    "Lead",
    "Money",
    "Opportunity",
    "OrgLevel",
    "Segment",
    "Segmentation",
    "Subscription",
    "Team",
    "Touchpoint",
    "attribute",
    "read_folder",
]

#: Sub-packages, and the headline names each has: all load on first use, so that importing costs nothing.
_CONTENTS = {
    "_version": ("__version__",),
    "adapters": ("read_folder",),
    "attribution": ("attribute",),
    "calculators": (),
    "columns": (),
    "datasets": (),
    "domain": (
        *("Account", "Lead", "Money", "Opportunity", "OrgLevel"),
        *("Segment", "Segmentation", "Subscription", "Team", "Touchpoint"),
    ),
    "exceptions": (),
    "plots": (),
    "propensity": (),
    "qualification": (),
    "reference_points": (),
    "refinery": (),
    "report": (),
    "retention": (),
    "studies": (),
    "tables": ("Business", "JourneyWindow", "Journeys"),
    "uncertainty": (),
}
_HOME = {name: package for package, names in _CONTENTS.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"servicelead.{_HOME[name]}"), name)
    if name in _CONTENTS:
        return import_module(f"servicelead.{name}")
    raise AttributeError(f"module 'servicelead' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_CONTENTS, *_HOME})
