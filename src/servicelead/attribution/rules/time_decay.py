"""More credit to touches nearer the close."""

from datetime import timedelta

from attrs import field, frozen

from servicelead._fields import duration
from servicelead.attribution.results.credit import Block, Shares
from servicelead.attribution.results.strategy import Rule
from servicelead.columns.zones import DAY
from servicelead.kernels.decay import decay_shares
from servicelead.tables.journeys import Journeys

__all__ = ["TimeDecay"]

_MICROSECOND = timedelta(microseconds=1)


@frozen(kw_only=True)
class TimeDecay(Rule):
    """Share the value in proportion to how recent each touch is.

    ``share_i ∝ 2 ** (-age_i / half_life)``, where ``age_i`` is the time from the touch to the close. The smallest age
    of the journey is subtracted first, so that no journey underflows however old it is.

    Attributes
    ----------
    half_life
        Time over which credit halves.

    Raises
    ------
    MissingTimesError
        On aggregated paths, which have no times.
    """

    half_life: timedelta = field(default=timedelta(days=7), validator=duration())

    def check(self, journeys: Journeys) -> None:
        """Raise when the journeys have no times."""
        _ = journeys.ages

    def credit(self, journeys: Journeys, block: Block) -> Shares:
        """Return shares that halve with every half-life of age."""
        ages = journeys.ages[block.placements]
        return Shares(decay_shares(ages, block.offsets, self.half_life / _MICROSECOND))

    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return why each touch of one journey has its share."""
        begin, end = journeys.offsets[journey : journey + 2].tolist()
        half_life = self.half_life / timedelta(days=1)
        return [
            f"{age / DAY:.1f} days before the close; credit halves every {half_life:g} days"
            for age in journeys.ages[begin:end].tolist()
        ]
