"""Hours in force: is it time, and if not, when is it?

Judged by the wall clock of each window's zone. Where summer time begins, what lies in the hour that does not
exist falls away; where it ends, the hour that comes twice counts twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.policy.models.hours import DAY_MINUTES, HoursEntry

_HORIZON_DAYS: Final = 15
"""A window comes once a week; a clock that is set forward may swallow one."""

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes since midnight of the days (Monday is 0) on which it begins; past 24 hours: of the next day."""

    days: frozenset[int]
    start: int
    end: int
    zone: ZoneInfo

    @classmethod
    def of(cls, entry: HoursEntry) -> Window:
        end = entry.to if entry.to > entry.from_ else entry.to + DAY_MINUTES
        return cls(frozenset(entry.days), entry.from_, end, ZoneInfo(entry.timezone))

    def holds(self, at: datetime) -> bool:
        """`at` is aware of its zone, whichever."""
        wall = at.astimezone(self.zone)
        day, minute = wall.weekday(), wall.hour * 60 + wall.minute
        if day in self.days and self.start <= minute < self.end:
            return True
        return (day - 1) % 7 in self.days and minute + DAY_MINUTES < self.end

    def beginnings(self, after: datetime) -> Iterator[datetime]:
        """Moments at which it may begin: where the clock shows its start, or is set to another time."""
        today = after.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        for ahead in range(_HORIZON_DAYS):
            day = (today + timedelta(days=ahead)).replace(fold=0)
            if day.weekday() in self.days:
                start = day.replace(hour=self.start // 60, minute=self.start % 60)
                yield start.astimezone(UTC)
                yield start.replace(fold=1).astimezone(UTC)
            if day.utcoffset() != (day + timedelta(days=1)).utcoffset():
                yield self._clock_is_set(day)

    def _clock_is_set(self, day: datetime) -> datetime:
        """The moment of that day at which the distance to UTC changes, to the second."""
        low, before = day.astimezone(UTC), day.utcoffset()
        high = (day + timedelta(days=1)).astimezone(UTC)
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) / 2
            if middle.astimezone(self.zone).utcoffset() == before:
                low = middle
            else:
                high = middle
        return high.replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Hours:
    """In any of the windows."""

    windows: tuple[Window, ...]

    @classmethod
    def of(cls, entries: Iterable[HoursEntry]) -> Hours:
        return cls(tuple(Window.of(entry) for entry in entries))

    def hold(self, at: datetime) -> bool:
        """`at` is aware of its zone, whichever."""
        return any(window.holds(at) for window in self.windows)

    def next_beginning(self, after: datetime) -> datetime | None:
        """When they hold again, by the clock of the window that begins then. None: not within two weeks."""
        coming = [
            (moment, index)
            for index, window in enumerate(self.windows)
            for moment in window.beginnings(after)
            if moment > after and window.holds(moment)
        ]
        if not coming:
            return None
        moment, index = min(coming)
        return moment.astimezone(self.windows[index].zone)

    def told(self, after: datetime) -> str:
        """When they hold again, for people: `again on Monday 2026-11-23 at 08:00 (Europe/Paris)`."""
        begins = self.next_beginning(after)
        if begins is None:
            return "not again within two weeks"
        return f"again on {_DAYS[begins.weekday()]} {begins:%Y-%m-%d} at {begins:%H:%M} ({begins.tzinfo})"
