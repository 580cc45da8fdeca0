"""Columns: any frame to arrays, labels to codes, text to moments and numbers, and the small result table."""

from servicelead.columns.table import ResultTable
from servicelead.columns.vocabulary import Vocabulary

__all__ = ["ResultTable", "Vocabulary"]
