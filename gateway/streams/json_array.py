"""One JSON array that arrives in pieces of any size: whole items out, byte for byte.

An item comes out with all that stands before it (the opening bracket, a comma, white space), so that
joined with the end they are the input. What is inside an item is not judged.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.errors import Broken
from gateway.streams.sse import MAX_EVENT_BYTES

_MARK: Final = re.compile(rb'["{}\[\]]')
_IN_TEXT: Final = re.compile(rb'["\\]')
_SPACE: Final = b" \t\r\n"


class ArraySplitter:
    """Incremental. `end` is the closing bracket and what came with it; empty until then."""

    __slots__ = ("_at", "_carry", "_depth", "_in_text", "_max_item_bytes", "end")

    def __init__(self, max_item_bytes: int = MAX_EVENT_BYTES) -> None:
        self._carry = bytearray()
        self._at = 0
        self._depth = 0
        self._in_text = False
        self._max_item_bytes = max_item_bytes
        self.end = b""

    @property
    def closed(self) -> bool:
        """The array's bracket was seen."""
        return bool(self.end)

    def feed(self, data: bytes) -> list[bytes]:
        """The items that are whole now. Broken: an item is too large, or it is no array of objects."""
        if self.end:
            self.end += data
            self._bound(len(self.end))
            return []
        self._carry += data
        items: list[bytes] = []
        while not self.end and self._advance():
            if self._depth == 1:
                items.append(bytes(self._carry[: self._at]))
                self._forget()
            elif self._depth == 0:
                self.end = bytes(self._carry)
                self._forget(len(self._carry))
        self._bound(len(self._carry))
        return items

    def _advance(self) -> bool:
        """To the end of an item or of the array; False where more input is needed."""
        while True:
            found = (_IN_TEXT if self._in_text else _MARK).search(self._carry, self._at)
            if found is None:
                self._at = len(self._carry)
                return False
            mark, at = found[0], found.start()
            if mark == b"\\":
                if at + 1 >= len(self._carry):
                    self._at = at
                    return False
                self._at = at + 2
                continue
            self._at = at + 1
            if mark == b'"':
                self._in_text = not self._in_text
            elif mark in b"{[":
                if self._depth == 0 and (mark != b"[" or self._carry[:at].strip(_SPACE)):
                    raise Broken("the provider's stream is not the JSON array that was asked for")
                self._depth += 1
            else:
                self._depth -= 1
                if self._depth <= 1:
                    if self._depth < 0:
                        raise Broken("the provider's stream is not the JSON array that was asked for")
                    return True

    def _forget(self, size_bytes: int | None = None) -> None:
        del self._carry[: self._at if size_bytes is None else size_bytes]
        self._at = 0

    def _bound(self, size_bytes: int) -> None:
        if size_bytes > self._max_item_bytes:
            raise Broken(f"an item of the provider's stream is larger than {self._max_item_bytes} bytes")
