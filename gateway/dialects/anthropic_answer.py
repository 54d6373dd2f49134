"""Answers to messages that are not streamed, and this family's usage figures.

`input_tokens` leaves out what was read from or written to the prompt cache: all three are input.
`output_tokens` includes thinking. Compaction is billed beside the totals, as an iteration.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct, ValidationError
from msgspec.json import Decoder

from gateway.dialects.figures import UNREADABLE, Tokens, plausible, salvaged, utf8_bytes, word
from gateway.dialects.interface import Answer
from gateway.usage import Usage


class _ByTime(Struct):
    ephemeral_5m_input_tokens: Tokens = None
    ephemeral_1h_input_tokens: Tokens = None


class _OfOutput(Struct):
    thinking_tokens: Tokens = None


class _Iteration(Struct):
    type: Any = None
    input_tokens: Tokens = None
    output_tokens: Tokens = None
    cache_read_input_tokens: Tokens = None
    cache_creation_input_tokens: Tokens = None


class Reported(Struct):
    """The figures of this family."""

    input_tokens: Tokens = None
    output_tokens: Tokens = None
    cache_read_input_tokens: Tokens = None
    cache_creation_input_tokens: Tokens = None
    cache_creation: _ByTime | None = None
    output_tokens_details: _OfOutput | None = None
    service_tier: Any = None
    speed: Any = None
    iterations: list[_Iteration] | None = None


class _Metered(Struct):
    usage: Reported | None = None


class _Odd(Struct):
    usage: Any = None


_METERED: Final = Decoder(_Metered)
_ODD: Final = Decoder(_Odd)


def read_answer(body: bytes) -> Answer:
    """Usage, and where it tells of no output the bytes of what was generated. Never raises."""
    told = _reported(body)
    usage = None if told is None else usage_of(told)
    return Answer(usage) if usage is not None and usage.output_tokens else Answer(usage, _output_bytes(body))


def usage_of(told: Reported) -> Usage | None:
    """Usage in our meaning; None where a total is missing, or is junk."""
    if told.input_tokens is None or told.output_tokens is None:
        return None
    read = told.cache_read_input_tokens or 0
    written = told.cache_creation_input_tokens or 0
    one_hour = 0
    if told.cache_creation is not None:
        one_hour = told.cache_creation.ephemeral_1h_input_tokens or 0
        written = max(written, one_hour + (told.cache_creation.ephemeral_5m_input_tokens or 0))
    output = told.output_tokens
    thinking = 0 if told.output_tokens_details is None else told.output_tokens_details.thinking_tokens or 0
    tier = word(told.service_tier)
    usage = Usage(
        told.input_tokens + read + written,
        output,
        read,
        written,
        one_hour,
        min(thinking, output),
        tier="fast" if told.speed == "fast" else tier,
        batch=tier == "batch",
    )
    return plausible(usage if told.iterations is None else _with_compaction(usage, told.iterations))


def _with_compaction(usage: Usage, iterations: list[_Iteration]) -> Usage:
    for one in iterations:
        if one.type == "compaction":
            read, written = one.cache_read_input_tokens or 0, one.cache_creation_input_tokens or 0
            usage = msgspec.structs.replace(
                usage,
                input_tokens=usage.input_tokens + (one.input_tokens or 0) + read + written,
                output_tokens=usage.output_tokens + (one.output_tokens or 0),
                cache_read_tokens=usage.cache_read_tokens + read,
                cache_write_tokens=usage.cache_write_tokens + written,
            )
    return usage


def _reported(body: bytes) -> Reported | None:
    try:
        return _METERED.decode(body).usage
    except ValidationError:
        pass
    except UNREADABLE:
        return None
    try:
        return salvaged(_ODD.decode(body).usage, Reported)
    except UNREADABLE:
        return None


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
