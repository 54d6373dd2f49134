"""Server-sent events: bytes in pieces of any size, whole raw events out, byte for byte.

An event ends with a blank line, that is with two line ends in a row; a line end is LF, CRLF or CR.
However the input is cut, the same events come out, and joined with the rest they are the input.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.errors import Broken

MAX_EVENT_BYTES: Final = 16 * 1024 * 1024

_END: Final = rb"(?:\r\n|\n|\r(?=[^\n]))"
_BLANK: Final = re.compile(_END + _END)
"""A CR at the very end waits for the next byte: an LF may follow that belongs to it."""
_LINE: Final = re.compile(rb"\r\n|\n|\r")
_BOM: Final = b"\xef\xbb\xbf"
_LONGEST_BLANK: Final = 4


class Splitter:
    """Incremental. What is carried from one call to the next is bounded by `max_event_bytes`."""

    __slots__ = ("_carry", "_max_event_bytes")

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._carry = bytearray()
        self._max_event_bytes = max_event_bytes

    def feed(self, data: bytes) -> list[bytes]:
        """The events that are whole now, each with its blank line. Broken: one is too large."""
        carry = self._carry
        if carry:
            unread = max(len(carry) - _LONGEST_BLANK, 0)
            carry += data
            if not _has_blank(carry, unread):
                self._bound(len(carry))
                return []
            data = bytes(carry)
            carry.clear()
        if b"\r" in data:
            events = []
            start = 0
            for blank in _BLANK.finditer(data):
                events.append(data[start : blank.end()])
                start = blank.end()
            rest = data[start:]
        else:
            events = data.split(b"\n\n")
            rest = events.pop()
            events = [event + b"\n\n" for event in events]
        if rest:
            carry += rest
        if len(data) > self._max_event_bytes:
            self._bound(max(map(len, (*events, rest))))
        return events

    def finish(self) -> bytes:
        """What is left at the end of input: an event without its blank line, or nothing."""
        rest = bytes(self._carry)
        self._carry.clear()
        return rest

    def _bound(self, size_bytes: int) -> None:
        if size_bytes > self._max_event_bytes:
            raise Broken(f"an event of the provider's stream is larger than {self._max_event_bytes} bytes")


def _has_blank(carry: bytearray, start: int) -> bool:
    if carry.find(b"\n\n", start) >= 0:
        return True
    return carry.find(b"\r", start) >= 0 and _BLANK.search(carry, start) is not None


def probable_json(event: bytes) -> bytes:
    """The data of an event of the usual form (`data: …`, or one `event: …` line before it) with what
    follows it. Where it decodes as JSON it is the data: whatever else an event may hold is no JSON."""
    if event.startswith(b"data: "):
        return event[6:]
    line = event.find(b"\n")
    return (
        event[line + 7 :]
        if event.startswith((b"event:", b":")) and event.startswith(b"\ndata: ", line)
        else b""
    )


def event_data(event: bytes) -> bytes | None:
    """The data of a raw event; None if it has none (a comment, a lone name)."""
    return _field(event, b"data")


def event_name(event: bytes) -> bytes | None:
    """The name of a raw event; None where it has none."""
    return _field(event, b"event") or None


def _field(event: bytes, wanted: bytes) -> bytes | None:
    """Lines of one field: of `data` all, joined by LF; of `event` the last."""
    values: list[bytes] = []
    for line in _LINE.split(event.removeprefix(_BOM)):
        name, _, value = line.partition(b":")
        if name == wanted:
            values.append(value.removeprefix(b" "))
    if not values:
        return None
    return b"\n".join(values) if wanted == b"data" else values[-1]
