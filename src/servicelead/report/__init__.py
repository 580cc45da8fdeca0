"""The report: one self-contained HTML page for a manager with three minutes."""

from servicelead.report.render import render_report, write_report

__all__ = ["render_report", "write_report"]
