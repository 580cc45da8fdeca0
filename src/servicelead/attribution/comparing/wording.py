"""A strategy in words: what it does, and what was chosen of it."""

import inspect
from datetime import timedelta
from typing import Any

from servicelead.attribution.learned.markov import MarkovChain
from servicelead.attribution.learned.shapley import Shapley
from servicelead.attribution.rules.time_decay import TimeDecay

__all__ = ["choices", "meaning"]


def choices(strategy: object) -> str:
    """Return what tells a strategy from others of its class, for whoever reads its figures; empty where nothing does.

    >>> choices(MarkovChain(order=2, by="team"))
    'order 2 by team, removal to null, of conversions'
    """
    if isinstance(strategy, MarkovChain):
        states = f"order {strategy.order}" + ("" if strategy.by == ("channel",) else f" by {' and '.join(strategy.by)}")
        removal = "to null" if strategy.removal == "to_null" else "by redistributing"
        return f"{states}, removal {removal}, of {strategy.measure}"
    if isinstance(strategy, Shapley):
        game = "game of value won" if strategy.game == "sum" else "game of rates"
        return game + ("" if strategy.by == "channel" else f" by {strategy.by}")
    if isinstance(strategy, TimeDecay):
        return f"{strategy.half_life / timedelta(days=1):g} days"
    return ""


def meaning(strategy: object) -> str:
    """Return what a strategy does, the first sentence of its description; of what it has fitted, what it learned by.

    >>> print(meaning(Shapley(game="rate")))
    Share the value by what each channel adds to coalitions of the others (game of rates).
    """
    recipe: Any = getattr(strategy, "strategy", strategy)
    first = (inspect.getdoc(type(recipe)) or "").partition("\n\n")[0].replace("\n", " ").replace("`", "")
    chosen = choices(recipe)
    return f"{first.rstrip('.')} ({chosen})." if chosen else first
