"""What a calculator says of itself: its inputs with unit and range, its outputs with unit and formula."""

import math
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from inspect import getdoc
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import attrs
from attrs import NOTHING, Attribute, evolve, frozen

from servicelead.exceptions import InvalidValueError, UnknownNameError

__all__ = ["KEY", "Input", "Kind", "Output", "input_of", "inputs_of", "output_of", "outputs_of"]

#: Where a field's metadata holds its `Input`.
KEY = "servicelead.input"
T = TypeVar("T", "Input", "Output")


class Kind(StrEnum):
    """What an input is."""

    RATE = "rate"
    COUNT = "count"
    WHOLE = "whole"
    MONEY = "money"
    UNIT_COST = "unit_cost"
    DAYS = "days"
    RATIO = "ratio"
    NUMBER = "number"
    WORD = "word"
    FLAG = "flag"

    @property
    def is_numeric(self) -> bool:
        """Whether it can be varied by degrees."""
        return self not in {Kind.WORD, Kind.FLAG}


@frozen(kw_only=True)
class Input:
    """What one field of a calculator takes.

    Attributes
    ----------
    name
        The field.
    kind
        What it is.
    unit
        What one of it is.
    description
        What it means, in words.
    lowest, highest
        Range, both ends included; infinite where there is no bound.
    choices
        The words it may be, for a word.
    is_required
        Whether a value must be given.
    default
        Value where none need be given.
    """

    name: str = ""
    kind: Kind
    unit: str
    description: str
    lowest: float = -math.inf
    highest: float = math.inf
    choices: tuple[str, ...] = ()
    is_required: bool = True
    default: Any = None


@frozen(kw_only=True)
class Output:
    """What one property of a calculator gives.

    Attributes
    ----------
    name
        The property.
    unit
        What one of it is.
    formula
        First paragraph of its docstring, as plain text.
    """

    name: str
    unit: str
    formula: str


def inputs_of(calculator: Any) -> tuple[Input, ...]:
    """Return what a calculator, or its class, takes, in the order of its fields.

    Fields made without a helper of `servicelead.calculators.inputs` are left out.

    Raises
    ------
    InvalidValueError
        It is no attrs class, or none of its fields says its unit.

    Examples
    --------
    >>> from servicelead.calculators import Adoption
    >>> [(each.name, each.unit) for each in inputs_of(Adoption)][:2]
    [('n_sold', 'licences'), ('n_used', 'licences')]
    """
    kind = _class_of(calculator)
    inputs = _inputs(kind)
    if not inputs:
        raise InvalidValueError(
            "calculator must be an attrs class whose fields come from servicelead.calculators.inputs; "
            f"got {kind.__name__}, which has none; see the guide on writing a calculator",
        )
    return inputs


def outputs_of(calculator: Any) -> tuple[Output, ...]:
    """Return what a calculator, or its class, gives, in the order of its properties; bases come first.

    An output is a public property whose return type is annotated with its unit, as in ``Annotated[float, "leads"]``.

    Examples
    --------
    >>> from servicelead.calculators import Adoption
    >>> print(outputs_of(Adoption)[0])
    Output(name='licence_utilisation_ratio', unit='ratio', formula='n_used / n_sold; above 1 is over-deployment.')
    """
    return _outputs(_class_of(calculator))


def input_of(calculator: Any, name: str) -> Input:
    """Return one input by name.

    Raises
    ------
    UnknownNameError
        There is no such input.
    """
    return _named(calculator, inputs_of(calculator), name, "input")


def output_of(calculator: Any, name: str) -> Output:
    """Return one output by name.

    Raises
    ------
    UnknownNameError
        There is no such output.
    """
    return _named(calculator, outputs_of(calculator), name, "output")


def _described(each: "Attribute[Any]") -> Input:
    spec: Input = evolve(each.metadata[KEY], name=each.name)
    return spec if each.default is NOTHING else evolve(spec, is_required=False, default=each.default)


def _named(calculator: Any, known: tuple[T, ...], name: str, what: str) -> T:
    for each in known:
        if each.name == name:
            return each
    names = [each.name for each in known]
    near = get_close_matches(str(name), names, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    raise UnknownNameError(
        f"{_class_of(calculator).__name__}: no such {what} as {name!r}{hint}; its {what}s are {', '.join(names)}"
    )


def _class_of(calculator: Any) -> type:
    return calculator if isinstance(calculator, type) else type(calculator)


# Both are asked for once per draw of a Monte Carlo analysis.
@lru_cache(maxsize=256)
def _inputs(kind: type) -> tuple[Input, ...]:
    fields = attrs.fields(kind) if attrs.has(kind) else ()
    return tuple(_described(each) for each in fields if KEY in each.metadata)


@lru_cache(maxsize=256)
def _outputs(kind: type) -> tuple[Output, ...]:
    found = []
    properties = {
        name: value
        for base in reversed(kind.__mro__)
        for name, value in vars(base).items()
        if isinstance(value, property) and not name.startswith("_")
    }
    for name, value in properties.items():
        returned = get_type_hints(value.fget, include_extras=True).get("return")
        units = [each for each in get_args(returned)[1:] if isinstance(each, str)]
        if get_origin(returned) is Annotated and units:
            formula = " ".join((getdoc(value) or "").partition("\n\n")[0].replace("`", "").split())
            found.append(Output(name=name, unit=units[0], formula=formula))
    return tuple(found)
