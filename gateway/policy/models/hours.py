"""`hours`: when something holds, by a clock that hangs on a wall in one time zone.

Errors raised here are plain sentences: they are shown to people as they stand.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from gateway.policy.models.block import Block

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_WINDOWS: Final = 32
DAY_MINUTES: Final = 24 * 60

_DAY: Final = f"({'|'.join(DAYS)})"
_DAYS_PATTERN: Final = f"^{_DAY}(-{_DAY})?$"
_TIME_PATTERN: Final = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"


def days(value: object) -> object:
    """`mon-fri`, `sat`, or a list of such, as numbers: Monday is 0. `fri-mon` goes over the weekend."""
    items = value if isinstance(value, tuple) else (value,)
    found = set[int]()
    for item in items:
        known = re.fullmatch(_DAYS_PATTERN, item) if isinstance(item, str) else None
        if known is None:
            raise ValueError("expected days such as mon-fri, sat, or [mon, wed-fri]")
        first, last = DAYS.index(known[1]), DAYS.index(known[3] or known[1])
        found.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    if not found:
        raise ValueError("expected at least one day: leave `days` out for every day")
    return tuple(sorted(found))


def minute(value: object) -> object:
    """`08:30` as minutes since midnight; `24:00` is the end of the day."""
    if not isinstance(value, str) or re.fullmatch(_TIME_PATTERN, value) is None:
        raise ValueError('expected a time such as "08:00" or "18:30"')
    hours, _, minutes = value.partition(":")
    return int(hours) * 60 + int(minutes)


def time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("expected the name of a time zone, such as Europe/Paris or UTC") from None
    return name


_ONE_DAY: Final = {"type": "string", "pattern": _DAYS_PATTERN}

Days = Annotated[
    tuple[int, ...],
    BeforeValidator(days),
    WithJsonSchema({"anyOf": [_ONE_DAY, {"type": "array", "items": _ONE_DAY, "minItems": 1}]}),
]
Minute = Annotated[int, BeforeValidator(minute), WithJsonSchema({"type": "string", "pattern": _TIME_PATTERN})]
TimeZone = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(time_zone)]


class HoursEntry(Block):
    """A window of time on some days of the week."""

    model_config = ConfigDict(title="Hours")

    days: Days = Field(
        default=tuple(range(7)),
        description="Days on which it begins: mon-fri, sat, or a list of such. Absent: every day.",
        examples=["mon-fri", ["mon", "wed-fri"]],
    )
    from_: Minute = Field(
        default=0,
        alias="from",
        description='When it begins, by the clock of the time zone. Absent: "00:00".',
        examples=["08:00"],
    )
    to: Minute = Field(
        default=DAY_MINUTES,
        description='When it ends; that minute is outside. Not after `from`: on the next day. Absent: "24:00".',
        examples=["18:00"],
    )
    timezone: TimeZone = Field(
        default="UTC",
        description="Whose clock it is; summer time is followed. Absent: UTC.",
        examples=["Europe/Paris"],
    )

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.from_ == DAY_MINUTES:
            raise ValueError('expected `from` before "24:00": "00:00" of the next day is meant')
        if self.from_ == self.to:
            raise ValueError("expected `from` and `to` to differ: leave both out for the whole day")
        return self


def one_or_more(value: object) -> object:
    """A single window as a list of one."""
    if isinstance(value, dict | HoursEntry):
        return (value,)
    if not isinstance(value, tuple):
        raise ValueError(
            'expected hours such as {days: mon-fri, from: "08:00", to: "18:00"}, or a list of them'
        )
    if not value:
        raise ValueError("expected at least one window: leave `hours` out for any time")
    return value


def _one_or_list(schema: dict[str, Any]) -> None:
    """The schema of a list whose only item may stand alone."""
    items = schema["items"]
    rest = {key: schema.pop(key) for key in ("type", "items", "maxItems", "minItems") if key in schema}
    schema["anyOf"] = [items, rest | {"minItems": 1}]


HoursEntries = Annotated[
    tuple[HoursEntry, ...],
    Field(max_length=MOST_WINDOWS, json_schema_extra=_one_or_list),
    BeforeValidator(one_or_more),
]
"""In any of these windows."""
