"""Answers of the Responses API that are not streamed, and its usage figures.

`input_tokens` already includes cached tokens, `output_tokens` reasoning.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct, ValidationError
from msgspec.json import Decoder

from gateway.dialects.figures import UNREADABLE, Tokens, salvaged, utf8_bytes, word
from gateway.dialects.interface import Answer
from gateway.usage import Usage


class _OfInput(Struct):
    cached_tokens: Tokens = None
    cache_write_tokens: Tokens = None


class _OfOutput(Struct):
    reasoning_tokens: Tokens = None


class Reported(Struct):
    """The figures of this API."""

    input_tokens: Tokens = None
    output_tokens: Tokens = None
    total_tokens: Tokens = None
    input_tokens_details: _OfInput | None = None
    output_tokens_details: _OfOutput | None = None


class _Metered(Struct):
    usage: Reported | None = None
    service_tier: Any = None


class _Odd(Struct):
    usage: Any = None
    service_tier: Any = None


_METERED: Final = Decoder(_Metered)
_ODD: Final = Decoder(_Odd)


def read_answer(body: bytes) -> Answer:
    """Usage, and where it tells of no output the bytes of what was generated. Never raises."""
    answer = _metered(body)
    usage = None if answer.usage is None else usage_of(answer.usage, answer.service_tier)
    return Answer(usage) if usage is not None and usage.output_tokens else Answer(usage, _output_bytes(body))


def usage_of(told: Reported, tier: object = None) -> Usage | None:
    """Usage in our meaning; None where a total is missing. Parts never exceed totals."""
    total_input, output = told.input_tokens, told.output_tokens
    if total_input is None:
        return None
    if output is None:
        if told.total_tokens is None:
            return None
        output = max(told.total_tokens - total_input, 0)
    of_input, of_output = told.input_tokens_details or _OfInput(), told.output_tokens_details or _OfOutput()
    read = min(of_input.cached_tokens or 0, total_input)
    return Usage(
        total_input,
        output,
        read,
        min(of_input.cache_write_tokens or 0, total_input - read),
        reasoning_tokens=min(of_output.reasoning_tokens or 0, output),
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


_WRITTEN: Final = ("text", "refusal", "arguments", "input", "code")
_HOLDERS: Final = ("content", "summary")


def _output_bytes(body: bytes) -> int:
    """Bytes of text, reasoning and tool arguments in the items of the output."""
    try:
        answer = msgspec.json.decode(body)
    except UNREADABLE:
        return 0
    output = answer.get("output") if isinstance(answer, dict) else None
    size = 0
    for item in output if isinstance(output, list) else []:
        if isinstance(item, dict):
            parts = [part for name in _HOLDERS if isinstance(item.get(name), list) for part in item[name]]
            holders = [item, *(part for part in parts if isinstance(part, dict))]
            size += sum(utf8_bytes(holder.get(name)) for holder in holders for name in _WRITTEN)
    return size
