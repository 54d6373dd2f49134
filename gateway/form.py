"""A form as it was read, and as it is written anew for a provider: the same values, a model replaced.

The values stay where they were put while they came in (gateway.upload); what is here says which are
where, and reads them again as often as somebody asks.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from typing import Final, Protocol

from gateway.multipart import Part

PIECE_BYTES: Final = 256 * 1024
"""What is read, and sent, at once."""
_BREAKING: Final = re.compile(r'[\x00-\x1f"\x7f]')


class Values(Protocol):
    """Where the values of a form's parts are, one behind the other."""

    async def read(self, start: int, size_bytes: int) -> bytes:
        """Exactly these bytes. OSError if they can't be read."""
        ...


class Form:
    """A form that came in whole. `boundary` divides it when it is written: no value may hold it, so it is
    one that the caller can't have known."""

    __slots__ = ("_boundary", "_values", "parts")

    def __init__(self, parts: tuple[Part, ...], values: Values, boundary: str) -> None:
        self.parts = parts
        self._values = values
        self._boundary = boundary

    def of(self, parts: tuple[Part, ...]) -> Form:
        """With other parts, whose values are where its own are."""
        return Form(parts, self._values, self._boundary)

    async def value(self, part: Part) -> AsyncGenerator[bytes, None]:
        """The value of one part, piece by piece. OSError if it can't be read any more."""
        end = part.start + part.size_bytes
        for start in range(part.start, end, PIECE_BYTES):
            yield await self._values.read(start, min(PIECE_BYTES, end - start))

    def written(self, edits: Mapping[str, str]) -> FormBody:
        """The form with these values in these fields; a field that it lacks is written before all others."""
        held = {part.name for part in self.parts}
        missing = [Part(name, 0, 0) for name in edits if name not in held]
        parts = [(part, edits.get(part.name, part.text)) for part in (*missing, *self.parts)]
        return FormBody(parts, self._values, self._boundary)


class FormBody:
    """A body that is sent piece by piece, and can be read again from its start.

    `parts` are each with the value that it gets; None: the one that it came with.
    """

    __slots__ = ("_end", "_pairs", "_values", "content_type", "size_bytes")

    def __init__(self, parts: list[tuple[Part, str | None]], values: Values, boundary: str) -> None:
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._values = values
        self._end = f"--{boundary}--\r\n".encode()
        self._pairs: list[tuple[bytes, range]] = []
        """What is written from memory, and where the value is that follows it."""
        for part, value in parts:
            head = f"--{boundary}\r\n{_head(part)}\r\n\r\n{value or ''}".encode()
            size_bytes = part.size_bytes if value is None else 0
            self._pairs.append((head, range(part.start, part.start + size_bytes)))
        self.size_bytes = len(self._end) + sum(len(head) + len(value) + 2 for head, value in self._pairs)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The whole body, `size_bytes` of it. OSError if a value can't be read any more."""
        ahead = b""
        for head, value in self._pairs:
            ahead += head
            for start in value[::PIECE_BYTES]:
                size_bytes = min(PIECE_BYTES, value.stop - start)
                yield ahead + await self._values.read(start, size_bytes)
                ahead = b""
            ahead += b"\r\n"
            if len(ahead) >= PIECE_BYTES:
                yield ahead
                ahead = b""
        yield ahead + self._end


def _head(part: Part) -> str:
    """The headers of a part, as browsers write them."""
    head = f'Content-Disposition: form-data; name="{part.name}"'
    if part.filename is not None:
        head += f'; filename="{_BREAKING.sub(_percent, part.filename)}"'
    return head if part.content_type is None else f"{head}\r\nContent-Type: {part.content_type}"


def _percent(found: re.Match[str]) -> str:
    return f"%{ord(found[0]):02X}"
