"""More connections than there may be: health answers, all others are told in words, and it passes."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from tests.journeys.voices import VOICES, journey_policy
from tests.parts.gateway_inside import GatewayInside

MOST = 3


async def test_a_crowd_is_turned_away_while_health_answers_and_is_let_in_when_it_is_over(tmp_path: Path):
    policy = journey_policy("http://127.0.0.1:9", "http://127.0.0.1:9")
    async with GatewayInside(tmp_path, policy, max_connections=MOST) as gateway:

        async def get(path: str) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            writer.write(b"GET %b HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n" % path.encode())
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer.partition(b"\r\n")[0]

        async with AsyncExitStack() as crowd:
            for _ in range(MOST):
                await crowd.enter_async_context(gateway.client())
            while len(gateway.connections) < MOST:
                await asyncio.sleep(0)
            for voice in VOICES:
                async with gateway.client() as late:
                    await late.call(voice.where("plain", stream=False), voice.request("plain", stream=False))
                    assert (late.status, late.headers["retry-after"]) == (503, "1")
                    assert late.headers["connection"] == "close"
                    assert voice.is_problem(bytes(late.body))
            assert await get("/livez") == b"HTTP/1.1 200 OK"
            assert await get("/readyz") == b"HTTP/1.1 200 OK"
        while gateway.connections:
            await asyncio.sleep(0)
        assert await get("/v1/models") == b"HTTP/1.1 401 Unauthorized"
    assert gateway.entries == [], "who was turned away leaves no record"
