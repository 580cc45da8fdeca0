"""Which accounts a model finds most likely to expand, as the page shows them."""

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from servicelead._typing import Array
from servicelead.columns.table import ResultTable
from servicelead.columns.zones import Zone
from servicelead.report.words import day, number_of

if TYPE_CHECKING:
    from servicelead.propensity import ModelCard

__all__ = ["Likely", "LikelyAccount", "Promise", "likely_accounts", "promise"]

_MOST_ACCOUNTS = 10
_DAY = 86_400_000_000


@frozen(kw_only=True)
class Promise:
    """What a model's probabilities are of, and what they rest on.

    Attributes
    ----------
    first_day, last_day
        Of the days in which an expansion counts, in the business's zone.
    basis
        What the model was trained on, in words.
    """

    first_day: str
    last_day: str
    basis: str


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
    promise
        What the probabilities are of; None where nobody says.
    """

    n_accounts: int
    n_expected: float
    accounts: tuple[LikelyAccount, ...]
    promise: Promise | None


def promise(card: "ModelCard | None", cutoffs: Array, zone: Zone) -> Promise | None:
    """Return what the probabilities at a cutoff are of; None where the card does not say, or cutoffs are several."""
    told = {} if card is None else card.training
    if "last_cutoff" not in told or len(moments := np.unique(cutoffs)) != 1:
        return None
    begins = int(moments.astype("datetime64[us]").astype(np.int64)[0]) + round(told["gap_days"] * _DAY)
    return Promise(
        first_day=day(begins, zone),
        last_day=day(begins + round(told["horizon_days"] * _DAY) - 1, zone),
        basis=f"by a model trained on {number_of(told['n_accounts'], 'account')} at cutoffs "
        f"from {told['first_cutoff']} to {told['last_cutoff']}",
    )


def likely_accounts(ranking: ResultTable | None, card: "ModelCard | None", zone: Zone) -> Likely | None:
    """Return the head of what `rank_accounts` returned; None where nothing was ranked."""
    if ranking is None or not len(ranking):
        return None
    lines = []
    for row in ranking.head(_MOST_ACCOUNTS).rows():
        reasons = (words for name, words in row.items() if name.startswith("reason_") and words is not None)
        lines.append(LikelyAccount(account=row["account_id"], probability=row["probability"], reasons=tuple(reasons)))
    return Likely(
        n_accounts=len(ranking),
        n_expected=float(np.sum(ranking["probability"])),
        accounts=tuple(lines),
        promise=promise(card, ranking["cutoff"], zone),
    )
