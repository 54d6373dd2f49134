"""Gemini's stream as server-sent events: what is held back, and when it is whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.gemini_stream import GeminiStream
from gateway.errors import Broken
from gateway.usage import Usage
from tests.dialects.test_gemini_chunks import chunk


def event(data: bytes, end: bytes = b"\r\n\r\n") -> bytes:
    return b"data: " + data + end


TEXT = event(chunk("one", usageMetadata={"promptTokenCount": 9}))
END = event(chunk("two", "STOP", usageMetadata={"promptTokenCount": 9, "candidatesTokenCount": 3}))


def opened(choices: int = 1) -> GeminiStream:
    return GeminiStream(choices=choices)


def test_the_event_that_ends_it_is_held_back_and_whole_at_the_end_of_input():
    reader = opened()
    assert reader.feed(TEXT + END) == TEXT
    assert not reader.complete
    assert (reader.finish(), reader.terminator, reader.complete) == (b"", END, True)
    assert reader.usage == Usage(9, 3)


def test_each_other_event_passes_at_once():
    reader = opened()
    assert [reader.feed(TEXT), reader.feed(TEXT)] == [TEXT, TEXT]


def test_an_end_that_was_none_is_given_free_by_what_follows():
    reader = opened()
    last = event(b'{"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":5}}')
    assert reader.feed(END) == b""
    assert reader.feed(last) == END + last
    reader.finish()
    assert (reader.complete, reader.terminator, reader.usage) == (True, b"", Usage(9, 5))


def test_where_every_event_says_stop_only_the_newest_is_held():
    reader = opened()
    assert [reader.feed(END), reader.feed(END), reader.feed(END)] == [b"", END, END]
    reader.finish()
    assert reader.terminator == END


def test_a_comment_after_the_end_belongs_to_it():
    reader = opened()
    assert reader.feed(END + b": ping\n\n") == b""
    reader.finish()
    assert reader.terminator == END + b": ping\n\n"


def test_a_first_candidate_that_ends_is_not_held_while_another_goes_on():
    reader = opened(2)
    first = event(chunk(finish="STOP", index=0))
    assert reader.feed(first) == first
    assert reader.feed(event(chunk(finish="STOP", index=1))) == b""


def test_a_stream_cut_before_its_end_is_not_whole():
    reader = opened()
    reader.feed(TEXT)
    assert (reader.finish(), reader.complete, reader.terminator) == (b"", False, b"")


def test_a_last_event_without_its_blank_line_gets_one():
    reader = opened()
    reader.feed(TEXT + END.rstrip())
    assert (reader.finish(), reader.complete) == (b"", True)
    assert reader.terminator == END.rstrip() + b"\n\n"


@pytest.mark.parametrize("before", [b"", TEXT, END])
def test_an_error_passes_and_is_a_fault(before):
    reader = opened()
    error = event(b'{"error":{"code":503,"message":"x","status":"UNAVAILABLE"}}')
    assert reader.feed(before + error) == before + error
    reader.finish()
    assert reader.fault is not None and not reader.complete
    assert reader.terminator == b""


def test_comments_without_end_after_the_end_break_the_stream():
    reader = opened()
    reader.feed(END)
    with pytest.raises(Broken):
        for _ in range(40):
            reader.feed(b":" + b"x" * 50_000 + b"\n\n")


@given(
    st.lists(st.binary(max_size=30) | st.sampled_from([TEXT, END, b": x\n\n", b"data: [1]\n\n"]), max_size=8)
)
def test_nothing_is_lost_whatever_comes(pieces):
    reader = opened()
    passed = b"".join(map(reader.feed, pieces)) + reader.terminator
    assert b"".join(pieces).startswith(passed)
