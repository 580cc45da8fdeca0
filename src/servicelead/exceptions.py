"""Every error the library raises on purpose, in one tree.

::

    ServiceLeadError
    ├── InvalidValueError (ValueError)           a field or argument breaks its rule
    │   ├── IllegalMoveError                     a lead cannot go from its stage to the one asked for
    │   ├── NaiveDatetimeError                   a moment without a zone, and no zone was named
    │   ├── SegmentationError                    segments of one segmentation overlap
    │   └── UndefinedRateError                   a rate of no trials was asked for its value
    ├── IngestError (ValueError)                 a file, its configuration or a row cannot be read
    │   └── ConfigError                          servicelead.toml says something that cannot be done
    ├── CurrencyError (ValueError)
    │   ├── NoCurrencyError                      minor units of values that have no currency
    │   └── MixedCurrencyError                   two currencies in one sum, and no exchange rates
    ├── MissingTimesError (ValueError)           a model needs times or milestones that paths do not have
    ├── IncompatibleError (ValueError)           results of different recipes cannot be added
    ├── UnknownNameError (LookupError)           no such column, dimension, label, opportunity or strategy
    ├── SolveError (ArithmeticError)             a computation has no answer it could stand by
    │   └── ConvergenceError                     an iteration did not come close enough to the answer
    └── MissingDependencyError (ImportError)     an optional library is needed

Each class is also the builtin named beside it, so ``except ValueError`` keeps working, and has a stable
``code`` for logs and interfaces. A message says which object and field, the rule, what it got (its type or
kind, never a customer's value) and the remedy.
"""

from typing import ClassVar

__all__ = [
    "ConfigError",
    "ConvergenceError",
    "CurrencyError",
    "IllegalMoveError",
    "IncompatibleError",
    "IngestError",
    "InvalidValueError",
    "MissingDependencyError",
    "MissingTimesError",
    "MixedCurrencyError",
    "NaiveDatetimeError",
    "NoCurrencyError",
    "SegmentationError",
    "ServiceLeadError",
    "SolveError",
    "UndefinedRateError",
    "UnknownNameError",
]


class ServiceLeadError(Exception):
    """Base of every error raised on purpose."""

    code: ClassVar[str] = "servicelead"


class InvalidValueError(ServiceLeadError, ValueError):
    """A field or argument breaks its rule."""

    code = "invalid_value"


class IllegalMoveError(InvalidValueError):
    """A lead cannot go from its stage to the one asked for.

    Attributes
    ----------
    stage, asked
        Names of the stage the lead is in (None before its first) and of the one asked for.
    legal
        Names of the stages that may follow.
    """

    code = "illegal_move"

    def __init__(self, message: str, *, stage: str | None = None, asked: str = "", legal: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.stage = stage
        self.asked = asked
        self.legal = legal


class NaiveDatetimeError(InvalidValueError):
    """A moment without a time zone arrived where no zone was named."""

    code = "naive_datetime"


class SegmentationError(InvalidValueError):
    """Two segments of one segmentation hold the same account."""

    code = "segmentation"


class UndefinedRateError(InvalidValueError):
    """A rate of no trials was asked for its value."""

    code = "undefined_rate"


class IngestError(ServiceLeadError, ValueError):
    """A file, or something in it, cannot be read.

    Attributes
    ----------
    file, record, column
        Where it happened, as far as known; the record counts from 1 and leaves out the header.
    reason
        The stable code of the reject or problem, such as ``missing_column``.
    """

    code = "ingest"

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        record: int | None = None,
        column: str | None = None,
        reason: str = "unreadable",
    ) -> None:
        super().__init__(message)
        self.file = file
        self.record = record
        self.column = column
        self.reason = reason


class ConfigError(IngestError):
    """``servicelead.toml`` says something that cannot be done."""

    code = "config"


class CurrencyError(ServiceLeadError, ValueError):
    """Base of what can go wrong with currencies."""

    code = "currency"


class NoCurrencyError(CurrencyError):
    """Minor units were asked of values that have no currency."""

    code = "no_currency"


class MixedCurrencyError(CurrencyError):
    """Two currencies meet in one sum and no exchange rates were given."""

    code = "mixed_currency"


class MissingTimesError(ServiceLeadError, ValueError):
    """A model needs times or milestones, and aggregated paths have none."""

    code = "missing_times"


class IncompatibleError(ServiceLeadError, ValueError):
    """Results of different recipes, currencies or overlapping accounts cannot be added."""

    code = "incompatible"


class UnknownNameError(ServiceLeadError, LookupError):
    """No such column, dimension, label, opportunity or strategy."""

    code = "unknown_name"


class SolveError(ServiceLeadError, ArithmeticError):
    """A computation has no answer it could stand by."""

    code = "solve"


class ConvergenceError(SolveError):
    """An iteration did not come close enough to the answer."""

    code = "convergence"


class MissingDependencyError(ServiceLeadError, ImportError):
    """An optional library is needed for this and is not installed."""

    code = "missing_dependency"
