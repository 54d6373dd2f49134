"""Times as people give them to a command."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from gateway.cli.wrong_use import WrongUse

_AGO: Final = re.compile(r"(\d+)([smhdw])\Z")
_UNIT: Final[Mapping[str, str]] = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment_of(text: str | None, now: datetime) -> str | None:
    """`7d`, or `2026-11-22T13:00` (UTC unless it says so), as records hold it. WrongUse for anything else."""
    if text is None:
        return None
    ago = _AGO.match(text)
    try:
        at = now - timedelta(**{_UNIT[ago[2]]: int(ago[1])}) if ago else datetime.fromisoformat(text)
        at = at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise WrongUse(f"'{text}' is no time: expected 90s, 15m, 1h, 7d, 2w or 2026-11-22T13:00") from None
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
