"""Where journeys go next, drawn: the transition graph of a Markov chain."""

import math
from typing import TYPE_CHECKING, Self

import numpy as np

from servicelead._typing import FloatArray, IntArray
from servicelead.attribution import FittedMarkovChain
from servicelead.kernels.transitions import CONVERSION, NON_CONVERSION, NOTHING
from servicelead.plots.axes import axes_for, figure_of
from servicelead.plots.graph_drawing import draw_graph

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["TransitionDisplay"]

_MARKS = {NOTHING: "start", CONVERSION: "converted", NON_CONVERSION: "not converted"}


class TransitionDisplay:
    """Labels as boxes on an ellipse, the start on the left and the ends on the right; arrows for what follows what.

    An arrow is the wider the oftener the step is taken, and carries its probability, given where it begins; one to an
    end has the colour of the end. The most frequent steps are drawn, and the labels that have one; a line below says
    what was left out. Chains of higher order are drawn by their last label.

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
        InvalidValueError
            When so many arrows find no room.
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
        if len(visited) < n:
            title += f", the {len(visited)} most visited of {n} labels"
        display = cls(
            nodes=nodes,
            steps=steps[np.ix_(shown, shown)],
            left=steps.sum(axis=1)[shown],
            n_arrows=n_arrows,
            title=title,
        )
        return display.plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, as large as they are now, or on a new figure that is as large as the graph.

        Raises
        ------
        InvalidValueError
            When so many arrows find no room.
        MissingDependencyError
            When matplotlib is not installed.
        """
        axes = axes_for(self, ax, 6.5)
        frequent = np.argsort(-self.steps, axis=None, kind="stable")[: self.n_arrows]
        frequent = frequent[self.steps.flat[frequent] > 0]
        begin, end = np.unravel_index(frequent, self.steps.shape)
        often = self.steps[begin, end]
        n = len(self.nodes)
        shown = np.unique(np.concatenate([begin, end, [0, n - 2, n - 1]]))
        axes.set_title(self.title or "", parse_math=False)
        axes.set_xlabel(self._left_out(often, shown), color="#555555")
        draw_graph(
            axes,
            [self.nodes[box] for box in shown.tolist()],
            np.searchsorted(shown, np.column_stack([begin, end])),
            [f"{chance:.2f}" for chance in (often / self.left[begin]).tolist()],
            often / often[:1],
            resize=ax is None,
        )
        self.ax_ = axes
        self.figure_ = figure_of(axes)
        return self

    def _left_out(self, often: FloatArray, shown: IntArray) -> str:
        """Return what is not drawn, in words."""
        lines = []
        drawn, taken = float(often.sum()), float(self.left[shown].sum())
        if drawn < (1 - 1e-9) * taken:
            # Rounded down: what is left out is never said to be nothing.
            share = math.floor(100 * drawn / taken)
            lines.append(f"Drawn: the {len(often)} most frequent steps, {share}% of all that leave these boxes")
        if missing := len(self.nodes) - len(shown):
            lines.append(f"Not drawn: {missing} of {len(self.nodes) - 3} labels, whose steps are all rarer")
        return "\n".join(lines)
