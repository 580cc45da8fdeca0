"""Random journeys for the laws: aggregated paths, and small businesses whose tables can be disturbed."""

from collections.abc import Callable, Collection
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import strategies as st

import servicelead as sl
from reference.journeys import Window
from reference.touches import World, account_of_lead, surviving_account
from reference.worlds import CHANNELS, Tables, moment, to_tables

PATHS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(sorted(CHANNELS)), max_size=7),
        st.integers(0, 4),
        st.integers(-(10**7), 10**7),
        st.integers(0, 3),
    ),
    max_size=8,
)


def journeys_of_paths(paths: list[tuple[list[str], int, int, int]]) -> sl.Journeys:
    """Return the journeys of drawn paths: steps, conversions, cents, non-conversions."""
    return sl.Journeys.from_paths(
        {
            "path": [" > ".join(steps) or None for steps, *_ in paths],
            "won": [won for _, won, *_ in paths],
            "value": [f"{cents / 100:.2f}" if won else "0" for _, won, cents, _ in paths],
            "lost": [lost for *_, lost in paths],
        },
        path="path",
        conversions="won",
        value="value",
        nonconversions="lost",
        currency="EUR",
    )


def journeys_of(world: World, window: Window | None = None, tables: Tables | None = None) -> sl.Journeys:
    """Return the journeys of a world, or of tables that were made from it."""
    window = window or Window()
    given: dict[str, Any] = {**(tables or to_tables(world))}
    business = sl.Business.from_frames(**given, as_of=moment(world.as_of), zone="UTC", currency="USD")
    chosen = sl.JourneyWindow(
        lookback=window.lookback,
        max_touches=window.max_touches,
        restart_after_close=window.restart_after_close,
    )
    return sl.Journeys.from_business(business, window=chosen)


def shuffled(tables: Tables, seed: int) -> Tables:
    """Return the tables with the rows of each in another order."""
    out: Tables = {}
    for name, table in tables.items():
        order = list(range(len(next(iter(table.values())))))
        Random(seed).shuffle(order)  # noqa: S311 - a shuffle for a test, not a secret
        out[name] = {column: [values[i] for i in order] for column, values in table.items()}
    return out


def changed(world: World, *, instants: int = 0, money: int = 1, channel: Callable[[str], str] = str) -> World:
    """Return the world later by some microseconds, its money scaled and its channels renamed."""

    def later(instant: int | None) -> Any:
        return None if instant is None else instant + instants

    return replace(
        world,
        as_of=later(world.as_of),
        leads=tuple(replace(lead, created_at=later(lead.created_at)) for lead in world.leads),
        touches=tuple(
            replace(
                touch,
                occurred_at=later(touch.occurred_at),
                sentiment_known_at=later(touch.sentiment_known_at),
                channel=channel(touch.channel),
            )
            for touch in world.touches
        ),
        opportunities=tuple(
            replace(
                deal,
                created_at=later(deal.created_at),
                closed_at=later(deal.closed_at),
                minor_units=None if deal.minor_units is None else deal.minor_units * money,
            )
            for deal in world.opportunities
        ),
    )


def part_of(world: World, accounts: Collection[str]) -> World:
    """Return what belongs to the accounts that survive as some of these."""

    def mine(account_id: str | None) -> bool:
        return account_id is not None and surviving_account(world, account_id) in accounts

    return replace(
        world,
        accounts=tuple(account for account in world.accounts if mine(account.account_id)),
        leads=tuple(lead for lead in world.leads if mine(account_of_lead(world, lead.lead_id))),
        touches=tuple(
            touch
            for touch in world.touches
            if mine(touch.account_id)
            or (touch.account_id is None and touch.lead_id and mine(account_of_lead(world, touch.lead_id)))
        ),
        opportunities=tuple(deal for deal in world.opportunities if mine(deal.account_id)),
    )
