"""Why a row was refused or remarked on: every code, its rule and its remedy, in one place."""

from collections.abc import Iterable
from enum import StrEnum
from types import MappingProxyType

from attrs import field, frozen

from servicelead.exceptions import UnknownNameError

__all__ = ["CODES", "Code", "Finding", "Reject", "Severity", "code"]


class Severity(StrEnum):
    """What a code means for its row."""

    REJECT = "reject"
    FINDING = "finding"


@frozen(kw_only=True)
class Code:
    """One stable code.

    Attributes
    ----------
    name
        The code itself.
    severity
        ``reject`` (the row is left out and counted) or ``finding`` (kept and counted).
    rule
        What should hold.
    remedy
        What to do about it.
    """

    name: str
    severity: Severity
    rule: str
    remedy: str


@frozen(kw_only=True)
class Reject:
    """One refused row, or one bad cell of it: where it was and why; never what it held.

    Attributes
    ----------
    file, table
        Where the row came from and the table it was meant for.
    record
        Its number in the source, from 1, the header not counted.
    column
        The canonical column at fault; empty where the whole row is.
    code
        The reason, one of `CODES`.
    line
        Physical line of the file where the record starts; None where unknown.
    """

    file: str
    table: str
    record: int
    column: str = ""
    code: str
    line: int | None = None


def _row_numbers(values: Iterable[int]) -> tuple[int, ...]:
    return tuple(values)


@frozen(kw_only=True)
class Finding:
    """A remark on kept rows: how many and which first.

    Attributes
    ----------
    file, table
        Where the rows came from and their table.
    column
        The canonical column it is about; empty where it is the whole row.
    code
        The reason, one of `CODES` or the name of a check of the caller's.
    n
        Number of rows.
    records
        Numbers of the first few.
    says
        What a caller's own check states; empty for the codes known here.
    """

    file: str
    table: str
    column: str = ""
    code: str
    n: int
    records: tuple[int, ...] = field(default=(), converter=_row_numbers)
    says: str = ""


_AS_WRITTEN = "map another column, or say in servicelead.toml how it is written: "
_ENCODING = (
    "write in servicelead.toml [files.NAME], NAME being the file's name without .csv, and on the next line "
    'encoding = "cp1252", say'
)
_CELLS = "where there are too many, quote cells that hold the delimiter; where too few, add the cells that are missing"


def _codes() -> dict[str, Code]:
    rows = {
        Severity.REJECT: (
            # the file
            ("undecodable", "bytes must be text in the file's encoding", _ENCODING),
            ("nul_byte", "text holds no NUL byte", "export the file again, or remove the NUL bytes"),
            ("wrong_column_count", "a record has as many cells as the header", _CELLS),
            ("unclosed_quote", "every opening quote is closed", "close the quote, or double a quote inside a cell"),
            ("record_too_long", "a cell is at most 131,072 characters", "look for an unclosed quote further up"),
            # the cell
            ("missing_value", "this column must not be empty", "fill it in, or map another column"),
            (
                "not_a_time",
                "times are ISO 8601, e.g. 2026-03-05T14:00:00Z",
                _AS_WRITTEN + 'formats = { closed_at = "%d/%m/%Y" }, say',
            ),
            ("nonexistent_time", "the zone's clocks skipped this local time", "export times with their UTC offset"),
            (
                "not_a_number",
                "numbers are plain decimals with a point",
                _AS_WRITTEN + 'decimal = "," and thousands = ".", say',
            ),
            ("not_finite", "numbers are finite", "leave the cell empty where there is no number"),
            ("negative_number", "this number is not negative", "correct the sign, or map another column"),
            ("out_of_range", "this number lies in its stated range", "rescale the column (sentiment is -1 to 1)"),
            ("not_a_flag", "flags are true or false, yes or no, 1 or 0", "map the words under `values`"),
            ("unknown_choice", "this word is one of the allowed ones", "map your words under `values`"),
            ("amount_too_large", "amounts fit 2^63-1 minor units", "check the amount and its currency"),
            ("unknown_currency", "currencies are ISO 4217 codes", "correct the code, e.g. USD"),
            ("no_exchange_rate", "a rate must exist on or before the row's date", "add the rate to exchange_rates"),
            # the row
            ("missing_account", "a touch needs an account or a lead", "fill in account_id or lead_id"),
            ("missing_close", "a won or lost opportunity has a close", "fill in closed_at, or set the outcome to open"),
            ("ends_before_start", "an end is not before its start", "correct the dates"),
            ("after_as_of", "nothing after as_of is read", "move as_of, or leave the row for next time"),
            ("conflicting_id", "rows of one id say the same", "find out which row is right, and keep that one"),
            ("merge_cycle", "merged_into leads to a survivor", "break the circle of merges"),
        ),
        Severity.FINDING: (
            ("date_only", "a moment has a time of day", "read as 00:00 in the zone: order within the day is unsure"),
            ("ambiguous_time", "the zone's clocks showed this local time twice", "read as the first; export offsets"),
            (
                "unmapped_team",
                "team is marketing, sales, services, product or partner",
                "map your words under `values`",
            ),
            ("unmapped_choice", "this word is one of the allowed ones", "left empty; map your words under `values`"),
            ("amount_rounded", "amounts have no more decimals than the currency", "rounded half-even; export exact"),
            ("won_without_amount", "a won opportunity has an amount", "counted with value 0; fill it in"),
            ("closes_after_as_of", "what closes after as_of is open today", "read as open"),
            ("no_account", "a touch belongs to an account", "scored, never attributed; link the lead to an account"),
            ("before_account_created", "nothing happens before its account exists", "check created_at, or the link"),
            ("closed_before_created", "a close is not before the creation", "check the dates; the close is used"),
            ("unknown_account", "account_id is a row of accounts", "add the account, or correct the id"),
            ("unknown_contact", "contact_id is a row of contacts", "add the contact, or correct the id"),
            ("unknown_lead", "lead_id is a row of leads", "add the lead, or correct the id"),
            ("unknown_opportunity", "opportunity_id is a row of opportunities", "add it, or correct the id"),
        ),
    }
    return {
        name: Code(name=name, severity=severity, rule=rule, remedy=remedy)
        for severity, codes in rows.items()
        for name, rule, remedy in codes
    }


#: Every code by its name, rejects first.
CODES = MappingProxyType(_codes())


def code(name: str) -> Code:
    """Return a code by its name.

    Raises
    ------
    UnknownNameError
        When there is none.
    """
    try:
        return CODES[name]
    except KeyError:
        raise UnknownNameError(f"no reject or finding code {name!r}; see servicelead.tables.CODES") from None
