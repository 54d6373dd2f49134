"""Answers of this family that are not streamed, and its usage figures.

`prompt_tokens` already includes cached and audio tokens, `completion_tokens` reasoning. Some
servers of this family leave reasoning out of `completion_tokens` and count it in `total_tokens`
only: what the total has more is output.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct, ValidationError
from msgspec.json import Decoder

from gateway.dialects.figures import UNREADABLE, Tokens, salvaged, utf8_bytes, word
from gateway.dialects.interface import Answer
from gateway.usage import Usage


class _OfInput(Struct, frozen=True):
    cached_tokens: Tokens = None
    cache_write_tokens: Tokens = None
    audio_tokens: Tokens = None


class _OfOutput(Struct, frozen=True):
    reasoning_tokens: Tokens = None
    audio_tokens: Tokens = None


class Reported(Struct):
    """The figures of this family. `prompt_cache_hit_tokens` is DeepSeek's."""

    prompt_tokens: Tokens = None
    completion_tokens: Tokens = None
    total_tokens: Tokens = None
    prompt_cache_hit_tokens: Tokens = None
    prompt_tokens_details: _OfInput | None = None
    completion_tokens_details: _OfOutput | None = None


class _Metered(Struct):
    usage: Reported | None = None
    service_tier: Any = None


class _Odd(Struct):
    usage: Any = None
    service_tier: Any = None


_NO_INPUT: Final = _OfInput()
_NO_OUTPUT: Final = _OfOutput()
_METERED: Final = Decoder(_Metered)
_ODD: Final = Decoder(_Odd)


def read_answer(body: bytes) -> Answer:
    """Usage, and where it tells of no output the bytes of what was generated. Never raises."""
    answer = _metered(body)
    usage = None if answer.usage is None else usage_of(answer.usage, answer.service_tier)
    return Answer(usage) if usage is not None and usage.output_tokens else Answer(usage, _output_bytes(body))


def read_embeddings(body: bytes) -> Usage | None:
    """Input only: an embedding has no output tokens."""
    told = _metered(body).usage
    if told is None:
        return None
    total = told.prompt_tokens if told.prompt_tokens is not None else told.total_tokens
    return None if total is None else Usage(input_tokens=total)


def usage_of(told: Reported, tier: object = None) -> Usage | None:
    """Usage in our meaning; None where a total is missing. Parts never exceed totals."""
    total_input, output, total = told.prompt_tokens, told.completion_tokens, told.total_tokens
    if total_input is None:
        return None
    if total is not None and (output is None or total > total_input + output):
        output = max(total - total_input, 0)
    if output is None:
        return None
    of_input, of_output = (
        told.prompt_tokens_details or _NO_INPUT,
        told.completion_tokens_details or _NO_OUTPUT,
    )
    read = of_input.cached_tokens or told.prompt_cache_hit_tokens or 0
    written, reasoned = of_input.cache_write_tokens or 0, of_output.reasoning_tokens or 0
    heard, said = of_input.audio_tokens or 0, of_output.audio_tokens or 0
    if not (read or written or reasoned or heard or said):
        return Usage(total_input, output, tier=word(tier))
    read = min(read, total_input)
    return Usage(
        total_input,
        output,
        read,
        min(written, total_input - read),
        reasoning_tokens=min(reasoned, output),
        audio_input_tokens=min(heard, total_input),
        audio_output_tokens=min(said, output),
        tier=word(tier),
    )


def _metered(body: bytes) -> _Metered:
    try:
        return _METERED.decode(body)
    except ValidationError:
        pass
    except UNREADABLE:
        return _Metered()
    try:
        odd = _ODD.decode(body)
    except UNREADABLE:
        return _Metered()
    return _Metered(salvaged(odd.usage, Reported), odd.service_tier)


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
