"""How many channels a Markov chain should remember: judged on accounts it has not seen."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_whole
from servicelead._fields import kind_of
from servicelead.attribution.comparing.folds import account_folds
from servicelead.attribution.learned.backing_off import recoded, step_chances
from servicelead.attribution.learned.markov import MarkovChain
from servicelead.attribution.results.arguments import require_journeys
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.tables.journeys import Journeys

__all__ = ["OrderChoice", "choose_order"]


@frozen(kw_only=True)
class OrderChoice:
    """The order that foresaw best, and how the others did.

    Attributes
    ----------
    order
        The one with the lowest log-loss; the lowest of equals.
    table
        Per order: ``log_loss`` per step, in nats; ``excess``, by how much that is above the best; its
        ``standard_error`` over the folds. An excess within two standard errors of 0 decides nothing: prefer the lower
        order then.
    """

    order: int
    table: ResultTable = field(eq=False, repr=False)


def choose_order(
    journeys: Journeys,
    orders: Sequence[int] = (1, 2, 3, 4),
    folds: int = 5,
    seed: int = 0,
    *,
    by: str | tuple[str, ...] = "channel",
) -> OrderChoice:
    r"""Choose the order of a `MarkovChain` by its log-loss on accounts that were held out.

    Accounts are dealt into folds; the chain is fitted on all but one and asked, on that one, for the chance p of every
    step that was in fact taken - the end, won or lost, is the last step. With N such steps in all folds,

    .. math:: \text{log-loss} = -\frac{1}{N} \sum \log p

    A longer history is also a rarer one, so its chances lean on those of shorter ones: of n visits x to a step that the
    next shorter history takes with chance q, and m possible steps, give (x + m q)/(n + m).

    Parameters
    ----------
    journeys
        Won and lost ones with touches are used.
    orders
        To choose among, each at least 1.
    folds, seed
        How accounts are dealt out; at least 2 folds.
    by
        As for `MarkovChain`.

    Raises
    ------
    InvalidValueError
        For no order or one below 1, fewer than two folds, or fewer accounts than folds.
    MissingTimesError
        When states are to remember teams and the journeys are aggregated paths.

    Notes
    -----
    The log-loss is of steps, and accounts are what is held out: no journey of an account is judged by a chain that has
    seen another of its journeys. The chances are the means of nested Dirichlet distributions (MacKay and Bauman Peto,
    "A hierarchical Dirichlet language model", Natural Language Engineering 1, 1995), with the number of possible steps
    for the weight of the shorter history.

    The order that foresees steps best is not the order whose credit is true: no chain measures effect.

    Examples
    --------
    >>> paths = {"path": ["a > b", "b > a", "c > a > b", "a"], "won": [60, 0, 40, 5], "lost": [0, 60, 0, 95]}
    >>> journeys = Journeys.from_paths(paths, path="path", conversions="won", nonconversions="lost")
    >>> choose_order(journeys, orders=[1, 2]).order
    2
    """
    require_journeys("choose_order()", journeys)
    require_whole("choose_order: folds", folds, 2)
    wanted = _wanted(orders)
    longest = MarkovChain(order=wanted[-1], by=by)
    losses, steps = np.zeros((folds, len(wanted))), np.zeros(folds)
    closed = journeys.select((journeys.outcome != journeys.OPEN) & (journeys.lengths > 0))
    for fold, (learned, held_out) in enumerate(account_folds(closed, folds, seed)):
        summary, taken = longest.summarize(learned), longest.summarize(held_out)
        chances = list(step_chances(summary, recoded(taken.keys, taken.labels, summary)))
        counts = taken.counts["n"]
        losses[fold] = [-float(counts @ np.log(chances[order])) for order in wanted]
        steps[fold] = counts.sum()
    log_loss = losses.sum(axis=0) / steps.sum()
    best = int(np.argmin(log_loss))
    # Of a mean over steps, the influence of each fold, which share no account.
    excess = log_loss - log_loss[best]
    apart = losses - losses[:, [best]] - excess * steps[:, None]
    error = np.sqrt(folds / (folds - 1) * (apart**2).sum(axis=0)) / steps.sum()
    columns = {"order": wanted, "log_loss": log_loss, "excess": excess, "standard_error": error}
    return OrderChoice(order=wanted[best], table=ResultTable(columns))


def _wanted(orders: Any) -> list[int]:
    """Return the orders to choose among, each once, ascending."""
    if isinstance(orders, str) or not isinstance(orders, Iterable):
        raise InvalidValueError(f"choose_order: orders must be a sequence; got {kind_of(orders)}; write e.g. (1, 2, 3)")
    wanted = sorted({require_whole("choose_order: orders", order, 1) for order in orders})
    if not wanted:
        raise InvalidValueError("choose_order: orders must name one at least; got none; write e.g. (1, 2, 3)")
    return wanted
