"""Plots: one ``*Display`` per question, in scikit-learn's manner; each draws one result with matplotlib."""

from servicelead.plots.attribution import AttributionDisplay

__all__ = ["AttributionDisplay"]
