"""What a record says of a check."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.call import Call
from gateway.evidence import note_check
from gateway.reading import reading_of
from tests.parts.calls import chat_body, make_call

IMAGE = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]


def noted(call: Call, content: Any, *, failed: bool = False, **found: int) -> Call:
    asked = call.dialect.parse(chat_body(messages=[{"role": "user", "content": content}]))
    reading = asyncio.run(reading_of(asked, call.dialect))
    note_check(call, "privacy", "1", reading, found, mode="block", failed=failed)
    return call


def test_what_was_read_of_how_much_and_what_was_found():
    [check] = noted(make_call(), "Grüße", PERSON=2).checks
    assert (check.name, check.version, check.found, check.mode) == ("privacy", "1", {"PERSON": 2}, "block")
    assert (check.status, check.read_bytes, check.total_bytes) == ("read", 7, 7)


def test_what_was_not_read_is_named_and_nothing_is_said_to_have_passed():
    part = noted(make_call(), IMAGE)
    assert part.checks[0].status == "partial" and part.unread == ("url",)
    assert part.checks[0].read_bytes == 0 < part.checks[0].total_bytes
    failed = noted(make_call(), "text", failed=True)
    assert (failed.checks[0].status, failed.checks[0].read_bytes, failed.unread) == (
        "failed",
        0,
        ("request",),
    )


def test_requests_of_a_batch_are_one_check_and_the_worst_of_them_counts():
    call = make_call()
    for content in ("one", IMAGE, "three"):
        noted(call, content, EMAIL=1)
    [check] = call.checks
    assert (check.found, check.status, check.read_bytes) == ({"EMAIL": 3}, "partial", 8)
