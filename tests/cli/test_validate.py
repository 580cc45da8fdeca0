import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Said
from servicelead.tables.rejects import code

Say = Callable[..., Said]


def test_a_clean_folder_is_said_to_be_clean(clean_folder: Path, say: Say) -> None:
    """Every file is listed, nothing is rejected, nothing is written."""
    said = say("validate", clean_folder, "--strict")
    assert (0, "") == (said.code, said.err)
    assert "No row was rejected" in said.out
    assert "touchpoints.csv" in said.out
    assert not (clean_folder / "rejected").exists()


def test_counts_add_up(faulty_folder: Path, say: Say) -> None:
    """In every line, read = kept + rejected + duplicates, and the last line is the sum of the others."""
    rows = say("validate", faulty_folder).out.partition("duplicates\n")[2].partition("\n\n")[0].splitlines()
    numbers = [[int(cell.replace(",", "")) for cell in row.split()[1:]] for row in rows]
    assert all(read == kept + rejected + twice for read, kept, rejected, twice in numbers)
    assert [sum(column) for column in zip(*numbers[:-1], strict=True)] == numbers[-1]


def test_rejects_are_named_and_written(faulty_folder: Path, say: Say) -> None:
    """Each reason has its number of rows, records and remedy; the rows themselves go to a file, not to the screen."""
    said = say("validate", faulty_folder)
    n = len((faulty_folder / "touchpoints.csv").read_text().splitlines()) - 1
    assert 0 == said.code
    assert f"1 row wrong_column_count in touchpoints.csv (touchpoints): records {n - 2} (lines {n - 1})" in said.words
    place = f"touchpoints.csv, column occurred_at (touchpoints): records {n - 1}, {n} (lines {n}, {n + 1})"
    assert f"2 rows not_a_time in {place}" in said.words
    assert f"what to do: {code('not_a_time').remedy.replace('closed_at', 'occurred_at')}" in said.words
    assert "secret name" not in said.out
    assert "notes.csv" in said.out
    with (faulty_folder / "rejected" / "touchpoints.csv").open(newline="") as file:
        assert ["too", "secret name", "other"] == [row["touchpoint_id"] for row in csv.DictReader(file)]


def test_only_strict_fails(faulty_folder: Path, say: Say, tmp_path: Path) -> None:
    """With `--strict` rejected rows make the exit code 1; `--rejects-to` says where they go."""
    said = say("validate", faulty_folder, "--strict", "--rejects-to", tmp_path / "refused")
    assert 1 == said.code
    assert ["touchpoints.csv"] == [path.name for path in (tmp_path / "refused").iterdir()]
    assert not (faulty_folder / "rejected").exists()


def test_findings_are_told(clean_folder: Path, say: Say, tmp_path: Path) -> None:
    """Odd rows that are kept are counted with examples and what to do; a check of the user's own is one of them."""
    for file in ("accounts.csv", "touchpoints.csv"):
        (tmp_path / file).write_bytes((clean_folder / file).read_bytes())
    settings = (clean_folder / "servicelead.toml").read_text()
    (tmp_path / "servicelead.toml").write_text(
        f'{settings}[checks.some]\ntable = "accounts"\nsays = "no account"\nquery = "FROM accounts LIMIT 7"\n'
    )
    said = say("validate", tmp_path)
    assert 0 == said.code
    assert "7 rows some in accounts.csv (accounts): records 1, 2, 3, 4, 5, ... (lines 2, 3, 4, 5, 6, ...)" in said.words
    assert "rule: no account" in said.words


def test_the_table_is_shown_where_the_file_does_not_say_it(clean_folder: Path, say: Say, tmp_path: Path) -> None:
    """Files of other names show which table they feed."""
    (tmp_path / "tickets.csv").write_bytes((clean_folder / "touchpoints.csv").read_bytes())
    settings = (clean_folder / "servicelead.toml").read_text()
    (tmp_path / "servicelead.toml").write_text(f'{settings}[tables.touchpoints]\nfile = "tickets.csv"\n')
    said = say("validate", tmp_path)
    assert "tickets.csv touchpoints" in said.words
    assert said.words.startswith("Rows file table read kept rejected duplicates")


def test_corrected_files_are_safe(faulty_folder: Path, say: Say) -> None:
    """A file that the folder is read from is never replaced by rejected rows; what was found is told all the same."""
    say("validate", faulty_folder)
    with (faulty_folder / "servicelead.toml").open("a") as file:
        file.write('[[tables.touchpoints]]\n[[tables.touchpoints]]\nfile = "rejected/touchpoints.csv"\n')
    for words in ((), ("--rejects-to", faulty_folder)):
        before = {path: path.read_bytes() for path in faulty_folder.rglob("*.csv")}
        said = say("validate", faulty_folder, *words)
        assert 2 == said.code
        assert "touchpoints.csv is one" in said.err
        assert "--rejects-to FOLDER" in said.err
        assert "wrong_column_count" in said.out
        assert before == {path: path.read_bytes() for path in faulty_folder.rglob("*.csv")}
    assert 0 == say("validate", faulty_folder, "--rejects-to", faulty_folder / "again").code


