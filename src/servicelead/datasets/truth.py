"""What was truly won by whom: what is expected with some touches and without them, chance left out."""

from collections.abc import Collection, Mapping

from attrs import field, fields_dict, frozen

from servicelead.columns.table import ResultTable
from servicelead.datasets._expectation import Expected, Types, World
from servicelead.exceptions import UnknownNameError

__all__ = ["Removal", "Truth"]


@frozen(kw_only=True)
class Removal:
    """What is expected had some touches not happened, and all others had.

    Attributes
    ----------
    n_touches
        Number of touches taken away.
    wins_without, value_without
        Expected deals won without them, and their value in whole units of the currency.
    incremental_wins, incremental_value
        Expected with all touches less expected without these: negative where they do harm.
    """

    n_touches: int
    wins_without: float
    value_without: float
    incremental_wins: float
    incremental_value: float


@frozen(kw_only=True, eq=False)
class Truth:
    """What a simulated business is expected to win, with all touches that happened and without some of them.

    Counted are opportunities opened in the simulated weeks, won, and closed by ``as_of``. With P(open), P(won) and
    worth as the simulation draws them, and given the touches that happened::

        expected wins  = sum over accounts a and weeks w of P(open | a, w) * P(won | a, w) * P(closes in time | w)
        expected value = the same sum, each term times the expected amount of a deal of account a

    Nothing is estimated and no outcome is drawn: it is exact to floating point. Without a touch, later weeks of its
    account have other chances; every other touch stays, also one that a deal drew which might not have been. A touch
    that nobody asked about acts as one that left nobody unhappy, and counts as such.

    What removals take away does not add up. Exposure saturates, so that of two touches each alone may be dispensable;
    sales and services do more together than apart; and part of all wins comes without any touch. What dissuades has a
    negative increment.

    Attributes
    ----------
    expected_wins, expected_value
        With all touches; value in whole units of the currency.
    wins_without_touches, value_without_touches
        The part that comes without any touch.
    currency
        Of every value.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> truth = simulate_business(300, seed=4, scenario="no_confounding").truth
    >>> truth.wins_without_touches < truth.expected_wins
    True
    >>> truth.without(channels="email").incremental_wins
    0.0
    >>> truth.without(touch_types="support_case (negative)").incremental_wins < 0
    True
    """

    expected_wins: float
    expected_value: float
    wins_without_touches: float
    value_without_touches: float
    currency: str
    _world: World = field(repr=False)
    _lost: Mapping[Types, Expected] = field(repr=False)

    def by(self, dimension: str) -> ResultTable:
        """Return what each label's touches are worth, one removal a row.

        Parameters
        ----------
        dimension
            "touch_type" (a channel, or the negative touches of a channel, labelled as
            `Journeys.split_by_sentiment` does), "channel" or "team".

        Returns
        -------
        ResultTable
            In the scenario's order: the label, with its channel and team where it is finer than they are, and the
            fields of `Removal`. A label without touches has a row of zero increments.

        Raises
        ------
        UnknownNameError
            For another dimension.
        """
        members = self._world.members
        if dimension not in members:
            raise UnknownNameError(f"Truth.by: no dimension of that name; choose among {', '.join(members)}")
        rows = members[dimension]
        columns: dict[str, list[object]] = {dimension: list(rows)}
        for coarser in list(members)[list(members).index(dimension) + 1 :]:
            columns[coarser] = [_holder(members[coarser], types) for types in rows.values()]
        removals = [self._removal(types) for types in rows.values()]
        columns |= {name: [getattr(removal, name) for removal in removals] for name in fields_dict(Removal)}
        return ResultTable(columns)

    def without(
        self,
        *,
        channels: str | Collection[str] = (),
        teams: str | Collection[str] = (),
        touch_types: str | Collection[str] = (),
    ) -> Removal:
        """Return what is expected without the touches of some channels, teams and signed touch types together.

        Parameters
        ----------
        channels, teams, touch_types
            One label or several, as in `by`. With none, nothing is taken away.

        Raises
        ------
        UnknownNameError
            For a label the scenario does not have.

        Examples
        --------
        >>> from servicelead.datasets import simulate_business
        >>> truth = simulate_business(300, seed=4).truth
        >>> truth.without(teams=["marketing", "sales", "services"]).wins_without == truth.wins_without_touches
        True
        """
        named = {"touch_type": touch_types, "channel": channels, "team": teams}
        return self._removal(frozenset().union(*(self._world.types(*pair) for pair in named.items())))

    def _removal(self, types: Types) -> Removal:
        lost = self._lost[types] if types in self._lost else self._world.expect([types])[1][types]
        return Removal(
            n_touches=self._world.count(types),
            wins_without=self.expected_wins - lost.wins,
            value_without=self.expected_value - lost.value,
            incremental_wins=lost.wins,
            incremental_value=lost.value,
        )


def truth_of(world: World, currency: str) -> Truth:
    """Work out every removal that `Truth.by` has a row for, together."""
    everything = world.types("team", world.members["team"])
    single = [types for members in world.members.values() for types in members.values()]
    expected, lost = world.expect([everything, *single])
    return Truth(
        expected_wins=expected.wins,
        expected_value=expected.value,
        wins_without_touches=expected.wins - lost[everything].wins,
        value_without_touches=expected.value - lost[everything].value,
        currency=currency,
        world=world,
        lost=lost,
    )


def _holder(members: Mapping[str, Types], types: Types) -> str:
    """Return the label that some types belong to."""
    return next(label for label, held in members.items() if types <= held)
