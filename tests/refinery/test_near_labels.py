from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead.exceptions import InvalidValueError
from servicelead.refinery import NearLabels, near_labels
from servicelead.refinery.near_labels import folded
from tables.samples import business, deal, lead, touch


def pairs(counts: dict[str, int], **more: Any) -> list[tuple[str, str]]:
    """Return which label of a raw column is near which."""
    rows = [label for label, n in counts.items() for _ in range(n)]
    found = NearLabels(frames={"t": {"x": [*rows, *["padding"] * 30]}}, **more).find(None)
    return list(zip(found["label"].tolist(), found["like"].tolist(), strict=True))


def test_case_blanks_and_marks_make_no_difference() -> None:
    """The commonest spelling is right, whichever it is; all others are near it."""
    assert [("GTX Pro", "GTXPro"), ("gtx-pro", "GTXPro")] == sorted(pairs({"GTXPro": 9, "GTX Pro": 2, "gtx-pro": 1}))
    assert [] == pairs({"GTX Pro": 9, "GTX Plus Pro": 1})


def test_one_letter_apart_from_a_far_commoner_label() -> None:
    """Missing, too many, another, swapped; not two edits, not a digit, not a label as common, not a short one."""
    for slip in ("technolgy", "technnology", "tecknology", "tehcnology"):
        assert [(slip, "technology")] == pairs({"technology": 10, slip: 2})
    assert [] == pairs({"technology": 10, "teknolgy": 2})
    assert [] == pairs({"rep 001": 10, "rep 002": 2})
    assert [] == pairs({"Hansen": 10, "Hanson": 3})
    assert [("Hanson", "Hansen")] == pairs({"Hansen": 10, "Hanson": 3}, times=3)
    assert [] == pairs({"cold": 10, "bold": 1})
    assert [("bold", "cold")] == pairs({"cold": 10, "bold": 1}, shortest=4)


def test_known_words_need_no_rows() -> None:
    """A sector misspelt throughout is told by the list of sectors, other columns by words of yours."""
    accounts = [{"account_id": str(i), "industry": "technolgy"} for i in range(3)]
    row = NearLabels().find(business(accounts=accounts)).rows()[0]
    assert ("accounts", "industry", "technolgy", "technology", 3, 0) == tuple(row.values())[:6]
    given = business(opportunities=[deal(str(i), product="GTXPro") for i in range(4)])
    assert 0 == len(NearLabels().find(given))
    row = NearLabels(known={"product": ["GTX Pro"]}).find(given).rows()[0]
    assert ("opportunities", "product", "GTXPro", "GTX Pro", 4) == tuple(row.values())[:5]
    assert 0 == len(NearLabels(known={"product": ["GTXPro", "GTX Pro"]}).find(given))


def test_every_labelled_column_of_a_business_is_looked_through() -> None:
    """Channels of touches and owners of leads, each within its own table."""
    touches = [touch("1", channel="call"), touch("2", channel="Call"), touch("3", channel="call")]
    found = NearLabels().find(business(touchpoints=touches, leads=[lead("1", owner="CALL", channel="c all")]))
    assert [("touchpoints", "channel", "Call", "call")] == [tuple(row.values())[:4] for row in found.rows()]


def test_raw_columns_of_one_name_are_taken_together() -> None:
    """The product as the price list has it and as deals have it; identifiers are left alone."""
    deals = {"product": ["GTXPro"] * 40, "opportunity_id": [f"id{i}" for i in range(38)] + ["AB1", "ab1"]}
    found = near_labels({"products": {"product": ["GTX Pro", "MG"]}, "deals": deals})
    assert [("products", "product", "GTX Pro", "GTXPro", 1, 40)] == [tuple(row.values())[:6] for row in found.rows()]
    assert 40 == near_labels({"deals": deals}, known={"product": ["GTX Pro"]})["n_rows"][0]
    assert 0 == len(near_labels({"numbers": {"x": [1, 2, 3]}}))


def test_wrong_thresholds_are_refused() -> None:
    """Times below one, labels of one letter."""
    with pytest.raises(InvalidValueError):
        NearLabels(times=0.5)
    with pytest.raises(InvalidValueError):
        NearLabels(shortest=1)


def test_what_is_not_by_name_is_refused() -> None:
    """A list of tables or of right words, or a table that is none."""
    wrong: Any = [1]
    with pytest.raises(InvalidValueError, match=r"NearLabels\.frames"):
        near_labels(wrong)
    with pytest.raises(InvalidValueError, match=r"NearLabels\.known"):
        near_labels({}, known=wrong)
    with pytest.raises(InvalidValueError):
        near_labels({"deals": wrong[0]})


def neighbours(word: str) -> set[str]:
    """Return every word one edit of letters, or one swap, away."""
    letters = "abc1"
    out = {word[:i] + word[i + 1 :] for i in range(len(word)) if word[i] != "1"}
    out |= {word[:i] + x + word[i:] for i in range(len(word) + 1) for x in letters if x != "1"}
    out |= {word[:i] + x + word[i + 1 :] for i in range(len(word)) for x in letters if "1" not in (x, word[i])}
    swaps = [i for i in range(len(word) - 1) if "1" not in word[i : i + 2]]
    return (out | {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in swaps}) - {word}


@settings(max_examples=examples(100))
@given(st.lists(st.text("abc1", min_size=4, max_size=6), unique=True, max_size=8))
def test_pairs_are_those_that_all_edits_would_find(words: list[str]) -> None:
    """Each label with the far commoner ones that some edit of it makes."""
    counts = {word: 6**place for place, word in enumerate(words[:4])}
    expected = {
        (word, other)
        for word, n in counts.items()
        for other, m in counts.items()
        if other in neighbours(word) and m >= 5 * n
    }
    assert expected == set(pairs(counts, shortest=4))
    assert all(folded(word) == word for word in words)
