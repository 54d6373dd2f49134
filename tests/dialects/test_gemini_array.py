"""Gemini's stream as one JSON array: items pass whole, the bracket is held back."""

from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.gemini_array import GeminiArray
from gateway.usage import Usage
from tests.dialects.test_gemini_chunks import chunk

FIRST = chunk("one")
LAST = chunk("two", "STOP", usageMetadata={"promptTokenCount": 9, "candidatesTokenCount": 3})
STREAM = b"[" + FIRST + b"\n,\r\n" + LAST + b"\n]\n"
ERROR = b'{"error":{"code":503,"message":"x","status":"UNAVAILABLE"}}'


def play(*pieces: bytes) -> tuple[bytes, GeminiArray]:
    reader = GeminiArray()
    return b"".join(map(reader.feed, pieces)) + reader.finish(), reader


def test_items_pass_and_the_bracket_is_held_back():
    passed, reader = play(STREAM)
    assert (passed, reader.terminator) == (STREAM[:-3], b"\n]\n")
    assert (reader.complete, reader.usage) == (True, Usage(9, 3))
    assert (reader.output_bytes, reader.output_events) == (6, 2)


def test_the_first_item_passes_before_the_second_has_come():
    reader = GeminiArray()
    assert reader.feed(b"[" + FIRST + b"\n") == b"[" + FIRST


def test_a_stream_cut_anywhere_is_read_the_same():
    for place in range(len(STREAM)):
        passed, reader = play(STREAM[:place], STREAM[place:])
        assert passed + reader.terminator == STREAM
        assert (reader.complete, reader.usage) == (True, Usage(9, 3))


@given(st.lists(st.integers(0, len(STREAM)), max_size=6))
def test_a_stream_in_pieces_of_any_size_is_read_the_same(places):
    edges = [0, *sorted(places), len(STREAM)]
    passed, reader = play(*[STREAM[a:b] for a, b in pairwise(edges)])
    assert (passed + reader.terminator, reader.usage) == (STREAM, Usage(9, 3))


def test_a_stream_that_breaks_off_passes_whole_items_only():
    for place in range(len(STREAM) - 3):
        passed, reader = play(STREAM[:place])
        assert passed in (b"", STREAM[: 1 + len(FIRST)], STREAM[:-3])
        assert (reader.complete, reader.terminator) == (False, b"")


def test_an_error_passes_and_the_array_is_closed_behind_it():
    passed, reader = play(b"[" + FIRST + b",", ERROR)
    assert reader.fault is not None and not reader.complete
    assert json.loads(passed + reader.terminator)[1] == json.loads(ERROR)


def test_a_bracket_of_the_providers_behind_an_error_is_enough():
    passed, reader = play(b"[" + ERROR + b"]")
    assert passed + reader.terminator == b"[" + ERROR + b"]"
