import csv
from collections.abc import Callable
from pathlib import Path

from cli.conftest import Said

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
    assert f"1 row wrong_column_count in touchpoints.csv (touchpoints): records {n - 2}" in said.words
    assert f"2 rows not_a_time in touchpoints.csv, column occurred_at (touchpoints): records {n - 1}, {n}" in said.words
    assert "what to do: convert the column, or map another one" in said.words
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
    assert "7 rows some in accounts.csv (accounts): records 1, 2, 3, 4, 5, ..." in said.words
    assert "rule: no account" in said.words


def test_the_table_is_shown_where_the_file_does_not_say_it(clean_folder: Path, say: Say, tmp_path: Path) -> None:
    """Files of other names show which table they feed."""
    (tmp_path / "tickets.csv").write_bytes((clean_folder / "touchpoints.csv").read_bytes())
    settings = (clean_folder / "servicelead.toml").read_text()
    (tmp_path / "servicelead.toml").write_text(f'{settings}[tables.touchpoints]\nfile = "tickets.csv"\n')
    said = say("validate", tmp_path)
    assert "tickets.csv touchpoints" in said.words
    assert said.words.startswith("Rows file table read kept rejected duplicates")
