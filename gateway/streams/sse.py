"""Server-sent events: bytes in pieces of any size, whole raw events out, byte for byte.

An event ends with a blank line, that is with two line ends in a row; a line end is LF, CRLF or CR.
However the input is cut, the same events come out, and joined with the rest they are the input.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.errors import Broken

MAX_EVENT_BYTES: Final = 16 * 1024 * 1024

_BLANK: Final = re.compile(rb"(?:\r\n|\n|\r(?=[^\n])){2}")
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
            if _BLANK.search(carry, unread) is None:
                self._bound(len(carry))
                return []
            data = bytes(carry)
            carry.clear()
        events: list[bytes] = []
        start = 0
        if b"\r" in data:
            for blank in _BLANK.finditer(data):
                end = blank.end()
                events.append(data[start:end])
                start = end
        else:
            while (end := data.find(b"\n\n", start) + 2) > 1:
                events.append(data[start:end])
                start = end
        if start < len(data):
            carry += data[start:] if start else data
        if len(data) > self._max_event_bytes:
            self._bound(max(map(len, (*events, carry))))
        return events

    def finish(self) -> bytes:
        """What is left at the end of input: an event without its blank line, or nothing."""
        rest = bytes(self._carry)
        self._carry.clear()
        return rest

    def _bound(self, size_bytes: int) -> None:
        if size_bytes > self._max_event_bytes:
            raise Broken(f"an event of the provider's stream is larger than {self._max_event_bytes} bytes")


def event_data(event: bytes) -> bytes | None:
    """The data of a raw event; None if it has none (a comment, a lone name)."""
    if event.startswith(b"data: "):
        start = 6
    else:
        start = event.find(b"\ndata: ") + 7
        if start == 6 or b"data" in event[: start - 6]:
            return _field(event, b"data")
    if event.find(b"\n", start) == len(event) - 2 and b"\r" not in event:
        return event[start:-2]
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
