"""A provider that streams, as a process of its own: `python -m tests.faults.provider SHORTEST_S LONGEST_S`.

Says its port in the first line of its output, and when its standard input closes how many streams it began and how
many it ended. Each tells the same usage at its end.
"""

from __future__ import annotations

import asyncio
import random
import sys
from typing import cast

import msgspec
import uvloop

INPUT_TOKENS, OUTPUT_TOKENS = 20, 500
_PIECES = 4


class Streamed(msgspec.Struct):
    begun: int = 0
    ended: int = 0


def _chunk(delta: str, *, last: str = "null", usage: str = "null") -> bytes:
    event = (
        f'data: {{"id":"c","object":"chat.completion.chunk","created":1,"model":"m",'
        f'"choices":[{{"index":0,"delta":{delta},"finish_reason":{last}}}],"usage":{usage}}}\n\n'
    )
    return _framed(event.encode())


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_FIRST = _HEAD + _chunk('{"role":"assistant","content":""}')
_PIECE = _chunk('{"content":"some words of an answer"}')
_USAGE = (
    f'{{"prompt_tokens":{INPUT_TOKENS},"completion_tokens":{OUTPUT_TOKENS},'
    f'"total_tokens":{INPUT_TOKENS + OUTPUT_TOKENS}}}'
)
_LAST = _chunk("{}", last='"stop"', usage=_USAGE) + _framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"


class Connection(asyncio.Protocol):
    def __init__(self, streamed: Streamed, shortest_s: float, longest_s: float) -> None:
        self._streamed = streamed
        self._between = shortest_s / _PIECES, longest_s / _PIECES
        self._unread = b""
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """One request at a time."""
        self._unread += data
        head, found, body = self._unread.partition(b"\r\n\r\n")
        if found and len(body) >= int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]):
            self._unread = b""
            self._streamed.begun += 1
            self._write(_FIRST)
            self._later(_PIECES)

    def _later(self, left: int) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(random.uniform(*self._between), self._go_on, left)

    def _go_on(self, left: int) -> None:
        if left:
            self._write(_PIECE)
            self._later(left - 1)
        else:
            self._streamed.ended += 1
            self._write(_LAST)

    def _write(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)


async def main(shortest_s: float, longest_s: float) -> None:
    loop, over, streamed = asyncio.get_running_loop(), asyncio.Event(), Streamed()
    loop.add_reader(sys.stdin, over.set)
    server = await loop.create_server(
        lambda: Connection(streamed, shortest_s, longest_s), "127.0.0.1", backlog=4096
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await over.wait()
    print(msgspec.json.encode(streamed).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(main(float(sys.argv[1]), float(sys.argv[2])))
