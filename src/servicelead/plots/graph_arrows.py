"""How the arrows of a transition graph run: as gentle bows that keep clear of every box, each with room for a number.

A path is a line of many short pieces, so that what is tested here is what is drawn. Lengths are points.
"""

from collections.abc import Iterator

import numpy as np

from servicelead._typing import BoolArray, FloatArray, IntArray

__all__ = ["number_places", "paths_between"]

#: What is left free between an arrow and the boxes that it passes.
_CLEAR = 4.0
#: Length of an arrow's head, and half of its width, at the widest line.
_HEAD = (8.0, 4.5)
#: How far the middle of a bow is pulled aside, as a multiple of its length.
_BOWS = tuple(side * bow for bow in (0.0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.1, 1.5, 2.0) for side in (1, -1))
#: The bow that strains the eye least: of an arrow alone a straight one, of two to and fro one to the left.
_ALONE, _TO_AND_FRO = 0.0, 0.1
#: How far a loop is pulled out of its box, and half of how far apart its feet are.
_LOOP_HEIGHT, _LOOP_WIDTH = 36.0, 9.0
_ALONG = np.linspace(0.0, 1.0, 60)[:, None]


def paths_between(
    places: FloatArray, half: FloatArray, arrows: IntArray, number: FloatArray
) -> list[FloatArray] | None:
    """Return the path of each arrow, or nothing if one finds no way.

    Parameters
    ----------
    places, half
        Centre of each box, all around the origin, and half of its width and height: float64 (n, 2).
    arrows
        From which box to which: int64 (m, 2). The first ones choose first.
    number
        Half of the width and height of the number on an arrow: float64 (2,).

    Returns
    -------
    list of ndarray, or None
        Each float64 (k, 2), from the outline of one box to the outline of the other.
    """
    ports = _ports(places, half, arrows)
    returning = {(end, begin) for begin, end in arrows.tolist()}
    paths: list[FloatArray] = []
    for (begin, end), (leave, reach) in zip(arrows.tolist(), ports, strict=True):
        if begin == end:
            ways = _loops(places[begin], half[begin])
        else:
            preferred = _TO_AND_FRO if (begin, end) in returning else _ALONE
            ways = _bows(leave, reach, (places[begin], half[begin]), (places[end], half[end]), preferred)
        best, least = None, np.inf
        for strain, path in ways:
            if strain >= least:
                break
            if not (_is_clear(path, places, half, begin, end) and _room(path, places, half, number).any()):
                continue
            if (cost := strain + _crowding(path, paths)) < least:
                best, least = path, cost
        if best is None:
            return None
        paths.append(best)
    return paths


def number_places(
    places: FloatArray, half: FloatArray, paths: list[FloatArray], number: FloatArray
) -> FloatArray | None:
    """Return the centre of the number on each path, or nothing if one finds no room.

    A number covers no box, no head of an arrow and no other number, and as few other paths as can be.
    """
    found = np.full((len(paths), 2), np.inf)
    heads = np.concatenate([_head(path) for path in paths]) if paths else np.empty((0, 2))
    # Who has the least choice chooses first.
    for i in np.argsort([len(path) for path in paths], kind="stable").tolist():
        path = paths[i]
        others = np.concatenate([np.full((1, 2), np.inf), *paths[:i], *paths[i + 1 :]])
        room = _room(path, places, half, number)
        room &= ~_within(path, heads, number + 1.0).any(axis=1)
        room &= ~_within(path, found, 2.0 * number + 3.0).any(axis=1)
        if not room.any():
            return None
        covered = _within(path, others, number + 1.0).sum(axis=1)
        off_centre = np.abs(np.linspace(0.0, 1.0, len(path)) - 0.45)
        found[i] = path[np.argmin(np.where(room, covered + off_centre, np.inf))]
    return found


def _within(points: FloatArray, others: FloatArray, reach: FloatArray | float) -> BoolArray:
    """Return for each point which others are in the rectangle about it: bool (points, others)."""
    across, up = np.broadcast_to(reach, others.shape).T
    near = np.abs(points[:, :1] - others[:, 0]) < across
    return np.asarray(near & (np.abs(points[:, 1:] - others[:, 1]) < up))


def _crowding(path: FloatArray, paths: list[FloatArray]) -> float:
    """Return how much of a path runs along others, and how many heads are where its own is."""
    if not paths:
        return 0.0
    beside = _within(path, np.concatenate(paths), _CLEAR).any(axis=1).mean()
    tips = np.array([other[-1] for other in paths])
    return 3.0 * float(beside) + 0.3 * float((np.hypot(*(tips - path[-1]).T) < _HEAD[0]).sum())


