import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import servicelead
from cli.conftest import Said
from servicelead.cli import main, program

Say = Callable[..., Said]


def test_the_module_runs() -> None:
    """`python -m servicelead --help` names every command."""
    # S603: the arguments are written here
    done = subprocess.run([sys.executable, "-m", "servicelead", "--help"], capture_output=True, text=True, check=True)
    assert "" == done.stderr
    assert all(f"    {command}" in done.stdout for command in ("demo", "validate", "attribute", "report"))


def test_the_version_is_the_packages(say: Say) -> None:
    """`--version` prints it and nothing else."""
    assert (0, f"servicelead {servicelead.__version__}\n", "") == say("--version")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", "arguments are required: COMMAND"),
        ("atribute x", "did you mean 'attribute'?"),
        ("attribute", "arguments are required: FOLDER"),
        ("attribute x --strategy linaer", "did you mean 'linear'?"),
        ("attribute x --strategy first_touc", "did you mean 'first-touch'?"),
        ("attribute x --by chanel", "did you mean 'channel'?"),
        ("attribute x --by colour", "choose among channel, team, group"),
        ("attribute x --by team,team", "each dimension once"),
        ("attribute x --by segment", "defined in Python"),
        ("attribute x --half-life 3", "belongs to --strategy time-decay"),
        ("attribute x --strategy linear --ignore direct", "belongs to --strategy last-non-direct"),
        ("attribute x --strategy linear --order 2", "belongs to --strategy markov"),
        ("attribute x --strategy markov --game rate", "belongs to --strategy shapley"),
        ("attribute x --strategy markov --order 0", "whole number from 1"),
        ("compare x --models linaer,markov", "did you mean 'linear'?"),
        ("compare x --models linear", "two models or more"),
        ("compare x --models linear,linear", "two models or more, each once"),
        ("compare x --by chanel", "did you mean 'channel'?"),
        ("attribute x --explain o --by team", "--explain shows one deal"),
        ("attribute x --explain o --confidence .9", "--explain shows one deal"),
        ("attribute x --lookbak 3", "did you mean '--lookback'?"),
        ("attribute x --look 3", "unknown argument '--look'"),
        ("attribute x y", "unknown argument 'y'"),
        ("attribute x --lookback 0", "number of days above 0"),
        ("attribute x --lookback nan", "number of days above 0"),
        ("attribute x --lookback ninety", "number of days above 0"),
        ("attribute x --lookback 1e9", "at most 36,525"),
        ("attribute x --max-touches 0", "whole number from 1"),
        ("attribute x --max-touches 1.5", "whole number from 1"),
        ("attribute x --confidence 95", "between 0 and 1, such as .95"),
        ("attribute x --out credit.xls", "must end in .csv, .parquet, .json"),
        ("attribute x --out nowhere/credit.csv", "make 'nowhere' first"),
        ("report x --out report.pdf", "must end in .html"),
        ("report x --out nowhere/report.html", "make 'nowhere' first"),
        ("demo --accounts many", "whole number from 1"),
        ("attribute x --by team channel", "names go together with commas, as in --by team,channel"),
        ("attribute x --by team,", "with commas and without blanks, as in team,channel"),
        ("validate x --by team", "'--by'; it belongs to servicelead attribute and compare"),
        ("attribute x --strict", "'--strict'; it belongs to servicelead validate;"),
        ("validate x --lookback=3", "'--lookback'; it belongs to servicelead attribute and compare and report;"),
        ("report x --strategy linaer", "did you mean 'linear'?"),
        ("report x --half-life 3", "belongs to --strategy time-decay"),
        ("validate nowhere", "there is no such folder"),
        ("validate x --config y.toml", "there is no such folder"),
    ],
)
def test_wrong_words_are_met_with_help(words: str, expected: str, say: Say) -> None:
    """Whatever is wrong with the arguments, one line says what and what to do, and the exit code is 2."""
    said = say(*words.split())
    assert (2, "") == said[:2]
    assert said.err.startswith("servicelead: error: ")
    assert expected in said.err
    assert 1 == said.err.count("\n")


@pytest.mark.parametrize("command", ["validate", "attribute", "report"])
def test_a_folder_without_settings_gets_the_remedy(command: str, say: Say, tmp_path: Path) -> None:
    """An export without `servicelead.toml` is answered with the line to write."""
    (tmp_path / "export.csv").write_text("a,b\n1,2\n")
    said = say(command, tmp_path)
    assert 2 == said.code
    assert "as_of = 2024-12-31" in said.err
    assert 1 == said.err.count("\n")


def test_debug_shows_where(say: Say, tmp_path: Path) -> None:
    """`--debug` puts the traceback before the line; without it there is none."""
    said = say("validate", tmp_path, "--debug")
    assert 2 == said.code
    assert said.err.startswith("Traceback")
    assert said.err.splitlines()[-1].startswith("servicelead: error: ")


@pytest.mark.parametrize(
    ("error", "code", "expected"),
    [
        (PermissionError(13, "Permission denied", "x.csv"), 2, "x.csv: Permission denied; check the path"),
        (ModuleNotFoundError("no", name="duckdb"), 2, 'pip install "servicelead[cli]"'),
        (ModuleNotFoundError("no", name="rich.table"), 2, 'pip install "servicelead[cli]"'),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
)
def test_what_happens_on_the_way_is_one_line(
    error: BaseException, code: int, expected: str, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors of the system, a missing library and an interruption are told in one line."""

    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(program, "_run", fail)
    said = say("validate", "x")
    assert code == said.code
    assert expected in said.err
    assert 1 == said.err.count("\n")


def test_our_own_mistakes_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that is nobody's input keeps its traceback."""

    def fail(*_: object) -> int:
        raise ModuleNotFoundError("no", name="servicelead.gone")

    monkeypatch.setattr(program, "_run", fail)
    with pytest.raises(ModuleNotFoundError):
        main(["validate", "x"])


def test_a_reader_that_leaves_early_is_no_error(clean_folder: Path) -> None:
    """`servicelead ... | head -1` ends in silence."""
    # S603: the arguments are written here
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "servicelead", "validate", str(clean_folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert 141 == process.returncode
    assert b"rror" not in said


@pytest.mark.parametrize("command", ["validate", "attribute", "report"])
def test_a_file_for_a_folder(command: str, clean_folder: Path, say: Say) -> None:
    """A file in the place of the folder is answered with what to give instead."""
    said = say(command, clean_folder / "touchpoints.csv")
    assert 2 == said.code
    assert "it is a file: give its folder" in said.err


@pytest.mark.parametrize("name", ["missing.toml", "servicelead.toml"])
def test_a_configuration_that_is_not_there(name: str, clean_folder: Path, say: Say, tmp_path: Path) -> None:
    """A mistyped `--config` is said to be missing, without the advice to write one."""
    said = say("validate", clean_folder, "--config", tmp_path / name)
    assert 2 == said.code
    assert f"{name}: must be a configuration file; there is no such file" in said.err
