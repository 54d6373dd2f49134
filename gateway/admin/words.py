"""The kinds of text in what administrators send and are told.

Errors raised here are plain sentences: they are shown to people as they stand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, overload

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

_HOUR_MS: Final = 3_600_000
_UNIT_MS: Final[Mapping[str, int]] = {"h": _HOUR_MS, "d": 24 * _HOUR_MS, "w": 7 * 24 * _HOUR_MS}
_MAX_DAYS: Final = 36_500
_MAX_OVERLAP_DAYS: Final = 90
_DURATION: Final = re.compile(r"([0-9]+)([hdw])\Z", re.ASCII)
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})\Z",
    re.ASCII,
)
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of what steers a terminal or breaks a line, and of half characters."""


class Asked(BaseModel):
    """What an administrator sends: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Told(BaseModel):
    """What an administrator is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def whole(text: object) -> int:
    """A number in a query."""
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError("expected a whole number")
    return int(text)


def moment(text: str) -> str:
    """A time as the audit log writes it: UTC, milliseconds, Z."""
    try:
        if _MOMENT.match(text) is None:
            raise ValueError(text[:0])
        at = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("expected a time such as 2026-11-22T13:00:00Z") from None
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def lifetime_ms(text: object) -> int | None:
    """`24h`, `90d`, `12w` in milliseconds; None: for ever (`never`)."""
    if text == "never":
        return None
    expected = "expected a number and a unit (24h, 90d, 12w), or never"
    lasts_ms = _duration_ms(text, _MAX_DAYS, expected, ", or never")
    if not lasts_ms:
        raise ValueError("such a key is never in force; expected at least 1h")
    return lasts_ms


def overlap_ms(text: object) -> int:
    """`0h`, `24h`, `7d` in milliseconds."""
    return _duration_ms(text, _MAX_OVERLAP_DAYS, "expected a number and a unit (0h, 24h, 7d)", "")


def _duration_ms(text: object, most_days: int, expected: str, otherwise: str) -> int:
    match = _DURATION.match(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(expected)
    number = match[1].lstrip("0") or "0"
    # The count of digits first: int() itself refuses thousands of them.
    if len(number) > 9 or int(number) * _UNIT_MS[match[2]] > most_days * _UNIT_MS["d"]:
        raise ValueError(f"expected at most {most_days}d{otherwise}")
    return int(number) * _UNIT_MS[match[2]]


def visible(text: str) -> str:
    """ValueError for what a terminal would not show as it is."""
    unseen = next((char for char in text if unicodedata.category(char) in _UNSEEN), None)
    if unseen is not None:
        raise ValueError(f"it holds an invisible character (U+{ord(unseen):04X}): leave it out")
    return text


@overload
def time_text(at_ms: int) -> str: ...


@overload
def time_text(at_ms: int | None) -> str | None: ...


def time_text(at_ms: int | None) -> str | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")


def _checked(check: Any) -> Any:
    """Judged, and kept as it was written: what is sent on to another gateway means the same there."""

    def judge(text: object) -> object:
        check(text)
        return text

    return BeforeValidator(judge)


# What the descriptions say of these, as exactly as a pattern can: from 1h to 36500d, from 0h to 90d.
_LIFETIME: Final = (
    "^(never|0*("
    "(876000|87[0-5][0-9]{3}|8[0-6][0-9]{4}|[1-7][0-9]{5}|[1-9][0-9]{0,4})h"
    "|(36500|36[0-4][0-9]{2}|3[0-5][0-9]{3}|[12][0-9]{4}|[1-9][0-9]{0,3})d"
    "|(521[0-4]|520[0-9]|5[01][0-9]{2}|[1-4][0-9]{3}|[1-9][0-9]{0,2})w"
    "))$"
)
_OVERLAP: Final = (
    "^0*((2160|21[0-5][0-9]|20[0-9]{2}|1[0-9]{3}|[0-9]{1,3})h|(90|[1-8]?[0-9])d|(1[0-2]|[0-9])w)$"
)
VISIBLE: Final = (
    "^[^\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]+$"
)
Lifetime = Annotated[
    str,
    _checked(lifetime_ms),
    WithJsonSchema({"type": "string", "pattern": _LIFETIME, "examples": ["90d", "never"]}),
]
Overlap = Annotated[
    str,
    _checked(overlap_ms),
    WithJsonSchema({"type": "string", "pattern": _OVERLAP, "examples": ["24h"]}),
]
Label = Annotated[
    str,
    StringConstraints(min_length=1, max_length=256),
    AfterValidator(visible),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 256, "pattern": VISIBLE}),
]
"""A name that people give: of a key, a person, a use case."""
Moment = Annotated[
    str,
    AfterValidator(moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-22T13:00:00Z"]}),
]
Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Limit = Annotated[
    int,
    BeforeValidator(whole),
    Field(ge=1, le=500),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 500}),
]
Cursor = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,2000}$"),
    Field(description="`next` of the page before."),
]


class Paging(Asked):
    """Which page of a list."""

    limit: Limit = Field(100, description="At most so many.")
    cursor: Cursor | None = None
