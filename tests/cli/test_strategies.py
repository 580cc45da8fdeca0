from collections.abc import Callable
from pathlib import Path

import pytest

import servicelead as sl
from cli.conftest import Said
from servicelead.attribution import MarkovChain, Shapley, Strategy
from servicelead.cli.arguments import Parser
from servicelead.cli.strategies import STRATEGIES, add_strategy, compared, strategy_of
from servicelead.report.rules import DEFAULT_STRATEGIES

Say = Callable[..., Said]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", "Position-based 40/20/40"),
        ("--strategy linear", "Linear"),
        ("--strategy time-decay --half-life 3", "Time decay, 3 days"),
        ("--strategy last-non-direct", "Last non-direct"),
        ("--strategy markov --order 2", "Markov, order 2, removal to null, of conversions"),
        ("--strategy markov --removal redistribute", "Markov, order 1, removal by redistributing, of conversions"),
        ("--strategy shapley --game rate", "Shapley, game of rates"),
    ],
)
def test_the_rule_asked_for_comes_first(words: str, expected: str) -> None:
    """The rule asked for is the page's first, once, and the others follow in their order."""
    parser = Parser()
    add_strategy(parser)
    arguments = parser.parse_args(words.split())
    rules = compared(arguments, DEFAULT_STRATEGIES)
    assert [expected, *(name for name in DEFAULT_STRATEGIES if name != expected)] == list(rules)
    assert strategy_of(arguments) == rules[expected]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--strategy markov --order 2 --removal redistribute", MarkovChain(order=2, removal="redistribute")),
        ("--strategy markov --removal to-null", MarkovChain()),
        ("--strategy shapley", Shapley(game="sum")),
        ("--strategy shapley --game rate", Shapley(game="rate")),
    ],
)
def test_options_of_learned_models(words: str, expected: Strategy) -> None:
    """Each option sets the parameter of its model, under the library's own name."""
    parser = Parser()
    add_strategy(parser)
    assert expected == strategy_of(parser.parse_args(words.split()))


def test_the_figures_printed_are_the_rules(clean_folder: Path, say: Say, tmp_path: Path) -> None:
    """The page and the figures beside it follow one rule."""
    page = tmp_path / "report.html"
    said = say("report", clean_folder, "--out", page, "--strategy", "last-touch")
    journeys = sl.Journeys.from_business(sl.read_folder(clean_folder), sl.JourneyWindow())
    credited = sl.attribute(journeys, STRATEGIES["last-touch"]()).by("team")
    assert "by last-touch, with its interval" in said.words
    assert all(f"{value:,.0f}" in said.out for value in credited["value"].tolist())
    assert page.exists()


def test_channels_to_ignore_must_exist(clean_folder: Path, say: Say, tmp_path: Path) -> None:
    """A channel that no touch has is refused before the page is written."""
    page = tmp_path / "report.html"
    said = say("report", clean_folder, "--out", page, "--strategy", "last-non-direct", "--ignore", "e-mail")
    assert 2 == said.code
    assert "no touch has the channel 'e-mail'" in said.err
    assert not page.exists()
