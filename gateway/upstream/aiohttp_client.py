"""The request path's client: aiohttp's pool, TLS and C parser, without its request machinery.

A POST through `ClientSession` builds its headers three times, makes a task to write the body and
looks after cookies, redirects and retries. A gateway wants none of these (a redirect is an answer,
a retry may be paid for twice). So this module takes a connection from aiohttp's connector, writes
the request in one piece and lets aiohttp's protocol read the answer. ADR 0002 says what that rests
on; tests/upstream/test_behaviour*.py hold it.
"""

from __future__ import annotations

import errno
from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Collection
from functools import partial
from ssl import SSLContext, create_default_context
from typing import cast

from aiohttp import (
    ClientConnectorDNSError,
    ClientError,
    ClientHttpProxyError,
    ClientOSError,
    ClientSSLError,
    ServerDisconnectedError,
    TCPConnector,
)
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import RawResponseMessage
from aiohttp.streams import StreamReader

from gateway.errors import Broken, NotConnected
from gateway.upstream.aiohttp_alarms import Alarms
from gateway.upstream.aiohttp_answer import WIRE_FAULTS, Exchange
from gateway.upstream.aiohttp_route import Route, Routes, request_bytes
from gateway.upstream.interface import Incoming, Outgoing
from gateway.upstream.reached import Reached

MAX_LINE_BYTES = 8190
MAX_FIELD_BYTES = 16384
MAX_HEADERS = 128


class AiohttpUpstream:
    """A pool of connections on aiohttp. Make it inside the event loop that uses it.

    `tls`: whom to trust; None: the system's authorities. No proxy, cookie or netrc of the environment
    is used. `keepalive_s`: how long an unused connection is kept. `read_buffer_bytes`: an answer that nobody
    reads is held up to twice this, then its socket is paused.

    A provider that closes an idle connection while a request is on its way to it can't be told from
    one that took the request and died, so that too is Broken; its `stale` says that the connection
    had been used before and closed without a byte of an answer.
    """

    def __init__(
        self,
        *,
        tls: SSLContext | None = None,
        keepalive_s: float = 15.0,
        read_buffer_bytes: int = 65536,
    ) -> None:
        self._loop: AbstractEventLoop = get_running_loop()
        self._connector = TCPConnector(
            limit=0, ssl=tls or create_default_context(), keepalive_timeout=keepalive_s, ttl_dns_cache=30
        )
        protocols = cast("partial[ResponseHandler]", partial(_Protocol, loop=self._loop))
        self._connector._factory = protocols  # noqa: SLF001 (see there)
        self._routes = Routes(self._loop, keepalive_s)
        self._alarms = Alarms(self._loop)
        self._read_buffer_bytes = read_buffer_bytes

    async def send(self, outgoing: Outgoing) -> Incoming:
        """See `Upstream.send`. A header with a line break in it is a ValueError."""
        limits = outgoing.limits
        started = self._loop.time()
        connect_s = min(limits.connect_s, limits.total_s)
        route = self._routes.find(outgoing.method, outgoing.url, connect_s, outgoing.via)
        wire = request_bytes(route, outgoing.headers, outgoing.body)
        connection = _kept(route) or await self._open(route)
        protocol, transport = connection.protocol, connection.transport
        if protocol is None or transport is None:
            connection.close()
            raise NotConnected("the connection closed before anything was sent")
        reused = _has_answered(protocol)
        protocol.set_response_params(
            skip_payload=outgoing.method == "HEAD",
            read_until_eof=True,
            auto_decompress=False,
            read_bufsize=self._read_buffer_bytes,
            max_line_size=MAX_LINE_BYTES,
            max_field_size=MAX_FIELD_BYTES,
            max_headers=MAX_HEADERS,
        )
        exchange = Exchange(self._loop, connection, route.idle, self._alarms, limits, started)
        try:
            transport.write(wire)
            if not isinstance(outgoing.body, bytes):
                exchange.upload(outgoing.body)
            message, content = await protocol.read()
            if message.code < 200:
                message, content = await _final_head(message, protocol)
        except WIRE_FAULTS as fault:
            exchange.close()
            raise _no_answer(fault, reused=reused) from None
        except BaseException:  # a limit, a cancel: nobody will read this connection
            exchange.close()
            raise
        exchange.begin(message, content)
        return exchange

    def keep_only(self, reached: Collection[Reached]) -> None:
        """Let go of connections to anywhere else; what is under way there goes on."""
        self._routes.keep_only(reached)

    async def aclose(self) -> None:
        """Closes every connection, in use or not."""
        self._routes.close()
        self._alarms.close()
        await self._connector.close()

    async def _open(self, route: Route) -> Connection:
        try:
            connection = await self._connector.connect(route.address, traces=[], timeout=route.timeout)
        except TimeoutError:
            raise NotConnected("no connection to the provider within the connect time limit") from None
        except (ClientError, OSError, UnicodeError) as fault:
            raise NotConnected(f"no connection to the provider: {_why(fault)}") from None
        if not _is_clean(connection):  # the next new one would be the same: no loop
            connection.close()
            raise NotConnected("a new connection closed or carried bytes before anything was sent")
        return connection


class _Protocol(ResponseHandler):
    """aiohttp's, which resumes reading with each piece and each end of an answer, paused or not."""

    def resume_reading(self, resume_parser: bool = True) -> None:
        if self._reading_paused or self._buffer_paused:
            super().resume_reading(resume_parser)


def _kept(route: Route) -> Connection | None:
    """A connection that was used before, and on which nothing has arrived since."""
    while (connection := route.idle.take()) is not None:
        if _is_clean(connection):
            return connection
        connection.close()
    return None


def _is_clean(connection: Connection) -> bool:
    """Whether nothing has arrived on it that nobody asked for.

    The pool only looks whether a connection is open. Bytes that came while it was unused would
    be read as the answer to the next request: somebody else's answer.
    """
    protocol = connection.protocol
    return protocol is None or not protocol.should_close


def _has_answered(protocol: ResponseHandler) -> bool:
    """Whether this connection was used before: it holds its last answer's body."""
    return protocol._payload is not None  # noqa: SLF001 (nothing public tells it)


async def _final_head(
    interim: RawResponseMessage, protocol: ResponseHandler
) -> tuple[RawResponseMessage, StreamReader]:
    """The answer's headers; the interim ones (100 to 199) are passed over."""
    while interim.code != 101:
        message, content = await protocol.read()
        if message.code >= 200:
            return message, content
        interim = message
    raise Broken("the provider switched protocols without being asked")


def _no_answer(fault: BaseException, *, reused: bool) -> Broken:
    if isinstance(fault, ServerDisconnectedError | ClientOSError | ConnectionError):
        partial = getattr(fault, "message", None)
        stale = reused and not isinstance(partial, RawResponseMessage)
        return Broken("the provider closed the connection without an answer", stale=stale, underway=not stale)
    return Broken("the provider's answer is not valid HTTP", underway=True)


def _why(fault: BaseException) -> str:
    """One word or two, without the address that aiohttp's own text names."""
    if isinstance(fault, ClientConnectorDNSError | UnicodeError):
        return "unknown name"
    if isinstance(fault, ClientSSLError):
        return "TLS failure"
    if isinstance(fault, ClientHttpProxyError):
        return f"its proxy answered {fault.status}"
    code = fault.errno if isinstance(fault, OSError) else None
    return errno.errorcode.get(code, "network error") if code else "network error"
