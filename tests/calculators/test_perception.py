import numpy as np
import pytest

from servicelead.calculators import Perception
from servicelead.exceptions import InvalidValueError, UndefinedRateError
from servicelead.uncertainty import Rate

ANSWERS = Perception(n_better=45, n_same=30, n_worse=15, n_dont_know=10)


def test_who_does_not_know_is_left_out_and_counted() -> None:
    """Half of the 90 who know, and 10 of 100 who do not."""
    assert (0.5, 15 / 90, 0.1, 90) == (
        ANSWERS.better_share,
        ANSWERS.worse_share,
        ANSWERS.dont_know_share,
        ANSWERS.n_knowing,
    )


def test_shares_have_wilson_intervals() -> None:
    """Those of each answer among all who know."""
    table = ANSWERS.shares()
    expected = [Rate(n, 90).interval() for n in (45, 30, 15)]
    assert [each.lower for each in expected] == table["lower"].tolist()
    assert [each.upper for each in expected] == table["upper"].tolist()
    assert 1 == pytest.approx(table["share"].sum())


def test_where_nobody_knows_there_are_no_shares() -> None:
    """Undefined as a figure, NaN in the table."""
    nobody = Perception(n_better=0, n_same=0, n_worse=0, n_dont_know=3)
    with pytest.raises(UndefinedRateError):
        _ = nobody.better_share
    assert np.isnan(nobody.shares()["share"]).all()


def test_answers_are_whole() -> None:
    """Half an answer is none."""
    with pytest.raises(InvalidValueError, match=r"Perception\.n_better must be a whole number"):
        Perception(n_better=0.5, n_same=1, n_worse=1)  # type: ignore[arg-type]  # on purpose
