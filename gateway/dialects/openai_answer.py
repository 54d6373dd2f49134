"""Answers of this family that are not streamed, and its usage figures.

`prompt_tokens` already includes cached and audio tokens, `completion_tokens` reasoning. Some
servers of this family leave reasoning out of `completion_tokens` and count it in `total_tokens`
only: what the total has more is output.
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
    service_tier: Any = None


_METERED: Final = Decoder(_Metered)


def read_answer(body: bytes) -> Answer:
    """Usage, or where there is none the bytes of what was generated. Never raises."""
    try:
        answer = _METERED.decode(body)
    except UNREADABLE:
        return Answer()
    usage = None if answer.usage is None else usage_of(answer.usage, answer.service_tier)
    return Answer(usage) if usage is not None else Answer(None, _output_bytes(body))


def read_embeddings(body: bytes) -> Usage | None:
    """Input only: an embedding has no output tokens."""
    try:
        reported = _METERED.decode(body).usage
    except UNREADABLE:
        return None
    if not isinstance(reported, dict):
        return None
    total = tokens(reported, "prompt_tokens")
    if total is None:
        total = tokens(reported, "total_tokens")
    return None if total is None else Usage(input_tokens=total)


def usage_of(reported: object, tier: object = None) -> Usage | None:
    """Usage in our meaning; None where a total is missing or implausible. Parts never exceed totals."""
    if not isinstance(reported, dict):
        return None
    total_input = tokens(reported, "prompt_tokens")
    output = _output_tokens(reported, total_input)
    if total_input is None or output is None:
        return None
    of_input = reported.get("prompt_tokens_details")
    of_output = reported.get("completion_tokens_details")
    hits = reported.get("prompt_cache_hit_tokens")
    if not of_input and not of_output and hits is None:
        return Usage(total_input, output, tier=word(tier))
    of_input = details(reported, "prompt_tokens_details")
    of_output = details(reported, "completion_tokens_details")
    read = tokens(of_input, "cached_tokens")
    if read is None:
        read = tokens(reported, "prompt_cache_hit_tokens") or 0
    read = min(read, total_input)
    return Usage(
        input_tokens=total_input,
        output_tokens=output,
        cache_read_tokens=read,
        cache_write_tokens=min(tokens(of_input, "cache_write_tokens") or 0, total_input - read),
        reasoning_tokens=min(tokens(of_output, "reasoning_tokens") or 0, output),
        audio_input_tokens=min(tokens(of_input, "audio_tokens") or 0, total_input),
        audio_output_tokens=min(tokens(of_output, "audio_tokens") or 0, output),
        tier=word(tier),
    )


def _output_tokens(reported: dict[str, Any], total_input: int | None) -> int | None:
    output = tokens(reported, "completion_tokens")
    total = tokens(reported, "total_tokens")
    if total_input is None or total is None or total > MOST_TOKENS:
        return output
    if output is None or total > total_input + output:
        return max(total - total_input, 0)
    return output


def _output_bytes(body: bytes) -> int:
    """Bytes of text and tool arguments, wherever they stand in the choices."""
    try:
        answer = msgspec.json.decode(body)
    except UNREADABLE:
        return 0
    choices = answer.get("choices") if isinstance(answer, dict) else None
    size = 0
    for choice in choices if isinstance(choices, list) else []:
        if isinstance(choice, dict):
            size += utf8_bytes(choice.get("text")) + written_bytes(choice.get("message"))
    return size


_WRITTEN: Final = (
    "content",
    "refusal",
    "reasoning_content",
    "reasoning",
    "arguments",
    "input",
    "text",
    "transcript",
)
_HOLDERS: Final = ("tool_calls", "function_call", "function", "custom", "audio", "content", "thinking")


def written_bytes(value: object) -> int:
    """Bytes of generated text in a message or delta of any known shape: text may be a string or a
    list of parts, arguments hang in tool calls."""
    if isinstance(value, list):
        return sum(map(written_bytes, value))
    if not isinstance(value, dict):
        return 0
    size = sum(utf8_bytes(value.get(name)) for name in _WRITTEN)
    return size + sum(written_bytes(value.get(name)) for name in _HOLDERS)
