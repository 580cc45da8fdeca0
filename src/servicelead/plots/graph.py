"""A transition graph laid out so that it can be read: boxes apart, arrows around them, numbers beside them."""

import numpy as np
from attrs import frozen

from servicelead._typing import FloatArray, IntArray
from servicelead.exceptions import InvalidValueError
from servicelead.plots.graph_arrows import number_places, paths_between
from servicelead.plots.graph_places import order_around, places_around

__all__ = ["Graph", "laid_out"]

_RADII = np.array([190.0, 130.0])
_GROWTH, _GROWTHS = 1.08, 60
_GAP = 22.0
#: About the whole, enough for half a number on an outermost arrow.
_ROOM = 12.0


@frozen(kw_only=True, eq=False)
class Graph:
    """Where everything is, in points.

    Attributes
    ----------
    places, half
        Centre of each box, and half of its width and height: float64 (n, 2).
    paths
        One per arrow, from outline to outline: each float64 (k, 2).
    numbers
        Centre of the number on each arrow: float64 (m, 2).
    """

    places: FloatArray
    half: FloatArray
    paths: list[FloatArray]
    numbers: FloatArray

    @property
    def extent(self) -> tuple[FloatArray, FloatArray]:
        """Return the lower left and the upper right corner of all of it, with a little room."""
        points = np.concatenate([self.places - self.half, self.places + self.half, *self.paths])
        return points.min(axis=0) - _ROOM, points.max(axis=0) + _ROOM


def laid_out(half: FloatArray, arrows: IntArray, number: FloatArray) -> Graph:
    """Lay out boxes of given sizes on the smallest ellipse on which everything finds its place.

    On an ellipse that is large enough boxes are as good as points, of which no three are on a line: there is a way.

    Raises
    ------
    InvalidValueError
        When none was found up to a hundred times the usual size.
    """
    order = order_around(len(half), arrows)
    radii = _RADII
    for _ in range(_GROWTHS):
        places = places_around(order, half, radii, _GAP)
        if (
            places is not None
            and (paths := paths_between(places, half, arrows, number)) is not None
            and (numbers := number_places(places, half, paths, number)) is not None
        ):
            return Graph(places=places, half=half, paths=paths, numbers=numbers)
        radii = radii * _GROWTH
    raise InvalidValueError(
        f"TransitionDisplay: no room for {len(arrows)} arrows between {len(half)} boxes; draw fewer, with n_arrows "
        "or most"
    )
