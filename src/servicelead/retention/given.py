"""A table of movements that another system made, read as it is."""

from typing import Any, NamedTuple

import numpy as np

from servicelead._typing import Array, Codes, IntArray
from servicelead.columns import parse
from servicelead.columns.frames import read_columns
from servicelead.columns.vocabulary import Vocabulary
from servicelead.columns.zones import Zone
from servicelead.domain.currencies import currency_exponent
from servicelead.exceptions import IngestError, InvalidValueError
from servicelead.tables.conversion import exact_minor_units

__all__ = ["KINDS", "Given", "read_movements"]

#: Names of the kinds of movement, in the order of their numbers.
KINDS = ("new", "expansion", "reactivation", "contraction", "churn")
_COLUMNS = ("account_id", "occurred_at", "movement", "amount")


class Given(NamedTuple):
    """Columns of a movements table, ordered by account and time; its amounts are int64 minor units a year."""

    accounts: Vocabulary
    account: IntArray
    at: IntArray
    kind: Array
    amount: IntArray
    backend: str | None


def read_movements(table: Any, *, zone: Zone, currency: str) -> Given:
    """Return the columns of a movements table.

    Raises
    ------
    IngestError
        When a column is missing.
    InvalidValueError
        When a row lacks a value, names another movement, or has a negative amount or one too large.
    """
    columns, backend = read_columns(table)
    for name in _COLUMNS:
        if name not in columns:
            raise IngestError(f"a movements table needs the column {name}; it needs {', '.join(_COLUMNS)}")
    codes, labels = parse.labels(columns["account_id"])
    order = np.argsort(labels, kind="stable")
    rank = np.empty(len(labels) + 1, dtype=np.int32)
    rank[order], rank[-1] = np.arange(len(labels)), -1
    codes = rank[codes]
    _refuse(codes < 0, "account_id", "given", "name the account")
    at, problems = parse.instants(columns["occurred_at"], zone)
    lacking = at == np.iinfo(np.int64).min
    _refuse(lacking, "occurred_at", "a moment", "write dates as 2026-03-31")
    kind, problems = parse.choices(columns["movement"], KINDS, "unknown_choice")
    _refuse((kind < 0) | _any(problems, len(codes)), "movement", f"one of {', '.join(KINDS)}", "map it to these words")
    amount = _minor_units(columns["amount"], currency)
    rows = np.lexsort((at, codes))
    return Given(
        Vocabulary(labels[order]), _int(codes[rows]), at[rows], kind[rows].astype(np.int8), amount[rows], backend
    )


def _minor_units(column: Any, currency: str) -> IntArray:
    amounts = parse.amounts(column)
    _refuse(~amounts.present() | _any(amounts.problems, len(column)), "amount", "a number", "write digits with a point")
    _refuse(amounts.as_float() < 0, "amount", "at least 0", "movements have no sign: name a loss churn or contraction")
    units, _ = exact_minor_units(amounts, np.arange(len(column)), currency_exponent(currency))
    _refuse(
        (units < 0) | (np.sum(units.astype(np.float64)) > 2.0**60),
        "amount",
        "below 2^60 minor units in all",
        "check it",
    )
    return units


def _any(problems: parse.Problems, n: int) -> Array:
    found = np.zeros(n, dtype=bool)
    for rows in problems.values():
        found |= rows
    return found


def _int(codes: Codes) -> IntArray:
    return codes.astype(np.int64)


def _refuse(rows: Array, column: str, rule: str, remedy: str) -> None:
    if rows.any():
        first = int(np.flatnonzero(rows)[0]) + 1
        raise InvalidValueError(
            f"movements.{column} must be {rule}; got {int(np.count_nonzero(rows))} rows that break the rule, the first "
            f"is row {first}; {remedy}"
        )
