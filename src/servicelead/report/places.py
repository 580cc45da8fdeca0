"""Where the touches are: in the window of a deal that was won, of another one, or of none."""

import numpy as np
from attrs import frozen

from servicelead.tables import Journeys

__all__ = ["TouchPlaces", "touch_places"]


@frozen(kw_only=True)
class TouchPlaces:
    """Number of touches by the best that became of a window they are in; every touch counts once."""

    won: int
    lost_or_open: int
    nowhere: int


def touch_places(journeys: Journeys) -> TouchPlaces:
    """Return where the touches are; accounts without a deal yet have open journeys too."""
    placed = np.zeros(len(journeys.touches), dtype=bool)
    placed[journeys.rows] = True
    won = np.zeros(len(journeys.touches), dtype=bool)
    won[journeys.rows[np.repeat(journeys.is_won, journeys.lengths)]] = True
    return TouchPlaces(
        won=int(np.count_nonzero(won)),
        lost_or_open=int(np.count_nonzero(placed & ~won)),
        nowhere=int(np.count_nonzero(~placed)),
    )
