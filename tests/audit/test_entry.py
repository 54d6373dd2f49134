"""How entries become bytes."""

from __future__ import annotations

import pytest

from gateway.audit.entry import AskedFor, Intent, Purpose, Who, decode, encode, time_text
from tests.audit.parts import boot, intent, outcome


@pytest.mark.parametrize(
    "entry", [intent("c1"), outcome("c1"), boot()], ids=lambda entry: type(entry).__name__
)
def test_an_entry_comes_back_from_its_bytes(entry: Intent):
    assert decode(encode(entry)) == entry


def test_what_holds_its_default_is_left_out():
    least = Intent(id="c1", at="t", who=Who(), purpose=Purpose(), asked=AskedFor(api="chat"), policy="r")
    assert encode(least) == (
        b'{"kind":"intent","id":"c1","at":"t","who":{},"purpose":{},"asked":{"api":"chat"},"policy":"r"}'
    )


@pytest.mark.parametrize(
    ("epoch_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_800_000_000_001, "2027-01-15T08:00:00.001Z"),
        (1_800_000_000_999, "2027-01-15T08:00:00.999Z"),
    ],
)
def test_times_are_utc_with_milliseconds(epoch_ms: int, text: str):
    assert time_text(epoch_ms) == text


def test_a_lone_surrogate_is_an_error_of_its_entry():
    with pytest.raises(UnicodeEncodeError):
        encode(intent("\ud800"))
