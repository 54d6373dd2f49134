"""Echo in Anthropic's voice: messages, and how many tokens they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson

from gateway.upstream.echo_reply import (
    MESSAGE_TOKENS,
    Malformed,
    Reply,
    Stamp,
    answer_pieces,
    in_chunks,
    last_user_text,
    pieces,
    read_messages,
    read_object,
    text_of,
    whole_number,
)

_MOST_TOKENS: Final = 1_000_000


def refusal(status: int, message: str, param: str | None = None) -> Reply:
    """Anthropic names the field in the message, so `param` is not said again."""
    kind = "not_found_error" if status == 404 else "invalid_request_error"
    return Reply(status, (orjson.dumps({"type": "error", "error": {"type": kind, "message": message}}),))


def messages(body: bytes, stamp: Stamp) -> Reply:
    fields = read_object(body)
    most = whole_number(fields, "max_tokens", 1, _MOST_TOKENS)
    if most is None:
        raise Malformed("max_tokens: a number is required", "max_tokens")
    said_to = _said_to(fields)
    said, whole = answer_pieces(last_user_text(said_to), most)
    asked = _tokens(fields, said_to)
    answer = {
        "id": f"msg_echo_{stamp.number}",
        "type": "message",
        "role": "assistant",
        "model": fields["model"],
        "content": [{"type": "text", "text": "".join(said)}],
        "stop_reason": "end_turn" if whole else "max_tokens",
        "stop_sequence": None,
        "usage": _usage(asked, len(said)),
    }
    if fields.get("stream"):
        return Reply(200, tuple(_stream(answer, in_chunks(said), asked, len(said))), streamed=True)
    return Reply(200, (orjson.dumps(answer),))


def count_tokens(body: bytes, stamp: Stamp) -> Reply:
    fields = read_object(body)
    return Reply(200, (orjson.dumps({"input_tokens": _tokens(fields, _said_to(fields))}),))


def _said_to(fields: dict[str, Any]) -> list[dict[str, Any]]:
    messages = read_messages(fields)
    for number, message in enumerate(messages):
        if message["role"] not in ("user", "assistant"):
            raise Malformed(f"messages.{number}.role: user or assistant is expected", "messages")
    return messages


def _tokens(fields: dict[str, Any], messages: list[dict[str, Any]]) -> int:
    texts = [text_of(fields.get("system")), *(text_of(message.get("content")) for message in messages)]
    return sum(len(pieces(text)) + MESSAGE_TOKENS for text in texts if text)


def _usage(asked: int, said: int) -> dict[str, Any]:
    return {
        "input_tokens": asked,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": said,
        "service_tier": "standard",
    }


def _stream(answer: dict[str, Any], texts: list[str], asked: int, said: int) -> Iterator[bytes]:
    begun = answer | {"content": [], "stop_reason": None, "usage": _usage(asked, 1)}
    yield _event("message_start", {"message": begun})
    yield _event("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})
    yield _event("ping", {})
    for text in texts:
        yield _event("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": text}})
    yield _event("content_block_stop", {"index": 0})
    ending = {"stop_reason": answer["stop_reason"], "stop_sequence": None}
    yield _event("message_delta", {"delta": ending, "usage": {"output_tokens": said}})
    yield _event("message_stop", {})


def _event(name: str, data: dict[str, Any]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps({"type": name, **data}))
