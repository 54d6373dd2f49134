"""Streams are incremental, many run at once, and memory does not grow where nobody reads.

The provider is driven by the test, event by event, so "before" is known and not timed.
"""

from __future__ import annotations

import asyncio

from tests.conformance.scripted import CHAT, Stream, streaming
from tests.parts import provider_answers as say
from tests.parts.exchange import Exchange

MANY = 200


async def test_the_first_chunk_arrives_before_the_provider_has_sent_its_second(client, provider, api):
    async with streaming(client, provider, api) as (stream, exchange):
        assert exchange.sent_bytes == len(api.first)
        assert stream.seen == api.first
        await exchange.send(api.second)
        await stream.until(api.second)
        await exchange.send(api.end)
        exchange.end()
        assert await stream.rest() == api.first + api.second + api.end


async def test_a_streamed_call_is_recorded_as_complete_with_its_usage(
    client, scripted_gateway, provider, api
):
    async with streaming(client, provider, api) as (stream, exchange):
        await exchange.send(api.second + (say.chat_usage_chunk() if api is CHAT else b"") + api.end)
        exchange.end()
        await stream.rest()
    record = scripted_gateway.record_of(stream.id)
    assert record["ending"] == "complete"
    assert record["asked"]["stream"] is True


async def test_many_slow_streams_run_side_by_side(client, provider, api):
    async def listen() -> bytes:
        request = client.build_request("POST", api.path, json={**api.body, "stream": True})
        answer = await client.send(request, stream=True)
        return await Stream(answer).rest()

    async with asyncio.TaskGroup() as tasks:
        listening = [tasks.create_task(listen()) for _ in range(MANY)]
        exchanges = [await provider.next_exchange() for _ in range(MANY)]
        for exchange in exchanges:
            exchange.start()
        for piece in (api.first, api.second, api.end):
            for exchange in exchanges:
                await exchange.send(piece)
        for exchange in exchanges:
            exchange.end()
    assert [task.result() for task in listening] == [api.first + api.second + api.end] * MANY


async def test_a_caller_that_does_not_read_stops_the_provider_instead_of_filling_memory(
    client, scripted_gateway, provider, api
):
    piece = api.text("x" * 60_000)
    async with streaming(client, provider, api) as (_, exchange):
        before = scripted_gateway.resident_bytes
        flooding = asyncio.ensure_future(_flood(exchange, piece))
        stalled_at = await exchange.stalled()
        grown = scripted_gateway.resident_bytes - before
    await exchange.peer_gone()
    flooding.cancel()
    print(f"\n{api.path}: provider stopped after {stalled_at:,} bytes, the gateway grew by {grown:,}")
    assert stalled_at < 64 * 1024 * 1024
    assert grown < 16 * 1024 * 1024


async def _flood(exchange: Exchange, piece: bytes) -> None:
    while True:
        await exchange.send(piece)


async def test_a_provider_that_breaks_off_ends_the_stream_with_an_error_event(
    client, scripted_gateway, provider, api
):
    async with streaming(client, provider, api) as (stream, exchange):
        exchange.drop()
        seen = await stream.rest()
    assert seen.startswith(api.first)
    assert b'"error"' in seen[len(api.first) :]
    record = scripted_gateway.record_of(stream.id)
    assert record["ending"] == "upstream_error_midstream"
    assert record["usage"]["output_tokens"] >= 1


# -------------------------------------------------------------------- what the provider is told


async def test_the_provider_gets_its_own_credential_and_the_targets_model(client, visitor, provider, api):
    provider.script = lambda exchange: exchange.answer(api.whole)
    answer = await client.post(api.path, json=api.body)
    assert answer.json() == api.whole
    [exchange] = provider.exchanges
    sent = exchange.request
    assert sent.target == api.target
    assert sent.json() == {**api.body, "model": api.target_model}
    name, value = api.credential
    assert sent.headers[name] == value
    assert visitor.key not in str(sent.headers) + sent.body.decode()
