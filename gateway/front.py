"""The ASGI application: calls go to the pipeline, health and administration to Starlette; all else is denied."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.call import Call, Timing
from gateway.catalogue import serve_models
from gateway.dialects.interface import Dialect, Family
from gateway.dialects.registry import WrongMethod, family_of, route
from gateway.errors import Kind, Problem
from gateway.network import caller_address, coarse
from gateway.pipeline import serve
from gateway.reply import plain_problem
from gateway.runtime import Runtime
from gateway.wire import Exchange

_HEALTH: Final = frozenset({"/livez", "/readyz"})
_ADMIN: Final = "/admin/"
_MAX_REQUEST_ID: Final = 128


class Front:
    """Takes requests once it has been opened with a runtime."""

    def __init__(self, build_operations: Callable[[], ASGIApp]) -> None:
        self._build_operations = build_operations
        self._operations: ASGIApp | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.runtime: Runtime | None = None
        self._here: ASGIApp | None = None
        self._apart: ASGIApp | None = None

    def administer(self, here: ASGIApp | None, apart: ASGIApp | None) -> None:
        """What answers for the admin side: `here`, on the port of calls, and `apart`, on a port of its own."""
        self._here, self._apart = here, apart

    def open(self, runtime: Runtime, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """From now on calls are taken. `loop` saves each of them from asking for it."""
        self.runtime = runtime
        self._loop = loop

    def close(self) -> None:
        self.runtime = None
        self.administer(None, None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        runtime = self.runtime
        if scope["type"] != "http" or runtime is None or scope["path"] in _HEALTH:
            await self._operate(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send, self._loop, stall_s=runtime.bounds.write_stall_s)
        path = scope["raw_path"].decode("ascii", "replace")
        found = route(scope["method"], path, exchange.text, scope["query_string"])
        if found is None and self._here is not None and path.startswith(_ADMIN):
            await self._here(scope, receive, send)
        elif found is None:
            problem = Problem(Kind.NOT_FOUND, "there is no such path here", code="unknown_path")
            await self._deny(exchange, family_of(path, exchange.text), problem, runtime)
        elif isinstance(found, WrongMethod):
            message = f"this path takes {found.allow}"
            await self._deny(exchange, found.family, Problem(Kind.METHOD_NOT_ALLOWED, message), runtime)
        else:
            if found.keys:
                _take_keys(scope, exchange, found.keys)
            if found.dialect is None:
                await serve_models(found, exchange, runtime)
            else:
                await serve(open_call(exchange, found.dialect, found.family, runtime), exchange, runtime)

    async def aside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application of the admin side's own port."""
        if scope["type"] != "http" or self._apart is None or scope["path"] in _HEALTH:
            await self._operate(scope, receive, send)
        else:
            await self._apart(scope, receive, send)

    async def turn_away(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application for connections beyond the most there may be: health as ever, else a 503."""
        runtime = self.runtime
        if scope["type"] != "http" or runtime is None or scope["path"] in _HEALTH:
            await self._operate(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send, self._loop, stall_s=runtime.bounds.write_stall_s)
        path = scope["raw_path"].decode("ascii", "replace")
        problem = Problem(
            Kind.UNAVAILABLE,
            "too many connections are open; try again",
            code="too_many_connections",
            retry_after_s=1,
            should_retry=True,
        )
        await self._deny(exchange, family_of(path, exchange.text), problem, runtime)

    async def _operate(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._operations is None:
            self._operations = self._build_operations()
        await self._operations(scope, receive, send)

    async def _deny(self, exchange: Exchange, family: Family, problem: Problem, runtime: Runtime) -> None:
        request_id = runtime.chance.call_id(runtime.clock.now_ms())
        await plain_problem(exchange, family, request_id, problem)


def open_call(exchange: Exchange, dialect: Dialect, family: Family, runtime: Runtime) -> Call:
    """A call at the door: its id, its time, and the policy it keeps to its end."""
    at_ms = runtime.clock.now_ms()
    named = exchange.headers
    given, forwarded = named.get(b"x-request-id"), named.get(b"x-forwarded-for")
    address = caller_address(
        exchange.scope.get("client"),
        None if forwarded is None else forwarded.decode("latin-1"),
        runtime.trusted_proxies,
    )
    return Call(
        id=runtime.chance.call_id(at_ms),
        request_id=None if given is None else _printable(given.decode("latin-1")),
        at_ms=at_ms,
        timing=Timing(started=runtime.clock.monotonic()),
        dialect=dialect,
        family=family,
        policy=runtime.policies.current,
        network=None if address is None else coarse(address),
        headers=exchange.raw_headers,
        named=named,
        address=address,
        stop=exchange.stop,
    )


def _take_keys(scope: Scope, exchange: Exchange, keys: tuple[str, ...]) -> None:
    """A key in the query is judged as the header it stands for. The query is dropped: no log shows it."""
    scope["query_string"] = b""
    exchange.raw_headers = [*exchange.raw_headers, *((b"x-goog-api-key", key.encode()) for key in keys)]


def _printable(text: str) -> str:
    return "".join(c for c in text if " " <= c <= "~")[:_MAX_REQUEST_ID]
