import numpy as np
import pytest

import servicelead.survival.odds as module
from servicelead.exceptions import ConvergenceError
from servicelead.survival.odds import odds_ratios


def test_the_odds_ratio_of_a_table_of_four() -> None:
    """30 of 40 against 10 of 40 is 9 to 1; of rows of their own its logarithm varies by the four-cell sum."""
    event = np.repeat([True, False, True, False], [30, 10, 10, 30])
    design = np.column_stack([np.ones(80), np.repeat([1.0, 0.0], 40)])
    ratio = odds_ratios(event, design, np.arange(80), undefined=None, penalty=1e-9, confidence=0.95)[1]
    spread = np.sqrt(1 / 30 + 1 / 10 + 1 / 10 + 1 / 30)
    assert 9.0 == pytest.approx(ratio.value, rel=1e-6)
    assert 9 * np.exp(-1.959964 * spread) == pytest.approx(ratio.lower, rel=1e-5)
    assert (80, "odds ratio") == (ratio.n, ratio.unit)


def test_rows_of_one_account_are_not_independent() -> None:
    """The same rows twice, in the same accounts, tell no more than once."""
    event, exposed = np.array([True, False, True, True, False, False]), np.array([1.0, 1, 1, 0, 0, 0])
    design = np.column_stack([np.ones(6), exposed])
    once = odds_ratios(event, design, np.arange(6), undefined=None, penalty=1e-9, confidence=0.9)[1]
    accounts = np.tile(np.arange(6), 2)
    twice = odds_ratios(
        np.tile(event, 2), np.tile(design, (2, 1)), accounts, undefined=None, penalty=1e-9, confidence=0.9
    )[1]
    assert (once.value, once.lower, once.upper) == pytest.approx((twice.value, twice.lower, twice.upper), rel=1e-5)


def test_what_has_no_answer_says_why() -> None:
    """The reason given is the reason told, of every column."""
    found = odds_ratios(
        np.ones(2, dtype=bool), np.ones((2, 3)), np.arange(2), undefined="all left", penalty=0.1, confidence=0.95
    )
    assert ["all left"] * 3 == [each.reason for each in found]


def test_coefficients_that_are_not_found_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that would still gain by going on is no answer."""
    monkeypatch.setattr(module, "fit_logistic", lambda *_: (np.zeros(1), 1.0))
    with pytest.raises(ConvergenceError, match="raise the penalty"):
        odds_ratios(
            np.array([True, False]), np.ones((2, 1)), np.arange(2), undefined=None, penalty=0.1, confidence=0.95
        )
