from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.parts import provider_answers as say
from tests.parts.exchange import Exchange
from tests.parts.scripted_provider import ScriptedProvider


@pytest.fixture
async def provider():
    async with ScriptedProvider() as provider:
        yield provider


@pytest.fixture
async def client():
    async with httpx.AsyncClient() as client:
        yield client


async def test_a_request_is_recorded_as_it_came(provider, client):
    provider.script = lambda exchange: exchange.answer({})
    await client.post(provider.url + "/v1/x?y=1", content=b'{"a": 1}', headers={"X-Test": "yes"})
    [exchange] = provider.exchanges
    assert exchange.request.target == "/v1/x?y=1"
    assert exchange.request.headers["x-test"] == "yes"
    assert exchange.request.json() == {"a": 1}


async def test_a_chunk_arrives_before_the_next_is_sent(provider, client):
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(client.send(client.build_request("POST", provider.url), stream=True))
        exchange = await provider.next_exchange()
        exchange.start()
        answer = await sending
        chunks = answer.aiter_raw()
        await exchange.send(b"one")
        assert await anext(chunks) == b"one"
        await exchange.send(b"two")
        assert await anext(chunks) == b"two"
        exchange.end()
        assert [chunk async for chunk in chunks] == []


async def test_an_error_has_its_status_and_body(provider, client):
    provider.script = lambda exchange: exchange.answer(say.chat_error("no"), status=503)
    answer = await client.post(provider.url)
    assert (answer.status_code, answer.json()) == (503, say.chat_error("no"))


async def test_a_connection_serves_one_request_after_the_other(provider, client):
    provider.script = lambda exchange: exchange.stream(say.chat_chunk("a"), say.CHAT_DONE)
    bodies = [(await client.post(provider.url)).content for _ in range(3)]
    assert bodies == [say.chat_chunk("a") + say.CHAT_DONE] * 3


async def test_it_notices_a_caller_that_leaves_before_the_headers(provider, client):
    calling = asyncio.ensure_future(client.post(provider.url))
    exchange = await provider.next_exchange()
    calling.cancel()
    await exchange.peer_gone()


async def test_it_notices_a_caller_that_leaves_mid_stream(provider, client):
    async def begin(exchange: Exchange) -> None:
        exchange.start()
        await exchange.send(b"one")

    provider.script = begin
    async with client.stream("POST", provider.url) as answer:
        assert await anext(answer.aiter_raw()) == b"one"
    await provider.exchanges[0].peer_gone()


async def test_a_drop_mid_stream_breaks_the_answer(provider, client):
    async def break_off(exchange: Exchange) -> None:
        exchange.start()
        await exchange.send(b"one")
        exchange.drop()

    provider.script = break_off
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post(provider.url)


async def test_a_drop_of_its_own_is_not_taken_for_the_callers(provider, client):
    calling = asyncio.ensure_future(client.post(provider.url))
    exchange = await provider.next_exchange()
    exchange.drop()
    with pytest.raises(httpx.TransportError):
        await calling
    assert not exchange.closed_by_peer.is_set()


async def test_sending_waits_for_a_caller_that_does_not_read(provider, client):
    async def flood(exchange: Exchange) -> None:
        exchange.start()
        while True:
            await exchange.send(b"x" * 1_000_000)

    provider.script = flood
    async with client.stream("POST", provider.url) as answer:
        await anext(answer.aiter_raw())
        [exchange] = provider.exchanges
        while exchange._connection.may_write.is_set():
            await asyncio.sleep(0)
        assert exchange.sent_bytes < 100_000_000


async def test_a_script_that_fails_fails_the_test(client):
    async def fail(exchange: Exchange) -> None:
        raise ValueError("wrong request")

    with pytest.raises(ExceptionGroup, match="a script failed"):
        async with ScriptedProvider(fail) as provider:
            with pytest.raises(httpx.TransportError):
                await client.post(provider.url)
