"""Nothing that the benchmarks send can be answered from a cache."""

from __future__ import annotations

import json

import pytest

from benchmarks.bodies import body_pool

SIZES = (1024, 20 * 1024, 200 * 1024)


@pytest.mark.parametrize("size", SIZES)
def test_bodies_have_the_size_that_was_asked_for(size):
    body = body_pool(model="bench", payload_bytes=size, stream=False, seed=1).body(0)
    assert size <= len(body) < size + 200


def test_no_two_calls_send_the_same_text():
    pool = body_pool(model="bench", payload_bytes=20 * 1024, stream=True, seed=1)
    texts = {json.loads(pool.body(call))["messages"][1]["content"] for call in range(2 * len(pool.parts))}
    assert len(texts) == 2 * len(pool.parts)


def test_texts_differ_by_more_than_a_number():
    pool = body_pool(model="bench", payload_bytes=1024, stream=False, seed=1)
    assert len({tail for _, tail in pool.parts}) == len(pool.parts) > 2000


def test_a_stream_is_asked_for_in_the_body():
    assert json.loads(body_pool(model="m", payload_bytes=1024, stream=True, seed=1).body(7))["stream"] is True
