"""A transition graph drawn on axes: boxes, arrows as wide as they are frequent, and a number on each."""

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from servicelead._typing import FloatArray, IntArray
from servicelead.plots.axes import figure_of
from servicelead.plots.graph import Graph, laid_out

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

__all__ = ["draw_graph"]

_START_COLOUR, _LABEL_COLOUR, *_END_COLOURS = "#d9d9d9", "#cbd5e8", "#b3e2cd", "#fdcdac"
#: Of steps between labels, and of those to each end: as its box, but dark enough for a line.
_STEP_COLOUR, *_LAST_STEP_COLOURS = "#6b6b6b", "#2b8a5c", "#c8642b"
_NAME_SIZE, _NUMBER_SIZE, _NOTE_SIZE = 9.0, 7.0, 8.0
#: From a name to the outline of its box, in points.
_PADDING = np.array([5.0, 4.0])
#: More height of the start and the ends, and half of the outline that each arrow at a box needs.
_MARGIN_OF_ENDS, _PER_ARROW = 6.0, 3.5
#: For the title and what stands below, in inches.
_MARGINS = np.array([0.2, 0.8])


def draw_graph(
    axes: "Axes", names: Sequence[str], arrows: IntArray, numbers: Sequence[str], often: FloatArray, *, resize: bool
) -> None:
    """Draw boxes of these names, the start first and the ends last, and arrows between them.

    Parameters
    ----------
    axes
        Where to draw. A title, and a note as the label of the x axis, are there already.
    names
        One per box.
    arrows
        From which box to which, the most frequent first: int64 (m, 2).
    numbers
        One per arrow.
    often
        How frequent each arrow is, of the most frequent: float64 (m,), from 0 to 1.
    resize
        Whether the figure is made as large as the graph; else the graph is made as large as the axes.
    """
    boxes = [_text(axes, _wrapped(name), _NAME_SIZE) for name in names]
    labels = [_text(axes, number, _NUMBER_SIZE) for number in numbers]
    figure = figure_of(axes)
    room = np.array([_half_size(box, figure.dpi) for box in boxes]) + _PADDING
    # Boxes on the left and the right are met at their sides, others from above or below.
    meet = _PER_ARROW * np.bincount(arrows.ravel(), minlength=len(room))
    room[1:-2, 0] = np.maximum(room[1:-2, 0], meet[1:-2])
    room[[0, -2, -1], 1] = np.maximum(room[[0, -2, -1], 1] + _MARGIN_OF_ENDS, meet[[0, -2, -1]])
    number = np.max([_half_size(label, figure.dpi) for label in labels] or [np.zeros(2)], axis=0)
    graph = laid_out(room, arrows, number)
    low, high = graph.extent
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal", xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.grid(visible=False)
    axes.set_facecolor("none")
    if resize:
        figure.set_size_inches((high - low) / 72 + _MARGINS)
    figure.draw_without_rendering()
    # The graph is laid out in points. On axes that are smaller or larger, all of it is.
    scale = float(np.diff(axes.transData.transform([low, high])[:, 0])[0] / (high - low)[0]) * 72 / figure.dpi
    axes.xaxis.label.set_fontsize(_NOTE_SIZE * min(scale, 1.0))
    _draw_boxes(axes, graph, boxes, scale)
    _draw_arrows(axes, graph, arrows[:, 1], often, scale)
    for label, place in zip(labels, graph.numbers.tolist(), strict=True):
        label.set(position=place, fontsize=_NUMBER_SIZE * scale)
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5 * scale})


def _text(axes: "Axes", text: str, size: float) -> "Text":
    # A name is text, never a formula: matplotlib would typeset what stands between two dollar signs.
    return axes.text(0, 0, text, ha="center", va="center", fontsize=size, parse_math=False, zorder=4)


def _half_size(text: "Text", dpi: float) -> FloatArray:
    """Return half of the width and height of a text, in points."""
    extent = text.get_window_extent()
    return np.array([extent.width, extent.height]) * 36 / dpi


def _wrapped(name: str) -> str:
    """Return a name in lines of 16 characters, more if there are many, broken between words if it can be."""
    width = max(16, math.isqrt(9 * len(name)))
    lines: list[str] = []
    for word in name.split():
        parts = re.findall(rf"[^_/-]{{0,{width - 1}}}[_/-]|[^_/-]{{1,{width}}}", word) if len(word) > width else [word]
        for i, part in enumerate(parts):
            joint = "" if i else " "
            if lines and len(lines[-1] + joint + part) <= width:
                lines[-1] += joint + part
            else:
                lines.append(part)
    return "\n".join(lines)


def _draw_boxes(axes: "Axes", graph: Graph, names: "Sequence[Text]", scale: float) -> None:
    from matplotlib.patches import FancyBboxPatch  # noqa: PLC0415 - heavy, loaded on first use

    colours = [_START_COLOUR, *[_LABEL_COLOUR] * (len(names) - 3), *_END_COLOURS]
    for name, place, half, colour in zip(names, graph.places, graph.half, colours, strict=True):
        name.set(position=tuple(place), fontsize=_NAME_SIZE * scale)
        width, height = 2 * half
        box = FancyBboxPatch(tuple(place - half), width, height, boxstyle="round,pad=0,rounding_size=3", zorder=3)
        box.set(facecolor=colour, edgecolor="#555555", linewidth=0.8 * scale)
        axes.add_patch(box)


def _draw_arrows(axes: "Axes", graph: Graph, ends: IntArray, often: FloatArray, scale: float) -> None:
    from matplotlib.patches import FancyArrowPatch  # noqa: PLC0415 - heavy, loaded on first use
    from matplotlib.path import Path  # noqa: PLC0415 - heavy, loaded on first use

    colours = dict(zip([len(graph.places) - 2, len(graph.places) - 1], _LAST_STEP_COLOURS, strict=True))
    style = "-|>,head_length=0.65,head_width=0.28"
    for path, end, share in zip(graph.paths, ends.tolist(), often.tolist(), strict=True):
        arrow = FancyArrowPatch(path=Path(path), arrowstyle=style, mutation_scale=10 * scale, zorder=1 + share)
        arrow.set(color=colours.get(end, _STEP_COLOUR), linewidth=(0.6 + 2.2 * share) * scale)
        axes.add_patch(arrow)
