import json
from collections.abc import Callable
from pathlib import Path

import pytest

from calculators.examples import EXAMPLES
from cli.conftest import Said
from servicelead.calculators import Output, inputs_of, outputs_of
from servicelead.cli.calc_arguments import calculators_by_name

Say = Callable[..., Said]
LEADS = ("calc", "lead_economics", "n_leads=12", "close_rate=.20", "deal_value=15000")
TOUCH = "touch_model n_users=7 price_value=24000 price_threshold=10000 complexity=.8"
RANGES = ("--range", "n_leads=12:35", "--range", "close_rate=.2:.3", "--range", "deal_value=10000:20000")


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every column room."""
    monkeypatch.setenv("COLUMNS", "160")


def row_of(said: Said, name: str) -> list[str]:
    """Return the words of the line that begins with a name."""
    return next(line.split() for line in said.out.splitlines() if line.startswith(name))


def test_the_published_numbers(say: Say) -> None:
    """12 leads, .20 and 15,000: 180,000 of pipeline, 2.4 wins, 36,000 of revenue."""
    said = say(*LEADS)
    values = [row_of(said, name)[1] for name in ("pipeline_value", "expected_wins", "revenue")]
    assert (0, ["180,000", "2.4", "36,000"]) == (said.code, values)


def test_a_currency_makes_exact_money(say: Say) -> None:
    """Amounts are printed with it; a price finer than a cent stays exact."""
    said = say(*LEADS, "cost_per_lead=0.204", "--currency", "USD")
    assert ["USD", "36000.00"] == row_of(said, "revenue")[1:3]
    assert "1.02" == row_of(said, "cost_per_win")[1]


def test_what_is_undefined_says_why(say: Say) -> None:
    """In place of a number."""
    assert "cost_per_interaction undefined: no lead_rate" in say(*LEADS).words
    assert (
        "undefined: no assisted_case_cost"
        in say(
            *("calc", "deflection", "n_events=10000", "success_rate=.48"),
            *("intent_given_success_rate=.6", "no_further_action_given_intent_rate=.8"),
        ).words
    )


def test_deflection_needs_no_code_of_its_own(say: Say) -> None:
    """The published 2,304 cases."""
    said = say(
        *("calc", "deflection", "n_events=10000", "success_rate=.48"),
        *("intent_given_success_rate=.6", "no_further_action_given_intent_rate=.8"),
    )
    assert "2,304" == row_of(said, "deflected_cases")[1]


@pytest.mark.parametrize("name", ["lead_economics", "touch_experiment", "support_price", "deflection"])
def test_the_help_comes_from_the_fields(say: Say, name: str) -> None:
    """Every input with unit and range, every output with its formula."""
    words = say("calc", name, "--help").words
    kind = calculators_by_name()[name]

    def formula(output: Output) -> str:
        return output.formula.rstrip(".")

    assert [] == [each.name for each in inputs_of(kind) if f"{each.name} {each.description};" not in words]
    assert [] == [each.name for each in outputs_of(kind) if f"{each.name} {formula(each)}" not in words]
    assert "close_rate share of leads that are won; proportion, 0 to 1; required" in say(*LEADS[:2], "--help").words


def test_without_a_name_the_calculators_are_listed(say: Say) -> None:
    """Each with its first sentence."""
    said = say("calc")
    assert 0 == said.code
    assert [] == [name for name in calculators_by_name() if f" {name} " not in f" {said.words} "]


@pytest.mark.parametrize("name", sorted(calculators_by_name()))
def test_every_calculator_has_help(say: Say, name: str) -> None:
    """Nothing in a docstring confuses the formatter."""
    assert 0 == say("calc", name, "--help").code


@pytest.mark.parametrize("kind", sorted(EXAMPLES, key=str))
def test_every_calculator_runs(say: Say, kind: type) -> None:
    """With the values of its example as words."""
    name = next(name for name, each in calculators_by_name().items() if each is kind)
    given = {each.name: getattr(EXAMPLES[kind], each.name) for each in inputs_of(kind)}
    texts = {True: "yes", False: "no"}
    words = [
        f"{name}={texts[value] if isinstance(value, bool) else value}"
        for name, value in given.items()
        if value is not None
    ]
    said = say("calc", name, *words)
    assert (0, "") == (said.code, said.err)
    assert [] == [each.name for each in outputs_of(kind) if each.name not in said.words]
    has_number = any(each.unit != "word" for each in outputs_of(kind))
    assert (0 if has_number else 2) == say("calc", name, *words, "--tornado").code


def test_the_tornado_has_the_published_order(say: Say, tmp_path: Path) -> None:
    """69,000, 24,000, 18,000; in the file, too. Options may stand before inputs."""
    out = tmp_path / "tornado.json"
    said = say(*LEADS[:2], "--tornado", "revenue", *RANGES, *LEADS[2:], "--out", out)
    assert ["69,000", "24,000", "18,000"] == [
        row_of(said, name)[-1] for name in ("n_leads", "deal_value", "close_rate")
    ]
    assert ["n_leads", "deal_value", "close_rate"] == [row["input"] for row in json.loads(out.read_text())]


def test_a_bare_tornado_watches_the_output_that_most_inputs_move(say: Say) -> None:
    """The last of several; it says so, and how to choose another. Every input moves by a fifth."""
    said = say(*LEADS, "cost_per_lead=600", "--tornado")
    assert "net_value: 28,800 in the base case" in said.words
    assert "net_value is the output that most inputs move; for another, write --tornado OUTPUT" in said.words
    cycle = say("calc", "sales_cycle", "--tornado", "cycle_days=100", "speed_gain_ratio=.43")
    assert "saved_days: 30.06993007 in the base case" in cycle.words
    assert "most inputs move" not in say(*LEADS, "--tornado", "revenue").words


def test_a_bare_tornado_passes_over_what_is_undefined(say: Say) -> None:
    """As cost_per_win is at a close rate of 0; a range that no output can be worked out at is an error."""
    said = say(*LEADS, "cost_per_lead=600", "--tornado", "--range", "close_rate=0:.3")
    assert (0, "value_per_lead") == (said.code, said.words.partition(":")[0])
    said = say(*LEADS, "--tornado", "--range", "close_rate=.2:3")
    assert (2, True) == (said.code, "close_rate must be a proportion" in said.err)


def test_large_numbers_have_separators(say: Say) -> None:
    """And no exponents, in results and in the tornado."""
    words = ("calc", "lead_economics", "n_leads=12", "close_rate=.2", "deal_value=15000000000")
    assert "180,000,000,000" == row_of(say(*words), "pipeline_value")[1]
    said = say(*words, "--tornado", "revenue")
    assert "revenue: 36,000,000,000 in" in said.words
    assert ["12,000,000,000", "18,000,000,000"] == row_of(said, "deal_value")[1:3]


def test_the_usage_shows_what_is_particular_to_calc(say: Say) -> None:
    """Each option with what it takes."""
    usage = say("calc", "lead_economics", "--help").words.partition("Leads,")[0]
    options = (
        "--currency CODE",
        "--tornado [OUTPUT]",
        "--range key=LOW:HIGH",
        "--break-even INPUT OUTPUT",
        "--out FILE",
    )
    assert [] == [option for option in options if f"[{option}]" not in usage]


def test_a_break_even_is_one_line(say: Say) -> None:
    """600 of 15,000."""
    said = say(*LEADS, "cost_per_lead=600", "--break-even", "close_rate", "net_value")
    assert "net_value is 0 at close_rate = 0.04 (proportion), from 0.2\n" == said.out


def test_the_results_can_be_written(say: Say, tmp_path: Path) -> None:
    """As numbers, with unit and formula."""
    out = tmp_path / "leads=12.json"
    say(*LEADS, "--out", out)
    rows = {row["output"]: row for row in json.loads(out.read_text())}
    assert (36_000.0, "money", "pipeline_value * close_rate.") == tuple(
        rows["revenue"][name] for name in ("value", "unit", "formula")
    )
    assert rows["cost_per_interaction"]["value"] is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("lead_economcis", "did you mean 'lead_economics'?"),
        ("lead_economics n_leads=12", "needs close_rate (share of leads that are won), deal_value"),
        ("lead_economics leads=12", "did you mean 'n_leads'?"),
        ("lead_economics colour=12", "its inputs are n_leads, n_interactions"),
        ("lead_economics n_leads", "inputs are written key=value, as in n_leads=1; got 'n_leads'"),
        ("lead_economics n_leads=1 n_leads=2", "n_leads is given twice"),
        ("lead_economics n_leads=many", "must be a number (leads)"),
        ("lead_economics n_leads=12,5", "digits with a point and without separators"),
        ("lead_economics n_leads=1_2", "digits with a point and without separators"),
        ("lead_economics n_leads=nan", "must be a number"),
        ("lead_economics n_leads=12 close_rate=23% deal_value=1", "23% is .23; got '23%'"),
        ("lead_economics n_leads=12 close_rate=23 deal_value=1", "23% is .23"),
        ("lead_economics n_leads=12 close_rate=.2 deal_value=1 --currency XXQ", "currency"),
        (
            "lead_economics n_leads=12 close_rate=.2 deal_value=1.005 --currency USD",
            "deal_value: must have at most 2 decimals",
        ),
        ("lead_economics n_leads=12 close_rate=.2 deal_value=1 --tornado profit", "no such output"),
        ("lead_economics n_leads=12 close_rate=.2 deal_value=1 --range n_leads=1:2", "--range belongs to --tornado"),
        ("lead_economics n_leads=12 close_rate=.2 deal_value=1 --tornado --range n_leads=1", "key=LOW:HIGH"),
        ("lead_economics n_leads=12 close_rate=.2 deal_value=1 --tornado --range leads=1:2", "no such input"),
        ("lead_economics n_leads=12 close_rate=.2 deal_value=1 --tornado net_valu", "(did you mean 'net_value'?)"),
        ("lead_economics n_leads=1 close_rate=.2 deal_value=1 --break-even close_rat revenue", "mean 'close_rate'?"),
        ("lead_economics n_leads=1 close_rate=.2 deal_value=1 --tornado --range n_leads=35:12", "write LOW:HIGH, the"),
        ("lead_economics n_leads=1 close_rate=.2 deal_value=1 --tornado --range lead_rate=.1:.2", "got None"),
        (
            "support_price base_value=1 price_rate=.1 --tornado --range basis=list:net",
            "got a word; those that are: base",
        ),
        (f"{TOUCH} --tornado touch_level", "got a word; those that are: none"),
        (f"{TOUCH} --tornado", "needs an output that is a number"),
        ("lead_economics n_leads=1 close_rate=.2 deal_value=1 --tornado --break-even n_leads revenue", "one line"),
        ("lead_economics n_leads=12 close_rate=.2 deal_value=1 --out x.txt", "must end in .csv, .parquet, .json"),
        ("lead_economics n_leads=12 --tornad", "did you mean '--tornado'?"),
        ("perception n_better=1.5 n_same=1 n_worse=1", "whole number of answers; got '1.5'"),
        ("support_price base_value=1 price_rate=.1 add_ons_escalate=maybe", "must be yes or no; got 'maybe'"),
        ("support_price base_value=1 price_rate=.1 basis=gross", "one of list, net"),
    ],
)
def test_wrong_arguments_get_an_error_that_helps(say: Say, words: str, expected: str) -> None:
    """In one line, with exit code 2."""
    said = say("calc", *words.split())
    assert (2, "", 1) == (said.code, said.out, len(said.err.splitlines()))
    assert expected in said.err
