"""Expected wins and value of a simulated world, with all touches and with some signed touch types removed."""

import math
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import NamedTuple

import numpy as np
from attrs import frozen

from servicelead._typing import FloatArray, IntArray
from servicelead.datasets._accounts import Traits
from servicelead.datasets._effects import Effects, draw_effects, touch_type_labels
from servicelead.datasets._hazard import account_weeks, blocks
from servicelead.datasets._outcomes import chances_to_close, expected_amounts
from servicelead.datasets._recipe import Recipe
from servicelead.datasets._touches import Touches
from servicelead.exceptions import UnknownNameError

#: A set of signed touch types.
Types = frozenset[int]


class Expected(NamedTuple):
    """Deals won and their value."""

    wins: float
    value: float


@frozen(kw_only=True, eq=False)
class World:
    """What is true of a simulated business: its accounts, and the touches that happened."""

    recipe: Recipe
    traits: Traits
    touches: Touches

    @cached_property
    def members(self) -> dict[str, dict[str, Types]]:
        """The signed touch types of every label of every dimension, from fine to coarse."""
        members: dict[str, dict[str, Types]] = {"touch_type": {}, "channel": {}, "team": {}}
        for k, label in touch_type_labels(self.recipe.scenario.channels).items():
            channel = self.recipe.scenario.channels[k // 2]
            for dimension, name in zip(members, (label, channel.name, channel.team), strict=True):
                members[dimension][name] = members[dimension].get(name, frozenset()) | {k}
        return members

    def types(self, dimension: str, labels: str | Collection[str]) -> Types:
        """Return the signed touch types of some labels of one dimension; `UnknownNameError` for one unknown."""
        known = self.members[dimension]
        names = {labels} if isinstance(labels, str) else set(labels)
        if names - known.keys():
            raise UnknownNameError(
                f"Truth.without: a {dimension} must be one of the scenario's, got another; "
                f"choose among {', '.join(known)}"
            )
        return frozenset().union(*(known[name] for name in names))

    @cached_property
    def _counts(self) -> IntArray:
        return np.bincount(self.touches.touch_type, minlength=2 * len(self.recipe.scenario.channels))

    def count(self, types: Types) -> int:
        """Return how many touches are of these types."""
        return int(self._counts[list(types)].sum())

    def expect(self, removals: Iterable[Types]) -> tuple[Expected, dict[Types, Expected]]:
        """Return what is expected with all touches, and what each removal takes away of it."""
        distinct = list(dict.fromkeys(removals))
        by_block = [self._block(accounts, distinct) for accounts in blocks(self.traits.n)]
        everything, *lost = (
            Expected(*(math.fsum(numbers) for numbers in zip(*parts, strict=True)))
            for parts in zip(*by_block, strict=True)
        )
        return everything, dict(zip(distinct, lost, strict=True))

    def _block(self, accounts: slice, removals: list[Types]) -> list[tuple[float, float]]:
        """Return the same of a range of accounts, all touches first; each removal looks only where its touches act."""
        members = np.arange(accounts.start, accounts.stop)
        weeks = account_weeks(self.recipe, self.traits, self.touches, self._effects, members)
        worth = np.repeat(expected_amounts(self.traits)[members], self.recipe.weeks)
        in_time = np.tile(self._in_time, members.size)
        wins = in_time * weeks.chances_to_win()
        found = [(float(wins.sum()), float((wins * worth).sum()))]
        for types in removals:
            cells = weeks.reached_by(types)
            lost = wins[cells] - in_time[cells] * weeks.chances_to_win(cells, without=types)
            found.append((float(lost.sum()), float((lost * worth[cells]).sum())))
        return found

    @cached_property
    def _effects(self) -> Effects:
        return draw_effects(self.recipe)

    @cached_property
    def _in_time(self) -> FloatArray:
        return chances_to_close(self.recipe)
