"""Echo in OpenAI's voice: chat completions, completions, embeddings."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeGuard

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
_DIMENSIONS: Final = 8


def refusal(status: int, message: str, param: str | None = None) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": None}
    return Reply(status, (orjson.dumps({"error": error}),))


def chat(body: bytes, stamp: Stamp) -> Reply:
    fields = read_object(body)
    messages = read_messages(fields)
    most = whole_number(fields, "max_completion_tokens", 1, _MOST_TOKENS)
    if most is None:
        most = whole_number(fields, "max_tokens", 1, _MOST_TOKENS)
    choices = whole_number(fields, "n", 1, 128) or 1
    said, whole = answer_pieces(last_user_text(messages), most)
    asked = sum(len(pieces(text_of(message.get("content")))) + MESSAGE_TOKENS for message in messages)
    usage = _usage(asked, len(said) * choices) | {
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }
    finish = "stop" if whole else "length"
    base = {"id": f"chatcmpl-echo-{stamp.number}", "created": stamp.at_s, "model": fields["model"]}
    if fields.get("stream"):
        base["object"] = "chat.completion.chunk"
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": "", "refusal": None}]
        deltas += [{"content": text} for text in in_chunks(said)]
        deltas.append({})
        choice = [
            {
                "index": index,
                "delta": delta,
                "logprobs": None,
                "finish_reason": None if delta else finish,
            }
            for delta in deltas
            for index in range(choices)
        ]
        return Reply(200, tuple(_stream(base, choice, usage, fields)), streamed=True)
    base["object"] = "chat.completion"
    message = {"role": "assistant", "content": "".join(said), "refusal": None}
    answers = [
        {"index": index, "message": message, "logprobs": None, "finish_reason": finish}
        for index in range(choices)
    ]
    return Reply(200, (orjson.dumps(base | {"choices": answers, "usage": usage}),))


def completions(body: bytes, stamp: Stamp) -> Reply:
    fields = read_object(body)
    prompts = _inputs(fields, "prompt")
    most = whole_number(fields, "max_tokens", 0, _MOST_TOKENS)
    choices = whole_number(fields, "n", 1, 128) or 1
    answers = [answer_pieces(text, most) for text, _ in prompts for _ in range(choices)]
    usage = _usage(sum(count for _, count in prompts), sum(len(said) for said, _ in answers))
    base = {"id": f"cmpl-echo-{stamp.number}", "created": stamp.at_s, "model": fields["model"]}
    base["object"] = "text_completion"
    if fields.get("stream"):
        choice = []
        for index, (said, whole) in enumerate(answers):
            choice += [_text_choice(index, text, None) for text in in_chunks(said)]
            choice.append(_text_choice(index, "", "stop" if whole else "length"))
        return Reply(200, tuple(_stream(base, choice, usage, fields)), streamed=True)
    done = [
        _text_choice(index, "".join(said), "stop" if whole else "length")
        for index, (said, whole) in enumerate(answers)
    ]
    return Reply(200, (orjson.dumps(base | {"choices": done, "usage": usage}),))


def embeddings(body: bytes, stamp: Stamp) -> Reply:
    fields = read_object(body)
    inputs = _inputs(fields, "input")
    dimensions = whole_number(fields, "dimensions", 1, 4096) or _DIMENSIONS
    encoding = fields.get("encoding_format", "float")
    if encoding not in ("float", "base64"):
        raise Malformed("encoding_format: float or base64 is expected", "encoding_format")
    data = []
    for index, (text, _) in enumerate(inputs):
        packed = _vector(text, dimensions)
        vector: object = _unpacked(packed)
        if encoding == "base64":
            vector = base64.b64encode(packed).decode()
        data.append({"object": "embedding", "index": index, "embedding": vector})
    asked = sum(count for _, count in inputs)
    usage = {"prompt_tokens": asked, "total_tokens": asked}
    answer = {"object": "list", "data": data, "model": fields["model"], "usage": usage}
    return Reply(200, (orjson.dumps(answer),))


def _inputs(fields: Mapping[str, Any], name: str) -> list[tuple[str, int]]:
    """Each text and its tokens: a string, a list of strings, token ids or a list of those."""
    value = fields.get(name)
    if isinstance(value, str) or _is_token_ids(value):
        value = [value]
    if not isinstance(value, list) or not value:
        raise Malformed(f"{name}: a text or a list of texts is required", name)
    found: list[tuple[str, int]] = []
    for item in value:
        if isinstance(item, str):
            found.append((item, len(pieces(item))))
        elif _is_token_ids(item):
            found.append((" ".join(map(str, item)), len(item)))
        else:
            raise Malformed(f"{name}: texts or token ids are expected", name)
    return found


def _is_token_ids(value: object) -> TypeGuard[list[int]]:
    return isinstance(value, list) and bool(value) and all(isinstance(item, int) for item in value)


def _vector(text: str, dimensions: int) -> bytes:
    """A unit vector of 32-bit floats, little-endian: the same for the same text, always."""
    seed = text.encode(errors="surrogatepass")
    raw = b"".join(hashlib.sha256(b"%d:%b" % (block, seed)).digest() for block in range(-(-dimensions // 8)))
    numbers = [number / 2**31 - 1 for number in struct.unpack(f"<{dimensions}I", raw[: 4 * dimensions])]
    length = sum(number * number for number in numbers) ** 0.5
    return struct.pack(f"<{dimensions}f", *(number / length for number in numbers))


def unit_vector(text: str, dimensions: int) -> list[float]:
    """The same for the same text, always."""
    return _unpacked(_vector(text, dimensions))


def _unpacked(packed: bytes) -> list[float]:
    return list(struct.unpack(f"<{len(packed) // 4}f", packed))


def _usage(asked: int, said: int) -> dict[str, Any]:
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _text_choice(index: int, text: str, finish: str | None) -> dict[str, Any]:
    return {"text": text, "index": index, "logprobs": None, "finish_reason": finish}


def _stream(
    base: Mapping[str, Any],
    choices: list[dict[str, Any]],
    usage: Mapping[str, Any],
    fields: Mapping[str, Any],
) -> Iterator[bytes]:
    options = fields.get("stream_options")
    with_usage = isinstance(options, dict) and bool(options.get("include_usage"))
    extra: dict[str, Any] = {"usage": None} if with_usage else {}
    for choice in choices:
        yield b"data: %b\n\n" % orjson.dumps({**base, "choices": [choice], **extra})
    if with_usage:
        yield b"data: %b\n\n" % orjson.dumps({**base, "choices": [], "usage": usage})
    yield b"data: [DONE]\n\n"
