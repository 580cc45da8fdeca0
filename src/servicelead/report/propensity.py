"""Which accounts a model finds most likely to expand, as the page shows them."""

import numpy as np
from attrs import frozen

from servicelead.columns.table import ResultTable

__all__ = ["Likely", "LikelyAccount", "likely_accounts"]

_MOST_ACCOUNTS = 10


@frozen(kw_only=True)
class LikelyAccount:
    """One account with the model's probability and its reasons in words."""

    account: str
    probability: float
    reasons: tuple[str, ...]


@frozen(kw_only=True)
class Likely:
    """The likeliest accounts of those that were scored.

    Attributes
    ----------
    n_accounts
        Accounts scored.
    n_expected
        How many of them would expand if every probability held.
    accounts
        The ten likeliest, in order.
    """

    n_accounts: int
    n_expected: float
    accounts: tuple[LikelyAccount, ...]


def likely_accounts(ranking: ResultTable | None) -> Likely | None:
    """Return the head of what `rank_accounts` returned; None where nothing was ranked."""
    if ranking is None or not len(ranking):
        return None
    lines = []
    for row in ranking.head(_MOST_ACCOUNTS).rows():
        reasons = (words for name, words in row.items() if name.startswith("reason_") and words is not None)
        lines.append(LikelyAccount(account=row["account_id"], probability=row["probability"], reasons=tuple(reasons)))
    return Likely(n_accounts=len(ranking), n_expected=float(np.sum(ranking["probability"])), accounts=tuple(lines))
