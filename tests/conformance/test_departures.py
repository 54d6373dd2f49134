"""A caller that leaves closes the upstream at once, and its call is recorded with what was produced."""

from __future__ import annotations

import asyncio

import httpx

from tests.conformance.scripted import CHAT, Api, streaming, told
from tests.parts.gateway_process import GatewayProcess
from tests.parts.scripted_provider import ScriptedProvider

MANY = 200


async def test_a_caller_that_leaves_mid_stream_closes_the_upstream(client, scripted_gateway, provider, api):
    async with streaming(client, provider, api) as (stream, exchange):
        await exchange.send(api.second)
        await stream.until(api.second)
        left_at_s = asyncio.get_running_loop().time()
    gone_at_s = await exchange.peer_gone()
    told("upstream closed after a caller left mid-stream", api, gone_at_s - left_at_s)
    record = scripted_gateway.record_of(stream.id)
    assert record["ending"] == "client_gone"
    assert record["usage"]["output_tokens"] >= 2
    assert record["usage"]["estimated"] is True


async def test_a_caller_that_leaves_before_the_streams_first_byte_closes_the_upstream(
    client, scripted_gateway, provider, api
):
    await _expect_client_gone(client, scripted_gateway, provider, api, stream=True)


async def test_a_caller_that_leaves_while_the_provider_thinks_closes_the_upstream(
    client, scripted_gateway, provider, api
):
    await _expect_client_gone(client, scripted_gateway, provider, api, stream=False)


async def _expect_client_gone(
    client: httpx.AsyncClient,
    scripted_gateway: GatewayProcess,
    provider: ScriptedProvider,
    api: Api,
    *,
    stream: bool,
) -> None:
    name = {"x-request-id": f"thinking-{api.model}-{stream}"}
    calling = asyncio.ensure_future(client.post(api.path, json={**api.body, "stream": stream}, headers=name))
    exchange = await provider.next_exchange()
    left_at_s = asyncio.get_running_loop().time()
    calling.cancel()
    gone_at_s = await exchange.peer_gone()
    told(
        f"upstream closed after a caller left a thinking provider (stream {stream})",
        api,
        gone_at_s - left_at_s,
    )
    record = scripted_gateway.record_of(name["x-request-id"])
    assert record["ending"] == "client_gone"
    assert record["asked"]["stream"] is stream
    assert record["usage"]["input_tokens"] > 0
    assert record["usage"]["estimated"] is True


async def test_many_callers_that_leave_at_once_leave_nothing_open_and_a_record_each(
    client, scripted_gateway, provider, api
):
    names = [f"leaving-{api.model}-{number}" for number in range(MANY)]
    body = {**api.body, "stream": True}
    calling = [
        asyncio.ensure_future(client.post(api.path, json=body, headers={"x-request-id": name}))
        for name in names
    ]
    exchanges = [await provider.next_exchange() for _ in range(MANY)]
    for exchange in exchanges[::2]:
        exchange.start()
        await exchange.send(api.first)
    left_at_s = asyncio.get_running_loop().time()
    for call in calling:
        call.cancel()
    gone_at_s = max([await exchange.peer_gone() for exchange in exchanges])
    told(f"the last of {MANY} upstreams closed after all callers left", api, gone_at_s - left_at_s)
    records = scripted_gateway.records_of(names)
    assert [record["ending"] for record in records] == ["client_gone"] * MANY

    provider.script = lambda exchange: exchange.answer(api.whole)
    assert (await client.post(api.path, json=api.body)).json() == api.whole


async def test_audit_query_prints_the_record_of_a_caller_that_left(client, scripted_gateway, provider):
    async with streaming(client, provider, CHAT) as (stream, _):
        pass
    record = scripted_gateway.record_of(stream.id)
    assert record in scripted_gateway.records("--ending", "client_gone")
