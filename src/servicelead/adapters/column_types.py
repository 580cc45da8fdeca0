"""What a column of a typed source may hold to be one of ours."""

from typing import Any

import pyarrow as pa

from servicelead.adapters.words import kinds_of
from servicelead.exceptions import IngestError

__all__ = ["require_types"]


def require_types(table: str, name: str, schema: Any) -> None:
    """Refuse a source of which a canonical column holds neither text, numbers, flags, dates nor moments.

    Columns of our own are asked for only: an attribute may be anything, and is read as text.

    Raises
    ------
    IngestError
        When a column is nested, binary, a duration or a time of day.
    """
    for column in kinds_of(table):
        if column in schema.names and not _is_readable(schema.field(column).type):
            raise IngestError(
                f"{name}: {table}.{column} must be text, numbers, flags, dates or moments; got "
                f"{_kind(schema, column)}. Map another column, or convert it in a query, e.g. CAST(x AS VARCHAR)",
                file=name,
                column=column,
                reason="wrong_type",
            )


def _is_readable(kind: Any) -> bool:
    types = pa.types
    if types.is_dictionary(kind):
        return _is_readable(kind.value_type)
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
        or types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_decimal(kind)
        or types.is_boolean(kind)
        or types.is_date(kind)
        or types.is_timestamp(kind)
        or types.is_null(kind)
    )


def _kind(schema: Any, column: str) -> str:
    # Not the type itself: the names of a structure's fields are the customer's.
    return "nested values" if pa.types.is_nested(schema.field(column).type) else f"{schema.field(column).type} values"
