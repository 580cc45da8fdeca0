"""Local time and back, against the standard library."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead._typing import MISSING
from servicelead.columns.zones import DAY, Zone
from servicelead.exceptions import InvalidValueError

NAMES = ["UTC", "Europe/Paris", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe",
         "Pacific/Apia", "America/Havana", "Africa/Casablanca", "Asia/Kathmandu"]  # fmt: skip
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
MOMENTS = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2037, 12, 31))  # noqa: DTZ001 - wall-clock times


def micros(wall: dt.datetime) -> int:
    """Return the microseconds of a naive or UTC datetime."""
    return (wall.replace(tzinfo=dt.UTC) - EPOCH) // MICROSECOND


@given(st.sampled_from(NAMES), st.lists(MOMENTS, min_size=1, max_size=20))
def test_clocks_agree_with_the_standard_library(name: str, moments: list[dt.datetime]) -> None:
    """A wall clock shows what zoneinfo says it shows."""
    instants = np.array([micros(moment) for moment in moments])
    zone = ZoneInfo(name)
    expected = [micros(m.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None)) for m in moments]
    assert expected == Zone(name).to_local(instants).tolist()


@given(st.sampled_from(NAMES), st.lists(MOMENTS, min_size=1, max_size=20))
def test_wall_clock_times_agree_with_the_standard_library(name: str, moments: list[dt.datetime]) -> None:
    """Local times become the instants of fold 0; doubtful ones are told apart as PEP 495 does."""
    zone = ZoneInfo(name)
    utc, ambiguous, nonexistent = Zone(name).to_utc(np.array([micros(moment) for moment in moments]))
    for row, moment in enumerate(moments):
        first, second = (moment.replace(tzinfo=zone, fold=fold).utcoffset() or dt.timedelta() for fold in (0, 1))
        assert micros(moment) - first // MICROSECOND == utc[row]
        assert (first > second, first < second) == (ambiguous[row], nonexistent[row])


@given(st.sampled_from(NAMES), st.dates(dt.date(1971, 1, 1), dt.date(2037, 12, 31)))
def test_a_day_begins_at_its_first_moment(name: str, day: dt.date) -> None:
    """The instant before a day's start is on another day, even where clocks skip midnight."""
    zone = Zone(name)
    begin = zone.day_start(np.array([(day - EPOCH.date()).days]))
    before, after = zone.to_local(np.append(begin - 1, begin)) // DAY
    assert before < (day - EPOCH.date()).days <= after


def test_hours_that_clocks_skip_and_repeat() -> None:
    """In Paris 02:30 does not exist on 29 March 2026 and exists twice on 25 October."""
    local = np.array(["2026-03-29T02:30", "2026-10-25T02:30"], dtype="datetime64[us]").astype(np.int64)
    utc, ambiguous, nonexistent = Zone("Europe/Paris").to_utc(local)
    assert ["2026-03-29T01:30:00.000000", "2026-10-25T00:30:00.000000"] == utc.astype("datetime64[us]").astype(
        str
    ).tolist()
    assert [False, True] == ambiguous.tolist()
    assert [True, False] == nonexistent.tolist()


def test_months_are_those_of_the_zone() -> None:
    """23:30 UTC on 31 January is February in Paris."""
    at = np.array(["2026-01-31T23:30"], dtype="datetime64[us]").astype(np.int64)
    assert [672] == Zone("UTC").months(at).tolist()
    assert [673] == Zone("Europe/Paris").months(at).tolist()


def test_missing_stays_missing_and_the_ends_of_time_are_harmless() -> None:
    """`MISSING` passes through; years 1 and 9999 go there and back."""
    for name in NAMES:
        zone = Zone(name)
        ends = np.array([MISSING, -62_135_596_800_000_000, 253_402_300_799_999_999])
        assert ends.tolist() == zone.to_utc(zone.to_local(ends))[0].tolist()
        assert [MISSING] == zone.to_utc(ends[:1])[0].tolist()
        assert MISSING == zone.to_local(ends[:1])[0]


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe", None])
def test_an_unknown_zone_is_a_typed_error(name: str) -> None:
    """A name that is no zone is refused with an example."""
    with pytest.raises(InvalidValueError, match="IANA"):
        Zone(name)


def test_zones_compare_by_name() -> None:
    """Two zones of one name are the same."""
    assert Zone("UTC") == Zone("UTC")
    assert Zone("UTC") != Zone("Europe/Paris")
    assert 1 == len({Zone("UTC"), Zone("UTC")})
    assert "Zone('UTC')" == repr(Zone("UTC"))
