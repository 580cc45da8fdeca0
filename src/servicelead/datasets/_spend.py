"""Marketing spend: what each channel cost in each calendar month."""

import numpy as np

from servicelead._typing import Array
from servicelead.datasets._recipe import Recipe, named
from servicelead.datasets._touches import Touches


def spend_table(recipe: Recipe, touches: Touches) -> dict[str, Array]:
    """Return spend by marketing channel and month; ends are exclusive, the last the day after ``as_of`` at most."""
    rng = recipe.stream("spend")
    channels = recipe.scenario.channels
    month = _months(recipe.day_of(touches.occurred_at))
    first, last = _months(np.array([recipe.first_day, recipe.last_day]))
    n_months = int(last - first) + 1
    counts = np.bincount(touches.channel * n_months + month - first, minlength=len(channels) * n_months)
    cost = np.array([channel.cost if channel.team == "marketing" else 0.0 for channel in channels])[:, None]
    amount = np.rint(counts.reshape(len(channels), n_months) * cost * rng.uniform(0.85, 1.25, (1, n_months)))
    channel, column = np.nonzero(amount)
    day_after = np.datetime64(recipe.last_day + 1, "D")
    return {
        "channel": named(tuple(kind.name for kind in channels), channel),
        "team": named(tuple(kind.team for kind in channels), channel),
        "start": (first + column).astype("datetime64[M]").astype("datetime64[D]"),
        "end": np.minimum((first + column + 1).astype("datetime64[M]").astype("datetime64[D]"), day_after),
        "amount": amount[channel, column],
    }


def _months(day: Array) -> Array:
    """Return months since 1970 of days since 1970."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
