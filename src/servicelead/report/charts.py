"""Where the marks of a picture stand, in thousandths of its width or height; the template draws them."""

from collections.abc import Sequence

from attrs import frozen

from servicelead.domain import Team
from servicelead.report.credit import Line, Month
from servicelead.report.rules import Compared

__all__ = ["Bar", "Column", "Piece", "Strip", "bars", "columns", "strips"]

_WHOLE = 1000.0
#: As many as stand side by side under a telephone's picture.
_MOST_LABELS = 4


@frozen(kw_only=True)
class Bar:
    """A bar from zero, and the ends of its whisker; None without an interval."""

    zero: float
    width: float
    lower: float | None
    upper: float | None


@frozen(kw_only=True)
class Strip:
    """A tick per rule, and the band between the outermost."""

    low: float
    high: float
    ticks: tuple[float, ...]


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


def bars(lines: Sequence[Line]) -> tuple[Bar, ...]:
    """Return a bar of value per line, all on one scale that reaches to the ends of the outermost whiskers."""
    values = [float(line.value) for line in lines]
    ends = [*values, *(bound for line in lines for bound in (line.lower, line.upper) if bound is not None)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    scale = _WHOLE / (high - low) if high > low else 0.0

    def place(value: float) -> float:
        return (value - low) * scale

    return tuple(
        Bar(
            zero=place(0.0),
            width=value * scale,
            lower=None if line.lower is None else place(line.lower),
            upper=None if line.upper is None else place(line.upper),
        )
        for line, value in zip(lines, values, strict=True)
    )


def strips(compared: Sequence[Compared]) -> tuple[Strip | None, ...]:
    """Return a strip per label, from a share of 0 to 1; None where nothing is credited."""
    out: list[Strip | None] = []
    for line in compared:
        ticks = tuple(share * _WHOLE for share in line.shares if share is not None)
        out.append(Strip(low=min(ticks), high=max(ticks), ticks=ticks) if ticks else None)
    return tuple(out)


def columns(months: Sequence[Month]) -> tuple[Column, ...]:
    """Return a column of teams, stacked upwards in their order, per month."""
    highest = max((float(month.total) for month in months), default=0.0)
    scale = _WHOLE / highest if highest > 0 else 0.0
    step = _WHOLE / max(len(months), 1)
    every = -(-len(months) // _MOST_LABELS)
    out = []
    for i, month in enumerate(months):
        below, pieces = 0.0, []
        for team, amount in month.value.items():
            below += float(amount)
            pieces.append(Piece(team=team, top=(highest - below) * scale, height=float(amount) * scale))
        label = "" if i % every else month.month
        out.append(Column(start=(i + 0.1) * step, width=0.8 * step, label=label, pieces=tuple(pieces)))
    return tuple(out)
