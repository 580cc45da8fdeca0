"""The confidence of intervals and verdicts where none is stated."""

__all__ = ["DEFAULT_CONFIDENCE"]

#: Confidence of every interval and verdict that states no other.
DEFAULT_CONFIDENCE = 0.95
