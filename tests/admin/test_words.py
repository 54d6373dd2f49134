"""What administrators may write, and what the description says of it, are the same."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gateway.admin.words import (
    Cursor,
    Label,
    Lifetime,
    Limit,
    Moment,
    Overlap,
    lifetime_ms,
    moment,
    overlap_ms,
    time_text,
    visible,
)

HOUR_MS = 3_600_000


def accepts(kind: Any, value: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


def described(kind: Any, value: str) -> bool:
    schema = TypeAdapter(kind).json_schema()
    long_enough = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10_000)
    return (
        long_enough and re.fullmatch(schema["pattern"], value) is not None
    )  # its $ is the end, as JSON Schema has it


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1h", HOUR_MS),
        ("90d", 90 * 24 * HOUR_MS),
        ("12w", 84 * 24 * HOUR_MS),
        ("007d", 168 * HOUR_MS),
        ("never", None),
    ],
)
def test_a_lifetime_is_read(text: str, ms: int | None):
    assert lifetime_ms(text) == ms


EDGES = [
    *("876000h", "876001h", "36500d", "36501d", "5214w", "5215w", "1h", "0h", "0d", "000w", "2160h", "2161h"),
    *(
        "90d",
        "91d",
        "12w",
        "13w",
        "never",
        "",
        "h",
        "-1h",
        "1.5d",
        "1m",
        "1h ",
        "１h",
        "99999999999d",
        "2159h",
    ),
]


@pytest.mark.parametrize("text", EDGES)
def test_durations_are_described_as_they_are_judged(text: str):
    assert described(Lifetime, text) == accepts(Lifetime, text)
    assert described(Overlap, text) == accepts(Overlap, text)


@given(st.integers(0, 1_000_000), st.sampled_from("hdw"))
def test_every_duration_is_described_as_it_is_judged(number: int, unit: str):
    text = f"{number}{unit}"
    assert described(Lifetime, text) == accepts(Lifetime, text)
    assert described(Overlap, text) == accepts(Overlap, text)


def test_an_overlap_may_be_none():
    assert overlap_ms("0h") == 0


@given(st.text(min_size=1, max_size=20))
def test_labels_are_described_as_they_are_judged(text: str):
    assert described(Label, text) == accepts(Label, text)


def test_every_invisible_character_is_described():
    unseen = [
        chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp")
    ]
    pattern = re.compile(TypeAdapter(Label).json_schema()["pattern"])
    assert [hex(ord(char)) for char in unseen if pattern.search(char)] == []


@pytest.mark.parametrize("text", ["a\x1b[2J", "a\u202eb", "a\nb", "\ud800"])
def test_a_label_that_steers_a_terminal_is_refused(text: str):
    with pytest.raises(ValueError, match="invisible character"):
        visible(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-22T13:00:00Z", "2026-11-22T13:00:00.000Z"),
        ("2026-11-22t13:00:00.5z", "2026-11-22T13:00:00.500Z"),
        ("2026-11-22T13:00:00+02:00", "2026-11-22T11:00:00.000Z"),
    ],
)
def test_a_moment_is_kept_as_the_log_writes_it(text: str, meant: str):
    assert moment(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2026-11-22", "20261122T130000Z", "2026-11-22T13:00:00", "2026-W01-1"),
        *(
            "2026-13-01T00:00:00Z",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-01:00",
            "2026-11-22T13:00:00Z\n",
        ),
    ],
)
def test_what_is_no_moment_is_refused(text: str):
    assert not accepts(Moment, text)


@pytest.mark.parametrize("text", ["0", "501", "-1", "1e2", "1_0", " 1", "१", "", "9" * 10])
def test_a_limit_is_a_whole_number_within_bounds(text: str):
    assert not accepts(Limit, text)
    assert accepts(Limit, "500")


def test_a_cursor_holds_no_other_characters_than_it_is_made_of():
    assert accepts(Cursor, "MTc5-_") and not accepts(Cursor, "MTc5=")


def test_times_are_told_to_the_second():
    assert time_text(1_800_000_000_123) == "2027-01-15T08:00:00+00:00"
