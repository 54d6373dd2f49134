"""Reads one HTTP/1.1 answer at a time, only as far as a load generator must: its end, its events."""

from __future__ import annotations

import re

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_LAST_CHUNK = b"\r\n0\r\n\r\n"


class AnswerReader:
    """`feed` it what arrives; `whole` says that the answer has ended.

    Newlines of the body (without those of the chunked framing) stand for events, two for each:
    they can be counted in any piece, wherever it was cut.
    """

    __slots__ = ("_head", "_length", "_newlines", "_status", "_tail", "whole")

    def __init__(self) -> None:
        self.whole = False
        self._head = b""
        self._status = b""
        self._length: int | None = None  # of the body still to come; None: chunked
        self._newlines = 0
        self._tail = b""

    def feed(self, data: bytes) -> int:
        """How many newlines of a chunked body came with these bytes."""
        if not self._status:
            body = self._read_head(data)
            if body is None:
                return 0
            data = body
        if self._length is not None:
            self._length -= len(data)
            self.whole = self._length <= 0
            return 0
        return self._read_chunked(data)

    def complaint(self, events: int | None) -> str:
        """Why this whole answer isn't the one that was asked for; empty if it is."""
        if self._status != b"200":
            return f"answered {self._status.decode()}: {self._head[-300:].decode(errors='replace')}"
        if self._length:
            return f"{-self._length} bytes too many"
        if events is not None and self._newlines != 2 * events:
            return f"a stream of {self._newlines / 2:g} events instead of {events}"
        return ""

    def _read_head(self, data: bytes) -> bytes | None:
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return None
        self._status = self._head[9:12]
        if length := _LENGTH.search(self._head, 0, end + 2):
            self._length = int(length[1])
        elif not _CHUNKED.search(self._head, 0, end + 2):
            self._length = 0
        self._tail = b"\r\n"  # an empty chunked body ends with these and the last chunk
        return self._head[end + 4 :]

    def _read_chunked(self, data: bytes) -> int:
        newlines = data.count(b"\n") - data.count(b"\r\n")
        if data.startswith(b"\n") and self._tail.endswith(b"\r"):
            newlines -= 1
        self._newlines += newlines
        self._tail = (self._tail + data)[-len(_LAST_CHUNK) :]
        self.whole = self._tail == _LAST_CHUNK
        return newlines