def test_the_advice_is_to_copy(faulty_folder: Path, say: Say) -> None:
    """Rejected rows are corrected in a copy, as the file itself is written anew by the next validation."""
    assert "Copy a file out of there (to corrected/, say)" in say("validate", faulty_folder).words


WORDS = {
    "opportunities.csv": "opportunity_id,account_id,created_at,outcome,kind\no,a,2024-01-01,odd word,\n"
    "p,a,2024-01-01,open,odd kind\n",
    "touchpoints.csv": "touchpoint_id,account_id,occurred_at,team,channel\nt,a,2024-01-01,odd team,call\n",
}
PASTE = {
    "outcome": '[tables.opportunities.values.outcome]\n"your word" = "won"\n',
    "kind": '[tables.opportunities.values.kind]\n"your word" = "new"\n',
    "team": '[tables.touchpoints.values.team]\n"your word" = "marketing"\n',
}


@pytest.fixture
def odd_folder(tmp_path: Path) -> Path:
    """Return a folder whose words are not the library's."""
    (tmp_path / "servicelead.toml").write_text("as_of = 2024-12-31\n")
    for name, text in WORDS.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_unknown_words_come_with_the_allowed_ones(odd_folder: Path, say: Say) -> None:
    """Words of the user's own are answered with the column's words and lines to paste, and never shown."""
    said = say("validate", odd_folder)
    place = "touchpoints.csv, column team (touchpoints): records 1 (lines 2)"
    assert f"1 row unmapped_team in {place}" in said.words
    assert "allowed in outcome: won, lost, open" in said.words
    assert "allowed in kind: new, upsell, cross_sell, renewal" in said.words
    assert "allowed in team: marketing, sales, services, product, partner" in said.words
    assert all(lines in said.out for lines in PASTE.values())
    assert not any(word in said.out for word in ("odd word", "odd kind", "odd team"))


def test_the_lines_can_be_pasted(odd_folder: Path, say: Say) -> None:
    """Pasted all together, with the user's own word in its place, the lines give the words their meaning."""
    with (odd_folder / "servicelead.toml").open("a") as file:
        for column, word in {"outcome": "odd word", "kind": "odd kind", "team": "odd team"}.items():
            file.write(PASTE[column].replace("your word", word).replace('"won"', '"open"'))
    said = say("validate", odd_folder)
    assert (0, "") == (said.code, said.err)
    assert "allowed in" not in said.out
    assert "No row was rejected" in said.out


def test_lines_for_words_in_braces(odd_folder: Path, say: Say) -> None:
    """Words that are mapped in one line get the new entry, and where in the line it goes."""
    with (odd_folder / "servicelead.toml").open("a") as file:
        file.write('[[tables.touchpoints]]\nvalues = { team = { x = "sales" } }\n')
    said = say("validate", odd_folder)
    assert '\n"your word" = "marketing"\n' in said.out
    assert "or behind a comma in its team = { ... }:" in said.words


@pytest.mark.parametrize(
    ("stated", "where", "line"),
    [
        (
            '[tables.touchpoints.values.team]\nx = "sales"\n',
            "write in servicelead.toml, under [tables.touchpoints.values.team] of this source",
            '"your word" = "marketing"',
        ),
        (
            '[tables.touchpoints.values.channel]\nx = "y"\n[tables.touchpoints.values]\n',
            "write in servicelead.toml, under [tables.touchpoints.values] of this source",
            'team = { "your word" = "marketing" }',
        ),
        (
            '[[tables.touchpoints]]\n[[tables.touchpoints]]\nfile = "more.csv"\n',
            "among the keys of this source of [tables.touchpoints]",
            'values = { team = { "your word" = "marketing" } }',
        ),
    ],
)
def test_lines_add_to_the_words_that_are_there(odd_folder: Path, say: Say, stated: str, where: str, line: str) -> None:
    """Of words mapped already only what is new is printed, and pasted there it is valid."""
    (odd_folder / "more.csv").write_text("touchpoint_id,account_id,occurred_at,team,channel\n")
    with (odd_folder / "servicelead.toml").open("a") as file:
        file.write(stated)
    said = say("validate", odd_folder)
    assert where in said.words
    assert f"\n{line}\n" in said.out
    with (odd_folder / "servicelead.toml").open("a") as file:
        file.write(f"{line}\n")
    assert (0, "") == (say("validate", odd_folder).code, said.err)


