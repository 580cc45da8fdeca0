"""The lead refinery: how leads move from team to team, and where they leak."""

from servicelead.refinery.touch_ratio import touch_ratio

__all__ = ["touch_ratio"]
