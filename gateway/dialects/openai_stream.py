"""Streamed chat completions and completions.

Usage comes in a last chunk without choices, or (vLLM, llama.cpp) beside the last content, or in
every chunk with the last one right; `"usage": null` in between says nothing. A server that ignores
`stream_options` sends none: then `usage` stays None and what was counted here must do.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct
from msgspec.json import Decoder

from gateway.dialects.figures import UNREADABLE, salvaged, utf8_bytes
from gateway.dialects.openai_answer import Reported, usage_of, written_bytes
from gateway.dialects.problems import problem_in_stream
from gateway.streams.sse import event_data, event_name, probable_json
from gateway.streams.tape import DONE, FORWARD, HIDE, HOLD, Fate, Tape
from gateway.usage import Usage


class _Delta(Struct):
    content: Any = None
    refusal: Any = None
    reasoning_content: Any = None
    reasoning: Any = None
    tool_calls: Any = None
    function_call: Any = None
    audio: Any = None


class _Choice(Struct):
    index: Any = 0
    delta: _Delta | None = None
    text: Any = None
    finish_reason: Any = None


class _Chunk(Struct):
    choices: list[_Choice] | None = None
    usage: Reported | None = None
    service_tier: Any = None
    error: Any = None


class _Bare(Struct):
    """What is read of a chunk whose choices have an unknown shape."""

    choices: Any = None
    usage: Any = None
    service_tier: Any = None
    error: Any = None


_CHUNK: Final = Decoder(_Chunk)
_BARE: Final = Decoder(_Bare)


class OpenAIStream(Tape):
    """`choices` is how many answers end before the whole does."""

    __slots__ = ("_choices", "_finished_choices", "_hide_usage", "_tier", "_usage")

    def __init__(self, *, hide_usage: bool, choices: int) -> None:
        super().__init__()
        self._hide_usage = hide_usage
        self._choices = choices
        self._finished_choices: set[Any] = set()
        self._usage: Reported | None = None
        self._tier: Any = None

    @property
    def usage(self) -> Usage | None:
        return None if self._usage is None else usage_of(self._usage, self._tier)

    def look(self, event: bytes) -> Fate:
        try:
            chunk = _CHUNK.decode(probable_json(event))
        except UNREADABLE:
            return self._look_at_odd(event)
        size = 0
        for choice in chunk.choices or ():
            if choice.delta is not None:
                size += _delta_bytes(choice.delta)
            if choice.text is not None:
                size += utf8_bytes(choice.text)
            if choice.finish_reason is not None:
                self._finish_choice(choice.index)
        if size:
            self.output_bytes += size
            self.output_events += 1
        if chunk.usage is None and chunk.error is None and event.startswith(b"data"):
            if chunk.service_tier is not None:
                self._tier = chunk.service_tier
            return FORWARD
        return self._note(event, chunk)

    def _look_at_odd(self, event: bytes) -> Fate:
        """A comment, the terminator, an event of an unusual form or JSON of an unknown shape."""
        data = event_data(event)
        if data is None:
            return FORWARD
        if data.startswith(DONE):
            return HOLD
        try:
            bare = _BARE.decode(data)
        except UNREADABLE:
            bare = _Bare()
        for choice in bare.choices if isinstance(bare.choices, list) else ():
            if isinstance(choice, dict):
                self._count(written_bytes(choice.get("delta")) + utf8_bytes(choice.get("text")))
                if choice.get("finish_reason") is not None:
                    self._finish_choice(choice.get("index", 0))
        return self._note(
            event, _Chunk(bare.choices or [], salvaged(bare.usage, Reported), bare.service_tier, bare.error)
        )

    def _note(self, event: bytes, chunk: _Chunk) -> Fate:
        if chunk.service_tier is not None:
            self._tier = chunk.service_tier
        if chunk.error is not None or (event.startswith(b"event:") and event_name(event) == b"error"):
            self.fault = problem_in_stream(chunk.error)
            return FORWARD
        if chunk.usage is not None:
            self._usage = chunk.usage
            if self._hide_usage and not chunk.choices:
                return HIDE
        return FORWARD

    def _count(self, size_bytes: int) -> None:
        if size_bytes:
            self.output_bytes += size_bytes
            self.output_events += 1

    def _finish_choice(self, index: object) -> None:
        if isinstance(index, int):
            self._finished_choices.add(index)
            self.ended = len(self._finished_choices) >= self._choices


def _delta_bytes(delta: _Delta) -> int:
    size = 0
    content = delta.content
    if content is not None:
        size = utf8_bytes(content) if content.__class__ is str else written_bytes(content)
    if delta.refusal is not None:
        size += utf8_bytes(delta.refusal)
    if delta.reasoning_content is not None or delta.reasoning is not None:
        size += max(utf8_bytes(delta.reasoning_content), utf8_bytes(delta.reasoning))
    if delta.tool_calls is not None:
        size += written_bytes(delta.tool_calls)
    if delta.function_call is not None:
        size += written_bytes(delta.function_call)
    if delta.audio is not None:
        size += written_bytes(delta.audio)
    return size
