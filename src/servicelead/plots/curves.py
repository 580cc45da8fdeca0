"""Curves that are told apart by name, colour and pattern."""

from typing import TYPE_CHECKING, Final

from servicelead._typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STYLES", "draw_curve"]

#: Okabe and Ito's colours and a pattern each, so that curves are told apart without colour too.
STYLES: Final = (
    ("#0072b2", "-"),
    ("#d55e00", "--"),
    ("#009e73", "-."),
    ("#cc79a7", ":"),
    ("#56b4e9", "-"),
    ("#e69f00", "--"),
)


def draw_curve(ax: "Axes", place: int, name: str, x: FloatArray, y: FloatArray) -> None:
    """Draw one of at most six curves on a light grid; its name is text, never a formula."""
    colour, pattern = STYLES[place]
    ax.plot(x, y, color=colour, linestyle=pattern, label=name.replace("$", r"\$"))
    ax.grid(color="#e5e5e5")
    ax.set_axisbelow(True)
