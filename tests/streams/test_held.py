"""Streams that wait for somebody's word."""

from __future__ import annotations

import pytest

from gateway.errors import Broken
from gateway.streams.held import HeldStream
from tests.streams.test_guard import stream_of
from tests.streams.test_restore_stream import APIS, events_of, streamed


@pytest.mark.parametrize("name", APIS)
def test_a_stream_that_is_held_tells_nothing_before_its_end(name: str):
    api = APIS[name]
    data = streamed(api, api.say(["so ", "be it"], ["{}"]))
    held = HeldStream(stream_of(api), array=api.array, most_bytes=100_000)
    alive = b"".join(held.feed(data[at : at + 9]) for at in range(0, len(data), 9)) + held.finish()
    assert alive
    assert events_of(api, b"[]" if api.array else alive) == []
    assert alive.strip() == b"", "not even comments: one SDK takes them for JSON"
    assert held.complete and held.terminator == held.terminator
    assert held.terminator == data


def test_a_stream_that_is_held_is_not_longer_than_it_may_be():
    held = HeldStream(stream_of(APIS["chat"]), array=False, most_bytes=100)
    with pytest.raises(Broken):
        held.feed(streamed(APIS["chat"], APIS["chat"].say(["x" * 200], [])))


def test_a_fault_in_a_stream_that_is_held_is_told_anew():
    held = HeldStream(stream_of(APIS["chat"]), array=False, most_bytes=1000)
    held.feed(b'data: {"error": {"message": "no"}}\n\n')
    assert held.fault is not None and not held.tells_fault
