"""The ending matrix of operations on kept objects: however one ends, it leaves one intent, one outcome
and nothing else, and an object that nobody was told of is nobody's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.audit.entry import Outcome
from gateway.stores.ownership import KeptObject, Place
from tests.parts.exchange import Exchange
from tests.parts.gateway_inside import GatewayInside
from tests.parts.ledgers import ROOMY
from tests.parts.scripted_provider import ScriptedProvider

MINE, THEIRS = "team:home", "team:away"
FILE = {"content-type": "application/octet-stream"}
BATCH = {"input_file_id": "file-b", "endpoint": "/v1/chat/completions"}

Play = Callable[[Exchange], Awaitable[None]]


def says(body: Any, status: int = 200) -> Play:
    return lambda exchange: exchange.answer(body, status=status)


async def hangs(exchange: Exchange) -> None:
    await exchange.peer_gone()


async def drops(exchange: Exchange) -> None:
    exchange.drop()


async def begins_and_hangs(exchange: Exchange) -> None:
    exchange.start(200, FILE)
    await exchange.send(b"one")
    await exchange.peer_gone()


async def begins_and_drops(exchange: Exchange) -> None:
    exchange.start(200, FILE)
    await exchange.send(b"one")
    exchange.drop()


async def sends_all(exchange: Exchange) -> None:
    await exchange.answer(b"onetwo", headers=FILE)


@dataclass(frozen=True)
class Row:
    """One way to end. `status` None: the caller sees a cut answer, or is gone."""

    name: str
    ending: str
    method: str
    path: str
    plays: tuple[Play, ...]
    status: int | None
    results: tuple[str, ...]
    leaves: bool = False
    new: str | None = None
    """An object that the answer tells of, or would have."""


READ, CONTENT, LIST = ("GET", "/v1/files/file-1"), ("GET", "/v1/files/file-1/content"), ("GET", "/v1/batches")
MAKE = ("POST", "/v1/batches")
FULL = {"data": [{"id": "batch_x"}], "has_more": True}

MATRIX = (
    Row("an_object", "complete", *READ, (says({"id": "file-1"}),), 200, ("ok",)),
    Row("a_file", "complete", *CONTENT, (sends_all,), 200, ("ok",)),
    Row("a_new_object", "complete", *MAKE, (says({"id": "batch_1"}),), 200, ("ok",), new="batch_1"),
    Row("it_was_created", "complete", *MAKE, (says({"id": "batch_1"}, 201),), 200, ("ok",), new="batch_1"),
    Row("a_second_try", "complete", *READ, (says({}, 503), says({"id": "file-1"})), 200, ("503", "ok")),
    Row("what_is_anothers", "refused", "GET", "/v1/files/file-a", (), 404, ()),
    Row("an_owner_that_is_another", "refused", *MAKE, (says({"id": "batch_a"}),), 503, ("ok",)),
    Row("gone_at_the_provider", "upstream_error", *READ, (says({"error": {}}, 404),), 404, ("404",)),
    Row("500_of_a_maker", "upstream_error", *MAKE, (says({}, 500),), 502, ("500",)),
    Row("dropped", "upstream_error", *MAKE, (drops,), 502, ("broken",)),
    Row("no_name", "upstream_error", *MAKE, (says({"object": "batch"}),), 502, ("ok",)),
    Row("no_list", "upstream_error", *LIST, (says({"id": "x"}),), 502, ("ok",)),
    Row("a_second_page_fails", "upstream_error", *LIST, (says(FULL), says({}, 400)), 400, ("ok", "400")),
    Row("cut", "upstream_error_midstream", *CONTENT, (begins_and_drops,), None, ("ok",)),
    Row("late_in_the_file", "timeout", *CONTENT, (begins_and_hangs,), None, ("ok",)),
    Row("late_with_the_answer", "timeout", *MAKE, (hangs,), 504, ("timeout:total",)),
    Row("left_before_the_answer", "client_gone", *MAKE, (hangs,), None, ("cancelled",), leaves=True),
    Row("left_in_the_file", "client_gone", *CONTENT, (begins_and_hangs,), None, ("ok",), leaves=True),
)


def policy(url: str, *, total: str) -> dict[str, Any]:
    provider = {
        "dialect": "openai",
        "base_url": f"{url}/v1",
        "apis": ["chat", "files", "batches"],
        "timeouts": {"total": total, "idle": total},
    }
    return {
        "gateway": 1,
        "providers": {"acme": provider},
        "models": {"fast": {"targets": [{"to": "acme/m"}]}},
        "teams": {"home": {}},
        "roles": {"caller": {"models": ["fast"]}},
        **ROOMY,
    }


def owned(name: str, tenant: str, kind: str = "file") -> KeptObject:
    return KeptObject(tenant, Place("acme", 0), name, kind, 1, "call-0")


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: f"{row.ending}-{row.name}")
async def test_every_ending_leaves_one_intent_and_one_outcome_and_nothing_behind(row: Row, tmp_path: Path):
    plays = iter(row.plays)

    async def script(exchange: Exchange) -> None:
        await next(plays)(exchange)

    async with ScriptedProvider(script) as provider:
        total = "300ms" if row.ending == "timeout" else "20s"
        async with GatewayInside(tmp_path, policy(provider.url, total=total), team="home") as gateway:
            objects = gateway.runtime.objects
            mine = [
                owned("file-1", MINE),
                owned("file-b", MINE, "file:batch"),
                owned("batch_y", MINE, "batch"),
            ]
            await objects.claim(MINE, mine)
            await objects.claim(THEIRS, [owned("file-a", THEIRS), owned("batch_a", THEIRS, "batch")])
            told = await _play(row, gateway, provider)
            await gateway.quiet()
            assert gateway.ledger.open_holds == 0
            found = [] if row.new is None else await objects.find(MINE, [row.new])
            assert len(found) == (0 if row.new is None else 1)
            await gateway.stop()
    assert told == row.status
    intent, outcome = gateway.entries
    assert isinstance(outcome, Outcome)
    assert (intent.id, outcome.ending) == (outcome.id, row.ending)
    assert tuple(attempt.result for attempt in outcome.served.attempts) == row.results
    assert len(provider.exchanges) == len(row.results)


async def _play(row: Row, gateway: GatewayInside, provider: ScriptedProvider) -> int | None:
    """The status that the caller sees of a whole answer."""
    headers = {"authorization": f"Bearer {gateway.key}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway.port}", headers=headers) as client:
        asked = client.build_request(row.method, row.path, json=BATCH if row.method == "POST" else None)
        asking = asyncio.ensure_future(_read(client, asked, once_begun=row.leaves))
        if row.leaves and row.method == "POST":
            while not provider.exchanges:
                await asyncio.sleep(0)
            asking.cancel()
        try:
            return await asking
        except (asyncio.CancelledError, httpx.RemoteProtocolError):
            return None


async def _read(client: httpx.AsyncClient, asked: httpx.Request, *, once_begun: bool) -> int | None:
    answer = await client.send(asked, stream=True)
    try:
        if once_begun:
            await anext(answer.aiter_raw())
            return None
        await answer.aread()
        return answer.status_code
    finally:
        await answer.aclose()


async def test_a_shutdown_ends_an_operation_and_tells_its_caller(tmp_path: Path):
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(ScriptedProvider(hangs))
        made = GatewayInside(tmp_path, policy(provider.url, total="20s"), team="home")
        gateway = await stack.enter_async_context(made)
        await gateway.runtime.objects.claim(MINE, [owned("file-1", MINE)])
        headers = {"authorization": f"Bearer {gateway.key}"}
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway.port}", headers=headers)
        asking = asyncio.ensure_future((await stack.enter_async_context(client)).get("/v1/files/file-1"))
        while not provider.exchanges:
            await asyncio.sleep(0)
        await gateway.stop(grace_s=0)
        assert (await asking).status_code == 503
    _, outcome = gateway.entries
    assert isinstance(outcome, Outcome)
    assert outcome.ending == "shutdown"
