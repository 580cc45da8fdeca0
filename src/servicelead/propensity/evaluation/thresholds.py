"""Whom to call: the accounts worth more than the call, each by its own value, as many as there is time for."""

from math import fsum
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_whole
from servicelead._fields import kind_of
from servicelead._typing import BoolArray, FloatArray, IntArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.tables.base import frozen_array

__all__ = ["Choice", "amounts", "best_first", "choose_accounts", "profit_curve"]


@frozen(kw_only=True, eq=False)
class Choice:
    """Which accounts to call, and what that is expected to bring in.

    Attributes
    ----------
    expected : float64 (n,)
        Profit expected of calling each account, in the order they were given.
    realised : float64 (n,) or None
        Profit that calling each did bring in, where it is known what became of them.
    ranking : int64 (n,)
        Positions of all accounts, the most profitable first; ties in the order they were given.
    n_chosen : int
        How many of the ranking to call.
    """

    expected: FloatArray = field(repr=False)
    realised: FloatArray | None = field(repr=False)
    ranking: IntArray = field(repr=False)
    n_chosen: int

    @property
    def chosen(self) -> IntArray:
        """Positions of the accounts to call, the most profitable first."""
        return self.ranking[: self.n_chosen]

    @property
    def is_chosen(self) -> BoolArray:
        """Whether to call each account, in the order they were given."""
        mask = np.zeros(len(self.ranking), dtype=np.bool_)
        mask[self.chosen] = True
        return mask

    @property
    def expected_profit(self) -> float:
        """What calling the chosen accounts is expected to bring in."""
        return fsum(self.expected[self.chosen])

    @property
    def realised_profit(self) -> float | None:
        """What it did bring in; None where it is not known what became of them."""
        return None if self.realised is None else fsum(self.realised[self.chosen])

    def curve(self) -> ResultTable:
        """Return the profit of calling none, the best one, the best two ... and all: one row per number of calls."""
        return profit_curve(self.ranking, self.expected, self.realised)

    def __str__(self) -> str:
        known = "" if self.realised is None else f", realised {self.realised_profit:,.2f}"
        return f"call {self.n_chosen:,} of {len(self.ranking):,}: expected profit {self.expected_profit:,.2f}{known}"


def choose_accounts(
    scores: Any,
    values: Any,
    *,
    cost: Any = 0.0,
    margin: float = 1.0,
    capacity: int | None = None,
    labels: Any = None,
) -> Choice:
    r"""Choose the accounts whose expected profit is positive, the most profitable first, up to a capacity.

    .. math:: \pi_i = p_i\, v_i\, m - c_i

    No choice of at most `capacity` accounts is expected to bring in more.

    Parameters
    ----------
    scores : array-like (n,)
        Probability that each account expands, in [0, 1].
    values : float or array-like (n,)
        What each is worth if it does, in money.
    cost : float or array-like (n,)
        Of calling it, in the same money, at least 0.
    margin
        The share of the value that is kept, at least 0.
    capacity
        The most accounts that can be called; no limit by default.
    labels : array-like (n,), optional
        What became of each: 1 or True if it expanded, to see what the choice did bring in.

    Returns
    -------
    Choice

    Raises
    ------
    InvalidValueError
        For scores outside [0, 1], anything missing or infinite, columns of several lengths, a negative cost, margin
        or capacity.

    Notes
    -----
    Equal profits keep the order in which accounts were given; an account whose expected profit is exactly 0 is not
    called, and so none where nothing of the value is kept. Of no accounts none is chosen. The best threshold on the
    score differs from account to account: :math:`c_i / (v_i m)`. C. Elkan, "The foundations of cost-sensitive
    learning", IJCAI 2001.

    Examples
    --------
    >>> choice = choose_accounts([0.9, 0.2, 0.5], [1_000, 20_000, 3_000], cost=500, margin=0.8, capacity=2)
    >>> choice.chosen.tolist()
    [1, 2]
    >>> print(choice)
    call 2 of 3: expected profit 3,400.00
    """
    likely = amounts("choose_accounts: scores", scores, highest=1.0)
    n = len(likely)
    kept = float(amounts("choose_accounts: margin", [margin])[0])
    worth = amounts("choose_accounts: values", values, n, lowest=-np.inf) * kept
    spent = amounts("choose_accounts: cost", cost, n)
    most = n if capacity is None else require_whole("choose_accounts: capacity", capacity, 0)
    expected = likely * worth - spent
    realised = None if labels is None else amounts("choose_accounts: labels", labels, n, highest=1.0) * worth - spent
    return Choice(
        expected=frozen_array(expected),
        realised=None if realised is None else frozen_array(realised),
        ranking=frozen_array(np.argsort(-expected, kind="stable")),
        n_chosen=len(best_first(expected, most)),
    )


def best_first(expected: FloatArray, capacity: int) -> IntArray:
    """Return the positions of the largest positive amounts, at most so many, best first; ties in their order."""
    order = np.argsort(-expected, kind="stable")[:capacity]
    return order[expected[order] > 0]


def profit_curve(ranking: IntArray, expected: FloatArray, realised: FloatArray | None) -> ResultTable:
    """Return what calling the first none, one, two ... of a ranking brings in, expected and, if known, realised."""
    n_called = np.arange(len(ranking) + 1)
    columns = {"n_called": n_called, "called_share": n_called / max(len(ranking), 1)}
    for name, profit in (("expected_profit", expected), ("realised_profit", realised)):
        if profit is not None:
            columns[name] = np.append(0.0, np.cumsum(profit[ranking]))
    return ResultTable(columns)


def amounts(
    name: str, values: Any, n: int | None = None, *, lowest: float = 0.0, highest: float = np.inf
) -> FloatArray:
    """Return a column of finite numbers within bounds, float64 (n,); one number stands for all where n is known."""
    try:
        column = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidValueError(f"{name} must be numbers; got {kind_of(values)}; give an array of numbers") from None
    if n is not None and column.ndim == 0:
        column = np.full(n, float(column))
    if column.ndim != 1 or (n is not None and len(column) != n):
        rule = "one number per row" if n is None else f"one number, or one per row ({n:,})"
        raise InvalidValueError(f"{name} must be {rule}; got shape {column.shape}; check what was put together")
    if not np.isfinite(column).all():
        raise InvalidValueError(f"{name} must be finite; got a missing or infinite number; leave such rows out")
    if (column < lowest).any() or (column > highest).any():
        rule = f"at least {lowest:g}" if highest == np.inf else f"from {lowest:g} to {highest:g}"
        raise InvalidValueError(f"{name} must be {rule}; got a number outside; check its sign and unit")
    return column
