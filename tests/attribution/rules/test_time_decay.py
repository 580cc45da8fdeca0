from datetime import timedelta

import numpy as np
import pytest

from attribution.hand import deal, journeys, paths, touch
from servicelead.attribution import TimeDecay, attribute
from servicelead.exceptions import MissingTimesError

TOUCHES = [touch("t1", "05-01", "ad"), touch("t2", "05-08", "call"), touch("t3", "05-15", "call")]


def test_credit_halves_with_every_half_life() -> None:
    """Ages 14, 7 and 0 days, half-life 7: weights 1/4, 1/2, 1, shares 1/7, 2/7, 4/7; of 7.00: 1, 2, 4."""
    credit = attribute(journeys(TOUCHES, [deal("o", "05-14", "7.00", closed_at="2025-05-15T00:00:00Z")]), TimeDecay())
    assert [1 / 7, 2 / 7, 4 / 7] == pytest.approx(credit.share.tolist(), abs=1e-15)
    assert [100, 200, 400] == credit.minor_units.tolist()


def test_how_long_before_the_close_it_all_was_does_not_matter() -> None:
    """Only differences of age count: closed 80 days later, the shares are the same to the bit."""
    soon, late = (
        attribute(journeys(TOUCHES, [deal("o", close, "7.00")]), TimeDecay()).share for close in ("05-15", "07-20")
    )
    assert soon.tobytes() == late.tobytes()


def test_ties_share_alike_and_the_cent_goes_to_the_earliest_id() -> None:
    """Two touches at one instant: 1/2 each, 0.03 as 2 and 1 in the order of their ids."""
    tied = [touch("t2", "05-08", "ad"), touch("t1", "05-08", "call")]
    table = attribute(journeys(tied, [deal("o", "05-09", "0.03")]), TimeDecay()).explain("o")
    assert ["t1", "t2"] == table["touchpoint_id"].tolist()
    assert [0.5, 0.5] == table["share"].tolist()
    assert [2, 1] == table["minor_units"].tolist()


def test_ten_million_half_lives_do_not_underflow() -> None:
    """Half a second a half-life, 60 days: the last touch has it all, the first 0, none is NaN."""
    touches = [touch("t1", "03-01", "ad"), touch("t2", "04-30", "call")]
    credit = attribute(journeys(touches, [deal("o", "05-20", "1.00")]), TimeDecay(half_life=timedelta(seconds=0.5)))
    ages = credit.journeys.ages / 500_000
    assert (ages > 1e6).all()
    assert ages.max() > 1e7
    assert [0.0, 1.0] == credit.share.tolist()
    assert [0, 100] == credit.minor_units.tolist()


def test_a_long_half_life_is_linear() -> None:
    """The longest half-life that a timedelta holds leaves touches of one journey alike."""
    credit = attribute(journeys(TOUCHES, [deal("o", "05-15", "1.00")]), TimeDecay(half_life=timedelta.max))
    assert np.allclose(1 / 3, credit.share, rtol=1e-9)


def test_reasons_say_the_age() -> None:
    """Days before the close, to one decimal."""
    found = journeys(TOUCHES, [deal("o", "05-15", "7.00")])
    assert "15.0 days before the close; credit halves every 7 days" == TimeDecay().reasons(found, 0)[0]


def test_paths_have_no_times() -> None:
    """Aggregated paths are refused before anything is worked out."""
    with pytest.raises(MissingTimesError):
        attribute(paths(("ad", 1, "1")), TimeDecay())
