"""A retention policy from the words of the command line: a preset's name, then choices of its own."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from attrs import evolve, fields_dict

from servicelead.cli.arguments import Parser, refuse
from servicelead.exceptions import InvalidValueError
from servicelead.retention import RetentionPolicy

__all__ = ["add_policy", "policy_of"]

_PRESETS: Mapping[str, Callable[[], RetentionPolicy]] = MappingProxyType(
    {
        "period-ends": RetentionPolicy.period_ends,
        "every-change": RetentionPolicy.every_change,
        "constant-currency": RetentionPolicy.constant_currency,
    }
)
_DURATIONS = ("reactivation_window", "payment_gap")


def add_policy(parser: Parser) -> None:
    """Add the choice of a policy."""
    parser.add_argument(
        "--policy",
        metavar="WORD",
        nargs="+",
        action="extend",
        default=[],
        help=f"{', '.join(_PRESETS)} (default: the first), and single choices such as churn_date=last_day or "
        "reactivation_window=90 (days)",
    )


def policy_of(arguments: Namespace) -> RetentionPolicy:
    """Return the policy the arguments ask for.

    Raises
    ------
    InvalidValueError
        When a choice does not have that value.
    """
    policy = _PRESETS["period-ends"]()
    choices: dict[str, Any] = {}
    known = fields_dict(RetentionPolicy)
    for place, word in enumerate(arguments.policy):
        name, given, value = word.partition("=")
        if given and name in known:
            choices[name] = _days(name, value) if name in _DURATIONS else value
        elif not given and place == 0 and word in _PRESETS:
            policy = _PRESETS[word]()
        else:
            refuse(
                arguments,
                f"--policy: {word!r} is none; a preset comes first ({', '.join(_PRESETS)}), then choices: "
                f"{', '.join(f'{each}=...' for each in known)}",
            )
    return evolve(policy, **choices)


def _days(name: str, value: str) -> timedelta:
    try:
        days = timedelta(days=int(value))
    except (ValueError, OverflowError):
        days = timedelta(0)
    if days <= timedelta(0):
        raise InvalidValueError(f"--policy: {name} must be whole days, at least 1; got other words; write {name}=90")
    return days
