"""What is won and lost by offering a cheaper edition, or a dearer one."""

from fractions import Fraction
from typing import Annotated, Any

from attrs import Attribute, field, frozen

from servicelead._fields import refuse
from servicelead.calculators.amounts import Amount, Number, amount, exact
from servicelead.calculators.inputs import count, money, rate

__all__ = ["MoveDownMarket", "MoveUpMarket"]


@frozen(kw_only=True)
class MoveDownMarket:
    """A cheaper edition: easy accounts downgrade to it, accounts that were priced out buy it.

    Attributes
    ----------
    n_accounts
        Accounts there are, at least 0.
    downgrade_rate
        Share of them that take the cheaper edition, in [0, 1].
    current_value, cheaper_value
        Yearly value of an account before and after: `Money` or plain numbers, at least 0, the second not above
        the first.
    n_priced_out
        Accounts that would buy at the lower price only, at least 0.
    win_rate
        Share of those that are won, in [0, 1].

    Examples
    --------
    >>> move = MoveDownMarket(
    ...     n_accounts=200, downgrade_rate=0.1, current_value=12_000, cheaper_value=4_000,
    ...     n_priced_out=500, win_rate=0.1,
    ... )
    >>> move.lost_revenue, move.won_revenue, move.net_revenue
    (160000.0, 200000.0, 40000.0)
    """

    n_accounts: Number = field(**count("accounts there are", unit="accounts"))
    downgrade_rate: Number = field(**rate("share of them that take the cheaper edition"))
    current_value: Amount = field(**money("yearly value of an account as it is"))
    cheaper_value: Amount = field(**money("yearly value of an account on the cheaper edition"))
    n_priced_out: Number = field(**count("accounts that would buy at the lower price only", unit="accounts"))
    win_rate: Number = field(**rate("share of the priced out that are won"))

    @cheaper_value.validator
    def _is_cheaper(self, attribute: "Attribute[Any]", value: Amount) -> None:
        if exact(value) > exact(self.current_value):
            refuse(self, attribute, "at most current_value", "more", "use MoveUpMarket for a dearer edition")

    @property
    def lost_revenue(self) -> Annotated[Amount, "money"]:
        """``n_accounts * downgrade_rate * (current_value - cheaper_value)``."""
        return amount(self, self._lost)

    @property
    def won_revenue(self) -> Annotated[Amount, "money"]:
        """``n_priced_out * win_rate * cheaper_value``."""
        return amount(self, self._won)

    @property
    def net_revenue(self) -> Annotated[Amount, "money"]:
        """``won_revenue - lost_revenue``."""
        return amount(self, self._won - self._lost)

    @property
    def _lost(self) -> Fraction:
        difference = exact(self.current_value) - exact(self.cheaper_value)
        return exact(self.n_accounts) * exact(self.downgrade_rate) * difference

    @property
    def _won(self) -> Fraction:
        return exact(self.n_priced_out) * exact(self.win_rate) * exact(self.cheaper_value)


@frozen(kw_only=True)
class MoveUpMarket:
    """A dearer edition with more touch: some accounts take it, some leave over it.

    Attributes
    ----------
    n_accounts
        Accounts there are, at least 0.
    upgrade_rate, leave_rate
        Share of them that take the dearer edition, and that leave, in [0, 1], together at most 1.
    current_value, dearer_value
        Yearly value of an account before and after: `Money` or plain numbers, at least 0, the second not below
        the first.
    touch_cost
        What the added touch costs per upgraded account and year, at least 0.

    Examples
    --------
    >>> move = MoveUpMarket(
    ...     n_accounts=200, upgrade_rate=0.2, leave_rate=0.03, current_value=12_000, dearer_value=20_000,
    ...     touch_cost=3_000,
    ... )
    >>> move.won_revenue, move.lost_revenue, move.net_value
    (320000.0, 72000.0, 128000.0)
    """

    n_accounts: Number = field(**count("accounts there are", unit="accounts"))
    upgrade_rate: Number = field(**rate("share of them that take the dearer edition"))
    leave_rate: Number = field(**rate("share of them that leave over it"))
    current_value: Amount = field(**money("yearly value of an account as it is"))
    dearer_value: Amount = field(**money("yearly value of an account on the dearer edition"))
    touch_cost: Amount = field(default=0, **money("what the added touch costs per upgraded account and year"))

    @leave_rate.validator
    def _leaves_room(self, attribute: "Attribute[Any]", value: float) -> None:
        if exact(value) + exact(self.upgrade_rate) > 1:
            refuse(self, attribute, "at most 1 - upgrade_rate", "more", "no account both upgrades and leaves")

    @dearer_value.validator
    def _is_dearer(self, attribute: "Attribute[Any]", value: Amount) -> None:
        if exact(value) < exact(self.current_value):
            refuse(self, attribute, "at least current_value", "less", "use MoveDownMarket for a cheaper edition")

    @property
    def won_revenue(self) -> Annotated[Amount, "money"]:
        """``n_accounts * upgrade_rate * (dearer_value - current_value)``."""
        return amount(self, self._won)

    @property
    def lost_revenue(self) -> Annotated[Amount, "money"]:
        """``n_accounts * leave_rate * current_value``."""
        return amount(self, self._lost)

    @property
    def net_revenue(self) -> Annotated[Amount, "money"]:
        """``won_revenue - lost_revenue``."""
        return amount(self, self._won - self._lost)

    @property
    def net_value(self) -> Annotated[Amount, "money"]:
        """``net_revenue - n_accounts * upgrade_rate * touch_cost``."""
        touch = exact(self.n_accounts) * exact(self.upgrade_rate) * exact(self.touch_cost)
        return amount(self, self._won - self._lost - touch)

    @property
    def _won(self) -> Fraction:
        difference = exact(self.dearer_value) - exact(self.current_value)
        return exact(self.n_accounts) * exact(self.upgrade_rate) * difference

    @property
    def _lost(self) -> Fraction:
        return exact(self.n_accounts) * exact(self.leave_rate) * exact(self.current_value)
