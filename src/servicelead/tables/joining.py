"""Journeys of disjoint accounts put together again, whatever way they were taken apart."""

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve

from servicelead._typing import BoolArray, IntArray
from servicelead.exceptions import IncompatibleError
from servicelead.kernels.segments import concatenate_ranges
from servicelead.tables.base import frozen_array
from servicelead.tables.journey_dimensions import deals
from servicelead.tables.merging import merge
from servicelead.tables.paths import Paths

if TYPE_CHECKING:
    from servicelead.tables.journeys import Journeys

__all__ = ["join"]


def join(first: "Journeys", second: "Journeys") -> "tuple[Journeys, IntArray]":
    """Return the journeys of two disjoint parts in their common order, and where each placement came from."""
    if (first.business is None) != (second.business is None):
        raise IncompatibleError("aggregated paths and journeys of a business cannot be added")
    for name in ("currency", "window"):
        if getattr(first, name) != getattr(second, name):
            raise IncompatibleError(f"journeys with a different {name} cannot be added; build both with one")
    if isinstance(first.touches, Paths) and isinstance(second.touches, Paths):
        one, two = _over_one_list(first, second)
        population = None
    elif first.touches is second.touches:
        population = _both(first, second)
        one, two = first, second
    else:
        one, two = _over_one_business(first, second)
        population = None
    columns: dict[str, Any] = {
        name: np.concatenate([values, two.per_journey()[name]]) for name, values in one.per_journey().items()
    }
    counts = np.concatenate([one.lengths, two.lengths])
    order = np.arange(len(counts))
    if one.ended_at is not None:
        order = np.lexsort((deals(one, columns["opportunity"])[0], columns["ended_at"], columns["account"]))
    starts = np.append(0, np.cumsum(counts))[:-1]
    take = concatenate_ranges(starts[order], counts[order])
    ordered: dict[str, Any] = {name: frozen_array(values[order]) for name, values in columns.items()}
    joined = evolve(
        one,
        offsets=frozen_array(np.append(0, np.cumsum(counts[order]))),
        rows=frozen_array(np.concatenate([one.rows, two.rows])[take]),
        population=population,
        **ordered,
    )
    return joined, take


def _both(first: "Journeys", second: "Journeys") -> BoolArray | None:
    accounts = np.arange(len(first.require_business("accounts").touches.vocabularies["account_id"]))
    one, two = first.speaks_for(accounts), second.speaks_for(accounts)
    if (one & two).any():
        raise IncompatibleError(
            "the parts share accounts; split journeys with of_accounts(mask), so that each account is in one part"
        )
    either = one | two
    return None if either.all() else frozen_array(either)


def _over_one_list(first: "Journeys", second: "Journeys") -> "tuple[Journeys, Journeys]":
    """Return both parts' paths over the steps of both, the second part's independent units numbered on."""
    steps, begin = first.touches.followed_by(second.touches)  # type: ignore[union-attr,arg-type]  # both are paths
    account = second.account + np.int32(first.account.max() + 1 if first.n else 0)
    one = evolve(first, touches=steps)
    two = evolve(second, touches=steps, rows=frozen_array(second.rows + begin), account=frozen_array(account))
    return one, two


def _over_one_business(first: "Journeys", second: "Journeys") -> "tuple[Journeys, Journeys]":
    if first.population is not None or second.population is not None:
        raise IncompatibleError("add the parts of one business first, then the businesses")
    merged = merge(first.require_business("accounts"), second.require_business("accounts"))
    parts = []
    for i, part in enumerate((first, second)):
        if part.touches is not part.business.touches:  # type: ignore[union-attr]  # both have one
            raise IncompatibleError("add journeys first, then split_by_sentiment()")
        rows = np.append(merged.opportunities[i], -1)
        parts.append(
            evolve(
                part,
                business=merged.business,
                touches=merged.business.touches,
                rows=frozen_array(merged.touches[i][part.rows]),
                account=frozen_array(merged.accounts[i][part.account].astype(np.int32)),
                opportunity=frozen_array(rows[part.opportunity]),
            )
        )
    return parts[0], parts[1]
