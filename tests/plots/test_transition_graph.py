"""What makes a transition graph readable, measured on what was drawn; lengths are points, at the graph's own scale."""

import itertools
from collections.abc import Iterator
from functools import cache

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import servicelead as sl
from budget import examples
from servicelead._typing import FloatArray
from servicelead.attribution import MarkovChain
from servicelead.exceptions import InvalidValueError
from servicelead.plots import TransitionDisplay, graph
from servicelead.plots.graph import laid_out
from servicelead.plots.graph_places import order_around, overlaps, places_around

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Close every figure a test opens."""
    yield
    plt.close("all")


def journeys(paths: list[str]) -> sl.Journeys:
    """Return paths of which every other one was won twice."""
    columns = {"path": paths, "won": [2 * (i % 2) for i in range(len(paths))], "lost": [1] * len(paths)}
    return sl.Journeys.from_paths(columns, path="path", conversions="won", nonconversions="lost")


def random_paths(names: list[str], seed: int) -> list[str]:
    """Return 300 paths of up to six labels, the first ones the most frequent."""
    rng = np.random.default_rng(seed)
    often = 0.85 ** np.arange(len(names))
    return [" > ".join(rng.choice(names, size=rng.integers(1, 7), p=often / often.sum())) for _ in range(300)]


def business() -> sl.Journeys:
    """Return the journeys of a simulated business."""
    return sl.Journeys.from_business(sl.datasets.simulate_business(n_accounts=150, seed=32).business)


@cache
def draw(case: str) -> TransitionDisplay:
    """Draw one of several chains that are hard to draw."""
    if case == "teams and channels":
        return TransitionDisplay.from_chain(MarkovChain(by=("team", "channel")).fit(business()))
    if case == "angry channels, order 2":
        return TransitionDisplay.from_chain(MarkovChain(order=2).fit(business().split_by_sentiment()))
    if case == "empty":
        return TransitionDisplay.from_chain(MarkovChain().fit(journeys([])))
    if case == "two labels":
        return TransitionDisplay.from_chain(MarkovChain().fit(journeys(["a > b", "b > a", "b > b", "b"])))
    if case == "long names":
        names = ["word " * 30, "without_any_space_" * 8, "w" * 200, "start", "i", "converted"]
        return TransitionDisplay.from_chain(MarkovChain().fit(journeys(random_paths(names, seed=1))))
    chain = MarkovChain().fit(journeys(random_paths([f"channel {i}" for i in range(25)], seed=2)))
    if case == "25 labels":
        return TransitionDisplay.from_chain(chain)
    if case == "25 labels, all drawn":
        return TransitionDisplay.from_chain(chain, most=25, n_arrows=40)
    _, axes = plt.subplots(2, 2, figsize=(7, 5))
    return TransitionDisplay.from_chain(chain, ax=axes[1, 0])


CASES = [
    "teams and channels",
    "angry channels, order 2",
    "empty",
    "two labels",
    "long names",
    "25 labels",
    "25 labels, all drawn",
    "small axes",
]


class Drawn:
    """The boxes, lines, heads and numbers of a picture."""

    def __init__(self, display: TransitionDisplay) -> None:
        ax = display.ax_
        display.figure_.canvas.draw()
        arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
        self.boxes = [patch.get_bbox() for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
        self.names, self.numbers = ax.texts[: len(self.boxes)], ax.texts[len(self.boxes) :]
        vertices = [np.asarray(arrow.get_path().vertices) for arrow in arrows]
        # matplotlib draws the head behind the line: a corner, the tip, the other corner, and back.
        starts = [int(np.flatnonzero(np.asarray(arrow.get_path().codes) == 1)[1]) for arrow in arrows]
        self.lines = [_finely(line[:start]) for line, start in zip(vertices, starts, strict=True)]
        self.heads = [line[start : start + 3] for line, start in zip(vertices, starts, strict=True)]
        self._from_pixels = ax.transData.inverted()

    def extent(self, text: Text) -> Bbox:
        """Return what a text covers."""
        return text.get_window_extent().transformed(self._from_pixels)

    def steps(self) -> list[tuple[int, int]]:
        """Return between which boxes each arrow runs, by where it begins and points."""
        ends = [(line[0], head[1]) for line, head in zip(self.lines, self.heads, strict=True)]
        away = [[[_outside(end, box) for box in self.boxes] for end in pair] for pair in ends]
        return [(int(np.argmin(begin)), int(np.argmin(end))) for begin, end in away]


def _finely(line: FloatArray) -> FloatArray:
    """Return points along a line of pieces, eight a piece."""
    return np.concatenate([np.linspace(a, b, 8) for a, b in itertools.pairwise(line)])


def _outside(points: FloatArray, box: Bbox) -> float:
    """Return how far the nearest point is from a box, across or up, whichever is more; below 0 it is inside."""
    return float(np.maximum(box.min - points, points - box.max).max(axis=-1).min())


def _overlap(a: Bbox, b: Bbox) -> float:
    """Return how deep two boxes are in each other, the less deep way; 0 or less: not at all."""
    return float((np.minimum(a.max, b.max) - np.maximum(a.min, b.min)).min())


@pytest.fixture(scope="module", params=CASES)
def display(request: pytest.FixtureRequest) -> TransitionDisplay:
    """Return the picture of a chain."""
    return draw(request.param)


@pytest.fixture(scope="module")
def drawn(display: TransitionDisplay) -> Drawn:
    """Return what is in it."""
    return Drawn(display)


def test_arrows_are_the_most_frequent_steps(display: TransitionDisplay, drawn: Drawn) -> None:
    """Each arrow leaves the box of one label and points at that of the next, and its number is the chance of that."""
    frequent = np.argsort(-display.steps, axis=None, kind="stable")[: display.n_arrows]
    pairs = [tuple(divmod(int(cell), len(display.nodes))) for cell in frequent if display.steps.flat[cell]]
    shown = sorted({0, len(display.nodes) - 2, len(display.nodes) - 1}.union(*pairs))
    assert pairs == [(shown[begin], shown[end]) for begin, end in drawn.steps()]
    chances = [f"{display.steps[begin, end] / display.left[begin]:.2f}" for begin, end in pairs]
    assert chances == [number.get_text() for number in drawn.numbers]
    letters = ["".join(display.nodes[box].split()) for box in shown]
    assert letters == ["".join(name.get_text().split()) for name in drawn.names]


def test_boxes_do_not_overlap(drawn: Drawn) -> None:
    """Between any two boxes is room."""
    pairs = [(a, b) for i, a in enumerate(drawn.boxes) for b in drawn.boxes[:i]]
    assert all(_overlap(a, b) < -1 for a, b in pairs)


def test_names_are_in_their_boxes(drawn: Drawn) -> None:
    """However long a name is, its box holds it."""
    for name, box in zip(drawn.names, drawn.boxes, strict=True):
        extent = drawn.extent(name)
        assert max(_outside(corner, box) for corner in extent.corners()) < 0


def test_start_is_on_the_left_and_ends_on_the_right(drawn: Drawn) -> None:
    """Time runs as one reads."""
    across = [(box.x0 + box.x1) / 2 for box in drawn.boxes]
    assert min(across) == across[0]
    assert max(across) == pytest.approx(across[-1]) == pytest.approx(across[-2])


def test_heads_touch_their_boxes_from_outside(drawn: Drawn) -> None:
    """The whole head is seen, and its tip is at the outline of the box it points at."""
    for head, (_, end) in zip(drawn.heads, drawn.steps(), strict=True):
        tip = head[1]
        # Half of a wide line's edge is drawn beyond the tip.
        assert -0.5 < _outside(tip, drawn.boxes[end]) < 4
        assert all(_outside(corner, box) > 0 for corner in head[[0, 2]] for box in drawn.boxes)


def test_no_arrow_passes_a_box(drawn: Drawn) -> None:
    """A line touches the boxes at its two ends and no other, and those nowhere but at its ends."""
    for line, step in zip(drawn.lines, drawn.steps(), strict=True):
        for i, box in enumerate(drawn.boxes):
            assert _outside(line, box) > (-1 if i in step else 3)


def test_numbers_are_on_their_lines_and_cover_nothing_else(drawn: Drawn) -> None:
    """No number covers a box, a head or another number."""
    extents = [drawn.extent(number) for number in drawn.numbers]
    for i, extent in enumerate(extents):
        centre = np.add(extent.min, extent.max) / 2
        assert np.hypot(*(drawn.lines[i] - centre).T).min() < 2.5
        assert all(_overlap(extent, box) < 0 for box in drawn.boxes)
        assert all(_overlap(extent, other) < 0 for other in extents[:i])
        assert all(_outside(_finely(head), extent) > 0 for head in drawn.heads)


def test_loops_are_as_large_as_a_box(drawn: Drawn) -> None:
    """A step from a label to itself leaves its box by more than its number is high."""
    for line, (begin, end) in zip(drawn.lines, drawn.steps(), strict=True):
        if begin == end:
            assert max(_outside(point, drawn.boxes[begin]) for point in line) > 20


def test_all_of_it_is_within_the_axes(display: TransitionDisplay, drawn: Drawn) -> None:
    """Nothing is cut off, on small axes neither."""
    limits = display.ax_.viewLim
    points = np.concatenate([*(box.corners() for box in drawn.boxes), *drawn.lines])
    extents = [np.asarray(drawn.extent(number).corners()) for number in drawn.numbers]
    assert all(_outside(point, limits) < 0 for point in np.concatenate([points, *extents]))


def test_what_is_left_out_is_said() -> None:
    """How many steps are drawn, what part of all that is, and how many labels have none of them; else nothing."""
    chain = MarkovChain().fit(journeys(["a > b", "a > b", "c"]))
    display = TransitionDisplay.from_chain(chain, n_arrows=2)  # start > a and a > b, 8 of 13 steps
    assert 6 == len(display.nodes)
    assert "Not drawn: 1 of 3 labels, whose steps are all rarer" in display.ax_.get_xlabel()
    assert "Drawn: the 2 most frequent steps, 61% of all that leave these boxes" in display.ax_.get_xlabel()
    assert not TransitionDisplay.from_chain(chain).ax_.get_xlabel()
    assert "the 2 most visited of 3 labels" in TransitionDisplay.from_chain(chain, most=2).ax_.get_title()
    assert "labels" not in display.ax_.get_title()


def test_a_new_figure_is_as_large_as_its_names_need() -> None:
    """Names are written in nine points there, whether there are few or many."""
    few, many = draw("two labels"), draw("25 labels, all drawn")
    assert (many.figure_.get_size_inches() > few.figure_.get_size_inches()).all()
    for display in (few, many):
        assert 9 == pytest.approx(float(display.ax_.texts[0].get_fontsize()), abs=0.9)


def test_any_boxes_and_arrows_find_their_places() -> None:
    """Boxes of any sizes, and any arrows between them, are laid out, and no two boxes overlap."""
    for seed in range(examples(6)):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(3, 14))
        half = rng.uniform([3, 6], [60, 40], size=(n, 2))
        cells = rng.permutation(n * n)[: rng.integers(0, 20)]
        arrows = np.column_stack(np.divmod(cells, n))
        graph = laid_out(half, arrows, np.array([9.0, 5.0]))
        assert not overlaps(graph.places, half)
        assert len(graph.paths) == len(graph.numbers) == len(arrows)


def test_order_leaves_few_crossings() -> None:
    """Labels that follow each other in a line stand side by side, whatever order they are given in."""
    line = np.array([[0, 3], [3, 1], [1, 4], [4, 2], [2, 5]])
    order = order_around(7, line)
    assert [0, 5, 6] == [box for box in order if box in (0, 5, 6)]
    at = {box: i for i, box in enumerate(order)}
    turns = [(at[end] - at[begin]) % 7 for begin, end in line.tolist()]
    assert sum(min(turn, 7 - turn) == 1 for turn in turns) >= 3


def test_boxes_on_an_ellipse_are_apart() -> None:
    """Broad ones beside tall ones too: boxes have places on an ellipse only if no two of them overlap there."""
    rng = np.random.default_rng(0)
    fits = 0
    for _ in range(examples(150)):
        n = int(rng.integers(4, 14))
        half = rng.choice([4.0, 150.0], size=(n, 2))
        order = [0, *range(1, n // 2), n - 2, n - 1, *range(n // 2, n - 2)]
        places = places_around(order, half, rng.uniform(150, 700, size=2), 2.0)
        fits += places is not None
        assert places is None or not overlaps(places, half)
    assert fits


def test_boxes_that_do_not_fit_have_no_place() -> None:
    """Too small an ellipse is said to be too small."""
    half = np.full((8, 2), 30.0)
    assert places_around([0, 1, 2, 6, 7, 5, 4, 3], half, np.array([60.0, 40.0]), 10.0) is None
    assert places_around([0, 1, 2, 6, 7, 5, 4, 3], half, np.array([300.0, 240.0]), 10.0) is not None


def test_arrows_that_find_no_room_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ellipse is not enlarged for ever: the caller is told what to draw less of."""
    monkeypatch.setattr(graph, "_GROWTHS", 0)
    with pytest.raises(InvalidValueError, match="n_arrows or most"):
        laid_out(np.full((4, 2), 10.0), np.array([[0, 1]]), np.full(2, 5.0))
