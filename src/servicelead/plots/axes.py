"""Axes to draw on: those given, or those of a new figure."""

from typing import TYPE_CHECKING

from servicelead.exceptions import MissingDependencyError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["axes_for", "figure_of"]


def axes_for(display: object, ax: "Axes | None", height: float) -> "Axes":
    """Return the axes, or new ones 8 inches wide.

    Raises
    ------
    MissingDependencyError
        When matplotlib is not installed.
    """
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - heavy, loaded on first use
    except ImportError:
        raise MissingDependencyError(
            f"{type(display).__name__}.plot draws with matplotlib, which is not installed; "
            'install it with: pip install "servicelead[plot]"'
        ) from None
    return plt.subplots(figsize=(8.0, height), layout="constrained")[1] if ax is None else ax


def figure_of(ax: "Axes") -> "Figure":
    """Return the figure that axes are in."""
    return ax.get_figure(root=True)  # type: ignore[return-value]  # axes that were drawn on have a figure
