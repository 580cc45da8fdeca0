"""Domain objects to columns: the same door as files and frames."""

from collections.abc import Iterable
from typing import Any

from attrs import fields, has

from servicelead.domain import Money
from servicelead.exceptions import InvalidValueError

__all__ = ["objects_to_columns"]


def objects_to_columns(objects: Iterable[Any]) -> dict[str, list[Any]]:
    """Return one list per field of the objects; extra attributes become columns of their own.

    `Money` gives its amount and its currency.

    Raises
    ------
    InvalidValueError
        When they are not all objects of one class of `servicelead.domain`.
    """
    items = list(objects)
    if not items:
        return {}
    kinds = {type(item) for item in items}
    if len(kinds) > 1 or not has(type(items[0])):
        raise InvalidValueError(
            "a table must be given as objects of one class of servicelead.domain, "
            f"got {', '.join(sorted(kind.__name__ for kind in kinds))}; use Business.from_frames for other data"
        )
    names = [a.name for a in fields(type(items[0])) if a.name != "attributes"]
    columns: dict[str, list[Any]] = {name: [getattr(item, name) for item in items] for name in names}
    for name in list(columns):
        money = [value if isinstance(value, Money) else None for value in columns[name]]
        if any(value is not None for value in money):
            own = columns.get("currency", [None] * len(items))
            columns["currency"] = [m.currency if m is not None else c for m, c in zip(money, own, strict=True)]
            columns[name] = [m.amount if m is not None else v for m, v in zip(money, columns[name], strict=True)]
    extras = dict.fromkeys(key for item in items for key in getattr(item, "attributes", {}))
    for key in extras:
        columns[key] = [item.attributes.get(key) for item in items]
    return {name: values for name, values in columns.items() if any(value is not None for value in values)}
