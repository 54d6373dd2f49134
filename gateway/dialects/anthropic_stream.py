"""Streamed messages: message_start, content blocks, message_delta, message_stop; pings and errors.

Usage is cumulative: message_start has the input, each message_delta may correct any figure (cache
counters may arrive late). A later figure replaces an earlier one, but a 0 never a positive one:
some servers fill in zeros for what they have told already.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.json import Decoder

from gateway.dialects.anthropic_answer import usage_of
from gateway.dialects.figures import UNREADABLE, utf8_bytes
from gateway.dialects.problems import problem_in_stream
from gateway.streams.sse import event_data, event_name
from gateway.streams.tape import DONE, Fate, Tape
from gateway.usage import Usage


class _Delta(Struct):
    text: Any = None
    thinking: Any = None
    partial_json: Any = None
    stop_reason: Any = None


class _Message(Struct):
    usage: Any = None


class _Event(Struct):
    type: Any = None
    delta: _Delta | None = None
    content_block: _Delta | None = None
    message: _Message | None = None
    usage: Any = None
    error: Any = None


_EVENT: Final = Decoder(_Event)


class AnthropicStream(Tape):
    """Reader of one streamed message."""

    __slots__ = ("_told_output", "_usage")

    def __init__(self) -> None:
        super().__init__()
        self._usage: dict[str, Any] = {}
        self._told_output = False

    @property
    def usage(self) -> Usage | None:
        """Estimated until a message_delta tells the output: at least a token for each event with some.
        A stream that never tells its input counts it as 0, estimated too."""
        if not self._usage:
            return None
        usage = usage_of({"input_tokens": 0, "output_tokens": 0, **self._usage})
        if usage is None or (self._told_output and "input_tokens" in self._usage):
            return usage
        output = usage.output_tokens if self._told_output else max(usage.output_tokens, self.output_events)
        return msgspec.structs.replace(usage, output_tokens=output, estimated=True)

    def look(self, event: bytes) -> Fate:
        data = event_data(event)
        if data is None:
            return Fate.FORWARD
        try:
            told = _EVENT.decode(data)
        except UNREADABLE:
            return self._look_at_odd(event, data)
        delta = told.delta if told.delta is not None else told.content_block
        if delta is not None:
            self._count(delta)
        kind = told.type
        if told.usage is not None:
            self._update(told.usage)
            self._told_output = self._told_output or kind == "message_delta"
        elif told.message is not None:
            self._update(told.message.usage)
        if kind == "message_stop":
            return Fate.HOLD
        if kind == "error" or told.error is not None:
            self.fault = problem_in_stream(told.error)
        return Fate.FORWARD

    def _look_at_odd(self, event: bytes, data: bytes) -> Fate:
        """Data of an unknown shape: the event's name must do."""
        name = event_name(event)
        if name == b"message_stop" or data.startswith(DONE):
            return Fate.HOLD
        if name == b"error":
            self.fault = problem_in_stream(None)
        return Fate.FORWARD

    def _count(self, delta: _Delta) -> None:
        size = 0
        if delta.text is not None:
            size = utf8_bytes(delta.text)
        if delta.thinking is not None:
            size += utf8_bytes(delta.thinking)
        if delta.partial_json is not None:
            size += utf8_bytes(delta.partial_json)
        if size:
            self.output_bytes += size
            self.output_events += 1
        if delta.stop_reason is not None:
            self.ended = True

    def _update(self, usage: object) -> None:
        if not isinstance(usage, dict):
            return
        known = self._usage
        for name, value in usage.items():
            if (
                name not in known
                or (value and value.__class__ is known[name].__class__)
                or known[name] is None
            ):
                known[name] = value