def _ports(places: FloatArray, half: FloatArray, arrows: IntArray) -> FloatArray:
    """Return at which points inside two boxes each arrow aims, so that those at one box are spread and do not cross."""
    ports = places[arrows]
    for box, (place, size) in enumerate(zip(places, half, strict=True)):
        inward = -place / np.hypot(*place)
        aside = np.array([-inward[1], inward[0]])
        # Of two arrows that go to and fro, each keeps to its left, at both boxes.
        found = []
        for arrow, side in zip(*np.nonzero((arrows == box) & (arrows[:, :1] != arrows[:, 1:])), strict=True):
            way = places[arrows[arrow, 1 - side]] - place
            found.append((round(float(np.arctan2(way @ aside, way @ inward)), 9), 1 - side, arrow))
        for spread, (_, out, arrow) in zip(np.linspace(-0.7, 0.7, len(found)), sorted(found), strict=True):
            ports[arrow, 1 - out] = place + (spread if len(found) > 1 else 0.0) * size * aside
    return ports


def _bows(
    leave: FloatArray,
    reach: FloatArray,
    begin: tuple[FloatArray, FloatArray],
    end: tuple[FloatArray, FloatArray],
    preferred: float,
) -> Iterator[tuple[float, FloatArray]]:
    """Give how strained a bow between two points in two boxes looks, and what of it is outside both; the best first."""
    way, middle = reach - leave, (leave + reach) / 2
    bends = [(bow, middle + bow * np.array([-way[1], way[0]])) for bow in _BOWS]
    strains = [abs(bow - preferred) * (2.0 if np.hypot(*bend) > np.hypot(*middle) else 1.0) for bow, bend in bends]
    for best in np.argsort(strains, kind="stable").tolist():
        path = (1 - _ALONG) ** 2 * leave + 2 * _ALONG * (1 - _ALONG) * bends[best][1] + _ALONG**2 * reach
        enters = np.flatnonzero((np.abs(path - end[0]) < end[1]).all(axis=1))[0]
        leaves = np.flatnonzero((np.abs(path[:enters] - begin[0]) < begin[1]).all(axis=1))[-1]
        first = _crossing(path[leaves], path[leaves + 1], *begin)
        last = _crossing(path[enters], path[enters - 1], *end)
        between = path[leaves + 1 : enters]
        # The head is as long as the last piece at least: then the one is as straight as the other.
        between = between[np.hypot(*(between - last).T) > _HEAD[0]]
        yield strains[best], np.concatenate([[first], between, [last]])


def _crossing(inside: FloatArray, outside: FloatArray, place: FloatArray, size: FloatArray) -> FloatArray:
    """Return where a line out of a box crosses its outline."""
    way = outside - inside
    with np.errstate(divide="ignore", invalid="ignore"):
        until = (np.sign(way) * size - (inside - place)) / way
    return inside + float(np.nanmin(until)) * way


def _loops(place: FloatArray, size: FloatArray) -> Iterator[tuple[float, FloatArray]]:
    """Give how far a loop from a box to itself points away from the outside, and the loop; the best first."""
    outward = place / np.hypot(*place)
    for up in sorted(np.array([[0.0, 1.0], [0.0, -1.0], [1.0, 0.0], [-1.0, 0.0]]), key=lambda up: -float(up @ outward)):
        aside = np.array([up[1], -up[0]])
        foot = min(_LOOP_WIDTH, 0.7 * float(np.abs(aside) @ size)) * aside
        lean = 2 * _LOOP_WIDTH * aside
        base = place + up * size
        top = base + _LOOP_HEIGHT * up
        corners = base - foot, top - foot - lean, top + foot + lean, base + foot
        weights = (1 - _ALONG) ** 3, 3 * _ALONG * (1 - _ALONG) ** 2, 3 * _ALONG**2 * (1 - _ALONG), _ALONG**3
        path = sum(weight * corner for weight, corner in zip(weights, corners, strict=True))
        keep = np.hypot(*(path - path[-1]).T) > _HEAD[0]
        yield 1.0 - float(up @ outward), np.concatenate([path[keep], path[-1:]])


def _head(path: FloatArray) -> FloatArray:
    """Return the tip and the two other corners of the head at the end of a path."""
    back = path[-2] - path[-1]
    back /= np.hypot(*back)
    aside = np.array([-back[1], back[0]])
    base = path[-1] + _HEAD[0] * back
    return np.array([path[-1], base + _HEAD[1] * aside, base - _HEAD[1] * aside])


def _is_clear(path: FloatArray, places: FloatArray, half: FloatArray, begin: int, end: int) -> bool:
    """Return whether a path passes no other box, and its head is outside its own."""
    others = np.setdiff1d(np.arange(len(places)), [begin, end])
    own = [begin, end]
    head = _head(path)
    touched = _within(np.concatenate([path, head]), places[others], half[others] + _CLEAR).any()
    covered = _within(head[1:], places[own], half[own]).any()
    return not (touched or covered)


def _room(path: FloatArray, places: FloatArray, half: FloatArray, number: FloatArray) -> BoolArray:
    """Return at which points of a path a number would cover neither a box nor the head nor the beginning."""
    ends = np.concatenate([_head(path), path[:1]])
    covers_box = _within(path, places, half + number + 2.0).any(axis=1)
    return np.asarray(~(covers_box | _within(path, ends, number + 3.0).any(axis=1)))
