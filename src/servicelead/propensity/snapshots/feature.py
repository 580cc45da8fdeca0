"""A feature: a column that a model reads, with a name, a unit and a sentence."""

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from attrs import Attribute, field, frozen
from attrs.validators import optional

from servicelead._fields import kind_of, refuse, text, word
from servicelead._typing import Array, Codes
from servicelead.tables import Business

__all__ = ["Column", "Feature", "Known"]


@frozen(kw_only=True, eq=False)
class Known:
    """What a feature of your own is given to work with: nothing that was not known strictly before the cutoff.

    Attributes
    ----------
    business
        The business as it was known then: later rows are gone, what was learnt later is hidden.
    cutoff
        UTC microseconds.
    account
        Code of each account to answer for, in ``business.accounts`` and all tables, int32 (n,).
    """

    business: Business = field(repr=False)
    cutoff: int
    account: Codes = field(repr=False)


def _callable() -> Callable[[Any, "Attribute[Any]", Any], None]:
    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not callable(value):
            refuse(instance, attribute, "a function of a Known", kind_of(value), "write def f(known): ...")

    return check


@frozen(kw_only=True)
class Feature:
    """What a column of snapshots means; with `compute`, a feature of your own.

    Attributes
    ----------
    name
        Of the column.
    unit
        Of its numbers, in words: ``"touches"``, ``"days"``, ``"USD a year"``; of a category ``"label"``.
    sentence
        What it says of an account at a cutoff.
    kind
        ``"number"`` (float64, NaN where missing) or ``"category"`` (text, None where missing).
    compute
        ``compute(known) -> one value per known.account``, called once per cutoff with a `Known`. Numbers must be
        finite or NaN, labels text or None.

    Examples
    --------
    Visits that the account had ever had. `Known` holds only those before the cutoff.

    >>> import numpy as np
    >>> def visits(known):
    ...     touches = known.business.touches
    ...     rows = (touches.channel == touches.vocabulary("channel").get("visit")) & (touches.account_id >= 0)
    ...     n_accounts = len(touches.vocabulary("account_id"))
    ...     return np.bincount(touches.account_id[rows], minlength=n_accounts)[known.account]
    >>> feature = Feature(name="visits", unit="visits", sentence="Visits so far.", compute=visits)
    >>> feature.kind
    'number'
    """

    name: str = field(validator=text())
    unit: str = field(validator=text())
    sentence: str = field(validator=text())
    kind: Literal["number", "category"] = field(default="number", validator=word("number", "category"))
    compute: Callable[[Known], Any] | None = field(default=None, repr=False, validator=optional(_callable()))


#: A feature and its values, accounts by cutoffs.
Column: TypeAlias = tuple[Feature, Array]
