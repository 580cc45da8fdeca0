"""Pictures over time: the touches on the way to a deal, and the months of closes."""

from collections.abc import Sequence
from math import ceil, floor, fsum

from attrs import frozen

from servicelead.domain import Team
from servicelead.report.charts import WHOLE, round_step
from servicelead.report.credit import Month
from servicelead.report.deals import Deal

__all__ = ["Column", "Columns", "Level", "Mark", "Piece", "columns", "trail"]

#: As many as stand side by side under a telephone's picture.
_MOST_LABELS = 4
#: A picture of few months shows bars, not walls.
_WIDEST_COLUMN = 120.0


@frozen(kw_only=True)
class Mark:
    """One touch on the way to a deal: where it stands, and how high, measured from the top."""

    team: Team | None
    at: float
    top: float


@frozen(kw_only=True)
class Piece:
    """One team's piece of a column, measured from the top."""

    team: Team | None
    top: float
    height: float


@frozen(kw_only=True)
class Column:
    """One month's column; `label` is empty where the months around it are named instead."""

    start: float
    width: float
    label: str
    pieces: tuple[Piece, ...]

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return self.start + self.width / 2


@frozen(kw_only=True)
class Level:
    """A round amount, and where its line runs, measured from the top."""

    top: float
    amount: float


@frozen(kw_only=True)
class Columns:
    """The months side by side, before lines of round amounts."""

    levels: tuple[Level, ...]
    columns: tuple[Column, ...]


def trail(deal: Deal) -> tuple[Mark, ...]:
    """Return a mark per touch, from the earliest one at the left to the close at the right, as high as its share."""
    longest = max((touch.days_before for touch in deal.touches), default=0.0)
    most = max((touch.share for touch in deal.touches), default=0.0)
    return tuple(
        Mark(
            team=touch.team,
            at=WHOLE * (1 - touch.days_before / longest) if longest else WHOLE,
            top=WHOLE * (1 - max(touch.share, 0.0) / most) if most > 0 else WHOLE,
        )
        for touch in deal.touches
    )


def columns(months: Sequence[Month]) -> Columns:
    """Return a column of teams per month, stacked in their order: upwards, what is negative downwards."""
    amounts = [[float(amount) for amount in month.value.values()] for month in months]
    highest = max((fsum(amount for amount in of_month if amount > 0) for of_month in amounts), default=0.0)
    lowest = min((fsum(amount for amount in of_month if amount < 0) for of_month in amounts), default=0.0)
    scale = WHOLE / (highest - lowest) if highest > lowest else 0.0
    step = WHOLE / max(len(months), 1)
    width = min(0.8 * step, _WIDEST_COLUMN)
    every = -(-len(months) // _MOST_LABELS)
    drawn = []
    for i, month in enumerate(months):
        above = below = 0.0
        pieces = []
        for team, amount in zip(month.value, amounts[i], strict=True):
            above += max(amount, 0.0)
            end = above if amount >= 0 else below
            pieces.append(Piece(team=team, top=(highest - end) * scale, height=abs(amount) * scale))
            below += min(amount, 0.0)
        label = "" if i % every else month.month
        drawn.append(Column(start=(i + 0.5) * step - width / 2, width=width, label=label, pieces=tuple(pieces)))
    return Columns(levels=_levels(lowest, highest, scale), columns=tuple(drawn))


def _levels(lowest: float, highest: float, scale: float) -> tuple[Level, ...]:
    """Return the lines of a few round amounts between the ends."""
    if not scale:
        return ()
    step = round_step(highest - lowest)
    numbers = range(ceil(lowest / step), floor(highest / step) + 1)
    return tuple(Level(top=(highest - number * step) * scale, amount=number * step) for number in numbers)
