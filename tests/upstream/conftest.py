"""Each behaviour test runs on both clients and both event loops: uvloop serves, asyncio is what a
client may come with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
import pytest_asyncio
import uvloop

from gateway.upstream.aiohttp_client import AiohttpUpstream
from gateway.upstream.httpx_client import HttpxUpstream
from gateway.upstream.interface import Upstream


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if item.path.name.startswith("test_behaviour"):
        return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
    return {"asyncio": asyncio.new_event_loop}


@pytest_asyncio.fixture(params=[AiohttpUpstream, HttpxUpstream])
async def upstream(request: pytest.FixtureRequest) -> AsyncIterator[Upstream]:
    made: Upstream = request.param()
    yield made
    await made.aclose()
