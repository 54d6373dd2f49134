"""Hours hang on the wall clock of their zone: over midnight, through summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, reset_tzpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.hours import Hours
from gateway.policy.models.hours import DAYS, HoursEntry


def hours(*windows: dict[str, Any]) -> Hours:
    return Hours.of(HoursEntry.model_validate(each) for each in windows)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


OFFICE = {"days": "mon-fri", "from": "08:00", "to": "18:00", "timezone": "Europe/Paris"}
NIGHT = {"days": "fri", "from": "22:00", "to": "06:00"}


@pytest.mark.parametrize(
    ("window", "moment", "zone", "held"),
    [
        (OFFICE, "2026-11-23T07:59", "Europe/Paris", False),
        (OFFICE, "2026-11-23T08:00", "Europe/Paris", True),
        (OFFICE, "2026-11-23T17:59:59.999", "Europe/Paris", True),
        (OFFICE, "2026-11-23T18:00", "Europe/Paris", False),
        (OFFICE, "2026-11-22T12:00", "Europe/Paris", False),  # a Sunday
        (OFFICE, "2026-11-23T07:00", "UTC", True),  # winter: one hour ahead of UTC
        (OFFICE, "2026-07-20T06:00", "UTC", True),  # summer: two
        (OFFICE, "2026-07-20T16:30", "UTC", False),
        (OFFICE, "2026-11-23T16:00", "Asia/Tokyo", True),
        (NIGHT, "2026-11-27T21:59", "UTC", False),
        (NIGHT, "2026-11-27T22:00", "UTC", True),
        (NIGHT, "2026-11-28T05:59", "UTC", True),  # Saturday, but of Friday's night
        (NIGHT, "2026-11-28T06:00", "UTC", False),
        (NIGHT, "2026-11-27T05:00", "UTC", False),  # Thursday's night is none
        ({"days": "sun", "from": "22:00", "to": "02:00"}, "2026-11-23T01:00", "UTC", True),
        ({"days": "sat"}, "2026-11-28T23:59:59", "UTC", True),
        ({"days": "sat"}, "2026-11-29T00:00", "UTC", False),
        ({}, "2026-11-29T00:00", "UTC", True),
    ],
)
def test_hours_hold_by_the_wall_clock_of_their_zone(
    window: dict[str, Any], moment: str, zone: str, held: bool
):
    assert hours(window).hold(at(moment, zone)) is held


def test_any_of_several_windows_is_enough():
    both = hours(OFFICE, {"days": "sat", "from": "09:00", "to": "12:00", "timezone": "Europe/Paris"})
    assert both.hold(at("2026-11-28T10:00", "Europe/Paris"))
    assert both.hold(at("2026-11-23T10:00", "Europe/Paris"))


EARLY = {"from": "02:00", "to": "03:00", "timezone": "Europe/Paris"}


def test_the_hour_that_summer_time_leaves_out_falls_away():
    """2026-03-29: after 01:59 comes 03:00."""
    day = [at("2026-03-29T00:30", "UTC") + timedelta(minutes=minutes) for minutes in range(0, 60, 5)]
    assert not any(hours(EARLY).hold(moment) for moment in day)


def test_the_hour_that_comes_twice_counts_twice():
    """2026-10-25: after 02:59 comes 02:00."""
    held = [hours(EARLY).hold(at("2026-10-25T00:00", "UTC") + timedelta(hours=each)) for each in range(3)]
    assert held == [True, True, False]


@pytest.mark.parametrize(
    ("window", "after", "begins"),
    [
        (OFFICE, "2026-11-20T19:00", "2026-11-23T08:00+01:00"),
        (OFFICE, "2026-11-23T03:00", "2026-11-23T08:00+01:00"),
        (OFFICE, "2026-03-27T20:00", "2026-03-30T08:00+02:00"),
        (NIGHT, "2026-11-28T06:00", "2026-12-04T22:00+00:00"),
        (EARLY, "2026-03-28T12:00", "2026-03-30T02:00+02:00"),
        (EARLY | {"days": "sun"}, "2026-03-28T12:00", "2026-04-05T02:00+02:00"),
        (EARLY | {"to": "04:00"}, "2026-03-28T12:00", "2026-03-29T03:00+02:00"),
        (EARLY | {"to": "02:30"}, "2026-10-25T00:45", "2026-10-25T02:00+01:00"),
    ],
)
def test_it_is_told_when_they_hold_again(window: dict[str, Any], after: str, begins: str):
    found = hours(window).next_beginning(at(after))
    assert found is not None
    assert found.isoformat(timespec="minutes") == begins


def test_of_several_windows_the_next_is_told_by_its_own_clock():
    found = hours(OFFICE, NIGHT).next_beginning(at("2026-11-27T20:00"))
    assert found is not None
    assert found.isoformat(timespec="minutes") == "2026-11-27T22:00+00:00"


def test_it_is_told_as_people_say_it():
    assert hours(OFFICE).told(at("2026-11-20T19:00")) == "again on Monday 2026-11-23 at 08:00 (Europe/Paris)"


windows = st.fixed_dictionaries(
    {
        "days": st.lists(st.sampled_from(DAYS), min_size=1, max_size=3).map(tuple),
        "from": st.sampled_from(["00:00", "01:30", "02:00", "02:30", "08:00", "23:30"]),
        "to": st.sampled_from(["00:30", "02:15", "03:00", "18:00", "24:00"]),
        "timezone": st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    }
)
"""Lord Howe's clock is set by half an hour."""
moments = st.sampled_from(
    ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"]
)


@given(windows=st.lists(windows, min_size=1, max_size=2), day=moments, back=st.integers(0, 4000))
def test_what_is_told_is_the_first_moment_at_which_they_hold(
    windows: list[dict[str, Any]], day: str, back: int
):
    """Against a look at each quarter of an hour; all clocks are set on such a one."""
    wanted = hours(*windows)
    after = at(day) + timedelta(minutes=720 - 15 * (back // 15))
    if wanted.hold(after):
        return
    quarters = (after + timedelta(minutes=15 * step) for step in range(1, 15 * 96))
    found = wanted.next_beginning(after)
    assert found is not None
    assert found.astimezone(UTC) == next(moment for moment in quarters if wanted.hold(moment))


def test_time_zones_come_along_where_the_system_has_none():
    reset_tzpath(to=[])
    try:
        assert str(ZoneInfo.no_cache("Europe/Paris")) == "Europe/Paris"
    finally:
        reset_tzpath()
