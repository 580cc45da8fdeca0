"""How much touch a customer gets, and which sales model the price and the product ask for."""

from enum import StrEnum
from typing import Annotated, Any

from attrs import Attribute, field, frozen

from servicelead._fields import refuse
from servicelead.calculators.amounts import Amount, Number, exact
from servicelead.calculators.inputs import money, rate, whole

__all__ = ["SalesModel", "TouchLevel", "TouchModel"]


class TouchLevel(StrEnum):
    """How much people are in it."""

    LOW = "low"
    HYBRID = "hybrid"
    HIGH = "high"


class SalesModel(StrEnum):
    """A quarter of the plane of price and complexity."""

    SELF_SERVICE = "self_service"
    TRANSACTIONAL = "transactional"
    ENTERPRISE = "enterprise"
    GRAVEYARD = "graveyard"


@frozen(kw_only=True)
class TouchModel:
    """The touch of an account by its users, and the sales model by price and complexity.

    ============  ==================  ===================
    .             simple              complex
    ============  ==================  ===================
    high price    transactional       enterprise
    low price     self-service        graveyard
    ============  ==================  ===================

    In the graveyard a product needs people to sell that its price cannot pay. A price or complexity equal to its
    threshold counts as high.

    Attributes
    ----------
    n_users
        Users of the account, at least 1.
    price_value, price_threshold
        Price of a deal, and from where it counts as high: `Money` or plain numbers, at least 0.
    complexity, complexity_threshold
        How much explaining the product needs, in [0, 1], and from where that counts as complex.
    n_low_most
        Users up to which touch is low, at least 1.
    n_hybrid_most
        Users up to which it is a hybrid, at least `n_low_most`; more are high touch.

    Examples
    --------
    >>> account = TouchModel(n_users=7, price_value=24_000, price_threshold=10_000, complexity=0.8)
    >>> print(account.touch_level, account.sales_model)
    hybrid enterprise
    """

    n_users: int = field(**whole("users of the account", unit="users", least=1))
    price_value: Amount = field(**money("price of a deal"))
    price_threshold: Amount = field(**money("price from which it counts as high"))
    complexity: Number = field(**rate("how much explaining the product needs"))
    complexity_threshold: Number = field(default=0.5, **rate("complexity from which the product counts as complex"))
    n_low_most: int = field(default=3, **whole("users up to which touch is low", unit="users", least=1))
    n_hybrid_most: int = field(default=10, **whole("users up to which touch is a hybrid", unit="users", least=1))

    @n_hybrid_most.validator
    def _is_not_below_low(self, attribute: "Attribute[Any]", value: int) -> None:
        if value < self.n_low_most:
            refuse(self, attribute, "at least n_low_most", "a smaller number", "swap the two")

    @property
    def touch_level(self) -> Annotated[TouchLevel, "word"]:
        """``low`` up to `n_low_most` users, ``hybrid`` up to `n_hybrid_most`, else ``high``."""
        if self.n_users <= self.n_low_most:
            return TouchLevel.LOW
        return TouchLevel.HYBRID if self.n_users <= self.n_hybrid_most else TouchLevel.HIGH

    @property
    def sales_model(self) -> Annotated[SalesModel, "word"]:
        """The quarter of the plane that `price_value` and `complexity` lie in."""
        is_complex = exact(self.complexity) >= exact(self.complexity_threshold)
        if exact(self.price_value) >= exact(self.price_threshold):
            return SalesModel.ENTERPRISE if is_complex else SalesModel.TRANSACTIONAL
        return SalesModel.GRAVEYARD if is_complex else SalesModel.SELF_SERVICE
