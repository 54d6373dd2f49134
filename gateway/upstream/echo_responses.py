"""Echo in OpenAI's newer voice: responses."""

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
    pieces,
    read_object,
    text_of,
    whole_number,
)

_MOST_TOKENS: Final = 1_000_000


def responses(body: bytes, stamp: Stamp) -> Reply:
    fields = read_object(body)
    said_to = _read_input(fields)
    most = whole_number(fields, "max_output_tokens", 1, _MOST_TOKENS)
    of_users = [text for role, text in said_to if role == "user"]
    said, whole = answer_pieces(of_users[-1] if of_users else "", most)
    texts = [text_of(fields.get("instructions")), *(text for _, text in said_to)]
    asked = sum(len(pieces(text)) + MESSAGE_TOKENS for text in texts if text)
    begun = _response(fields, stamp)
    message = _message(stamp, "".join(said), "completed" if whole else "incomplete")
    done = begun | {
        "status": "completed" if whole else "incomplete",
        "completed_at": stamp.at_s if whole else None,
        "incomplete_details": None if whole else {"reason": "max_output_tokens"},
        "output": [message],
        "usage": {
            "input_tokens": asked,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": len(said),
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": asked + len(said),
        },
    }
    if fields.get("stream"):
        events = enumerate(_events(begun, message, in_chunks(said), done))
        return Reply(200, tuple(_event(number, data) for number, data in events), streamed=True)
    return Reply(200, (orjson.dumps(done),))


def _read_input(fields: dict[str, Any]) -> list[tuple[str, str]]:
    """The role and the text of each message; other items are passed over."""
    items = fields.get("input")
    if isinstance(items, str):
        return [("user", items)]
    if not isinstance(items, list) or not items:
        raise Malformed("input: a text or a list of items is required", "input")
    found: list[tuple[str, str]] = []
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            raise Malformed(f"input.{number}: an object is expected", "input")
        if isinstance(item.get("role"), str):
            found.append((item["role"], text_of(item.get("content"))))
    return found


def _response(fields: dict[str, Any], stamp: Stamp) -> dict[str, Any]:
    """A response that has just begun, with what was asked for."""
    return {
        "id": f"resp_echo_{stamp.number}",
        "object": "response",
        "created_at": stamp.at_s,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": fields.get("instructions"),
        "max_output_tokens": fields.get("max_output_tokens"),
        "metadata": fields.get("metadata") or {},
        "model": fields["model"],
        "output": [],
        "parallel_tool_calls": fields.get("parallel_tool_calls") is not False,
        "previous_response_id": None,
        "service_tier": "default",
        "store": fields.get("store") is not False,
        "temperature": fields.get("temperature"),
        "text": fields.get("text") or {"format": {"type": "text"}},
        "tool_choice": fields.get("tool_choice") or "auto",
        "tools": fields.get("tools") or [],
        "top_p": fields.get("top_p"),
        "usage": None,
    }


def _message(stamp: Stamp, text: str, status: str) -> dict[str, Any]:
    return {
        "id": f"msg_echo_{stamp.number}",
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": [_part(text)],
    }


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _events(
    begun: dict[str, Any], message: dict[str, Any], texts: list[str], done: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    item = {"output_index": 0}
    part = item | {"item_id": message["id"], "content_index": 0}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    opened = message | {"status": "in_progress", "content": []}
    yield {"type": "response.output_item.added", **item, "item": opened}
    yield {"type": "response.content_part.added", **part, "part": _part("")}
    for text in texts:
        yield {"type": "response.output_text.delta", **part, "delta": text, "logprobs": []}
    whole = message["content"][0]
    yield {"type": "response.output_text.done", **part, "text": whole["text"], "logprobs": []}
    yield {"type": "response.content_part.done", **part, "part": whole}
    yield {"type": "response.output_item.done", **item, "item": message}
    yield {"type": f"response.{done['status']}", "response": done}


def _event(number: int, data: dict[str, Any]) -> bytes:
    numbered = {"type": data["type"], "sequence_number": number, **data}
    return b"event: %b\ndata: %b\n\n" % (data["type"].encode(), orjson.dumps(numbered))
