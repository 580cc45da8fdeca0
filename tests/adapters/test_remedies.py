"""Rules and remedies in the words of a source."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead.adapters.config import SourceConfig
from servicelead.adapters.remedies import rule_and_remedy
from servicelead.adapters.suggestions import slip_of
from servicelead.tables.rejects import code


@pytest.mark.parametrize(
    ("name", "stated", "rule", "remedy"),
    [
        ("not_a_time", None, "times are ISO 8601", 'formats = { paid_at = "%d/%m/%Y" }'),
        ("not_a_time", SourceConfig(formats={"x_at": "%d.%m.%Y"}), "times are ISO 8601", "formats = { paid_at ="),
        ("not_a_time", SourceConfig(formats={"paid_at": "%d.%m.%Y"}), "fit '%d.%m.%Y'", "{ paid_at = '%d.%m.%Y' }"),
        ("not_a_number", SourceConfig(), "plain decimals with a point", 'decimal = ","'),
        ("not_a_number", SourceConfig(decimal=","), "a comma before decimals and nothing between", "correct the"),
        ("not_a_number", SourceConfig(thousands="'"), "a point before decimals and an apostrophe", "correct the"),
        ("undecodable", None, "text in the file's encoding", "[files.NAME]"),
        ("undecodable", None, "text in the file's encoding", 'encoding = "cp1252"'),
        ("wrong_column_count", None, "as many cells as the header", "where too few, add the cells"),
    ],
)
def test_what_is_declared_is_the_rule(name: str, stated: SourceConfig | None, rule: str, remedy: str) -> None:
    """The column is named, and a declared pattern or mark takes the place of the general rule."""
    told = rule_and_remedy(name, "paid_at", stated)
    assert (True, True) == (rule in told[0], remedy in told[1])


def test_other_codes_are_told_as_they_are() -> None:
    """A declaration changes only the codes it is about."""
    stated = SourceConfig(formats={"paid_at": "%d.%m.%Y"}, decimal=",")
    known = code("missing_value")
    assert (known.rule, known.remedy) == rule_and_remedy("missing_value", "paid_at", stated)


def distance(one: str, two: str) -> int:
    """Return how many letters to add, drop, change or swap with the next turn one name into the other."""
    rows = [[0] * (len(two) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) + 1):
        for j in range(len(two) + 1):
            if not i or not j:
                rows[i][j] = i + j
                continue
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (one[i - 1] != two[j - 1]))
            if i > 1 and j > 1 and one[i - 2 : i] == two[j - 2 : j][::-1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@example(one="cab", two="cba")
@given(one=st.text("abc", max_size=5), two=st.text("abc", max_size=5))
@settings(max_examples=examples(200))
def test_a_slip_is_one_edit(one: str, two: str) -> None:
    """A name is a slip of another exactly if one letter added, dropped, changed or swapped makes it that."""
    assert (two if distance(one, two) <= 1 else None) == slip_of(one, [two])
