"""What an OpenAI, an Anthropic or a Gemini provider says, for a script to send: whole answers and stream events.

Identifiers and times are fixed, so that what a client saw can be compared byte for byte.
"""

from __future__ import annotations

import json
from typing import Any

CREATED = 1_700_000_000
CHAT_DONE = b"data: [DONE]\n\n"


def chat_answer(
    text: str, *, model: str = "gpt-test", input_tokens: int = 9, output_tokens: int = 3
) -> dict[str, Any]:
    """A complete chat completion."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": CREATED,
        "model": model,
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"},
        ],
        "usage": _chat_usage(input_tokens, output_tokens),
    }


def chat_chunk(text: str | None = None, *, finish: str | None = None, model: str = "gpt-test") -> bytes:
    """One event of a chat stream: some text, or (no text) the end of the choice."""
    delta = {} if text is None else {"content": text}
    return _chat_event([{"index": 0, "delta": delta, "finish_reason": finish}], model)


def chat_usage_chunk(*, input_tokens: int = 9, output_tokens: int = 3, model: str = "gpt-test") -> bytes:
    """The event before the last of a chat stream whose caller asked for usage."""
    return _chat_event([], model, usage=_chat_usage(input_tokens, output_tokens))


def _chat_usage(input_tokens: int, output_tokens: int) -> dict[str, int]:
    return {
        "prompt_tokens": input_tokens,
        "completion_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
    }


def _chat_event(choices: list[dict[str, Any]], model: str, **more: Any) -> bytes:
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": model,
        "choices": choices,
        **more,
    }
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def chat_error(message: str, *, kind: str = "server_error", code: str | None = None) -> dict[str, Any]:
    """The body of an error of an OpenAI provider."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def message_answer(
    text: str, *, model: str = "claude-test", input_tokens: int = 9, output_tokens: int = 3
) -> dict[str, Any]:
    """A complete Anthropic message."""
    return {
        **_message(model),
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": input_tokens, "output_tokens": output_tokens},
    }


def _message(model: str) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def message_event(kind: str, **fields: Any) -> bytes:
    """Any event of an Anthropic stream."""
    data = json.dumps({"type": kind, **fields})
    return f"event: {kind}\ndata: {data}\n\n".encode()


def message_start(*, model: str = "claude-test", input_tokens: int = 9) -> bytes:
    """The first event, with the text block that follows it already open."""
    message = {**_message(model), "usage": {"input_tokens": input_tokens, "output_tokens": 1}}
    block = {"type": "text", "text": ""}
    return message_event("message_start", message=message) + message_event(
        "content_block_start", index=0, content_block=block
    )


def message_text(text: str) -> bytes:
    """Some text of the block that `message_start` opened."""
    return message_event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})


def message_end(*, output_tokens: int = 3) -> bytes:
    """Closes the block and the message; the stream's last events."""
    return b"".join(
        (
            message_event("content_block_stop", index=0),
            message_event(
                "message_delta",
                delta={"stop_reason": "end_turn", "stop_sequence": None},
                usage={"output_tokens": output_tokens},
            ),
            message_event("message_stop"),
        )
    )


def message_error(message: str, *, kind: str = "api_error") -> dict[str, Any]:
    """The body of an error of an Anthropic provider."""
    return {"type": "error", "error": {"type": kind, "message": message}}


def response_answer(
    text: str, *, model: str = "gpt-test", input_tokens: int = 9, output_tokens: int = 3
) -> dict[str, Any]:
    """A complete response."""
    return {
        **_response(model),
        "status": "completed",
        "output": [
            {
                "id": "msg_1",
                "type": "message",
                "status": "completed",
                "role": "assistant",
                "content": [{"type": "output_text", "text": text, "annotations": []}],
            }
        ],
        "usage": {
            "input_tokens": input_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": input_tokens + output_tokens,
        },
    }


def _response(model: str) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": CREATED,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "model": model,
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": None,
    }


def response_event(kind: str, **fields: Any) -> bytes:
    """Any event of a stream of responses."""
    data = json.dumps({"type": kind, "sequence_number": 0, **fields})
    return f"event: {kind}\ndata: {data}\n\n".encode()


def response_start(*, model: str = "gpt-test") -> bytes:
    """The first event."""
    return response_event("response.created", response=_response(model))


def response_text(text: str) -> bytes:
    """Some text of the answer."""
    return response_event(
        "response.output_text.delta",
        item_id="msg_1",
        output_index=0,
        content_index=0,
        delta=text,
        logprobs=[],
    )


def response_end(
    text: str = "", *, model: str = "gpt-test", input_tokens: int = 9, output_tokens: int = 3
) -> bytes:
    """The last event: the whole answer."""
    whole = response_answer(text, model=model, input_tokens=input_tokens, output_tokens=output_tokens)
    return response_event("response.completed", response=whole)


def response_failed(message: str, *, model: str = "gpt-test", code: str = "server_error") -> bytes:
    """The last event of a response that failed."""
    failed = {**_response(model), "status": "failed", "error": {"code": code, "message": message}}
    return response_event("response.failed", response=failed)


def gemini_answer(
    text: str, *, finish: str | None = "STOP", input_tokens: int = 9, output_tokens: int = 3
) -> dict[str, Any]:
    """A complete answer of a Gemini provider; its streams are made of the same, without an end but the last."""
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    usage = {"promptTokenCount": input_tokens, "candidatesTokenCount": output_tokens}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini-test"}


def gemini_event(data: dict[str, Any]) -> bytes:
    """Any event of a Gemini stream."""
    return b"data: " + json.dumps(data).encode() + b"\r\n\r\n"


def gemini_chunk(
    text: str, *, finish: str | None = None, input_tokens: int = 9, output_tokens: int = 1
) -> bytes:
    """An event with some text; with `finish` the last one."""
    return gemini_event(
        gemini_answer(text, finish=finish, input_tokens=input_tokens, output_tokens=output_tokens)
    )


def gemini_error(message: str) -> dict[str, Any]:
    """The body of an error of a Gemini provider."""
    return {"error": {"code": 500, "message": message, "status": "INTERNAL"}}
