"""An answer of the hub as the events of a streamed message.

Its content blocks come one after the other, each begun and ended. What belongs to a later block waits
while an earlier one goes on: words and reasoning end where something else begins, a call where its
arguments are a whole object or the answer is.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Final, Literal

from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder, Encoder

from gateway.dialects.figures import utf8_bytes
from gateway.dialects.hub.reply import (
    Began,
    Event,
    RefusalDelta,
    Stop,
    Stopped,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolBegan,
    ToolDelta,
)
from gateway.dialects.hub.signature import wrapped
from gateway.dialects.hub.spoke import Naming
from gateway.dialects.spokes.messages_reply_out import call, head, redacted, said, signed, usage_of
from gateway.dialects.spokes.messages_stops import reason_of
from gateway.dialects.spokes.messages_turns_out import Block, input_of
from gateway.usage import Usage

Kind = Literal["text", "refusal", "thinking", "redacted", "call"]

_ENCODER: Final = Encoder()
_OBJECT: Final = Decoder(dict[str, Raw])
_DELTAS: Final = {
    "text": ("text_delta", "text"),
    "refusal": ("text_delta", "text"),
    "thinking": ("thinking_delta", "thinking"),
    "call": ("input_json_delta", "partial_json"),
}
_EMPTY_TEXT: Final = said("")
_OF_THE_WHOLE: Final = ("cache_creation", "inference_geo", "service_tier")
"""Members of usage that only a whole message has, or the start of one."""
_EMPTY_THINKING: Final = {"type": "thinking", "thinking": "", "signature": ""}


class _Part(Struct):
    """One block. `waiting` is not told yet, `told` is (of a call: all there is to know whether it is
    whole). `is_object` None: its arguments have not begun."""

    kind: Kind
    start: Block
    waiting: list[str] = []
    told: list[str] = []
    is_object: bool | None = None
    signature: str | None = None


class MessageWriter:
    """An EventWriter (gateway.dialects.hub.spoke)."""

    __slots__ = (
        "_began",
        "_by_call",
        "_input_tokens",
        "_naming",
        "_place",
        "_queue",
        "_said_bytes",
        "_stop",
        "_stop_sequence",
    )

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._began = False
        self._input_tokens = naming.input_tokens
        self._said_bytes = 0
        self._queue: deque[_Part] = deque()
        self._place = 0
        self._by_call: dict[int, _Part] = {}
        self._stop: Stop | None = None
        self._stop_sequence: str | None = None

    def write(self, event: Event) -> bytes:
        """Other choices than the first are not told, nor are log probabilities."""
        if isinstance(event, Began):
            return self._begin(event)
        if event.choice != 0:
            return b""
        match event:
            case TextDelta(_, text):
                return self._say("text", text, _EMPTY_TEXT)
            case RefusalDelta(_, text):
                return self._say("refusal", text, _EMPTY_TEXT)
            case ThinkingDelta(_, text):
                return self._say("thinking", text, _EMPTY_THINKING)
            case ThinkingSigned():
                return self._sign(event)
            case ToolBegan():
                return self._call(event)
            case ToolDelta(_, index, arguments):
                part = self._by_call.get(index)
                return b"" if part is None else self._more(part, arguments)
            case Stopped(_, stop, stop_sequence):
                self._stop, self._stop_sequence = stop, stop_sequence
                return self._finish()
        return b""

    def end(self, usage: Usage | None) -> bytes:
        start = b"" if self._began else self._begin(Began("", ""))
        told = usage_of(usage, self._naming, self._said_bytes)
        if usage is None:
            told["input_tokens"] = self._input_tokens
        for name in _OF_THE_WHOLE:
            del told[name]
        delta = {
            "stop_reason": reason_of(self._stop, calls=bool(self._by_call)),
            "stop_sequence": self._stop_sequence,
            "stop_details": None,
            "container": None,
        }
        ended = _event("message_delta", delta=delta, usage=told) + _event("message_stop")
        return start + self._finish() + ended

    def _begin(self, event: Began) -> bytes:
        """With an estimate of the input where the provider has told none yet."""
        self._began = True
        self._input_tokens = max(event.input_tokens or self._naming.input_tokens, 1)
        usage = {**usage_of(None, self._naming, 0), "input_tokens": self._input_tokens}
        return _event("message_start", message={**head(self._naming, event.model), "usage": usage})

    def _say(self, kind: Kind, text: str, start: Block) -> bytes:
        if not text:
            return b""
        last = self._queue[-1] if self._queue else None
        if last is not None and last.kind == kind and last.signature is None:
            return self._more(last, text)
        part = _Part(kind, start)
        return self._add(part) + self._more(part, text)

    def _sign(self, event: ThinkingSigned) -> bytes:
        if event.redacted:
            return self._add(_Part("redacted", redacted(event.signature, event.origin)))
        last = self._queue[-1] if self._queue else None
        before = b""
        if last is None or last.kind != "thinking" or last.signature is not None:
            last = _Part("thinking", _EMPTY_THINKING)
            before = self._add(last)
        last.signature = wrapped(event.signature, event.origin, "anthropic")
        return before

    def _call(self, event: ToolBegan) -> bytes:
        """The proof of what led to it comes first, as reasoning without words."""
        before = b""
        if event.signature is not None and event.origin is not None:
            signature = signed(event.signature, event.origin)["signature"]
            before = self._add(_Part("thinking", _EMPTY_THINKING, signature=signature))
        part = _Part("call", call(self._naming, event.index, event.id, event.name))
        self._by_call[event.index] = part
        return before + self._add(part)

    def _add(self, part: _Part) -> bytes:
        """The block at the end of the queue. The ones before it are ended, as far as they are whole."""
        self._queue.append(part)
        if len(self._queue) == 1:
            return self._start(part)
        told = b""
        while len(self._queue) > 1 and _is_whole(self._queue[0]):
            told += self._close()
        return told

    def _more(self, part: _Part, text: str) -> bytes:
        self._said_bytes += utf8_bytes(text)
        part.waiting.append(text)
        return self._tell(part) if self._queue and part is self._queue[0] else b""

    def _start(self, part: _Part) -> bytes:
        return _event("content_block_start", index=self._place, content_block=part.start) + self._tell(part)

    def _tell(self, part: _Part) -> bytes:
        """What waits of the open block. Arguments that are no object wait for the end of it."""
        text = "".join(part.waiting)
        part.waiting.clear()
        if part.kind == "call":
            part.told.append(text)
            if part.is_object is None:
                text = "".join(part.told).lstrip()
                part.is_object = text.startswith("{") if text else None
            if not part.is_object:
                return b""
        return self._delta(*_DELTAS[part.kind], text) if text else b""

    def _close(self) -> bytes:
        """End the open block, and start the next."""
        part = self._queue.popleft()
        last = b""
        if part.signature is not None:
            last = self._delta("signature_delta", "signature", part.signature)
        elif part.is_object is False:
            last = self._delta("input_json_delta", "partial_json", _object("".join(part.told)))
        last += _event("content_block_stop", index=self._place)
        self._place += 1
        return last + (self._start(self._queue[0]) if self._queue else b"")

    def _finish(self) -> bytes:
        told = b""
        while self._queue:
            told += self._close()
        return told

    def _delta(self, kind: str, member: str, text: str) -> bytes:
        return _event("content_block_delta", index=self._place, delta={"type": kind, member: text})


def _is_whole(part: _Part) -> bool:
    """Of a block that another one follows."""
    if part.kind != "call":
        return True
    try:
        _OBJECT.decode("".join(part.told))
    except (DecodeError, RecursionError):
        return False
    return True


def _object(arguments: str) -> str:
    return bytes(input_of(arguments)).decode()


def _event(kind: str, **members: Any) -> bytes:
    data = _ENCODER.encode({"type": kind, **members})
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), data)
