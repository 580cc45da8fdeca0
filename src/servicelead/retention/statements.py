"""Movements as tables: exact minor units, figures to print, and the proof."""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from servicelead._typing import Array, IntArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.grouping import group_sums
from servicelead.retention.given import KINDS
from servicelead.retention.slices import signed
from servicelead.retention.slicing import By, closings, name_of, slices_of
from servicelead.tables.base import major_units

if TYPE_CHECKING:
    from servicelead.retention.ledger import MovementLedger

__all__ = ["movement_table", "reconciliation", "statement_table"]

_NAMES = (*KINDS, "transfers_in", "transfers_out")
_SIGNS = np.array([1, 1, 1, -1, -1, 1, -1], dtype=np.int64)


def movement_table(ledger: "MovementLedger", by: By) -> ResultTable:
    """Return exact movements per slice and period."""
    labels, cube = _cube(ledger, by)
    return _table(ledger, by, labels, cube, _title(ledger))


def statement_table(ledger: "MovementLedger", by: By, per: Literal["year", "month"]) -> ResultTable:
    """Return movements per slice and period in major units, each rounded once and everything else recomputed."""
    if per not in {"year", "month"}:
        raise InvalidValueError('statement(per=) must be "year" or "month"; the ledger\'s grain is a choice of its own')
    labels, cube = _cube(ledger, by)
    if per == "month":
        whole, rest = np.divmod(cube, 12)
        cube = whole + ((rest > 6) | ((rest == 6) & (whole % 2 == 1)))
    table = _table(ledger, by, labels, cube, f"{ledger.currency} a {per}")
    columns = {name: table[name] if name in ("period", name_of(by)) else major_units(table[name], ledger.currency)
               for name in table.names}  # fmt: skip
    return ResultTable(columns, backend=ledger.backend, title=table.title)


def reconciliation(ledger: "MovementLedger", by: By) -> ResultTable:
    """Return, per slice and period, the closing that movements lead to and the one that spans add up to."""
    if by == "account":
        return _accounts(ledger)
    labels, cube = _cube(ledger, by)
    counted = closings(ledger, by)
    led_to = np.cumsum(cube @ _SIGNS, axis=1)
    kept = _kept(by, np.any(led_to | counted, axis=1))
    columns = _heads(ledger, by, labels[kept])
    columns |= {"closing": led_to[kept].ravel(), "counted": counted[kept].ravel()}
    columns["difference"] = (led_to - counted)[kept].ravel()
    return ResultTable(columns, backend=ledger.backend, title=_title(ledger))


def _accounts(ledger: "MovementLedger") -> ResultTable:
    """Return the same for every account and period in which one of its movements or subscriptions changes."""
    n_periods, events = len(ledger.periods), ledger.events
    sides = [(ledger.account, ledger.period, signed(ledger.kind, ledger.amount))]
    sides += [(events.account, ledger.period_of(events.when), events.change)] if ledger.spans is not None else sides
    keys = [account * n_periods + period for account, period, _ in sides]
    cells, place = np.unique(np.concatenate(keys), return_inverse=True)
    account, period = np.divmod(cells, max(n_periods, 1))
    starts = np.searchsorted(account, account, side="left")
    found = []
    for (_, _, change), rows in zip(sides, np.split(place, [len(keys[0])]), strict=True):
        steps = group_sums(rows, change, len(cells))
        totals = np.cumsum(steps)
        found.append(totals - (totals - steps)[starts])
    labels = np.array([*ledger.periods.labels, None], dtype=object)
    columns = {"account_id": ledger.accounts.decode(account), "period": labels[period]}
    columns |= {"closing": found[0], "counted": found[1], "difference": found[0] - found[1]}
    return ResultTable(columns, backend=ledger.backend, title=_title(ledger))


def _kept(by: By, has_any: Array) -> Array:
    """Return which slices are shown: those that ever have anything; the whole, always."""
    return has_any if by is not None else np.arange(len(has_any)) == 0


def _title(ledger: "MovementLedger") -> str:
    return f"{ledger.currency} minor units a year"


def _heads(ledger: "MovementLedger", by: By, labels: Array) -> dict[str, Any]:
    """Return the columns that name the slice and the period of each row."""
    columns: dict[str, Any] = {} if by is None else {str(name_of(by)): np.repeat(labels, len(ledger.periods))}
    periods = np.empty(len(ledger.periods), dtype=object)
    periods[:] = ledger.periods.labels
    return columns | {"period": np.tile(periods, len(labels))}


def _cube(ledger: "MovementLedger", by: By) -> tuple[Array, IntArray]:
    """Return the slices' names, None last, and int64 (slices, periods, kinds)."""
    slices, n_periods = slices_of(ledger, by), len(ledger.periods)
    n = len(slices.labels) + 1
    cell = (slices.label * n_periods + slices.period) * len(_NAMES) + slices.kind
    flat = np.zeros(n * n_periods * len(_NAMES), dtype=np.int64)
    np.add.at(flat, cell, slices.amount)
    labels = np.append(slices.labels.labels, np.array([None], dtype=object))
    return labels, flat.reshape(n, n_periods, len(_NAMES))


def _table(ledger: "MovementLedger", by: By, labels: Array, cube: IntArray, title: str) -> ResultTable:
    """Return one row per slice that ever has anything and period; transfers only where there can be any."""
    kept = _kept(by, np.any(cube, axis=(1, 2)))
    labels, cube = labels[kept], cube[kept]
    closing = np.cumsum(cube @ _SIGNS, axis=1)
    columns = _heads(ledger, by, labels) | {"opening": (closing - cube @ _SIGNS).ravel()}
    for place, name in enumerate(_NAMES):
        if place < len(KINDS) or by not in {None, "cohort"}:
            columns[name] = cube[:, :, place].ravel()
    return ResultTable(columns | {"closing": closing.ravel()}, backend=ledger.backend, title=title)
