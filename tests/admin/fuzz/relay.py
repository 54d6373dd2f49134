"""Stands between a client and a gateway that trusts it: each request seems to come from another address, so that
one's failed sign-ins are not another's. What the client sends is passed on byte by byte."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count


class Relay:
    """Each connection takes one request: the gateway is told to close it after its answer."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = count()
        self.connections = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(OSError, asyncio.IncompleteReadError):
            line = await reader.readuntil(b"\n")
            there, back = await asyncio.open_connection("127.0.0.1", self._port)
            number = next(self._numbers)
            address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            back.write(line + f"x-forwarded-for: {address}\r\nconnection: close\r\n".encode())
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
            writer.close()


@contextmanager
def relay(port: int) -> Iterator[tuple[Relay, int]]:
    """A relay to the port, in a thread of its own, and the port it listens on."""
    made, ports = Relay(port), []
    loop, ready = asyncio.new_event_loop(), threading.Event()

    async def listen() -> asyncio.Server:
        server = await asyncio.start_server(made.take, "127.0.0.1", 0, limit=2**20)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()
        return server

    def run() -> None:
        server = loop.run_until_complete(listen())
        loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait()
    try:
        yield made, ports[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
