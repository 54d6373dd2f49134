"""What the behaviour tests share: requests, scripts, waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gateway.upstream.aiohttp_client import AiohttpUpstream
from gateway.upstream.interface import Incoming, Outgoing, TimeLimits
from tests.parts.scripted_upstream import STREAM_END, STREAM_HEAD, Ask, ScriptedUpstream, answer, piece

CAP_BYTES = 1 << 20
SOON_S = 10.0
NO_HOST = f"http://{'a' * 64}.test"
"""A name with a part that is too long: refused without asking anyone."""


AIOHTTP_ONLY = pytest.mark.parametrize("upstream", [AiohttpUpstream], indirect=True)
"""What httpx can't do; ADR 0002 records each."""


def ask_for(provider: ScriptedUpstream | str, limits: TimeLimits | None = None, **more: object) -> Outgoing:
    base = provider if isinstance(provider, str) else provider.url
    fields: dict[str, object] = {
        "method": "POST",
        "url": base + "/v1/chat",
        "headers": [("content-type", "application/json"), ("authorization", "Bearer s3cret")],
        "body": b'{"model":"m"}',
        "limits": limits or TimeLimits(),
    }
    return Outgoing(**(fields | more))  # type: ignore[arg-type]


async def soon(awaited: Awaitable[object]) -> None:
    await asyncio.wait_for(awaited, SOON_S)


async def drain(incoming: Incoming) -> bytes:
    """The body, chunk by chunk."""
    body = b""
    while chunk := await incoming.next_chunk():
        body += chunk
    return body


async def says_ok(ask: Ask) -> None:
    await ask.send(answer(b'{"ok":1}', headers="X-Request-ID: r1\r\nContent-Type: application/json\r\n"))


async def streams_three(ask: Ask) -> None:
    await ask.send(STREAM_HEAD)
    for data in (b"data: 1\n\n", b"data: 2\n\n", b"data: [DONE]\n\n"):
        await ask.send(piece(data))
    await ask.send(STREAM_END)


async def never_answers(ask: Ask) -> None:
    await ask.gone()


async def stops_in_the_middle(ask: Ask) -> None:
    await ask.send(STREAM_HEAD + piece(b"data: 1\n\n"))
    await ask.gone()


def answers_the_first(how: str) -> Callable[[Ask], Awaitable[None]]:
    """A provider that answers once on a connection and then loses it."""

    async def script(ask: Ask) -> None:
        if ask.peer.asks == 1:
            await ask.send(answer())
        else:
            getattr(ask, how)()

    return script


async def drips_for_ever(ask: Ask) -> None:
    await ask.send(STREAM_HEAD)
    while not ask.peer.gone.is_set():
        await ask.send(piece(b"."))
        await asyncio.sleep(0.005)


async def all_gone(provider: ScriptedUpstream) -> None:
    """Who asked has left: all of them. On a busy machine a limit may run out before anybody has."""
    for ask in provider.asks:
        await ask.gone()


async def has_asked(provider: ScriptedUpstream) -> None:
    await until(lambda: provider.asks)


async def until(true: Callable[[], object]) -> None:
    while not true():
        await asyncio.sleep(0)
