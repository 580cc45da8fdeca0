"""Negative touches that went with lost deals: what a chain of steps would add to the value won without them."""

import numpy as np
from attrs import frozen

from servicelead._typing import FloatArray
from servicelead.attribution import MarkovChain
from servicelead.attribution.replicates import Units, reweighted
from servicelead.domain import Team
from servicelead.plots.palette import leading_teams
from servicelead.tables import Journeys
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = ["Drag", "negative_drags"]

#: What would become of a journey that meets a negative touch: it goes on as if that had not been there.
_MODEL = MarkovChain(removal="redistribute")
_FITS = 100


@frozen(kw_only=True)
class Drag:
    """What went with one kind of negative touch, in major units; no bounds with fewer than two accounts."""

    label: str
    team: Team | None
    n_touches: int
    value: float
    lower: float | None
    upper: float | None


def negative_drags(journeys: Journeys) -> tuple[Drag, ...]:
    """Return the drag of each channel's negative touches, largest first; none where no touch is known to be one.

    The interval is of percentiles over accounts drawn again 100 times.
    """
    split = journeys.split_by_sentiment()
    known = set(journeys.vocabulary("channel").labels.tolist())
    labels = [label for label in split.vocabulary("channel").labels.tolist() if label not in known]
    codes = split.codes("channel")
    counts = {label: int(np.count_nonzero(codes == split.vocabulary("channel").code(label))) for label in labels}
    labels = [label for label in labels if counts[label]]
    if not labels:
        return ()
    owners = leading_teams(split, "channel")
    values, (lower, upper) = _drags(split, labels), _interval(split, labels)
    drags = [
        Drag(
            label=label,
            team=owners.get(label),
            n_touches=counts[label],
            value=float(values[i]),
            lower=None if np.isnan(lower[i]) else float(lower[i]),
            upper=None if np.isnan(upper[i]) else float(upper[i]),
        )
        for i, label in enumerate(labels)
    ]
    return tuple(sorted(drags, key=lambda drag: -drag.value))


def _drags(journeys: Journeys, labels: list[str]) -> FloatArray:
    table = _MODEL.fit(journeys).removal_effect
    found = dict(zip(table["channel"].tolist(), table["drag"].tolist(), strict=True))
    return np.array([found.get(label, 0.0) for label in labels])


def _interval(journeys: Journeys, labels: list[str]) -> FloatArray:
    units = Units.of(journeys)
    if units.size < 2:
        return np.full((2, len(labels)), np.nan)
    seeds = np.random.SeedSequence(0).spawn(_FITS)
    drawn = [_drags(reweighted(journeys, units, units.drawn(seed)), labels) for seed in seeds]
    tail = (1 - DEFAULT_CONFIDENCE) / 2
    return np.quantile(drawn, [tail, 1 - tail], axis=0)
