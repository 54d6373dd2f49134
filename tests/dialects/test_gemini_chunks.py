"""What single chunks say, whatever carries them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.gemini_chunks import Chunks
from gateway.errors import Kind
from gateway.usage import Usage


def chunk(text: str = "hi", finish: str | None = None, index: int | None = None, **members: Any) -> bytes:
    candidate: dict[str, Any] = {"content": {"parts": [{"text": text}]}}
    if finish:
        candidate["finishReason"] = finish
    if index is not None:
        candidate["index"] = index
    return json.dumps({"candidates": [candidate], **members}).encode()


def read(*chunks: bytes, choices: int = 1) -> Chunks:
    reader = Chunks(choices=choices)
    for each in chunks:
        reader.read(each)
    return reader


def test_the_last_usage_counts():
    usages = [{"promptTokenCount": 9}, {"promptTokenCount": 9, "candidatesTokenCount": 3}]
    assert read(*[chunk(usageMetadata=usage) for usage in usages]).usage == Usage(9, 3)


def test_a_chunk_without_usage_leaves_what_is_known():
    assert read(chunk(usageMetadata={"promptTokenCount": 9}), chunk()).usage == Usage(9)


def test_output_is_counted_by_chunk_and_byte():
    reader = read(chunk("é"), chunk("ab"), chunk(""), b'{"usageMetadata":{}}')
    assert (reader.output_bytes, reader.output_events) == (4, 2)


def test_a_stream_ends_with_its_last_candidate():
    reader = Chunks(choices=2)
    assert (reader.read(chunk(finish="STOP", index=1)), reader.ended) == (True, False)
    assert (reader.read(chunk(finish="STOP", index=0)), reader.ended) == (True, True)


def test_fewer_candidates_than_asked_for_are_whole_once_all_that_began_have_ended():
    reader = read(chunk(index=0), chunk(finish="STOP", index=0), choices=3)
    assert (reader.ended, reader.all_ended) == (False, True)
    assert not read(chunk(index=0), chunk(finish="STOP", index=1), choices=3).all_ended


def test_nothing_is_not_an_end():
    assert not read().all_ended
    assert not read(b'{"usageMetadata":{"promptTokenCount":9}}').all_ended


def test_a_blocked_prompt_is_an_end():
    reader = Chunks(choices=1)
    assert reader.read(b'{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":9}}')
    assert (reader.ended, reader.all_ended, reader.usage) == (True, True, Usage(9))
    assert not read(b'{"promptFeedback":{"safetyRatings":[]}}').all_ended


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 503, "status": "UNAVAILABLE", "message": "overloaded"}, Kind.UNAVAILABLE),
        ({"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "quota"}, Kind.RATE_LIMITED),
        ({"code": 400, "status": "INVALID_ARGUMENT", "message": "bad"}, Kind.INVALID_REQUEST),
        ("sorry", Kind.UPSTREAM),
    ],
)
def test_an_error_is_a_fault(error, kind):
    fault = read(json.dumps({"error": error}).encode()).fault
    assert fault is not None and fault.kind is kind


def test_junk_figures_leave_the_good_ones():
    assert read(chunk(usageMetadata={"promptTokenCount": 9, "candidatesTokenCount": "x"})).usage == Usage(9)


ODD = [
    b"",
    b"{",
    b"[]",
    b"5",
    b'{"candidates":{"a":1}}',
    b'{"candidates":[5,{"index":[],"content":5}]}',
    b"\xff",
]


@given(st.lists(st.binary(max_size=30) | st.sampled_from([*ODD, b"[" * 20_000, chunk()]), max_size=6))
def test_nothing_that_is_said_makes_it_raise(chunks):
    assert read(*chunks).fault is None
