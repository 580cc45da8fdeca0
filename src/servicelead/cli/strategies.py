"""The models by the names the command line gives them, and the options that belong to each."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from servicelead.attribution import (
    FirstTouch,
    FullPath,
    LastNonDirect,
    LastTouch,
    Linear,
    MarkovChain,
    PositionBased,
    Shapley,
    Strategy,
    TimeDecay,
    WShaped,
)
from servicelead.attribution.comparing.wording import choices
from servicelead.cli.arguments import Parser, days, refuse, whole_number
from servicelead.exceptions import UnknownNameError
from servicelead.tables import Journeys

__all__ = [
    "DEFAULT",
    "STRATEGIES",
    "add_strategy",
    "compared",
    "refuse_unknown_channels",
    "strategy_of",
    "with_choices",
]

#: Every model by its name here.
STRATEGIES: Mapping[str, Callable[..., Strategy]] = MappingProxyType(
    {
        "linear": Linear,
        "first-touch": FirstTouch,
        "last-touch": LastTouch,
        "last-non-direct": LastNonDirect,
        "time-decay": TimeDecay,
        "position-based": PositionBased,
        "w-shaped": WShaped,
        "full-path": FullPath,
        "markov": MarkovChain,
        "shapley": Shapley,
    }
)
#: The rule that figures follow where none is named, here and in the report.
DEFAULT = "position-based"
_OWNER = {
    "half_life": "time-decay",
    "ignore": "last-non-direct",
    "order": "markov",
    "removal": "markov",
    "game": "shapley",
}
#: Words of the command line that the library spells otherwise.
_SPELT = {"to-null": "to_null"}


def add_strategy(parser: Parser) -> None:
    """Add the choice of a rule and the options of the rules."""
    parser.add_argument(
        "--strategy",
        metavar="NAME",
        choices=tuple(STRATEGIES),
        default=DEFAULT,
        help=f"model that shares the value out: {', '.join(STRATEGIES)} (default: {DEFAULT})",
    )
    parser.add_argument(
        "--half-life", metavar="DAYS", type=days, help="of time-decay: days over which credit halves (default: 7)"
    )
    parser.add_argument(
        "--ignore",
        metavar="CHANNEL",
        nargs="+",
        action="extend",
        help="of last-non-direct: channels to pass over, named after FOLDER (default: direct)",
    )
    parser.add_argument(
        "--order",
        metavar="N",
        type=whole_number(1, 100),
        help="of markov: how many touches a state remembers (default: 1)",
    )
    parser.add_argument(
        "--removal",
        choices=("to-null", "redistribute"),
        help="of markov: whether who met a removed channel is lost, or goes where others went (default: to-null)",
    )
    parser.add_argument(
        "--game",
        choices=("sum", "rate"),
        help="of shapley: what channels are worth together, the value they won or the rate they won at (default: sum)",
    )


def strategy_of(arguments: Namespace) -> Strategy:
    """Return the model the arguments ask for; an option of another model is an error."""
    options: dict[str, Any] = {}
    for name, owner in _OWNER.items():
        value = getattr(arguments, name)
        if value is None:
            continue
        if arguments.strategy != owner:
            option = f"--{name.replace('_', '-')}"
            refuse(arguments, f"{option} belongs to --strategy {owner}, not {arguments.strategy}; leave one out")
        options[name] = _SPELT.get(value, value) if isinstance(value, str) else value
    return STRATEGIES[arguments.strategy](**options)


def compared(arguments: Namespace, others: Mapping[str, Strategy]) -> dict[str, Strategy]:
    """Return the rule the arguments ask for and then the others, each by the name a report shows."""
    chosen = strategy_of(arguments)
    name = next((name for name, other in others.items() if other == chosen), None)
    if name is None:
        name = with_choices(arguments.strategy.replace("-", " ", 1).capitalize(), chosen)
    return {name: chosen, **{other: rule for other, rule in others.items() if other != name}}


def with_choices(name: str, strategy: Strategy) -> str:
    """Return the name of a model with what was chosen of it, as in ``markov, order 2``."""
    chosen = choices(strategy)
    return f"{name}, {chosen}" if chosen else name


def refuse_unknown_channels(arguments: Namespace, journeys: Journeys) -> None:
    """Refuse channels to pass over that no touch has.

    Raises
    ------
    UnknownNameError
        When there is one.
    """
    known = set(journeys.vocabulary("channel").labels.tolist())
    for channel in arguments.ignore or ():
        if channel not in known:
            raise UnknownNameError(
                f"--ignore: no touch has the channel {channel!r}; servicelead attribute FOLDER --by channel lists them"
            )
