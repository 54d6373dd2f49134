"""The period of a budget that a moment is in: hour, day, week, month, quarter, or all time. Pure.

A period begins and ends at a wall clock's midnight (or full hour) in a time zone. Where a day begins at a
time that the zone leaves out, it begins with the first moment that it has; where a zone has it twice, with
the first of the two. So periods follow each other without gap or overlap: a day of a change of time has 23
or 25 hours, and an hour that comes twice is two periods.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal

from msgspec import Struct

FOREVER_MS: Final = 253_402_300_800_000
"""The end of a period that never ends: the year 10000."""

Length = Literal["hour", "day", "week", "month", "quarter", "total"]

_HOUR_MS: Final = 3_600_000
_QUARTER_HOUR_MS: Final = 900_000


class Period(Struct, frozen=True):
    """From `from_ms` on, before `until_ms` (milliseconds since 1970)."""

    from_ms: int
    until_ms: int

    def holds(self, at_ms: int) -> bool:
        return self.from_ms <= at_ms < self.until_ms


ALWAYS: Final = Period(0, FOREVER_MS)


def period(length: Length, zone: tzinfo, at_ms: int, *, fiscal_start: int = 1) -> Period:
    """The period of `length` that `at_ms` is in. A week begins on Monday; quarters are counted from the first day of
    the month `fiscal_start` (1 to 12)."""
    if length == "total":
        return ALWAYS
    local = datetime.fromtimestamp(at_ms / 1000, zone)
    if length == "hour":
        return _hour(local, at_ms)
    first = datetime(local.year, local.month, local.day)  # noqa: DTZ001  # a wall clock's; its zone follows
    if length == "day":
        return Period(_ms(first, zone), _ms(first + timedelta(days=1), zone))
    if length == "week":
        first -= timedelta(days=local.weekday())
        return Period(_ms(first, zone), _ms(first + timedelta(days=7), zone))
    months = 1 if length == "month" else 3
    first = first.replace(day=1)
    first = _months_later(first, -((first.month - fiscal_start) % months))
    return Period(_ms(first, zone), _ms(_months_later(first, months), zone))


def _months_later(first: datetime, months: int) -> datetime:
    count = first.year * 12 + first.month - 1 + months
    return first.replace(year=count // 12, month=count % 12 + 1)


def _hour(local: datetime, at_ms: int) -> Period:
    """Full hours of the zone's own clock, as long as that keeps going: a change of time ends one."""
    into_ms = (local.minute * 60 + local.second) * 1000 + at_ms % 1000
    start, end = at_ms - into_ms, at_ms - into_ms + _HOUR_MS
    zone = local.tzinfo
    assert zone is not None
    changes = [ms for ms in range(start, end + 1, _QUARTER_HOUR_MS) if _shift(zone, ms) != local.utcoffset()]
    for change in changes:
        if change > at_ms:
            return Period(start, change)
    if changes and changes[0] <= at_ms:
        start = max(changes) + _QUARTER_HOUR_MS
    return Period(start, end)


def _shift(zone: tzinfo, at_ms: int) -> timedelta | None:
    return datetime.fromtimestamp(at_ms / 1000, zone).utcoffset()


def _ms(wall: datetime, zone: tzinfo) -> int:
    """The first moment at which a clock in the zone shows `wall` or later."""
    aware = wall.replace(tzinfo=zone, fold=0)
    moment = aware.astimezone(UTC)
    if (
        moment.astimezone(zone).replace(tzinfo=None) != wall
    ):  # left out: of the two readings the later is after it
        moment = _end_of_gap(wall, zone)
    return round(moment.timestamp() * 1000)


def _end_of_gap(wall: datetime, zone: tzinfo) -> datetime:
    """The first full minute that the zone's clock shows `wall` or later."""
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # in a gap: read by the offset after it
    late = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    before, after = 0, -(-(late - early) // timedelta(minutes=1))
    while after - before > 1:
        middle = (before + after) // 2
        shown = (early + timedelta(minutes=middle)).astimezone(zone).replace(tzinfo=None)
        before, after = (middle, after) if shown < wall else (before, middle)
    return early + timedelta(minutes=after)
