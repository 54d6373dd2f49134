"""What the two bare proxies share: a raw ASGI callable around one forwarding function."""

from __future__ import annotations

import argparse
from abc import ABC, abstractmethod
from collections.abc import Iterable

import uvicorn
from starlette.types import Receive, Scope, Send

_REQUEST_HEADERS = frozenset({b"authorization", b"content-type", b"accept"})
_ANSWER_HEADERS = frozenset({b"content-type", b"content-length", b"cache-control"})


class BareProxy(ABC):
    """Forwards requests to one upstream and parses nothing.

    It does not notice a caller who leaves before the answer: the gateway does.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.forward(scope, await _body(receive), send)
        elif scope["type"] == "lifespan":
            await receive()
            await self.open()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.close()
            await send({"type": "lifespan.shutdown.complete"})

    @abstractmethod
    async def open(self) -> None:
        """Make the client, inside the running loop."""

    @abstractmethod
    async def close(self) -> None:
        """Close the client and its connections."""

    @abstractmethod
    async def forward(self, scope: Scope, body: bytes, send: Send) -> None:
        """Send one request on and its answer back."""


def request_headers(scope: Scope) -> dict[str, str]:
    return {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in scope["headers"]
        if name in _REQUEST_HEADERS
    }


def answer_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(low, value) for name, value in headers if (low := name.lower()) in _ANSWER_HEADERS]


def is_stream(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/event-stream") for name, value in headers)


async def start(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def write(send: Send, data: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": more})


async def _body(receive: Receive) -> bytes:
    message = await receive()
    if not message.get("more_body"):
        return bytes(message.get("body", b""))
    parts = [message["body"]]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


def serve(proxy: type[BareProxy]) -> None:
    """Run one worker on uvloop and httptools, with nothing that costs and isn't needed."""
    parser = argparse.ArgumentParser(description=proxy.__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", required=True, help="such as http://127.0.0.1:9000")
    asked = parser.parse_args()
    uvicorn.run(
        proxy(asked.upstream),
        host="127.0.0.1",
        port=asked.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_level="warning",
    )