def test_declared_patterns_are_the_rule(odd_folder: Path, say: Say) -> None:
    """A cell that breaks a pattern or marks declared is told by these, on the screen and in the file."""
    (odd_folder / "opportunities.csv").write_text(
        "opportunity_id,account_id,created_at,outcome,amount\no,a,2024-01-01,open,1.5\n"
    )
    with (odd_folder / "servicelead.toml").open("a") as file:
        file.write('[tables.opportunities]\nformats = { created_at = "%d.%m.%Y" }\ndecimal = ","\n')
    said = say("validate", odd_folder)
    rules = (
        "cells of created_at fit '%d.%m.%Y', the format declared",
        "cells of amount are numbers with a comma before decimals and nothing between thousands, as declared",
    )
    assert all(f"rule: {rule}" in said.words for rule in rules)
    with (odd_folder / "rejected" / "opportunities.csv").open(newline="") as file:
        assert ["; ".join(rules)] == [row["servicelead_rule"] for row in csv.DictReader(file)]


LINES = """\
opportunity_id,account_id,created_at,Close Date,outcome,Amount (USD)
o1,a,2024-01-01,2024-02-01,open,5

o2,a,never,2024-02-01,odd word,5
o1,a,2024-01-01,2024-02-01,open,5
o3
o4,a,2024-01-01,2024-02-01,open,"5
6"
"""


@pytest.fixture
def mixed_folder(tmp_path: Path) -> Path:
    """Return a folder with a blank line, a duplicate, broken rows, a quoted line break and names not ours."""
    (tmp_path / "servicelead.toml").write_text("as_of = 2024-12-31\n")
    (tmp_path / "opportunities.csv").write_text(LINES)
    return tmp_path


def test_every_line_is_told(mixed_folder: Path, say: Say) -> None:
    """The lines of each file are listed by what became of them, and one sentence adds them up, in every command."""
    sentence = "8 lines of 1 file = 1 header + 1 blank + 3 kept + 2 rejected + 1 duplicates."
    said = say("validate", mixed_folder)
    assert "file physical header blank kept rejected duplicates opportunities.csv 8 1 1 3 2 1" in said.words
    for command in (("validate",), ("attribute",), ("report", "--out", mixed_folder / "report.html")):
        assert sentence in say(command[0], mixed_folder, *command[1:]).words


def test_every_bad_cell_of_a_row_is_told(mixed_folder: Path, say: Say) -> None:
    """A row with two bad cells is an example of both, by record and line, and one rejected row."""
    said = say("validate", mixed_folder)
    for name, column in (("not_a_time", "created_at"), ("unknown_choice", "outcome")):
        assert f"1 row {name} in opportunities.csv, column {column} (opportunities): records 2 (lines 4)" in said.words
    assert "2 of 5 rows rejected" in said.words


def test_columns_that_look_like_ours_can_be_pasted(mixed_folder: Path, say: Say) -> None:
    """Columns under other names are suggested with lines that, pasted, take them; without these nothing is taken."""
    said = say("validate", mixed_folder)
    assert "'Close Date' may be closed_at, 'Amount (USD)' may be amount" in said.words
    lines = '[tables.opportunities]\ncolumns = { closed_at = "Close Date", amount = "Amount (USD)" }\n'
    assert lines in said.out
    with (mixed_folder / "servicelead.toml").open("a") as file:
        file.write(lines)
    again = say("validate", mixed_folder)
    assert "may be" not in again.words
    assert "not_a_number in opportunities.csv, column amount" in again.words


def test_a_missing_column_is_told_with_lines_to_paste(mixed_folder: Path, say: Say) -> None:
    """The error ends in the lines, each on a line of its own."""
    (mixed_folder / "opportunities.csv").write_text(LINES.replace("account_id", "Account ID"))
    said = say("validate", mixed_folder)
    assert 2 == said.code
    assert '\n[tables.opportunities]\ncolumns = { account_id = "Account ID", ' in said.err


def test_rows_that_a_query_leaves_out_are_told(mixed_folder: Path, say: Say) -> None:
    """For each query the rows that went in, by file, and those that came out are printed."""
    with (mixed_folder / "servicelead.toml").open("a") as file:
        file.write("[tables.opportunities]\nquery = \"SELECT * FROM opportunities WHERE outcome = 'open' LIMIT 2\"\n")
    said = say("validate", mixed_folder)
    assert "opportunities query 1: 4 rows of opportunities.csv went in, 2 rows came out" in said.words


def test_rejects_of_the_past_go(mixed_folder: Path, say: Say) -> None:
    """Once nothing is rejected any more, the folder of rejected rows does not say so either."""
    say("validate", mixed_folder)
    assert ["opportunities.csv"] == [path.name for path in (mixed_folder / "rejected").iterdir()]
    (mixed_folder / "opportunities.csv").write_text("".join(LINES.splitlines(keepends=True)[:2]))
    assert "No row was rejected" in say("validate", mixed_folder).words
    assert [] == list((mixed_folder / "rejected").iterdir())
