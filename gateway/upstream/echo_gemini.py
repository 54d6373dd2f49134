"""Echo in Gemini's voice: generateContent, streamGenerateContent, countTokens, embedContent, batchEmbedContents."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import orjson

from gateway.upstream.echo_openai import unit_vector
from gateway.upstream.echo_reply import (
    MESSAGE_TOKENS,
    Malformed,
    Reply,
    Speaker,
    Stamp,
    Voice,
    answer_pieces,
    in_chunks,
    pieces,
    read_object,
    text_of,
    whole_number,
)

_MOST_TOKENS: Final = 1_000_000
_MOST_CHOICES: Final = 8
_DIMENSIONS: Final = 8
_MOST_DIMENSIONS: Final = 4096


def voices(path: str, query: str) -> tuple[Speaker, ...]:
    """Who answers on a path of Gemini's: one voice, or none where it is no such path."""
    model, _, verb = path.rpartition("/models/")[2].rpartition(":")
    stream: Voice = partial(_stream, model=model, as_events=query == "alt=sse")
    known: dict[str, Voice] = {
        "generateContent": partial(_generate, model=model),
        "streamGenerateContent": stream,
        "countTokens": _count,
        "embedContent": _embed,
        "batchEmbedContents": _embed_all,
    }
    return ((path, known[verb], refusal),) if model and verb in known else ()


def refusal(status: int, message: str, param: str | None = None) -> Reply:
    """Google names the field in the message, so `param` is not said again."""
    name = "NOT_FOUND" if status == 404 else "INVALID_ARGUMENT"
    return Reply(status, (orjson.dumps({"error": {"code": status, "message": message, "status": name}}),))


def _generate(body: bytes, stamp: Stamp, *, model: str) -> Reply:
    said, finish, usage, choices = _answer(body)
    candidates = [_candidate(index, "".join(said), finish) for index in range(choices)]
    return Reply(200, (orjson.dumps(_response(candidates, usage, model, stamp)),))


def _stream(body: bytes, stamp: Stamp, *, model: str, as_events: bool) -> Reply:
    said, finish, usage, choices = _answer(body)
    texts = in_chunks(said)
    chunks = []
    for at, text in enumerate(texts, 1):
        ends = finish if at == len(texts) else None
        told = usage if ends else {key: usage[key] for key in ("promptTokenCount",)}
        candidates = [_candidate(index, text, ends) for index in range(choices)]
        chunks.append(orjson.dumps(_response(candidates, told, model, stamp)))
    if as_events:
        return Reply(200, tuple(b"data: %b\r\n\r\n" % chunk for chunk in chunks), streamed=True)
    leads = (b"[", *[b",\r\n"] * (len(chunks) - 1))
    return Reply(200, (*map(bytes.__add__, leads, chunks), b"]"))


def _count(body: bytes, stamp: Stamp) -> Reply:
    fields = read_object(body, with_model=False)
    whole = fields.get("generateContentRequest")
    asked = _asked(whole if isinstance(whole, dict) else fields)
    details = [{"modality": "TEXT", "tokenCount": asked}]
    return Reply(200, (orjson.dumps({"totalTokens": asked, "promptTokensDetails": details}),))


def _embed(body: bytes, stamp: Stamp) -> Reply:
    vector, asked = _embedding(read_object(body, with_model=False))
    answer = {"embedding": {"values": vector}, "usageMetadata": {"promptTokenCount": asked}}
    return Reply(200, (orjson.dumps(answer),))


def _embed_all(body: bytes, stamp: Stamp) -> Reply:
    requests = read_object(body, with_model=False).get("requests")
    if not isinstance(requests, list) or not all(isinstance(one, dict) for one in requests):
        raise Malformed("requests: a list of requests is required", "requests")
    told = [_embedding(one) for one in requests]
    answer = {
        "embeddings": [{"values": vector} for vector, _ in told],
        "usageMetadata": {"promptTokenCount": sum(asked for _, asked in told)},
    }
    return Reply(200, (orjson.dumps(answer),))


def _answer(body: bytes) -> tuple[list[str], str, dict[str, int], int]:
    """What is said in pieces, how it ends, its figures, and how many times it is said."""
    fields = read_object(body, with_model=False)
    config = _either(fields, "generationConfig", "generation_config")
    config = config if isinstance(config, dict) else {}
    named = {
        "maxOutputTokens": _either(config, "maxOutputTokens", "max_output_tokens"),
        "candidateCount": _either(config, "candidateCount", "candidate_count"),
    }
    most = whole_number(named, "maxOutputTokens", 1, _MOST_TOKENS)
    choices = whole_number(named, "candidateCount", 1, _MOST_CHOICES) or 1
    asked = _asked(fields)
    texts = [_text(one) for one in fields["contents"] if one.get("role", "user") == "user"]
    said, whole = answer_pieces(texts[-1] if texts else "", most)
    made = len(said) * choices
    usage = {"promptTokenCount": asked, "candidatesTokenCount": made, "totalTokenCount": asked + made}
    return said, "STOP" if whole else "MAX_TOKENS", usage, choices


def _asked(fields: Mapping[str, Any]) -> int:
    contents = fields.get("contents")
    if not isinstance(contents, list) or not contents or not all(isinstance(one, dict) for one in contents):
        raise Malformed("contents: at least one content is required", "contents")
    system = _either(fields, "systemInstruction", "system_instruction")
    texts = [_text(one) for one in (system, *contents) if isinstance(one, dict)]
    return sum(len(pieces(text)) + MESSAGE_TOKENS for text in texts)


def _embedding(fields: Mapping[str, Any]) -> tuple[list[float], int]:
    content = fields.get("content")
    if not isinstance(content, dict):
        raise Malformed("content: a content is required", "content")
    size = {"outputDimensionality": _either(fields, "outputDimensionality", "output_dimensionality")}
    dimensions = whole_number(size, "outputDimensionality", 1, _MOST_DIMENSIONS) or _DIMENSIONS
    text = _text(content)
    return unit_vector(text, dimensions), len(pieces(text))


def _text(content: Mapping[str, Any]) -> str:
    return text_of(content.get("parts"))


def _either(fields: Mapping[str, Any], camel: str, snake: str) -> Any:
    return fields.get(camel, fields.get(snake))


def _candidate(index: int, text: str, finish: str | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": [{"text": text}], "role": "model"}}
    if finish is not None:
        candidate["finishReason"] = finish
    return candidate | {"index": index}


def _response(
    candidates: list[dict[str, Any]], usage: Mapping[str, int], model: str, stamp: Stamp
) -> dict[str, Any]:
    return {
        "candidates": candidates,
        "usageMetadata": usage,
        "modelVersion": model,
        "responseId": f"echo-{stamp.number}",
    }
