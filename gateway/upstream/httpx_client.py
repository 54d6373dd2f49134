"""The second client, on httpx's transport: control-plane calls, and proof that the interface is one.

httpx's own `Client` adds headers, cookies and redirects, so only its transport is used. Its pool
loses a place each time that a request is cancelled before it has its connection; so the pool has no
limit of places, and is retired for a new one after RETIRE_AFTER requests that failed or were cancelled.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop, Task, get_running_loop
from collections.abc import AsyncIterator, Collection, Coroutine, Mapping
from ssl import SSLContext, create_default_context
from typing import Any, Final

import httpx

from gateway.errors import Broken, TimedOut, UpstreamFault
from gateway.policy.via import Via
from gateway.upstream.httpx_request import fault_before_answer, proxy_of, request_of
from gateway.upstream.interface import Incoming, Outgoing, TimeLimits
from gateway.upstream.reached import Reached

RETIRE_AFTER: Final = 100
MAX_HEADERS: Final = 128


class _Pool:
    """One transport and how many requests are in it. `tls`: whom to trust where `via` does not say."""

    def __init__(self, tls: SSLContext, via: Via | None) -> None:
        if via is not None and via.authorities is not None:
            tls = create_default_context(cadata=via.authorities)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=15.0)
        proxy = proxy_of(via, tls)
        self.transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=limits, proxy=proxy)
        self.in_use = 0
        self.failed = 0


class HttpxUpstream:
    """A pool of connections on httpx. Make it inside the event loop that uses it.

    `tls`: whom to trust; None: the system's authorities. Nothing of the environment is used.
    One piece of `next_chunk` is at most one chunk of HTTP; `Broken.stale` is never set.
    """

    def __init__(self, *, tls: SSLContext | None = None) -> None:
        self._tls = tls or create_default_context()
        self._pools: dict[Via | None, _Pool] = {}
        self._closing: set[Task[None]] = set()

    async def send(self, outgoing: Outgoing) -> Incoming:
        limits = outgoing.limits
        total_at = get_running_loop().time() + limits.total_s
        waits = {
            "connect": min(limits.connect_s, limits.total_s),
            "read": limits.first_byte_s,
            "write": None if isinstance(outgoing.body, bytes) else limits.idle_s,
            "pool": None,
        }
        body = outgoing.body if isinstance(outgoing.body, bytes) else outgoing.body.pieces()
        request = request_of(outgoing, body, waits)
        pool = self._current_pool(outgoing.via)
        pool.in_use += 1
        try:
            async with asyncio.timeout_at(total_at):
                response = await pool.transport.handle_async_request(request)
        except BaseException as fault:
            pool.failed += 1
            self.leave(pool, None)
            if isinstance(fault, Exception):
                raise fault_before_answer(fault) from None
            raise
        finally:
            if not isinstance(body, bytes):  # httpx leaves it where it stopped
                await body.aclose()
        answer = _Answer(self, pool, response, limits, total_at)
        waits["read"] = limits.idle_s  # httpcore looks again when it begins to read the body
        if response.status_code < 200 or len(response.headers.raw) > MAX_HEADERS:
            answer.close()
            raise Broken("the provider's answer is not valid HTTP", underway=True)
        return answer

    def keep_only(self, reached: Collection[Reached]) -> None:
        """Let go of pools that nobody is reached through any more; what is under way in them goes on. Unused
        connections to other addresses close by themselves."""
        wanted = {via for _, via in reached}
        for via in self._pools.keys() - wanted:
            pool = self._pools.pop(via)
            if not pool.in_use:
                self._start(pool.transport.aclose())

    async def aclose(self) -> None:
        """Closes every connection, in use or not."""
        while self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)
        for pool in self._pools.values():
            await pool.transport.aclose()

    def leave(self, pool: _Pool, response: httpx.Response | None) -> Task[None]:
        """A request is over. Closing awaits in httpx; it is finished by us, whatever becomes of the
        caller."""
        return self._start(self._finish(pool, response))

    async def _finish(self, pool: _Pool, response: httpx.Response | None) -> None:
        try:
            if response is not None:
                await response.aclose()
        finally:
            pool.in_use -= 1
            if pool not in self._pools.values() and not pool.in_use:
                await pool.transport.aclose()

    def _current_pool(self, via: Via | None) -> _Pool:
        pool = self._pools.get(via)
        if pool is None or pool.failed >= RETIRE_AFTER:
            retired, pool = pool, _Pool(self._tls, via)
            self._pools[via] = pool
            if retired is not None and not retired.in_use:
                self._start(retired.transport.aclose())
        return pool

    def _start(self, closing: Coroutine[Any, Any, None]) -> Task[None]:
        task = get_running_loop().create_task(closing)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        return task


class _Answer:
    """`Incoming` over an httpx response."""

    def __init__(
        self, owner: HttpxUpstream, pool: _Pool, response: httpx.Response, limits: TimeLimits, total_at: float
    ) -> None:
        self._owner = owner
        self._pool = pool
        self._response = response
        self._pieces: AsyncIterator[bytes] = response.aiter_raw()
        self._reading: asyncio.Timeout | None = None
        self._fault: UpstreamFault | None = None
        self._whole = False
        self._left = False
        loop: AbstractEventLoop = get_running_loop()
        self._timer = loop.call_at(total_at, lambda: self._fail(TimedOut("total")))

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    async def read(self, cap_bytes: int) -> bytes:
        body = bytearray()
        while chunk := await self.next_chunk():
            body += chunk
            if len(body) > cap_bytes:
                fault = Broken("the provider's answer is larger than the gateway reads", underway=True)
                self._fail(fault)
                raise fault
        return bytes(body)

    async def next_chunk(self) -> bytes:
        if self._fault is not None:
            raise self._fault
        if self._whole:
            return b""
        try:
            async with asyncio.timeout(None) as self._reading:
                chunk = await anext(self._pieces, b"")
        except TimeoutError:  # _fail woke us: its fault stands
            raise self._failed(Broken("the answer was closed")) from None
        except httpx.ReadTimeout:
            raise self._failed(TimedOut("idle")) from None
        except (httpx.TransportError, httpx.StreamError):
            raise self._failed(Broken("the provider's answer broke off", underway=True)) from None
        except BaseException:
            self._failed(Broken("reading the answer was cancelled"))
            raise
        self._reading = None
        if self._failing():  # it failed while these bytes came
            self._leave()
            return chunk
        if not chunk:
            self._whole = True
            closing = self._leave()
            if closing is not None:
                await asyncio.shield(closing)
        return chunk

    def close(self) -> None:
        if not self._left:
            self._fail(Broken("the answer was closed"))

    def _failing(self) -> bool:
        return self._fault is not None

    def _failed(self, fault: UpstreamFault) -> UpstreamFault:
        self._reading = None
        self._fail(fault)
        return self._fault or fault

    def _fail(self, fault: UpstreamFault) -> None:
        if self._fault is None:
            self._fault = fault
        if self._reading is None:
            self._leave()
        else:
            self._reading.reschedule(0)  # the reader wakes at once, and leaves

    def _leave(self) -> Task[None] | None:
        if self._left:
            return None
        self._left = True
        self._timer.cancel()
        return self._owner.leave(self._pool, self._response)
