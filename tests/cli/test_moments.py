"""Times as people give them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.cli.moments import moment_of
from gateway.cli.wrong_use import WrongUse

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, None),
        ("90s", "2026-11-22T12:58:30.000Z"),
        ("30d", "2026-10-23T13:00:00.000Z"),
        ("2026-11-01", "2026-11-01T00:00:00.000Z"),
        ("2026-11-01T01:30+02:00", "2026-10-31T23:30:00.000Z"),
    ],
)
def test_a_time_is_ago_or_of_a_calendar_in_utc(text: str | None, found: str | None):
    assert moment_of(text, NOW) == found


@pytest.mark.parametrize("text", ["", "yesterday", "30", "99999999999d", "0001-01-01T00:00+10:00"])
def test_what_is_no_time_is_wrong_use(text: str):
    with pytest.raises(WrongUse, match="is no time"):
        moment_of(text, NOW)
