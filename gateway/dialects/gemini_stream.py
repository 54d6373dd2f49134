"""Gemini's stream as server-sent events (`?alt=sse`). It has no terminator: it just ends.

So the event with which the last candidate ends is held back, and given free if another follows.
Whole is a stream whose candidates have all ended when the input ends.
"""

from __future__ import annotations

from gateway.dialects.gemini_chunks import Chunks
from gateway.streams.sse import event_data, probable_json
from gateway.streams.tape import FORWARD, HOLD, Fate, Tape
from gateway.usage import Usage


class GeminiStream(Tape):
    """`choices` is how many candidates end before the whole does."""

    __slots__ = ("_chunks",)

    def __init__(self, *, choices: int) -> None:
        super().__init__()
        self._chunks = Chunks(choices=choices)

    @property
    def usage(self) -> Usage | None:
        return self._chunks.usage

    @property
    def complete(self) -> bool:
        return self._finished and self._chunks.all_ended and self.fault is None

    def look(self, event: bytes) -> Fate:
        chunks = self._chunks
        data = probable_json(event) or event_data(event) or b""
        ends = chunks.read(data)
        self.fault = chunks.fault
        self.output_bytes, self.output_events = chunks.output_bytes, chunks.output_events
        return HOLD if ends and chunks.ended and self.fault is None else FORWARD

    def _pass(self, events: list[bytes]) -> bytes:
        passed: list[bytes] = []
        for event in events:
            if self._held and event_data(event) is None:
                self._hold(event)  # a comment after the end belongs to it
                continue
            fate = self.look(event)
            if self._held:
                passed.append(bytes(self._held))
                self._held.clear()
            if fate is HOLD:
                self._hold(event)
            else:
                passed.append(event)
        return passed[0] if len(passed) == 1 else b"".join(passed)
