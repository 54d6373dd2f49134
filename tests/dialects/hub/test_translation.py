"""A request and its answer through a translation: what is judged, what is told, what is held back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

import pytest
from msgspec.structs import replace as replace_of

from gateway.dialects.hub.conversation import Conversation
from gateway.dialects.hub.features import CARRIED, NEVER_CARRIED, Fate, Feature, Said
from gateway.dialects.hub.fit import Fitted
from gateway.dialects.hub.parts import Text
from gateway.dialects.hub.reply import Choice, Event, Reply, TextDelta
from gateway.dialects.hub.spoke import Naming, Spoke
from gateway.dialects.hub.translation import Conversing
from gateway.dialects.interface import Asked, Changes
from gateway.dialects.openai_stream import OpenAIStream
from gateway.dialects.spokes.chat import SPOKE as CHAT
from gateway.dialects.spokes.messages import SPOKE as MESSAGES
from gateway.errors import Broken
from gateway.streams.sse import event_data
from gateway.usage import Usage
from tests.parts.provider_answers import CHAT_DONE, chat_chunk, chat_usage_chunk, message_answer

CONVERSATION = Conversation("fast")
NAMING = Naming("call-1", 0, "fast", 3, False, CONVERSATION)


class Reader:
    """Every event is its own text."""

    def read(self, event: bytes) -> Iterable[Event]:
        data = event_data(event) or b""
        return () if data == b"[DONE]" else (TextDelta(0, data.decode()),)


class Writer:
    """Texts in brackets."""

    def write(self, event: Event) -> bytes:
        assert isinstance(event, TextDelta)
        return b"<%d>" % len(event.text)

    def end(self, usage: Usage | None) -> bytes:
        return b"END %d" % (0 if usage is None else usage.output_tokens)


def _read_reply(body: bytes) -> Reply:
    if body == b"junk":
        raise ValueError("junk")
    return Reply("r", "m", (Choice((Text(body.decode()),), "end"),))


def _write_reply(reply: Reply, naming: Naming) -> bytes:
    [text] = reply.choices[0].parts
    assert isinstance(text, Text)
    return f"{naming.id}: {text.text}".encode()


def _never(asked: Asked) -> Conversation:
    raise AssertionError("a translation was read before")


SPOKE = Spoke(
    api="chat",
    family="openai",
    fates={
        **{one: CARRIED for one in Feature if one not in NEVER_CARRIED},
        Feature.SEED: Fate("dropped"),
        Feature.UNKNOWN: Fate("dropped"),
    },
    says=dict.fromkeys(Said, CARRIED),
    read_request=_never,
    write_request=lambda conversation, changes: f"{conversation.model} as {changes.model}".encode(),
    read_reply=_read_reply,
    write_reply=_write_reply,
    read_events=Reader,
    write_events=lambda naming: Writer(),
)
TRANSLATION = Conversing(replace(SPOKE, api="messages"), SPOKE, Fitted(CONVERSATION))


def test_a_request_is_written_with_what_changes():
    assert TRANSLATION.render(Changes("small")) == b"fast as small"


def test_a_request_is_written_once_for_the_same_changes_and_for_nobody_else():
    one, other = (Conversing(TRANSLATION.client, SPOKE, Fitted(CONVERSATION)) for _ in range(2))
    written = one.render(Changes("small"))
    assert one.render(Changes("small")) is written
    assert one.render(Changes("large")) == b"fast as large"
    assert other.rendered == {}


def test_a_whole_answer_is_told_as_the_stream_that_was_asked_for():
    body = json.dumps(message_answer("Hi", input_tokens=9, output_tokens=3)).encode()
    stream = OpenAIStream(hide_usage=False, choices=1)
    told = Conversing(CHAT, MESSAGES, Fitted(CONVERSATION)).retold(body, replace_of(NAMING, wants_usage=True))
    passed = stream.feed(told)
    assert b'"content":"Hi"' in passed
    assert (stream.complete, stream.usage) == (True, Usage(9, 3))
    with pytest.raises(Broken):
        TRANSLATION.retold(b"junk", NAMING)


def test_a_whole_answer_is_read_and_told():
    assert TRANSLATION.whole(b"hi", NAMING) == b"call-1: hi"


def test_what_is_no_answer_is_a_broken_one():
    with pytest.raises(Broken):
        TRANSLATION.whole(b"junk", NAMING)


def test_the_rule_names_both_apis_and_what_was_lost():
    assert TRANSLATION.rule() == "messages to chat"
    lossy = Conversing(TRANSLATION.client, SPOKE, Fitted(CONVERSATION, (Feature.SEED,)))
    assert lossy.rule() == "messages to chat: dropped seed"


def test_members_that_were_dropped_are_named_as_far_as_there_is_room():
    few = Conversing(TRANSLATION.client, SPOKE, Fitted(CONVERSATION, (Feature.UNKNOWN,), ("a", "b" * 100)))
    assert few.rule() == f"messages to chat: dropped unknown (a {'b' * 64})"
    many = Conversing(TRANSLATION.client, SPOKE, Fitted(CONVERSATION, (Feature.UNKNOWN,), tuple("x" * 20)))
    assert many.rule().endswith("x …)")


def test_events_are_told_as_they_come_and_the_end_is_held_back():
    stream = TRANSLATION.stream(OpenAIStream(hide_usage=True, choices=1), NAMING)
    one = chat_chunk("hi")
    assert stream.feed(one[:10]) == b""
    assert stream.feed(one[10:]) == b"<%d>" % (len(one) - len(b"data: \n\n"))
    assert stream.terminator == b"", "nothing has ended"
    assert stream.feed(chat_chunk(finish="stop") + chat_usage_chunk(output_tokens=5) + CHAT_DONE) != b""
    assert stream.complete
    assert stream.terminator == b"END 5"
    assert stream.terminator == b"END 5", "the writer ends once"
    assert stream.usage is not None
    assert (stream.output_events, stream.output_bytes) == (1, 2)


def test_an_error_event_is_left_to_be_told_in_the_callers_words_and_what_came_before_is_told():
    said = chat_chunk("hi") + b'data: {"error": {"message": "boom"}}\n\n'
    stream = Conversing(MESSAGES, CHAT, Fitted(CONVERSATION)).stream(
        OpenAIStream(hide_usage=True, choices=1), NAMING
    )
    told = stream.feed(said)
    assert b"hi" in told
    assert b"boom" not in told
    assert stream.fault is not None
    assert not stream.tells_fault


def test_a_stream_without_a_terminator_is_whole_at_its_end_if_its_answer_is():
    stream = TRANSLATION.stream(OpenAIStream(hide_usage=True, choices=1), NAMING)
    stream.feed(chat_chunk("hi"))
    last = chat_chunk(finish="stop").rstrip(b"\n")
    assert stream.feed(last) == b""
    assert stream.finish() == b"<%d>" % (len(last) - len(b"data: "))
    assert stream.complete
    assert stream.terminator == b"END 0"
