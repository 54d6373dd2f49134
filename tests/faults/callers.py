"""Callers of several gateways, as a process of their own:
`python -m tests.faults.callers KEY MODEL AT-ONCE SHORTEST-PAUSE LONGEST-PAUSE PORT…`.

Each gateway has so many callers, each with one stream at a time on a connection of its own. Who is refused comes back
after a while. Prints what has become of the calls, ten times a second, until the standard input closes and all have ended.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from typing import cast

import msgspec
import uvloop

_END = b"0\r\n\r\n"
_STATUS, _TAIL = 12, 600


class Told(msgspec.Struct):
    """How many answers there were by now: by status, `whole` streams and those that were `cut`, and `lost` connections."""

    counts: dict[str, int]
    running: int


class Caller(asyncio.Protocol):
    def __init__(self, crowd: Crowd, port: int) -> None:
        self._crowd = crowd
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._seen = b""
        self._asking = False
        asyncio.get_running_loop().call_later(random.random() * crowd.pause_s[0], self._ask)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._transport.write(self._crowd.request)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._asking:
            self._ended("cut" if self._seen else "lost")

    def data_received(self, data: bytes) -> None:
        """Of what comes only the first line and the end are kept."""
        if not self._asking:
            return  # the body of a refusal
        self._seen = (self._seen[:_STATUS] or data[:_STATUS]) + (self._seen[_STATUS:] + data)[-_TAIL:]
        status = self._seen[9:_STATUS]
        if status != b"200":
            self._ended(status.decode())
        elif data.endswith(_END):
            self._ended("whole" if b"[DONE]" in self._seen else "broken")

    def _ask(self) -> None:
        if self._crowd.over:
            return
        self._asking, self._seen = True, b""
        self._crowd.running += 1
        if self._transport is None:
            self._crowd.connect(self, self._port)
        else:
            self._transport.write(self._crowd.request)

    def not_connected(self) -> None:
        self._ended("lost")

    def _ended(self, how: str) -> None:
        self._asking = False
        self._crowd.running -= 1
        self._crowd.counts[how] += 1
        pause_s = 0.0 if how == "whole" else random.uniform(*self._crowd.pause_s)
        asyncio.get_running_loop().call_later(pause_s, self._ask)


class Crowd:
    def __init__(self, key: str, model: str, pause_s: tuple[float, float]) -> None:
        body = msgspec.json.encode(
            {
                "model": model,
                "stream": True,
                "stream_options": {"include_usage": True},
                "messages": [{"role": "user", "content": "hello"}],
            }
        )
        self.request = (
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer %b\r\n"
            b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
            % (key.encode(), len(body), body)
        )
        self.pause_s = pause_s
        self.counts: Counter[str] = Counter()
        self.running = 0
        self.over = False
        self._connecting: set[asyncio.Task[None]] = set()

    def connect(self, caller: Caller, port: int) -> None:
        async def go() -> None:
            try:
                await asyncio.get_running_loop().create_connection(lambda: caller, "127.0.0.1", port)
            except OSError:
                caller.not_connected()

        task = asyncio.get_running_loop().create_task(go())
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)


async def main(key: str, model: str, at_once: int, pause_s: tuple[float, float], ports: list[int]) -> None:
    crowd = Crowd(key, model, pause_s)

    def end() -> None:
        crowd.over = True
        asyncio.get_running_loop().remove_reader(sys.stdin)

    asyncio.get_running_loop().add_reader(sys.stdin, end)
    callers = [Caller(crowd, port) for port in ports for _ in range(at_once)]
    while not crowd.over or crowd.running:
        print(msgspec.json.encode(Told(dict(crowd.counts), crowd.running)).decode(), flush=True)
        await asyncio.sleep(0.1)
    print(msgspec.json.encode(Told(dict(crowd.counts), 0)).decode(), flush=True)
    assert callers


if __name__ == "__main__":
    uvloop.run(
        main(
            sys.argv[1],
            sys.argv[2],
            int(sys.argv[3]),
            (float(sys.argv[4]), float(sys.argv[5])),
            [int(port) for port in sys.argv[6:]],
        )
    )
