"""Every choice that makes two honest retention figures differ, each under its name."""

from datetime import timedelta
from typing import Literal

from attrs import field, frozen
from attrs.validators import optional

from servicelead._fields import choice, duration, recognised, word
from servicelead.domain.subscriptions import BillingPeriod

__all__ = ["RetentionPolicy"]


def _as_period(value: BillingPeriod | str) -> BillingPeriod:
    return recognised(BillingPeriod, value)


@frozen(kw_only=True)
class RetentionPolicy:
    """How movements are dated, named and valued.

    The defaults compare pictures taken at the end of each finished period. Whatever the policy, the ledger reconciles;
    two ledgers of different policies are never added.

    Attributes
    ----------
    churn_date
        When a loss is booked: ``"end"``, at the first moment no longer covered, or ``"last_day"``, at the last one that
        is. What ends on 1 January at 00:00 is lost in January or in December. A renewal at that moment is no loss.
    reactivation_window
        A return after a longer absence is new business; None: a customer who was one is never new again. Absence is
        counted between the period closes (the days, with ``same_period_churn="counted"``) at which it begins and ends.
    same_period_churn
        ``"ignored"``: only period closes are compared, so that who comes and goes between two leaves no trace;
        ``"counted"``: every day's changes are movements, so that he is both new and churned.
    discounts
        ``"deducted"`` from the price where subscriptions have a column ``discount``, in major units per billing period;
        a discount above the price leaves 0, and is counted. ``"ignored"``: list prices.
    currency
        ``"row_rate"``: each row at the exchange rate of its own date, so that a change of rate moves amounts;
        ``"constant_rate"``: each currency at the latest rate that any of its rows has, so that it does not.
    price_volume
        How a change of price and seats at once is split: additional seats count at the ``"old_price"`` or at the
        ``"new_price"``; the rest is price.
    immature
        A period that was not over at ``as_of``: ``"excluded"``, for it is not yet observable, or closed early,
        ``"as_of"`` that moment.
    payment_period
        What one payment of a perpetual customer covers: its amount is annualised from this `BillingPeriod`.
    payment_gap
        A customer is active from a payment to the next of its kind, and never longer than this.

    Examples
    --------
    >>> RetentionPolicy().same_period_churn, RetentionPolicy.every_change().same_period_churn
    ('ignored', 'counted')
    """

    churn_date: Literal["end", "last_day"] = field(default="end", validator=word("end", "last_day"))
    reactivation_window: timedelta | None = field(default=None, validator=optional(duration()))
    same_period_churn: Literal["ignored", "counted"] = field(default="ignored", validator=word("ignored", "counted"))
    discounts: Literal["deducted", "ignored"] = field(default="deducted", validator=word("deducted", "ignored"))
    currency: Literal["row_rate", "constant_rate"] = field(
        default="row_rate", validator=word("row_rate", "constant_rate")
    )
    price_volume: Literal["old_price", "new_price"] = field(
        default="old_price", validator=word("old_price", "new_price")
    )
    immature: Literal["excluded", "as_of"] = field(default="excluded", validator=word("excluded", "as_of"))
    payment_period: BillingPeriod = field(
        default=BillingPeriod.YEAR, converter=_as_period, validator=choice(BillingPeriod)
    )
    payment_gap: timedelta = field(default=timedelta(days=400), validator=duration())

    @classmethod
    def period_ends(cls) -> "RetentionPolicy":
        """Compare the ends of finished periods: the defaults, for boards and auditors.

        Examples
        --------
        >>> RetentionPolicy.period_ends() == RetentionPolicy()
        True
        """
        return cls()

    @classmethod
    def every_change(cls) -> "RetentionPolicy":
        """Book every day's changes up to this moment: for the people who answer for them this week.

        Examples
        --------
        >>> RetentionPolicy.every_change().immature
        'as_of'
        """
        return cls(same_period_churn="counted", immature="as_of")

    @classmethod
    def constant_currency(cls) -> "RetentionPolicy":
        """Compare the ends of finished periods at constant exchange rates: what customers did, not what markets did.

        Examples
        --------
        >>> RetentionPolicy.constant_currency().currency
        'constant_rate'
        """
        return cls(currency="constant_rate")
