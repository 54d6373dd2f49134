"""What answers are written to: writes joined, and a client that takes too little cut off."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from gateway.transport import GatheringTransport

KIB = 1024


class Wire:
    """A transport and its loop's timer: what was written, and what waits."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.waiting_bytes = 0
        self.closed = self.aborted = self.ended = self.heard = False
        self.due: list[Any] = []
        self.made = GatheringTransport(cast("asyncio.AbstractEventLoop", self), 7.0)
        self.made.wrap(cast("asyncio.Transport", self))

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return self.waiting_bytes

    def get_extra_info(self, name: str) -> str:
        return f"the {name}"

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def write_eof(self) -> None:
        self.ended = True

    def resume_reading(self) -> None:
        self.heard = True

    def abort(self) -> None:
        self.aborted = True

    def call_later(self, seconds: float, callback: Any) -> Any:
        assert seconds in (7.0, 5.0)
        self.due.append(callback)
        return self

    def cancel(self) -> None:
        self.due.clear()

    def time_passes(self, *, waiting_bytes: int) -> None:
        self.waiting_bytes = waiting_bytes
        self.due.pop()()


def test_writes_pass_at_once_unless_gathered():
    wire = Wire()
    wire.made.write(b"a")
    wire.made.gather()
    wire.made.write(b"b")
    wire.made.write(b"c")
    assert wire.written == [b"a"]
    wire.made.flush()
    wire.made.write(b"d")
    assert wire.written == [b"a", b"bc", b"d"]


def test_a_flush_of_nothing_writes_nothing():
    wire = Wire()
    wire.made.gather()
    wire.made.flush()
    assert wire.written == []


def test_closing_sends_what_was_gathered():
    wire = Wire()
    wire.made.gather()
    wire.made.write(b"a")
    wire.made.close()
    assert (wire.written, wire.closed, wire.due) == ([b"a"], True, [])


@pytest.mark.parametrize(
    ("before", "after", "aborted"),
    [
        (100 * KIB, 100 * KIB, True),
        (100 * KIB, 36 * KIB + 1, True),
        (100 * KIB, 36 * KIB, False),
        (10 * KIB, 1, True),
        (10 * KIB, 0, False),
        (100 * KIB, 200 * KIB, True),
    ],
)
def test_a_client_takes_all_or_64_kib_in_its_time(before: int, after: int, aborted: bool):
    wire = Wire()
    wire.waiting_bytes = before
    wire.made.watch()
    wire.time_passes(waiting_bytes=after)
    assert wire.aborted == aborted


def test_the_time_begins_anew_with_what_is_left():
    wire = Wire()
    wire.waiting_bytes = 200 * KIB
    wire.made.watch()
    wire.time_passes(waiting_bytes=120 * KIB)
    assert not wire.aborted
    wire.time_passes(waiting_bytes=119 * KIB)
    assert wire.aborted


def test_a_watch_ends_when_the_client_has_taken_enough():
    wire = Wire()
    wire.waiting_bytes = 100 * KIB
    wire.made.watch()
    wire.made.watch()
    assert len(wire.due) == 1
    wire.made.unwatch()
    wire.made.unwatch()
    assert wire.due == []


def test_what_waits_when_it_is_closed_is_watched_too():
    wire = Wire()
    wire.waiting_bytes = 1
    wire.made.close()
    wire.time_passes(waiting_bytes=1)
    assert wire.aborted


def test_all_else_is_the_transports_own():
    assert Wire().made.get_extra_info("socket") == "the socket"


def closed_over_unread_bytes() -> Wire:
    wire = Wire()
    wire.made.unread = True
    wire.made.close()
    return wire


def test_closing_over_unread_bytes_ends_the_answer_and_listens_on_for_a_while():
    wire = closed_over_unread_bytes()
    assert wire.made.deaf
    assert wire.made.is_closing()
    assert (wire.ended, wire.heard, wire.closed) == (True, True, False)
    wire.time_passes(waiting_bytes=0)
    assert wire.closed


def test_what_a_client_may_still_send_is_bounded():
    wire = closed_over_unread_bytes()
    for _ in range(8):
        wire.made.discard(KIB * KIB)
        assert not wire.closed
    wire.made.discard(1)
    assert (wire.closed, wire.due) == (True, [])


def test_closing_a_second_time_is_at_once():
    wire = closed_over_unread_bytes()
    wire.made.close()
    assert (wire.closed, wire.due) == (True, [])


def test_a_lost_connection_keeps_no_timer_and_starts_none():
    wire = closed_over_unread_bytes()
    wire.made.lost()
    wire.made.close()
    assert wire.due == []
