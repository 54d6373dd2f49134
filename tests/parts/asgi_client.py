"""The other side of an ASGI application: what a server would hand it, driven by the test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from gateway.presence import Message


class AsgiClient:
    """`body` is what the client sends, piece by piece; then it stays until it `leave`s.

    `takes` is called before each message is taken; it may wait (a slow reader) or leave.
    """

    def __init__(
        self,
        *body: bytes,
        path: str = "/v1/chat/completions",
        method: str = "POST",
        headers: Sequence[tuple[bytes, bytes]] = (),
        takes: Callable[[Message], Any] | None = None,
    ) -> None:
        pieces = body or (b"",)
        self._pieces = [
            {"type": "http.request", "body": piece, "more_body": number < len(pieces) - 1}
            for number, piece in enumerate(pieces)
        ]
        self._takes = takes
        self._left = asyncio.Event()
        self.receives = 0
        self.sent: list[Message] = []
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.partition("?")[0].encode(),
            "query_string": path.partition("?")[2].encode(),
            "headers": list(headers),
            "client": ("198.51.100.7", 4711),
        }

    def leave(self) -> None:
        self._left.set()

    async def receive(self) -> Message:
        self.receives += 1
        if self._pieces:
            return self._pieces.pop(0)
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self._takes is not None:
            waiting = self._takes(message)
            if waiting is not None:
                await waiting
        self.sent.append(message)

    @property
    def status(self) -> int | None:
        return self.sent[0]["status"] if self.sent else None

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])

    @property
    def ended(self) -> bool:
        """The last piece was sent."""
        return bool(self.sent) and self.sent[-1].get("more_body", True) is False
