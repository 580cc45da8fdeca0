"""Negative touches that went with lost deals: what a chain of steps would add to the value won without them."""

import numpy as np
from attrs import frozen

from servicelead.attribution import FittedMarkovChain, MarkovChain, bootstrap_fit
from servicelead.attribution.results.refits import FITS
from servicelead.domain import Team
from servicelead.plots.palette import leading_teams
from servicelead.tables import Journeys

__all__ = ["Drag", "Drags", "negative_drags"]

#: What would become of a journey that meets a negative touch: it goes on as if that had not been there.
_MODEL = MarkovChain(removal="redistribute")


@frozen(kw_only=True)
class Drag:
    """What went with one kind of negative touch, in major units; no bounds with fewer than two accounts.

    Attributes
    ----------
    n_touches_before_closes
        Distinct touches in windows of won or lost journeys.
    """

    label: str
    team: Team | None
    n_touches_before_closes: int
    value: float
    lower: float | None
    upper: float | None


@frozen(kw_only=True)
class Drags:
    """The drag of each kind of negative touch, largest first, or why it cannot be known.

    Attributes
    ----------
    other, other_value
        The channel of largest drag among touches that left nobody unhappy, and how much: what noise may look like.
        Empty, and 0, where none of them has any.
    unknown_because
        Empty where there are drags.
    """

    kinds: tuple[Drag, ...] = ()
    other: str = ""
    other_value: float = 0.0
    unknown_because: str = ""

    @property
    def could_be(self) -> Drag | None:
        """The kind whose interval reaches highest above 0, if any does."""
        above = [drag for drag in self.kinds if drag.upper]
        return max(above, key=lambda drag: drag.upper or 0.0, default=None)


def negative_drags(journeys: Journeys) -> Drags | None:
    """Return the drag of each channel's negative touches before closed deals; None where no touch is known to be one.

    The interval is of percentiles over accounts drawn again 100 times.
    """
    everything = journeys.split_by_sentiment()
    known = set(journeys.vocabulary("channel").labels.tolist())
    labels = [label for label in everything.vocabulary("channel").labels.tolist() if label not in known]
    if not labels:
        return None
    split = everything.select(everything.outcome != everything.OPEN)
    touches = np.unique(split.rows)
    found = split.touches.channel[touches]
    counts = {label: int(np.count_nonzero(found == split.vocabulary("channel").code(label))) for label in labels}
    labels = [label for label in labels if counts[label]]
    unknown = _why_unknown(split, labels)
    if unknown:
        return Drags(unknown_because=unknown)
    drags = _drags(_MODEL.fit(split))
    other = max(known & drags.keys(), key=lambda label: (drags[label], label), default="")
    value = drags.get(other, 0.0)
    kinds = _by_size(split, {label: drags.get(label, 0.0) for label in labels}, counts)
    return Drags(kinds=kinds, other=other if value else "", other_value=value)


def _why_unknown(closed: Journeys, labels: list[str]) -> str:
    """Return why nothing can be compared: journeys without a touch in their window tell nothing of touches."""
    won = closed.is_won[closed.lengths > 0]
    if not labels:
        return "no unhappy touch lies in the window of a closed deal"
    if won.all():
        return "no deal with touches in its window was lost"
    return "" if won.any() else "no deal with touches in its window was won"


def _by_size(split: Journeys, values: dict[str, float], counts: dict[str, int]) -> tuple[Drag, ...]:
    owners = leading_teams(split, "channel")
    found = bootstrap_fit(
        split, _MODEL, lambda chain: {label: _drags(chain).get(label, 0.0) for label in values}, n=FITS
    )
    bounds = {row["name"]: (row["lower"], row["upper"]) for row in found.rows()}
    drags = [
        Drag(
            label=label,
            team=owners.get(label),
            n_touches_before_closes=counts[label],
            value=value,
            lower=None if np.isnan(bounds[label][0]) else bounds[label][0],
            upper=None if np.isnan(bounds[label][1]) else bounds[label][1],
        )
        for label, value in values.items()
    ]
    return tuple(sorted(drags, key=lambda drag: -drag.value))


def _drags(chain: FittedMarkovChain) -> dict[str, float]:
    table = chain.removal_effect
    return dict(zip(table["channel"].tolist(), table["drag"].tolist(), strict=True))
