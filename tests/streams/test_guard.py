"""Streams of every API under guards: real readers inside, cut everywhere."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.guards.part import Gathered, Tally, Vetting
from gateway.streams.guard import GuardedStream, without_probabilities
from gateway.streams.passing import Passing
from gateway.streams.restore_deltas import GEMINI
from tests.guards.parts import guard
from tests.streams.test_restore_stream import APIS, Api, Event, cut, events_of, streamed

CODENAME = {"words": ("apollo", 'tin "hat"')}


class Stopped(Exception):
    """The answer may not go on."""


def stream_of(api: Api, *tallies: Tally, gathered: Gathered | None = None) -> GuardedStream:
    vetting = Vetting(tallies, gathered)
    return GuardedStream(api.inner(), api.deltas, vetting, lambda _: Stopped(), array=api.array)


def tally(kind: str, action: Any, **settings: Any) -> Tally:
    return Tally(guard(kind, action, apply_to="output", **settings), found=Counter())


def passed(stream: GuardedStream, data: bytes, size: int = 7) -> bytes:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    told = b"".join(map(stream.feed, pieces)) + stream.finish()
    assert stream.complete and stream.fault is None
    return told + stream.terminator


REDACTS = tally("keywords", "redact", **CODENAME).guard
texts = st.lists(st.sampled_from(["apollo", 'tin "hat"', " ", "x", "é", "\n", '"', "\\", "words between them, and more. " * 4]), max_size=8).map("".join)  # fmt: skip
cuts = st.lists(st.integers(0, 300), max_size=8)


def hidden(text: str) -> str:
    found = REDACTS.finds
    assert found is not None
    for each in reversed(found.find(text)):
        text = f"{text[: each.start]}[redacted]{text[each.end :]}"
    return text


@pytest.mark.parametrize("name", APIS)
@given(text=texts, argument=texts, at=cuts)
def test_what_is_redacted_is_nowhere_in_an_answer_however_it_is_cut(name: str, text: str, argument: str, at):
    api, redacts = APIS[name], Tally(REDACTS, found=Counter())
    data = streamed(api, api.say(cut(text, at), cut(json.dumps({"said": argument}), at)))
    told = passed(stream_of(api, redacts), data, max(at, default=7) + 1)
    said, called = api.read(events_of(api, told))
    assert (said, json.loads(called)) == (hidden(text), {"said": hidden(argument)})


@pytest.mark.parametrize("name", APIS)
@given(before=st.integers(0, 200), at=cuts)
def test_an_answer_is_stopped_before_what_may_not_pass(name: str, before: int, at):
    api, blocks = APIS[name], tally("keywords", "block", **CODENAME)
    text = "x " * before + "apollo" + " y" * 200
    data = streamed(api, api.say(cut(text, at), ["{}"]))
    stream, told = stream_of(api, blocks), bytearray()
    with pytest.raises(Stopped):
        for start in range(0, len(data), 50):
            told += stream.feed(data[start : start + 50])
        told += stream.finish() + stream.terminator
    assert b"apoll" not in told
    assert blocks.found == {"KEYWORD": 1}


@pytest.mark.parametrize("name", APIS)
def test_what_is_flagged_passes_byte_for_byte_and_counts_once(name: str):
    api, flags = APIS[name], tally("keywords", "flag", **CODENAME)
    data = streamed(api, api.say(["an apo", "llo here"], ['{"a": 1.50}']))
    assert passed(stream_of(api, flags), data) == data
    assert flags.found == {"KEYWORD": 1}


@pytest.mark.parametrize("name", APIS)
def test_an_answer_is_judged_by_what_it_says(name: str):
    api = APIS[name]
    for said, fits in (('{"a": 1}', True), ("no JSON", False)):
        blocks = tally("json_schema", "block", schema={"type": "object"})
        data = streamed(api, api.say(cut(said, [3]), ['{"b": 2}']))
        stream = stream_of(api, blocks)
        if fits:
            assert api.read(events_of(api, passed(stream, data)))[0] == said
        else:
            with pytest.raises(Stopped):
                passed(stream, data)


@pytest.mark.parametrize("name", APIS)
def test_events_go_on_while_their_text_is_held(name: str):
    api, blocks = APIS[name], tally("keywords", "block", **CODENAME)
    data = streamed(api, api.say(["ab"] * 6, ["{}"]))
    stream = stream_of(api, blocks)
    first = stream.feed(data[: len(data) // 3])
    assert first
    assert b"ab" not in first


@pytest.mark.parametrize("name", APIS)
def test_what_the_answer_says_is_gathered_as_it_passes(name: str):
    api, gathered = APIS[name], Gathered(1000)
    data = streamed(api, api.say(["an apo", "llo here"], ['{"a": "b"}']))
    passed(stream_of(api, tally("keywords", "redact", **CODENAME), gathered=gathered), data)
    assert gathered.text.split("\n")[0] == "an [redacted] here"
    assert "b" not in gathered.text


def test_what_was_read_before_there_were_guards_is_read_too():
    api, redacts = APIS["chat"], tally("keywords", "redact", **CODENAME)
    inner = api.inner()
    data = streamed(api, api.say(["an apollo", " here"], []))
    stream = GuardedStream(inner, api.deltas, Vetting([redacts]), lambda _: Stopped())
    told = stream.told(inner.feed(data[:150])) + stream.feed(data[150:])
    assert api.read(events_of(api, told))[0] == "an [redacted] here"


@pytest.mark.parametrize(
    "delta", [{"content": "so", "unheard_of": "apollo"}, {"unheard_of": {"deep": ["an apollo"]}}]
)
def test_members_that_nobody_knows_are_read(delta: Event):
    event = {"choices": [{"index": 0, "delta": delta}]}
    told = stream_of(APIS["chat"], tally("keywords", "redact", **CODENAME)).feed(
        f"data: {json.dumps(event)}\n\n".encode()
    )
    assert b"apollo" not in told and b"[redacted]" in told


@pytest.mark.parametrize("action", ["block", "flag"])
def test_probabilities_of_tokens_do_not_tell_what_is_held(action: str):
    event = {
        "choices": [{"index": 0, "delta": {"content": "apo"}, "logprobs": {"content": [{"token": "apo"}]}}]
    }
    told = stream_of(APIS["chat"], tally("keywords", action, **CODENAME)).feed(
        f"data: {json.dumps(event)}\n\n".encode()
    )
    assert (b"apo" in told) == (action == "flag")


def test_probabilities_are_left_out_wherever_they_stand():
    told = {"a": [{"logprobs": [1], "b": 2}], "logprobsResult": {"c": 1}, "logprobs": None}
    assert without_probabilities(told)
    assert told == {"a": [{"logprobs": [], "b": 2}], "logprobsResult": None, "logprobs": None}
    assert not without_probabilities({"a": 1})


def test_what_is_no_json_ends_the_texts_before_it():
    stream = stream_of(APIS["chat"], tally("keywords", "redact", **CODENAME))
    chunk = b'data: {"choices":[{"index":0,"delta":{"content":"so"}}]}\n\n'
    told = stream.feed(chunk + b"data: torn\n\n")
    assert told.endswith(b"data: torn\n\n") and b'"content":"so"' in told


def test_how_much_was_read_of_how_much_is_counted_once():
    api, reads = APIS["responses"], tally("keywords", "flag", **CODENAME)
    judges = tally("size", "flag", max_chars=1)
    vetting = Vetting([reads, judges])
    stream = GuardedStream(api.inner(), api.deltas, vetting, lambda _: Stopped())
    passed(stream, streamed(api, api.say(["abé", "c"], ['{"a": "b"}'])))
    assert (vetting.total_bytes, reads.read_bytes, judges.read_bytes) == (15, 15, 5)


THINKING: list[Event] = [
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": piece}}
    for piece in ("so apo", "llo it is")
]
SIGNED: list[Event] = [
    *THINKING,
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "s"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_stop"},
]


@pytest.mark.parametrize("action", ["block", "redact"])
def test_thoughts_that_are_signed_are_read_and_stop_an_answer_that_they_should_be_out_of(action: str):
    api = APIS["messages"]
    with pytest.raises(Stopped):
        passed(stream_of(api, tally("keywords", action, **CODENAME)), streamed(api, SIGNED))


def test_thoughts_that_are_signed_pass_whole_before_their_signature():
    api = APIS["messages"]
    told = events_of(
        api, passed(stream_of(api, tally("keywords", "redact", words=("other",))), streamed(api, SIGNED))
    )
    thoughts = [event["delta"].get("thinking") for event in told if "delta" in event]
    assert "".join(each or "" for each in thoughts) == "so apollo it is"
    assert thoughts[-1] is None, "the signature is the last"


def test_an_array_that_is_whole_already_stays_an_array():
    redacts = tally("keywords", "redact", **CODENAME)
    stream = GuardedStream(Passing(), GEMINI, Vetting([redacts]), lambda _: Stopped(), array=True)
    chunks = [
        {"candidates": [{"index": 0, "content": {"parts": [{"text": text}]}}]} for text in ("apo", "llo")
    ]
    told = json.loads(stream.feed(json.dumps(chunks).encode()) + stream.finish())
    texts = [chunk["candidates"][0]["content"]["parts"][0]["text"] for chunk in told]
    assert "".join(texts) == "[redacted]"
