"""Calendar periods in time zones."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.periods import ALWAYS, FOREVER_MS, Length, period

PARIS = ZoneInfo("Europe/Paris")
ZONES = ["UTC", "Europe/Paris", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Asia/Beirut", "Africa/Casablanca", "America/St_Johns"]  # fmt: skip
HOUR_MS = 3_600_000


def ms(text: str) -> int:
    """Of a time in UTC, or with an offset of its own."""
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


CASES = [
    ("day", "2026-03-29T10:00", "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"),
    ("day", "2026-10-25T10:00", "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00"),
    ("week", "2026-03-29T10:00", "2026-03-23T00:00+01:00", "2026-03-30T00:00+02:00"),
    ("month", "2026-02-15T10:00", "2026-02-01T00:00+01:00", "2026-03-01T00:00+01:00"),
    ("month", "2028-02-29T10:00", "2028-02-01T00:00+01:00", "2028-03-01T00:00+01:00"),
    ("month", "2026-03-31T21:59:59.999", "2026-03-01T00:00+01:00", "2026-04-01T00:00+02:00"),
    ("month", "2026-03-31T22:00", "2026-04-01T00:00+02:00", "2026-05-01T00:00+02:00"),
    ("month", "2026-12-31T23:00", "2027-01-01T00:00+01:00", "2027-02-01T00:00+01:00"),
    ("quarter", "2026-11-22T10:00", "2026-10-01T00:00+02:00", "2027-01-01T00:00+01:00"),
    ("hour", "2026-03-29T00:30", "2026-03-29T01:00+01:00", "2026-03-29T03:00+02:00"),
    ("hour", "2026-10-25T00:30", "2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"),
    ("hour", "2026-10-25T01:30", "2026-10-25T02:00+01:00", "2026-10-25T03:00+01:00"),
]


@pytest.mark.parametrize(("length", "at", "begins", "ends"), CASES)
def test_a_period_in_paris_begins_and_ends_by_the_clocks_there(
    length: Length, at: str, begins: str, ends: str
):
    found = period(length, PARIS, ms(at))
    assert (found.from_ms, found.until_ms) == (ms(begins), ms(ends))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_of_a_change_of_time_is_as_long_as_it_is(day: str, hours: int):
    found = period("day", PARIS, ms(f"{day}T12:00"))
    assert found.until_ms - found.from_ms == hours * HOUR_MS


def test_february_has_28_days():
    found = period("month", PARIS, ms("2026-02-28T12:00"))
    assert found.until_ms - found.from_ms == 28 * 24 * HOUR_MS


def test_quarters_are_counted_from_the_month_that_a_fiscal_year_begins_with():
    """Quarters of a year that begins in February: the first of them is February to April."""
    found = period("quarter", ZoneInfo("UTC"), ms("2026-10-25T10:00"), fiscal_start=2)
    assert (found.from_ms, found.until_ms) == (ms("2026-08-01"), ms("2026-11-01"))


def test_a_day_that_has_no_midnight_begins_with_its_first_moment():
    found = period("day", ZoneInfo("America/Sao_Paulo"), ms("2018-11-04T12:00"))
    assert (found.from_ms, found.until_ms) == (ms("2018-11-04T03:00"), ms("2018-11-05T02:00"))


def test_all_time_is_one_period():
    assert period("total", PARIS, 0) == ALWAYS == period("total", PARIS, FOREVER_MS - 1)


@given(
    length=st.sampled_from(["hour", "day", "week", "month", "quarter"]),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    at_ms=st.integers(ms("2000-01-01"), ms("2037-12-01")),
    fiscal_start=st.integers(1, 12),
)
def test_periods_follow_each_other_without_gap_or_overlap(length, zone, at_ms, fiscal_start):
    found = period(length, zone, at_ms, fiscal_start=fiscal_start)
    assert found.holds(at_ms)
    for inside in (found.from_ms, found.until_ms - 1):
        assert period(length, zone, inside, fiscal_start=fiscal_start) == found
    assert period(length, zone, found.until_ms, fiscal_start=fiscal_start).from_ms == found.until_ms
