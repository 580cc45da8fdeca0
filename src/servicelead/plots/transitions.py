"""Where journeys go next, drawn: the transition graph of a Markov chain."""

from typing import TYPE_CHECKING, Self

import numpy as np

from servicelead._typing import FloatArray
from servicelead.attribution import FittedMarkovChain
from servicelead.kernels.transitions import CONVERSION, NON_CONVERSION, NOTHING
from servicelead.plots.axes import axes_for, figure_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["TransitionDisplay"]

_MARKS = {NOTHING: "start", CONVERSION: "converted", NON_CONVERSION: "not converted"}
_COLOURS = {"start": "#d9d9d9", "converted": "#b3e2cd", "not converted": "#fdcdac"}
_LABEL_COLOUR = "#cbd5e8"


class TransitionDisplay:
    """Labels as boxes around a circle, the start on the left and the ends on the right; arrows for what follows what.

    An arrow is the wider the oftener the step is taken, and carries its probability, given where it begins. The most
    frequent steps are drawn. Chains of higher order are drawn by their last label.

    Make one with `from_chain`.

    Parameters
    ----------
    nodes
        Name of each box; the first is the start, the last two are the ends.
    steps
        How often each box follows each other: float64 (n, n).
    left
        How often each box is left, for what is drawn or not: float64 (n,).
    n_arrows
        How many steps are drawn, the most frequent.
    title
        What the picture shows.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> import servicelead as sl
    >>> journeys = sl.Journeys.from_paths(
    ...     {"path": ["ad > call", "call"], "won": [3, 1], "lost": [1, 1]},
    ...     path="path", conversions="won", nonconversions="lost",
    ... )
    >>> display = TransitionDisplay.from_chain(sl.attribution.MarkovChain().fit(journeys))
    >>> display.nodes
    ('start', 'ad', 'call', 'converted', 'not converted')
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(
        self,
        *,
        nodes: tuple[str, ...],
        steps: FloatArray,
        left: FloatArray,
        n_arrows: int = 25,
        title: str | None = None,
    ) -> None:
        self.nodes = nodes
        self.steps = steps
        self.left = left
        self.n_arrows = n_arrows
        self.title = title

    @classmethod
    def from_chain(
        cls, chain: FittedMarkovChain, *, most: int = 15, n_arrows: int = 25, ax: "Axes | None" = None
    ) -> Self:
        """Draw the steps of a fitted chain.

        Parameters
        ----------
        chain
            What ``MarkovChain(...).fit(journeys)`` returned.
        most
            Draw only this many labels, the most visited, and the steps between them.
        n_arrows
            Draw only this many of those steps, the most frequent.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        TransitionDisplay
            Already drawn.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        summary = chain.summary
        names = [" ".join(label) for label in summary.labels]
        n = len(names)
        place = {NOTHING: 0, CONVERSION: n + 1, NON_CONVERSION: n + 2} | {code: code + 1 for code in range(n)}
        steps = np.zeros((n + 3, n + 3))
        for (begin, end), count in zip(summary.keys[:, -2:].tolist(), summary.counts["n"].tolist(), strict=True):
            steps[place[begin], place[end]] += count
        visited = np.argsort(-steps[:, 1 : n + 1].sum(axis=0), kind="stable")[:most]
        shown = np.concatenate([[0], 1 + np.sort(visited), [n + 1, n + 2]])
        nodes = (_MARKS[NOTHING], *(names[label] for label in np.sort(visited)), *list(_MARKS.values())[1:])
        title = f"What follows what: {type(chain.strategy).__name__} of order {chain.strategy.order}"
        display = cls(
            nodes=nodes,
            steps=steps[np.ix_(shown, shown)],
            left=steps.sum(axis=1)[shown],
            n_arrows=n_arrows,
            title=title,
        )
        return display.plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        ax = axes_for(self, ax, 6.5)
        where = self._places()
        frequent = np.argsort(-self.steps, axis=None, kind="stable")[: self.n_arrows]
        for begin, end in np.stack(np.unravel_index(frequent, self.steps.shape), axis=1).tolist():
            n = float(self.steps[begin, end])
            if n:
                self._draw_step(ax, where[begin], where[end], n / self.left[begin], 0.4 + 5.0 * n / self.steps.max())
        for name, (x, y) in zip(self.nodes, where.tolist(), strict=True):
            box = {"boxstyle": "round,pad=0.4", "facecolor": _COLOURS.get(name, _LABEL_COLOUR), "edgecolor": "#555555"}
            # A label is text, never a formula: matplotlib would typeset what stands between two dollar signs.
            ax.text(x, y, name, ha="center", va="center", bbox=box, parse_math=False, zorder=3, fontsize=9)
        ax.set_xlim(-1.6, 1.6)
        ax.set_ylim(-1.25, 1.25)
        ax.set_aspect("equal")
        ax.axis("off")
        ax.set_title(self.title or "", parse_math=False)
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self

    def _places(self) -> FloatArray:
        """Return where each box stands: labels on two arcs, above and below the way from the start to the ends."""
        n = len(self.nodes) - 3
        turn = np.pi * (0.9 - 1.8 * (np.arange(n) // 2 + 0.5) / max((n + 1) // 2, 1) * 0.5)
        height = np.where(np.arange(n) % 2, -1.0, 1.0) * np.sin(turn)
        labels = np.column_stack([np.cos(turn), height])
        return np.concatenate([[[-1.45, 0.0]], labels.reshape(-1, 2), [[1.45, 0.35], [1.45, -0.35]]])

    @staticmethod
    def _draw_step(ax: "Axes", begin: FloatArray, end: FloatArray, chance: float, width: float) -> None:
        stays = bool((begin == end).all())
        aside = np.array([0.06, 0.0]) if stays else np.zeros(2)
        up = np.array([0.0, 0.06]) if stays else np.zeros(2)
        begin, end = begin - aside + up, end + aside + up
        bow = -1.8 if stays else 0.18
        arrow = {
            "arrowstyle": "-|>,head_width=0.25,head_length=0.5",
            "connectionstyle": f"arc3,rad={bow}",
            "linewidth": width,
            "color": "#555555",
            "alpha": 0.6,
            "shrinkA": 4 if stays else 16,
            "shrinkB": 4 if stays else 16,
        }
        ax.annotate("", xy=(end[0], end[1]), xytext=(begin[0], begin[1]), arrowprops=arrow, zorder=1)
        # The number stands on the arrow, a quadratic curve, nearer to where it begins, where fewer arrows cross.
        along = 0.5 if stays else 0.35
        bend = (begin + end) / 2 + bow * np.array([end[1] - begin[1], begin[0] - end[0]])
        x, y = (1 - along) ** 2 * begin + 2 * along * (1 - along) * bend + along**2 * end
        ax.text(x, y, f"{chance:.2f}", ha="center", va="center", fontsize=7, zorder=2, backgroundcolor="#ffffffaa")
