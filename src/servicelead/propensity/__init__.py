"""Expansion propensity: which existing accounts will buy more, how likely, why, and whether to believe it."""

__all__: list[str] = []
