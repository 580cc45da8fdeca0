"""What the best customers have in common that the worst do not."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._fields import kind_of
from servicelead._typing import MISSING, Array, BoolArray, FloatArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.refinery.contrasts import contrasts
from servicelead.refinery.profile_tree import profile
from servicelead.tables.base import major_units
from servicelead.tables.business import Business
from servicelead.tables.movements import spans_of_subscriptions
from servicelead.tables.opportunities import WON
from servicelead.tables.segmentation import attribute_at

__all__ = ["BestCustomers", "best_customers"]

Value = Literal["won", "recurring"]

_FEWEST = 20


@frozen(kw_only=True, eq=False)
class BestCustomers:
    """How the best customers differ from the worst, and a short profile of the best.

    Attributes
    ----------
    contrasts
        ``attribute, level, n_best, n_worst, best_share, worst_share, lift, lower, upper, fisher_p, verdict``, the
        largest lift first.
    profiles
        ``profile, n_best, n_accounts, best_rate, lower, upper``: the leaves of a shallow tree, counted on the accounts
        it was not grown on.
    n_best, n_worst
        Accounts compared.
    n_accounts
        Accounts they were chosen from.
    """

    contrasts: ResultTable
    profiles: ResultTable = field(repr=False)
    n_best: int
    n_worst: int
    n_accounts: int

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was shown, a sentence each; then the profiles, most of the best first."""
        told = [
            f"{row['attribute']} {row['level']} is {row['verdict']}: {row['best_share']:.0%} of the best have it, "
            f"{row['worst_share']:.0%} of the worst"
            for row in self.contrasts.rows()
            if row["verdict"] != "not shown"
        ]
        told += [
            f"{row['profile']}: {row['n_best']} of {row['n_accounts']} are among the best"
            for row in self.profiles.rows()
        ]
        return tuple(told)

    def __str__(self) -> str:
        head = f"{self.n_best} best and {self.n_worst} worst of {self.n_accounts} accounts"
        return "\n".join([head, *(self.sentences or ("nothing tells them apart",))])


def best_customers(
    business: Business,
    *,
    attributes: Sequence[str],
    value: Value = "won",
    since: date | None = None,
    share: float = 0.25,
    alpha: float = 0.05,
    seed: int = 0,
) -> BestCustomers:
    r"""Return what tells the accounts of most value and least trouble from those of least value and most trouble.

    Each account has a rank by value and one by trouble, its support cases; both as shares of all accounts, ties
    averaged. The best are the `share` of accounts with the highest rank of value less rank of trouble, the worst the
    `share` with the lowest; those level with the account at the edge are in, unless they are level with both edges.

    Each level of each attribute (a number is cut into quarters) is compared: with p its share of the best and q of the
    worst, the lift is p / q, with an interval by Donner and Zou's method from Wilson's bounds at confidence
    :math:`1 - \alpha / m`, m the number of comparisons (Bonferroni); Fisher's exact p is evidence beside it. The
    profile is a tree of depth 3 grown on half of the accounts, and its counts are those of the other half, so that they
    are not flattered by the choice. Both are associations.

    Parameters
    ----------
    business
        The tables: accounts; opportunities or subscriptions; cases.
    attributes
        What accounts are compared by: columns of ``account_history``, as known at `since`, or of ``accounts``.
    value
        ``"won"``: money of deals won after `since`; ``"recurring"``: annualised subscriptions at ``as_of``.
    since
        Value and trouble count from this day on and attributes are those known when it began, so that nothing is
        explained by its own consequences; accounts created later are left out. By default everything counts, and
        attributes are those known at ``as_of``.
    share
        Of all accounts, above 0 and below one half.
    alpha
        Share of comparisons that may wrongly find a difference, over all of them, between 0 and 1.
    seed
        Draws the half that the tree is grown on.

    Returns
    -------
    BestCustomers

    Raises
    ------
    UnknownNameError
        For an attribute that accounts do not have.
    InvalidValueError
        With fewer than 20 accounts on either side, without attributes, for a share out of range.

    Notes
    -----
    A. Donner, G. Y. Zou, "Closed-form confidence intervals for functions of the normal mean and standard deviation",
    Statistical Methods in Medical Research 21(4), 2012; honest trees: S. Athey, G. Imbens, PNAS 113(27), 2016.
    """
    require_within("best_customers: share", share, highest=0.5)
    require_within("best_customers: alpha", alpha)
    if not attributes:
        raise InvalidValueError("best_customers: attributes must name at least one; got none; name what accounts have")
    start = _start(business, since)
    there = (business.accounts.created_at == MISSING) | (business.accounts.created_at <= start) | (since is None)
    accounts = business.accounts.account_id[there]
    ours = _values(business, value, start)[accounts]
    trouble = np.bincount(
        business.cases.account_id[business.cases.opened_at >= start],
        minlength=len(business.accounts.vocabulary("account_id")),
    )[accounts]
    score = _rank(ours) - _rank(trouble.astype(np.float64))
    best, worst = _ends(score, share)
    if min(np.sum(best), np.sum(worst)) < _FEWEST:
        raise InvalidValueError(
            f"best_customers needs at least {_FEWEST} accounts on either side; got fewer; raise share, or bring more"
        )
    instant = np.full(len(accounts), business.as_of if since is None else start)
    columns = {name: attribute_at(business, name, accounts, instant) for name in attributes}
    kept = best | worst
    known = {name: (values.values[kept], values.missing[kept]) for name, values in columns.items()}
    return BestCustomers(
        contrasts=contrasts(known, best[kept], alpha=alpha, backend=business.backend),
        profiles=profile(known, best[kept], seed=seed, backend=business.backend),
        n_best=int(np.sum(best)),
        n_worst=int(np.sum(worst)),
        n_accounts=len(accounts),
    )


