"""Answers of this family that are not streamed, and its usage figures.

`promptTokenCount` includes what was read from a cache, but not what tools of the provider put into
the prompt; `candidatesTokenCount` leaves thoughts out. Figures of zero are left out of the JSON.
`totalTokenCount` is the sum of all: what it has more is output.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct, ValidationError
from msgspec.json import Decoder

from gateway.dialects.figures import MOST_TOKENS, UNREADABLE, Tokens, salvaged, utf8_bytes, word
from gateway.dialects.interface import Answer
from gateway.usage import Usage


class Reported(Struct, rename="camel"):
    """The figures of this family."""

    prompt_token_count: Tokens = None
    cached_content_token_count: Tokens = None
    candidates_token_count: Tokens = None
    thoughts_token_count: Tokens = None
    tool_use_prompt_token_count: Tokens = None
    total_token_count: Tokens = None
    prompt_tokens_details: Any = None
    tool_use_prompt_tokens_details: Any = None
    candidates_tokens_details: Any = None
    service_tier: Any = None


class _Metered(Struct, rename="camel"):
    usage_metadata: Reported | None = None


class _Odd(Struct, rename="camel"):
    usage_metadata: Any = None


_METERED: Final = Decoder(_Metered)
_ODD: Final = Decoder(_Odd)


def read_answer(body: bytes) -> Answer:
    """Usage, and where it tells of no output the bytes of what was generated. Never raises."""
    told = _reported(body)
    usage = None if told is None else usage_of(told)
    return Answer(usage) if usage is not None and usage.output_tokens else Answer(usage, _output_bytes(body))


def read_embeddings(body: bytes) -> Answer:
    """Input only: an embedding has no output tokens, and often no figures at all."""
    told = _reported(body)
    if told is None:
        return Answer()
    total = told.prompt_token_count if told.prompt_token_count is not None else told.total_token_count
    return Answer(None if total is None else Usage(input_tokens=total))


def read_count(body: bytes) -> Answer:
    """Counting uses no tokens."""
    return Answer(Usage())


def reported_of(odd: object) -> Reported | None:
    """What fits of figures of an unknown shape."""
    return salvaged(odd, Reported)


def usage_of(told: Reported) -> Usage | None:
    """Usage in our meaning; None where neither the prompt nor a total is known."""
    prompt, total = told.prompt_token_count, told.total_token_count
    if prompt is None and total is None:
        return None
    thoughts = told.thoughts_token_count or 0
    given = (prompt or 0) + (told.tool_use_prompt_token_count or 0)
    made = (told.candidates_token_count or 0) + thoughts
    if prompt is None:
        given = max((total or 0) - made, given)
    made = max(made, min((total or 0) - given, MOST_TOKENS))
    audio_in = _of_audio(told.prompt_tokens_details) + _of_audio(told.tool_use_prompt_tokens_details)
    return Usage(
        given,
        made,
        min(told.cached_content_token_count or 0, given),
        reasoning_tokens=min(thoughts, made),
        audio_input_tokens=min(audio_in, given),
        audio_output_tokens=min(_of_audio(told.candidates_tokens_details), made),
        tier=_tier(told.service_tier),
    )


def generated(candidate: object) -> Iterator[dict[str, Any]]:
    """The parts of a candidate that is decoded JSON of any shape."""
    content = candidate.get("content") if isinstance(candidate, dict) else None
    parts = content.get("parts") if isinstance(content, dict) else None
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict):
            yield part


def part_bytes(part: dict[str, Any]) -> int:
    """UTF-8 bytes of text, thoughts, function arguments and code of the model's."""
    size = utf8_bytes(part.get("text"))
    call, code = part.get("functionCall"), part.get("executableCode")
    if isinstance(call, dict) and call.get("args"):
        size += len(msgspec.json.encode(call["args"]))
    if isinstance(code, dict):
        size += utf8_bytes(code.get("code"))
    return size


def _of_audio(details: object) -> int:
    """Tokens of `[{"modality": "AUDIO", "tokenCount": …}]`."""
    counts = [
        one.get("tokenCount")
        for one in (details if isinstance(details, list) else ())
        if isinstance(one, dict) and one.get("modality") == "AUDIO"
    ]
    return sum(each for each in counts if each.__class__ is int and 0 <= each <= MOST_TOKENS)


def _tier(value: object) -> str | None:
    tier = word(value)
    return None if tier is None else tier.casefold().removeprefix("service_tier_")


def _reported(body: bytes) -> Reported | None:
    try:
        return _METERED.decode(body).usage_metadata
    except ValidationError:
        pass
    except UNREADABLE:
        return None
    try:
        return reported_of(_ODD.decode(body).usage_metadata)
    except UNREADABLE:
        return None


def _output_bytes(body: bytes) -> int:
    try:
        answer = msgspec.json.decode(body)
    except UNREADABLE:
        return 0
    candidates = answer.get("candidates") if isinstance(answer, dict) else None
    return sum(
        part_bytes(part)
        for candidate in (candidates if isinstance(candidates, list) else ())
        for part in generated(candidate)
    )
