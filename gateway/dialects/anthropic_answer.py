"""Answers to messages that are not streamed, and this family's usage figures.

`input_tokens` leaves out what was read from or written to the prompt cache: all three are input.
`output_tokens` includes thinking. Compaction is billed beside the totals, as an iteration.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.json import Decoder

from gateway.dialects.figures import MOST_TOKENS, UNREADABLE, details, tokens, utf8_bytes, word
from gateway.dialects.interface import Answer
from gateway.usage import Usage


class _Metered(Struct):
    usage: Any = None


_METERED: Final = Decoder(_Metered)


def read_answer(body: bytes) -> Answer:
    """Usage, or where there is none the bytes of what was generated. Never raises."""
    try:
        usage = usage_of(_METERED.decode(body).usage)
    except UNREADABLE:
        return Answer()
    return Answer(usage) if usage is not None else Answer(None, _output_bytes(body))


def usage_of(reported: object) -> Usage | None:
    """Usage in our meaning; None where a total is missing or implausible."""
    if not isinstance(reported, dict):
        return None
    fresh, output = tokens(reported, "input_tokens"), tokens(reported, "output_tokens")
    if fresh is None or output is None:
        return None
    read = tokens(reported, "cache_read_input_tokens") or 0
    written = tokens(reported, "cache_creation_input_tokens") or 0
    one_hour = 0
    split = reported.get("cache_creation")
    if split is not None:
        split = details(reported, "cache_creation")
        one_hour = tokens(split, "ephemeral_1h_input_tokens") or 0
        written = max(written, one_hour + (tokens(split, "ephemeral_5m_input_tokens") or 0))
    tier = word(reported.get("service_tier"))
    usage = Usage(
        input_tokens=fresh + read + written,
        output_tokens=output,
        cache_read_tokens=read,
        cache_write_tokens=written,
        cache_write_1h_tokens=one_hour,
        reasoning_tokens=min(
            tokens(details(reported, "output_tokens_details"), "thinking_tokens") or 0, output
        ),
        tier="fast" if reported.get("speed") == "fast" else tier,
        batch=tier == "batch",
    )
    iterations = reported.get("iterations")
    return _with_compaction(usage, iterations) if isinstance(iterations, list) else usage


def _with_compaction(usage: Usage, iterations: list[Any]) -> Usage:
    for iteration in iterations:
        if isinstance(iteration, dict) and iteration.get("type") == "compaction":
            extra = usage_of({**iteration, "iterations": None})
            if extra is not None and usage.input_tokens + extra.input_tokens <= MOST_TOKENS:
                usage = msgspec.structs.replace(
                    usage,
                    input_tokens=usage.input_tokens + extra.input_tokens,
                    output_tokens=usage.output_tokens + extra.output_tokens,
                    cache_read_tokens=usage.cache_read_tokens + extra.cache_read_tokens,
                    cache_write_tokens=usage.cache_write_tokens + extra.cache_write_tokens,
                    cache_write_1h_tokens=usage.cache_write_1h_tokens + extra.cache_write_1h_tokens,
                )
    return usage


def _output_bytes(body: bytes) -> int:
    """Bytes of text, thinking and tool input in the content blocks."""
    try:
        answer = msgspec.json.decode(body)
    except UNREADABLE:
        return 0
    blocks = answer.get("content") if isinstance(answer, dict) else None
    size = 0
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, dict):
            size += utf8_bytes(block.get("text")) + utf8_bytes(block.get("thinking"))
            if block.get("input"):
                size += len(msgspec.json.encode(block["input"]))
    return size
