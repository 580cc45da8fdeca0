from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from scipy import stats

from servicelead.exceptions import InvalidValueError
from servicelead.qualification import SatisfactionGap, follow_up_promises, satisfaction_gap
from tables.samples import at, business, lead, touch

DUE = 10
DAYS = timedelta(days=30)


def promise(name: str, account: str | None, *, kept: bool, due: float = DUE) -> Any:
    """Return a lead that was followed up a day before it was due, or never."""
    return lead(name, account, follow_up_due_at=at(due), followed_up_at=at(due - 1) if kept else None)


def said(name: str, account: str, sentiment: float | None, day: float = DUE + 5, **more: Any) -> Any:
    """Return a touch that left a customer in some mood."""
    return touch(name, account, day, sentiment=sentiment, **more)


def gap(leads: list[Any], touches: list[Any], confidence: float = 0.95, **tables: Any) -> SatisfactionGap:
    """Return the gap after promises, within 30 days."""
    found = follow_up_promises(business(leads=leads, touchpoints=touches, **tables))
    return satisfaction_gap(found, within=DAYS, confidence=confidence)


def test_one_promise_per_account_is_welch() -> None:
    """The difference and its interval are those of the textbook's unequal variances."""
    kept, broken = [0.8, 0.5, 0.9, 0.2, 0.6], [-0.5, 0.1, -0.9, 0.4]
    leads = [promise(f"k{i}", f"k{i}", kept=True) for i in range(5)]
    leads += [promise(f"b{i}", f"b{i}", kept=False) for i in range(4)]
    touches = [said(f"tk{i}", f"k{i}", x) for i, x in enumerate(kept)]
    touches += [said(f"tb{i}", f"b{i}", x) for i, x in enumerate(broken)]
    found = gap(leads, touches)
    expected = stats.ttest_ind(kept, broken, equal_var=False).confidence_interval(0.95)
    assert (np.mean(kept) - np.mean(broken), expected.low, expected.high, 9) == pytest.approx(
        (found.difference.value, found.difference.lower, found.difference.upper, found.difference.n)
    )
    assert (np.mean(kept), np.mean(broken)) == pytest.approx((found.kept.value, found.broken.value))
    low, high = stats.t.interval(0.95, 4, np.mean(kept), stats.sem(kept))
    assert (low, high, 5) == pytest.approx((found.kept.lower, found.kept.upper, found.kept.n))
    assert "association" in str(found)


def test_promises_of_one_account_are_not_independent() -> None:
    """Each lead told three times over by the same account tells nothing new: the interval stays as wide."""

    def of(copies: int) -> SatisfactionGap:
        leads, touches = [], []
        for account, x in (("a", 0.9), ("b", 0.1), ("c", -0.3), ("d", -0.9)):
            touches.append(said(account, account, x))
            leads += [promise(f"{account}{i}", account, kept=account in "ab") for i in range(copies)]
        return gap(leads, touches)

    once, thrice = of(1).difference, of(3).difference
    assert (once.value, once.lower, once.upper) == pytest.approx((thrice.value, thrice.lower, thrice.upper))


def test_an_account_may_be_in_both_arms() -> None:
    """Kept and broken promises of two accounts whose moods differ alike: how accounts differ cancels out."""
    leads, touches = [], []
    for account, kept, broken in (("a", 0.9, 0.4), ("b", 0.1, -0.4), ("c", 0.5, 0.1)):
        leads += [promise(f"{account}k", account, kept=True), promise(f"{account}b", account, kept=False, due=60)]
        touches += [said(f"{account}1", account, kept), said(f"{account}2", account, broken, day=65)]
    found = gap(leads, touches)
    assert found.kept.lower is not None
    assert found.difference.lower is not None
    wide = (found.kept.value or 0) - found.kept.lower
    assert (found.difference.value or 0) - found.difference.lower < wide / 2
    assert (3, 3) == (found.difference.n, found.kept.n)


def test_only_what_was_said_after_the_due_date_counts() -> None:
    """Not at it, not before it, not beyond the time looked at, not by others, not what is not yet known."""
    leads = [promise("1", "a", kept=True), promise("2", "b", kept=False), promise("3", None, kept=False)]
    touches = [
        said("1", "a", -1.0, day=DUE),
        said("2", "a", -1.0, day=DUE - 1),
        said("3", "a", 1.0, day=DUE + 30),
        said("4", "a", -1.0, day=DUE + 30.001),
        said("5", "c", -1.0),
        said("6", "a", None),
        said("7", "a", -1.0, sentiment_known_at=at(300)),
    ]
    found = gap(leads, touches)
    assert (1.0, None, 2) == (found.kept.value, found.broken.value, found.n_silent)
    assert found.difference.reason == found.broken.reason
    assert "one account" in str(found.kept.reason)


def test_cases_speak_too_and_each_promise_counts_once() -> None:
    """Its mean of three words, not three promises."""
    leads = [promise("1", "a", kept=True), promise("2", "b", kept=True)]
    cases = [{"case_id": "c", "account_id": "a", "opened_at": at(DUE + 1), "sentiment": -0.5}]
    found = gap(leads, [said("1", "a", 0.5), said("2", "a", 0.3), said("3", "b", 0.9)], cases=cases)
    assert 0.5 == pytest.approx(found.kept.value)


def test_late_promises_are_in_neither_arm() -> None:
    """They were kept, and not in time."""
    late = lead("1", "a", follow_up_due_at=at(DUE), followed_up_at=at(DUE + 1))
    found = gap([late], [said("1", "a", 0.5)])
    assert (None, None, 0) == (found.kept.value, found.broken.value, found.n_silent)


def test_no_spread_is_no_certainty() -> None:
    """Four accounts that all said the same give no interval, with the reason."""
    leads = [promise(name, name, kept=name in "ab") for name in "abcd"]
    found = gap(leads, [said(name, name, 0.5) for name in "abcd"])
    assert (0.0, None) == (found.difference.value, found.difference.lower)
    assert "no spread" in str(found.difference.reason)


def test_nothing_said_is_undefined() -> None:
    """Of no promises at all, too."""
    for found in (gap([], []), gap([promise("1", "a", kept=True)], [])):
        assert (None, None) == (found.kept.value, found.difference.value)


@pytest.mark.parametrize("within", [timedelta(0), timedelta(days=-1), 30, timedelta(days=40_000)])
def test_a_time_that_makes_no_sense_is_refused(within: Any) -> None:
    """A typed error with the remedy; so is a confidence of 95."""
    found = follow_up_promises(business(leads=[promise("1", "a", kept=True)]))
    with pytest.raises(InvalidValueError, match="timedelta"):
        satisfaction_gap(found, within=within)
    with pytest.raises(InvalidValueError, match="confidence"):
        satisfaction_gap(found, confidence=95)
