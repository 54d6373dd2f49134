from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from gateway.policy.models.hours import HoursEntries, HoursEntry


def entry(**facts: Any) -> HoursEntry:
    return HoursEntry.model_validate(facts)


@pytest.mark.parametrize(
    ("days", "numbers"),
    [
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("sat", (5,)),
        ("fri-mon", (0, 4, 5, 6)),
        ("sun-sat", (0, 1, 2, 3, 4, 5, 6)),
        (("mon", "wed-fri"), (0, 2, 3, 4)),
        (("mon-tue", "tue"), (0, 1)),
    ],
)
def test_days_are_named_alone_from_to_or_in_a_list(days: object, numbers: tuple[int, ...]):
    assert entry(days=days).days == numbers


@pytest.mark.parametrize("days", ["monday", "Mon", "mon-", "mon-fri-sun", "", (), ("mon", 1), 1, None])
def test_anything_else_is_no_day(days: object):
    with pytest.raises(ValidationError):
        entry(days=days)


@pytest.mark.parametrize(("text", "minute"), [("00:00", 0), ("08:30", 510), ("23:59", 1439)])
def test_a_time_is_minutes_since_midnight(text: str, minute: int):
    assert entry(**{"from": text}).from_ == minute


def test_absent_is_every_day_all_day_in_utc():
    whole = entry()
    assert (whole.days, whole.from_, whole.to, whole.timezone) == (tuple(range(7)), 0, 1440, "UTC")


@pytest.mark.parametrize("time", ["8:00", "24:01", "08:60", "08:00:00", "8am", "", 8, 480])
def test_anything_else_is_no_time(time: object):
    with pytest.raises(ValidationError):
        entry(to=time)


@pytest.mark.parametrize("facts", [{"from": "08:00", "to": "08:00"}, {"from": "24:00"}])
def test_a_window_without_a_length_is_refused(facts: dict[str, str]):
    with pytest.raises(ValidationError):
        entry(**facts)


@pytest.mark.parametrize("name", ["Europe/Paris", "UTC", "America/New_York"])
def test_a_time_zone_has_its_name(name: str):
    assert entry(timezone=name).timezone == name


@pytest.mark.parametrize("name", ["Paris", "Europe", "/etc/passwd", "../UTC", "+02:00", ""])
def test_anything_else_is_no_time_zone(name: str):
    with pytest.raises(ValidationError):
        entry(timezone=name)


ENTRIES: TypeAdapter[tuple[HoursEntry, ...]] = TypeAdapter(HoursEntries)


def test_one_window_may_stand_alone():
    assert ENTRIES.validate_python({"days": "sat"}) == ENTRIES.validate_python(({"days": "sat"},))


@pytest.mark.parametrize("hours", ["mon-fri", (), 8, ("mon-fri",)])
def test_hours_are_windows_and_at_least_one(hours: object):
    with pytest.raises(ValidationError):
        ENTRIES.validate_python(hours)
