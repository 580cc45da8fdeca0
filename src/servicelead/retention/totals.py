"""Movements of one slice and period, and the ratios they give."""

from attrs import field, frozen

from servicelead._fields import as_int, whole
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate

__all__ = ["MovementTotals"]

_METHOD = "movement totals"
_NO_INTERVAL = "totals do not say how accounts vary"


@frozen(kw_only=True)
class MovementTotals:
    r"""What an opening amount became, movement by movement, in minor units.

    .. math:: \text{closing} = \text{opening} + \text{new} + \text{expansion} + \text{reactivation}
              - \text{contraction} - \text{churn} + \text{transfers in} - \text{transfers out}

    The ratios divide by the opening amount, so they are of one period: over several, an account that left and came back
    would count as lost, and `RetentionRates` follows accounts instead. They have no interval.

    Attributes
    ----------
    opening, new, expansion, reactivation, contraction, churn, transfers_in, transfers_out
        Whole minor units; movements are at least 0.

    Examples
    --------
    >>> year = MovementTotals(
    ...     opening=100_000, new=12_000, expansion=8_000, contraction=3_000, churn=5_000, reactivation=1_000
    ... )
    >>> year.closing, year.net_revenue_retention_ratio.value, year.gross_revenue_retention_ratio.value
    (113000, 1.0, 0.92)
    >>> year.net_recurring_revenue_ratio.value, year.quick_ratio.value
    (1.12, 2.5)
    """

    opening: int = field(converter=as_int, validator=whole())
    new: int = field(default=0, converter=as_int, validator=whole(0))
    expansion: int = field(default=0, converter=as_int, validator=whole(0))
    reactivation: int = field(default=0, converter=as_int, validator=whole(0))
    contraction: int = field(default=0, converter=as_int, validator=whole(0))
    churn: int = field(default=0, converter=as_int, validator=whole(0))
    transfers_in: int = field(default=0, converter=as_int, validator=whole(0))
    transfers_out: int = field(default=0, converter=as_int, validator=whole(0))

    @property
    def closing(self) -> int:
        """What is there at the end."""
        gained = self.new + self.expansion + self.reactivation + self.transfers_in
        return self.opening + gained - self.contraction - self.churn - self.transfers_out

    @property
    def net_revenue_retention_ratio(self) -> Estimate:
        """``(opening + expansion - contraction - churn) / opening``: customers of the start only."""
        return self._of_opening(self.opening + self.expansion - self.contraction - self.churn)

    @property
    def net_revenue_retention_with_reactivation_ratio(self) -> Estimate:
        """The same with what returning customers brought."""
        kept = self.opening + self.expansion - self.contraction - self.churn
        return self._of_opening(kept + self.reactivation)

    @property
    def net_recurring_revenue_ratio(self) -> Estimate:
        """``(opening + new + expansion - contraction - churn) / opening``: with new customers, so no retention."""
        return self._of_opening(self.opening + self.new + self.expansion - self.contraction - self.churn)

    @property
    def gross_revenue_retention_ratio(self) -> Estimate:
        """``(opening - contraction - churn) / opening``: of one period, so endpoint and path are the same."""
        return self._of_opening(self.opening - self.contraction - self.churn)

    @property
    def quick_ratio(self) -> Estimate:
        """``(new + expansion) / (contraction + churn)``."""
        return _ratio(self.new + self.expansion, self.contraction + self.churn, "nothing was lost")

    def _of_opening(self, kept: int) -> Estimate:
        return _ratio(kept, self.opening, "nothing recurred at the start")


def _ratio(above: int, below: int, nothing: str) -> Estimate:
    if below <= 0:
        return Estimate.undefined(nothing, method=_METHOD, unit="ratio")
    return Estimate(
        value=above / below,
        lower=None,
        upper=None,
        confidence=DEFAULT_CONFIDENCE,
        method=_METHOD,
        n=0,
        unit="ratio",
        reason=_NO_INTERVAL,
    )
