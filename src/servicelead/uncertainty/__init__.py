"""How sure we are: rates with intervals, estimates and three-valued verdicts."""

from servicelead.uncertainty._confidence import DEFAULT_CONFIDENCE
from servicelead.uncertainty.estimate import Estimate
from servicelead.uncertainty.rate import IntervalMethod, Rate
from servicelead.uncertainty.verdict import Verdict, VerdictStatus

__all__ = ["DEFAULT_CONFIDENCE", "Estimate", "IntervalMethod", "Rate", "Verdict", "VerdictStatus"]
