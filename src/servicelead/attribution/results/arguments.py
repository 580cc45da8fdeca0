"""The arguments that functions of attribution have in common, refused in one wording."""

from typing import Any

from servicelead._fields import kind_of
from servicelead.exceptions import InvalidValueError
from servicelead.tables.journeys import Journeys

__all__ = ["require_journeys"]


def require_journeys(name: str, journeys: Any) -> None:
    """Refuse what is not journeys, such as the business or None."""
    if not isinstance(journeys, Journeys):
        raise InvalidValueError(
            f"{name} needs Journeys; got {kind_of(journeys)}; build them with Journeys.from_business(business) or "
            "Journeys.from_paths(frame, ...)"
        )
