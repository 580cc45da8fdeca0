"""Where the boxes of a transition graph stand: on an ellipse, the start on the left and the two ends on the right.

Boxes are numbered: the first is the start, the last two are the ends, those between are labels. Lengths are points.
"""

from collections.abc import Sequence

import numpy as np

from servicelead._typing import FloatArray, IntArray

__all__ = ["order_around", "overlaps", "places_around"]

#: How far above and below the middle the ends are, in radians.
_END_TURN = 0.12 * np.pi
#: How finely the ellipse is walked.
_STEPS = 2000


def order_around(n: int, arrows: IntArray) -> list[int]:
    """Return the n boxes clockwise from the start, in an order in which few arrows cross and most are short.

    Arrows, int (m, 2), are pairs of boxes. Exchanges labels in pairs for as long as that helps.
    """
    labels = list(range(1, n - 2))
    above = (len(labels) + 1) // 2
    up, down = ((np.arange(k) + 1) / (k + 1) for k in (above, len(labels) - above))
    turns = np.pi * np.concatenate([[1.0], 1 - up, [0.12, -0.12], -down])
    ring = np.column_stack([np.cos(turns), np.sin(turns)])
    arrows = arrows[arrows[:, 0] != arrows[:, 1]]

    def circle(labels: Sequence[int]) -> list[int]:
        return [0, *labels[:above], n - 2, n - 1, *labels[above:]]

    def cost(labels: Sequence[int]) -> float:
        ends = np.sort(np.argsort(circle(labels))[arrows], axis=1)
        low, high = ends.T
        crosses = (low[:, None] < low) & (low < high[:, None]) & (high[:, None] < high)
        return float(crosses.sum() + np.hypot(*(ring[low] - ring[high]).T).sum())

    best, improved = cost(labels), True
    while improved:
        improved = False
        for i in range(len(labels)):
            for j in range(i):
                other = labels.copy()
                other[i], other[j] = other[j], other[i]
                if (now := cost(other)) < best - 1e-9:
                    labels, best, improved = other, now, True
    return circle(labels)


def places_around(order: Sequence[int], half: FloatArray, radii: FloatArray, gap: float) -> FloatArray | None:
    """Return the centres of boxes on an ellipse about the origin, or nothing if they do not fit.

    Parameters
    ----------
    order
        The boxes clockwise, from the start.
    half
        Half of each box's width and height: float64 (n, 2).
    radii
        Half of the ellipse's width and height: float64 (2,).
    gap
        What must be between two boxes, sideways or upwards.

    Returns
    -------
    ndarray or None
        float64 (n, 2).
    """
    n = len(half)
    places = np.zeros((n, 2))
    right = np.array([n - 2, n - 1])
    lift = max(float(half[right, 1].sum() + gap) / 2, float(radii[1] * np.sin(_END_TURN)))
    if lift >= radii[1]:
        return None
    last = float(np.arcsin(lift / radii[1]))
    cut = order.index(n - 2)
    for side, boxes in ((1, order[: cut + 1]), (-1, [0, *reversed(order[cut + 1 :])])):
        turns = np.linspace(np.pi, last, _STEPS)
        curve = radii * np.column_stack([np.cos(turns), side * np.sin(turns)])
        # The widest gap with which the boxes of this side, the end last, still fit between the start and the end.
        low, high = gap, 2 * float(radii.sum())
        best = _walk(curve, half[boxes], low)
        if best is None:
            return None
        while high - low > 0.5:
            middle = (low + high) / 2
            wider = _walk(curve, half[boxes], middle)
            low, high, best = (low, middle, best) if wider is None else (middle, high, wider)
        places[boxes] = curve[best]
    return None if overlaps(places, half + gap / 4) else places


def _walk(curve: FloatArray, half: FloatArray, gap: float) -> list[int] | None:
    """Return the points of the curve at which boxes stand a gap apart, the first and the last on its ends."""
    at = [0]
    for i in range(1, len(half)):
        apart = (np.abs(curve - curve[at[-1]]) - half[i - 1] - half[i]).max(axis=1)
        far = np.flatnonzero(apart[at[-1] :] >= gap)
        if not far.size:
            return None
        at.append(at[-1] + int(far[0]))
    return [*at[:-1], len(curve) - 1]


def overlaps(places: FloatArray, half: FloatArray) -> bool:
    """Return whether any two boxes overlap."""
    touch = (np.abs(places[:, None] - places) < half[:, None] + half).all(axis=2)
    return int(touch.sum()) > len(places)
