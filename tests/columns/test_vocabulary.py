"""Labels and codes."""

import pytest

from servicelead.columns import Vocabulary
from servicelead.exceptions import UnknownNameError


def test_codes_and_labels_are_each_other_s_inverse() -> None:
    """Decoding a label's code gives the label, whatever it is called."""
    labels = ["(null)", "(start)", "", "x" * 10_000, "Ünïcode 渠道", "a\nb"]
    vocabulary = Vocabulary(labels)
    assert labels == vocabulary.decode([vocabulary.code(label) for label in labels]).tolist()
    assert [None, labels[0]] == vocabulary.decode([-1, 0]).tolist()
    assert [5, -1] == vocabulary.codes_of(["a\nb", "absent"]).tolist()
    assert -1 == vocabulary.get("absent")
    assert 6 == len(vocabulary)
    assert "(null)" in vocabulary


def test_an_unknown_label_names_no_other_label() -> None:
    """The error counts what there is, since labels may be customers' names."""
    with pytest.raises(UnknownNameError, match="among the 1 of this vocabulary") as raised:
        Vocabulary(["canary"]).code("other")
    assert "canary" not in str(raised.value)


def test_vocabularies_are_compared_by_what_they_hold_and_cannot_change() -> None:
    """Equal labels in equal order are equal; the labels are read-only."""
    assert Vocabulary(["a", "b"]) == Vocabulary(["a", "b"])
    assert Vocabulary(["a", "b"]) != Vocabulary(["b", "a"])
    assert Vocabulary(["a"]) != "a"
    assert "Vocabulary of 2 labels" == repr(Vocabulary(["a", "b"]))
    with pytest.raises(ValueError, match="read-only"):
        Vocabulary(["a"]).labels[0] = "b"
    with pytest.raises(TypeError, match="unhashable"):
        hash(Vocabulary(["a"]))