def _start(business: Business, since: Any) -> int:
    if since is None:
        return int(MISSING) + 1
    if type(since) is not date:
        raise InvalidValueError(f"best_customers: since must be a date; got {kind_of(since)}; e.g. date(2025, 1, 1)")
    return int(business.zone.day_start(np.array([since.toordinal() - date(1970, 1, 1).toordinal()]))[0])


def _values(business: Business, value: Value, start: int) -> FloatArray:
    """Return each account's value, by account code."""
    n_accounts = len(business.accounts.vocabulary("account_id"))
    if value == "won":
        deals = business.opportunities
        rows = np.flatnonzero((deals.outcome == WON) & (deals.closed_at >= start))
        amounts = np.nan_to_num(major_units(deals.amount[rows], deals.currency))
        return np.bincount(deals.account_id[rows], weights=amounts, minlength=n_accounts).astype(np.float64)
    if value == "recurring":
        spans = spans_of_subscriptions(business.subscriptions, business.as_of)
        ended = business.subscriptions.ended_at[spans.row]
        now = (ended == MISSING) | (ended > business.as_of)
        annual = spans.annual[now].astype(np.float64)
        return np.bincount(spans.account[now], weights=annual, minlength=n_accounts).astype(np.float64)
    raise InvalidValueError(f"best_customers: value must be won or recurring; got {kind_of(value)}; choose one")


def _rank(values: FloatArray) -> FloatArray:
    """Return each value's share of values below it, half of those equal to it included."""
    levels, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    below: FloatArray = (np.cumsum(counts) - counts / 2) / max(len(values), 1)
    return below[place] if len(levels) else values


def _ends(score: FloatArray, share: float) -> tuple[BoolArray, BoolArray]:
    """Return the accounts of the highest and of the lowest scores, the share or more; nobody who is level with both."""
    n = int(len(score) * share)
    if n == 0:
        return np.zeros(len(score), dtype=bool), np.zeros(len(score), dtype=bool)
    ordered: Array = np.sort(score)
    highest, lowest = score >= ordered[-n], score <= ordered[n - 1]
    return highest & ~lowest, lowest & ~highest
