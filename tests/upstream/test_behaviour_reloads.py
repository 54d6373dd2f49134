"""What every upstream client does with connections when the policy reaches others than before."""

from __future__ import annotations

import asyncio

import pytest

from gateway.policy.via import Via
from gateway.upstream.aiohttp_client import AiohttpUpstream
from gateway.upstream.httpx_client import HttpxUpstream
from tests.parts.certificates import make_authority
from tests.parts.scripted_upstream import STREAM_END, STREAM_HEAD, Ask, ScriptedUpstream, piece
from tests.upstream.behaviour import AIOHTTP_ONLY, CAP_BYTES, ask_for, drain, says_ok, soon

Client = AiohttpUpstream | HttpxUpstream


async def test_connections_to_whom_the_policy_still_reaches_are_kept(upstream: Client) -> None:
    async with ScriptedUpstream(says_ok) as provider:
        for _ in range(3):
            assert await (await upstream.send(ask_for(provider))).read(CAP_BYTES) == b'{"ok":1}'
            upstream.keep_only([(provider.url, None)])
        assert provider.connections == 1


@AIOHTTP_ONLY
async def test_unused_connections_to_others_are_closed_at_once(upstream: Client) -> None:
    closed = asyncio.Event()

    async def answers_and_listens(ask: Ask) -> None:
        await says_ok(ask)
        await ask.gone()
        closed.set()

    async with ScriptedUpstream(answers_and_listens) as provider:
        await (await upstream.send(ask_for(provider))).read(CAP_BYTES)
        upstream.keep_only([])
        await soon(closed.wait())
    assert closed.is_set()


async def test_an_answer_under_way_goes_on_and_its_connection_is_closed_behind_it(upstream: Client) -> None:
    told = asyncio.Event()

    async def slowly(ask: Ask) -> None:
        await ask.send(STREAM_HEAD)
        await ask.send(piece(b"data: 1\n\n"))
        await told.wait()
        await ask.send(piece(b"data: 2\n\n"))
        await ask.send(STREAM_END)

    way = Via()
    async with ScriptedUpstream(slowly) as provider:
        incoming = await upstream.send(ask_for(provider, via=way))
        first = await incoming.next_chunk()
        upstream.keep_only([])
        told.set()
        assert first + await drain(incoming) == b"data: 1\n\ndata: 2\n\n"
        incoming.close()
        again = await upstream.send(ask_for(provider, via=way))
        await drain(again)
        assert provider.connections == 2, "nothing of the old way is used again"


@AIOHTTP_ONLY
async def test_nothing_is_remembered_of_ways_that_are_gone(
    upstream: Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    authority = make_authority(tmp_path_factory.mktemp("ours"))
    assert isinstance(upstream, AiohttpUpstream)
    async with ScriptedUpstream(says_ok, tls=authority.server) as provider:
        via = Via(authorities=authority.pem)
        await (await upstream.send(ask_for(provider, via=via))).read(CAP_BYTES)
        upstream.keep_only([(provider.url, via)])
        routes = upstream._routes
        assert (len(routes._found), len(routes._idle), len(routes._trusting)) == (1, 1, 1)
        upstream.keep_only([("https://other.test", None)])
        assert (len(routes._found), len(routes._idle), len(routes._trusting)) == (0, 0, 0)
