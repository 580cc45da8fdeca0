"""The list that a model is for: accounts by their chance to expand, each with its reasons in words."""

from typing import Any

import numpy as np
from scipy.special import expit

from servicelead._arguments import require_whole
from servicelead.columns.table import ResultTable
from servicelead.propensity.reasons.explanation import explain
from servicelead.propensity.snapshots.snapshots import Snapshots

__all__ = ["rank_accounts"]


def rank_accounts(model: Any, snapshots: Snapshots, *, n_reasons: int = 3) -> ResultTable:
    """Return accounts by their chance to expand, the likeliest first, with the main reasons.

    Parameters
    ----------
    model
        A fitted `ExpansionClassifier` or `ScoreCard`.
    snapshots
        Of the accounts to rank, such as ``builder.build(business, labelled=False)``. What is typical is so of them.
    n_reasons
        How many reasons to give at most, at least 1.

    Returns
    -------
    ResultTable
        ``rank`` from 1, ``account_id``, ``cutoff``, ``probability``, and ``reason_1``, ``reason_2`` ..., None where
        there is no further one. Equal chances are in the order of the snapshots.

    Raises
    ------
    InvalidValueError, UnknownNameError
        When the model is of another kind, or was trained on other columns.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> from servicelead.propensity import ScoreCard, SnapshotBuilder
    >>> business = simulate_business(n_accounts=150, seed=1).business
    >>> training = SnapshotBuilder().build(business)
    >>> card = ScoreCard().fit(training.features, training.y, groups=training.account)
    >>> table = rank_accounts(card, SnapshotBuilder().build(business, labelled=False))
    >>> table.names
    ('rank', 'account_id', 'cutoff', 'probability', 'reason_1', 'reason_2', 'reason_3')
    >>> bool((np.diff(table["probability"]) <= 0).all())
    True
    """
    require_whole("rank_accounts: n_reasons", n_reasons, 1)
    why = explain(model, snapshots.features, definitions=snapshots.definitions)
    order = np.argsort(-why.logit, kind="stable")
    reasons = np.full((len(order), n_reasons), None, dtype=object)
    for place, row in enumerate(order.tolist()):
        words = [reason.words for reason in why.reasons(row, top=n_reasons)]
        reasons[place, : len(words)] = words
    return ResultTable(
        {
            "rank": np.arange(1, len(order) + 1),
            "account_id": snapshots.account_id[order],
            "cutoff": snapshots.cutoff[order].astype("datetime64[us]"),
            "probability": expit(why.logit[order]),
            **{f"reason_{n + 1}": reasons[:, n] for n in range(n_reasons)},
        },
        backend=snapshots.features.backend,
    )
