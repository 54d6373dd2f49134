"""A streamed answer with its values put back, event by event.

::

    StreamReader ── whole events ──► the pieces of text in each ──► a restorer for each text ──► events
                                                                          │ what a text that ends
                                                                          └ had held: an event before

An event in which nothing is restored is forwarded as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, Protocol

import msgspec
from msgspec import DecodeError

from gateway.errors import Problem
from gateway.privacy.placeholders import Issued
from gateway.streams.json_array import ArraySplitter
from gateway.streams.restore import Counts, TextRestorer
from gateway.streams.restore_answer import restored_body, restored_value
from gateway.streams.restore_deltas import Channel, Deltas, Told
from gateway.streams.restore_json import JsonRestorer
from gateway.streams.sse import Splitter, event_data, probable_json
from gateway.usage import Usage

_DATA_LINE: Final = re.compile(rb"^data:[^\r\n]*(?:\r\n|\n|\r)?", re.MULTILINE)
_UNREADABLE: Final = (DecodeError, RecursionError, UnicodeDecodeError)


class Inner(Protocol):
    """A StreamReader (gateway.dialects.interface)."""

    @property
    def tells_fault(self) -> bool: ...
    @property
    def usage(self) -> Usage | None: ...
    @property
    def output_bytes(self) -> int: ...
    @property
    def output_events(self) -> int: ...
    @property
    def complete(self) -> bool: ...
    @property
    def fault(self) -> Problem | None: ...
    @property
    def terminator(self) -> bytes: ...
    def feed(self, data: bytes) -> bytes: ...
    def finish(self) -> bytes: ...


class Texts:
    """The texts of one answer that are being told. `event` gives the data of the events to send for one that came."""

    __slots__ = ("_counts", "_deltas", "_issued", "_open", "_scratch", "_texts")

    def __init__(self, deltas: Deltas, issued: Issued, counts: Counts) -> None:
        self._deltas = deltas
        self._issued = issued
        self._counts = counts
        self._scratch = Counts()
        """Of what repeats a text that was told in pieces."""
        self._texts: dict[Channel, TextRestorer | JsonRestorer] = {}
        self._open: dict[Channel, tuple[bytes, bytes]] = {}

    def event(self, head: bytes, data: bytes) -> list[tuple[bytes, bytes]] | None:
        """(head, data) of each event to send; None: send this one as it came."""
        try:
            told = msgspec.json.decode(data)
        except _UNREADABLE:
            return [*self.end(()), (head, data)] if self._open else None
        if not isinstance(told, dict):
            return None
        parts = self._deltas.read(told)
        changed = self._feed(parts, head, data)
        before: list[tuple[bytes, bytes]] = []
        for ending in parts.ends:
            changed = self._append(ending, parts) or changed
            before += self.end(ending)
        if parts.whole:
            data = restored_body(data, self._deltas.rules, self._issued, self._scratch)
            return [*before, (head, data)]
        if changed:
            return [*before, (head, msgspec.json.encode(told))]
        return [*before, (head, data)] if before else None

    def _feed(self, parts: Told, head: bytes, data: bytes) -> bool:
        changed = False
        for slot in parts.slots:
            text = self._texts.get(slot.channel)
            if text is None:
                kind = JsonRestorer if slot.json else TextRestorer
                text = self._texts[slot.channel] = kind(self._issued, self._counts)
            came = slot.holder[slot.key]
            said = text.feed(came)
            if said != came:
                slot.holder[slot.key] = said
                changed = True
            if text.held:
                self._open[slot.channel] = head, data
            elif self._open:
                self._open.pop(slot.channel, None)
        for holder, key in parts.values:
            value = restored_value(holder[key], self._issued, self._counts)
            if value != holder[key]:
                holder[key] = value
                changed = True
        return changed

    def _append(self, ending: Channel, parts: Told) -> bool:
        """Texts that end with the event that has their last piece have all of it there."""
        changed = False
        for slot in reversed(parts.slots):
            if slot.channel in self._open and slot.channel[: len(ending)] == ending:
                del self._open[slot.channel]
                slot.holder[slot.key] += self._texts.pop(slot.channel).finish()
                changed = True
        return changed

    def end(self, ending: Channel) -> list[tuple[bytes, bytes]]:
        """Events with what the texts that end had held."""
        events = []
        for channel in [one for one in self._texts if one[: len(ending)] == ending]:
            tail = self._texts.pop(channel).finish()
            opened = self._open.pop(channel, None)
            if tail and opened is not None:
                events.append((opened[0], self._alone(opened[1], channel, tail)))
        return events

    def _alone(self, data: bytes, channel: Channel, text: str) -> bytes:
        told: dict[str, Any] = msgspec.json.decode(data)
        slot = next(slot for slot in self._deltas.read(told).slots if slot.channel == channel)
        return msgspec.json.encode(self._deltas.alone(told, slot, text))


class RestoringStream:
    """A StreamReader over another one whose events are of `deltas`' API. `array`: they are the items of a
    JSON array."""

    __slots__ = ("_end", "_inner", "_splitter", "_texts")

    def __init__(
        self, inner: Inner, deltas: Deltas, issued: Issued, counts: Counts, *, array: bool = False
    ) -> None:
        self._inner = inner
        self._texts = Texts(deltas, issued, counts)
        self._splitter: Splitter | ArraySplitter = ArraySplitter() if array else Splitter()
        self._end: bytes | None = None

    @property
    def tells_fault(self) -> bool:
        return self._inner.tells_fault

    @property
    def usage(self) -> Usage | None:
        return self._inner.usage

    @property
    def output_bytes(self) -> int:
        return self._inner.output_bytes

    @property
    def output_events(self) -> int:
        return self._inner.output_events

    @property
    def complete(self) -> bool:
        return self._inner.complete

    @property
    def fault(self) -> Problem | None:
        return self._inner.fault

    def feed(self, data: bytes) -> bytes:
        """Bytes to forward now, whole events. Broken: as the reader inside."""
        return self.told(self._inner.feed(data))

    def finish(self) -> bytes:
        """Where no terminator came, what was held back is told here."""
        told = self.told(self._inner.finish())
        if self._inner.terminator:
            return told
        end = self._splitter.end if isinstance(self._splitter, ArraySplitter) else b""
        return told + self._rest() + end

    @property
    def terminator(self) -> bytes:
        """With what was held back before it. Asked for at the end."""
        if self._end is None:
            held = self._inner.terminator
            if not held:
                return b""
            told = self.told(held)
            if isinstance(self._splitter, ArraySplitter):
                self._end = told + self._rest() + self._splitter.end
            else:
                self._end = told + self._rest() + self._splitter.finish()
        return self._end

    def told(self, data: bytes) -> bytes:
        """Of whole events that the reader inside has handed over already."""
        if not data:
            return b""
        array = isinstance(self._splitter, ArraySplitter)
        return b"".join(
            piece
            for raw in self._splitter.feed(data)
            for piece in (self._item if array else self._event)(raw)
        )

    def _rest(self) -> bytes:
        events = self._texts.end(())
        if isinstance(self._splitter, ArraySplitter):
            return b"".join(b"," + data for _, data in events)
        return b"".join(_written(head, data) for head, data in events)

    def _event(self, raw: bytes) -> Iterator[bytes]:
        data = probable_json(raw).rstrip(b"\r\n")
        if data and raw.endswith(data + b"\n\n"):
            head = raw[: -len(data) - 8]
        else:
            found = event_data(raw)
            if found is None:
                yield raw
                return
            data, head = found, _DATA_LINE.sub(b"", raw).rstrip(b"\r\n")
            head = head + b"\n" if head else head
        events = self._texts.event(head, data)
        if events is None:
            yield raw
            return
        for number, (above, told) in enumerate(events, 1):
            yield raw if number == len(events) and told is data else _written(above, told)

    def _item(self, raw: bytes) -> Iterator[bytes]:
        begin = raw.index(b"{")
        events = self._texts.event(b"", raw[begin:])
        if events is None:
            yield raw
            return
        yield raw[:begin]
        yield b",".join(data for _, data in events)


def _written(head: bytes, data: bytes) -> bytes:
    return b"%bdata: %b\n\n" % (head, data)
