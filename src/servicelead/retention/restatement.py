"""Why last quarter's number changed: the rows that differ between two extracts, and what each did to it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from servicelead._typing import IntArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import IncompatibleError
from servicelead.kernels.movements import net_changes
from servicelead.retention.given import KINDS
from servicelead.retention.ledger import MovementLedger
from servicelead.tables.movements import Spans

__all__ = ["Restatement", "restatement"]


class Restatement(NamedTuple):
    """What changed between two ledgers, in minor units a year, for the periods that both have.

    Attributes
    ----------
    periods
        ``period, figure, before, after, difference`` for each opening, movement and closing that differs.
    rows
        ``period, subscription_id`` (or ``payment_id``), ``account_id, change, before, after, difference``: how much the
        row added to what recurs in that period, in either extract. ``change`` says what was done to it: added, removed,
        re-dated, re-priced, moved (to another account). For each period the differences add up to that of its net
        movement, and over all periods up to it to that of its closing.
    """

    periods: ResultTable
    rows: ResultTable


def restatement(before: MovementLedger, after: MovementLedger) -> Restatement:
    """Explain, row by row, why figures of past periods differ between two extracts of the same business.

    What happened after the last period both have is no restatement: it shows nowhere.

    Parameters
    ----------
    before, after
        Ledgers of the earlier and the later extract, of one policy, grain and source.

    Returns
    -------
    Restatement

    Raises
    ------
    IncompatibleError
        When the two do not compare, or have no rows to explain with.

    Examples
    --------
    >>> from datetime import date
    >>> from servicelead import Business
    >>> def extract(amount):
    ...     return MovementLedger.from_business(Business.from_frames(
    ...         subscriptions={
    ...             "subscription_id": ["s1"], "account_id": ["a"], "started_at": ["2026-01-10"],
    ...             "amount": [amount], "period": ["month"],
    ...         },
    ...         as_of=date(2026, 1, 31), currency="USD",
    ...     ))
    >>> found = restatement(extract("100.00"), extract("90.00"))
    >>> found.rows.rows()[0]["change"], found.rows.rows()[0]["difference"]
    ('re-priced', -12000)
    """
    if (before.policy, before.periods.grain, before.currency) != (after.policy, after.periods.grain, after.currency):
        raise IncompatibleError("restatement needs two ledgers of one policy, grain and currency; make them alike")
    if before.spans is None or after.spans is None or type(before.spans.table) is not type(after.spans.table):
        raise IncompatibleError(
            "restatement needs two ledgers of subscriptions, or of payments; a movements table has no rows"
        )
    return Restatement(_figures(before, after), _rows(before, before.spans, after, after.spans))


def _figures(before: MovementLedger, after: MovementLedger) -> ResultTable:
    """Return every figure of a period both have that differs; a period before a ledger's first has nothing."""
    tables = [ledger.movements() for ledger in (before, after)]
    found = []
    for period in _shared(before, after):
        rows = [table.row(period=period) if period in table["period"] else {} for table in tables]
        for figure in ("opening", *KINDS, "closing"):
            old, new = (row.get(figure, 0) for row in rows)
            if old != new:
                found.append((period, figure, old, new, new - old))
    return _table(("period", "figure", "before", "after", "difference"), found, after.backend)


def _shared(before: MovementLedger, after: MovementLedger) -> list[str]:
    """Return the periods up to the last that both have seen, oldest first."""
    labels = sorted({*before.periods.labels, *after.periods.labels})
    lasts = [ledger.periods.labels[-1] for ledger in (before, after) if ledger.periods.labels]
    return [label for label in labels if label <= min(lasts)] if len(lasts) == 2 else []


def _rows(before: MovementLedger, old: Spans, after: MovementLedger, new: Spans) -> ResultTable:
    """Return every row and period in which the two extracts add different amounts."""
    shared, key = _shared(before, after), f"{new.table.title.removesuffix('s')}_id"
    place = {label: position for position, label in enumerate(shared)}
    names: dict[str, int] = {}
    codes = [_codes(spans, key, names) for spans in (old, new)]
    sides = [_changes(ledger, code, place) for ledger, code in zip((before, after), codes, strict=True)]
    parts = [np.concatenate(columns) for columns in zip(*sides, strict=True)]
    sign = np.repeat([-1, 1], [len(side[0]) for side in sides])
    row, period, difference = net_changes(parts[0], parts[1], parts[2] * sign)
    differs = np.zeros(len(names), dtype=bool)
    differs[row] = True
    amounts = [_by_cell(*(column[differs[side[0]]] for column in side)) for side in sides]
    spots = np.full((2, len(names)), -1, dtype=np.int64)
    for side, code in enumerate(codes):
        spots[side, code] = np.arange(len(code))
    found, labels = [], list(names)
    for place_of in np.lexsort((row, period)).tolist():
        which, at = int(row[place_of]), int(period[place_of])
        one, two = spots[:, which].tolist()
        account = before.accounts.labels[old.account[one]] if two < 0 else after.accounts.labels[new.account[two]]
        change = _what((before, after), (old, new), (one, two))
        values = [side.get((which, at), 0) for side in amounts]
        found.append((shared[at], labels[which], account, change, *values, int(difference[place_of])))
    return _table(("period", key, "account_id", "change", "before", "after", "difference"), found, after.backend)


def _codes(spans: Spans, key: str, names: dict[str, int]) -> IntArray:
    """Return a code for each span's identifier, known ones as they are; `names` learns the others."""
    ids = getattr(spans.table, key).read(spans.row).tolist()
    return np.fromiter((names.setdefault(name, len(names)) for name in ids), dtype=np.int64, count=len(ids))


def _by_cell(row: IntArray, period: IntArray, change: IntArray) -> dict[tuple[int, int], int]:
    """Return the change of each row in each period."""
    columns = [column.tolist() for column in net_changes(row, period, change)]
    return {(code, at): units for code, at, units in zip(*columns, strict=True)}


def _changes(ledger: MovementLedger, code: IntArray, place: dict[str, int]) -> tuple[IntArray, IntArray, IntArray]:
    """Return (row code, shared period, change) of the events in periods that are shared."""
    events = ledger.events
    shared = np.array([place.get(label, -1) for label in ledger.periods.labels] or [-1], dtype=np.int64)
    period = shared[ledger.period_of(events.when)]
    inside = period >= 0
    return code[events.span[inside]], period[inside], events.change[inside]


def _what(ledgers: Sequence[MovementLedger], sides: Sequence[Spans], spots: tuple[int, int]) -> str:
    """Say what was done to a row, in words."""
    one, two = spots
    if one < 0 or two < 0:
        return "added" if one < 0 else "removed"
    (before, after), (old, new) = ledgers, sides
    horizon = min(before.periods.boundaries[-1], after.periods.boundaries[-1])
    ends = [min(int(spans.ended[spot]), int(horizon)) for spans, spot in ((old, one), (new, two))]
    done = {
        "moved": before.accounts.labels[old.account[one]] != after.accounts.labels[new.account[two]],
        "re-dated": old.started[one] != new.started[two] or ends[0] != ends[1],
        "re-priced": old.annual[one] != new.annual[two],
    }
    return ", ".join(name for name, is_so in done.items() if is_so) or "booked with its account"


def _table(names: tuple[str, ...], rows: Sequence[tuple[object, ...]], backend: str | None) -> ResultTable:
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    numbers = {"before", "after", "difference"}
    return ResultTable(
        {name: np.array(cells, dtype=np.int64 if name in numbers else object) for name, cells in columns.items()},
        backend=backend,
    )
