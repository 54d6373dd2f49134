"""The admin side's own port: a second server in the same loop, with connections of its own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.server import Server, admin_config, config
from gateway.settings import Settings
from tests.test_server import Served, request


@dataclass
class Both:
    """Calls on one port, administration on another."""

    calls: Served = field(default_factory=Served)
    admin: Served = field(default_factory=Served)


def servers(both: Both, **settings: Any) -> Server:
    made = Settings(port=0, **settings)
    admin = admin_config(made, both.admin.app, both.admin.turn_away)
    assert admin is not None

    def listens(to: Served) -> Any:
        return lambda host, port: setattr(to, "port", port)

    main = config(made, both.calls.app, both.calls.turn_away)
    server = Server(main, listens(both.calls), Server(admin, listens(both.admin)))
    main.load()
    server.lifespan = main.lifespan_class(main)
    return server


@asynccontextmanager
async def served(**settings: Any) -> AsyncIterator[Both]:
    both = Both()
    server = servers(both, admin_port=0, **settings)
    await server.startup()
    await server.on_tick(0)
    try:
        yield both
    finally:
        await server.shutdown()


async def test_each_port_has_its_application():
    async with served() as both:
        assert both.calls.port != both.admin.port
        for one in (both.calls, both.admin):
            assert (await one.says(request(b"connection: close"))).startswith(b"HTTP/1.1 200 ")
        assert [len(both.calls.scopes), len(both.admin.scopes)] == [1, 1]


async def test_callers_do_not_crowd_out_administrators():
    async with AsyncExitStack() as stack:
        both = await stack.enter_async_context(served(max_connections=1))
        await stack.enter_async_context(both.calls.connected())
        assert (await both.calls.says(request(b"connection: close"))).startswith(b"HTTP/1.1 503 ")
        assert (await both.admin.says(request(b"connection: close"))).startswith(b"HTTP/1.1 200 ")


async def test_administrators_are_counted_too():
    async with AsyncExitStack() as stack:
        both = await stack.enter_async_context(served(max_connections=1))
        await stack.enter_async_context(both.admin.connected())
        assert (await both.admin.says(request(b"connection: close"))).startswith(b"HTTP/1.1 503 ")


async def test_an_answer_of_the_admin_side_says_its_time():
    async with served() as both:
        assert b"\r\ndate: " in await both.admin.says(request(b"connection: close"))


async def test_both_ports_are_closed_at_the_end():
    async with served() as both:
        pass
    for one in (both.calls, both.admin):
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", one.port)


async def test_without_its_port_nothing_begins():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        both = Both()
        server = servers(both, admin_port=taken.getsockname()[1])
        with pytest.raises(SystemExit):
            await server.startup()
    assert (both.calls.port, server.started) == (0, False)


async def test_where_calls_can_not_be_taken_the_admin_side_ends_too():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        both = Both()
        server = servers(both, admin_port=0)
        server.config.port = taken.getsockname()[1]
        with pytest.raises(SystemExit):
            await server.startup()
    assert both.admin.port
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", both.admin.port)


def test_without_a_setting_there_is_none():
    assert admin_config(Settings(), None, None) is None


def test_it_listens_where_calls_are_taken_unless_it_is_told_where():
    made = [
        admin_config(Settings(host="127.0.0.2", admin_port=1, admin_host=host), None, None)
        for host in (None, "127.0.0.3")
    ]
    assert [one.host for one in made if one is not None] == ["127.0.0.2", "127.0.0.3"]
