"""Tables: a business's canonical tables, checked once, and the views that models read."""

from servicelead.tables.business import Business
from servicelead.tables.journeys import UNATTRIBUTED_REASONS, Journeys
from servicelead.tables.known import known_before
from servicelead.tables.opportunities import LOST, OPEN, WON
from servicelead.tables.panel import Panel
from servicelead.tables.rejected_rows import RejectGroup, Rejects
from servicelead.tables.rejects import CODES, Code, Finding, Reject, Severity
from servicelead.tables.source import LineCount, Source
from servicelead.tables.touches import TouchTable
from servicelead.tables.windows import JourneyWindow

__all__ = [
    "CODES",
    "LOST",
    "OPEN",
    "UNATTRIBUTED_REASONS",
    "WON",
    "Business",
    "Code",
    "Finding",
    "JourneyWindow",
    "Journeys",
    "LineCount",
    "Panel",
    "Reject",
    "RejectGroup",
    "Rejects",
    "Severity",
    "Source",
    "TouchTable",
    "known_before",
]
