"""The synchronous and the asynchronous client of an SDK behind one face, so that a test is written once."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

import anthropic
import openai


class Sdk:
    """`client` is any of openai's or anthropic's; a synchronous one runs in a thread."""

    def __init__(self, client: Any, *, synchronous: bool) -> None:
        self.client = client
        self.synchronous = synchronous

    async def ask(self, call: Callable[[Any], Any]) -> Any:
        """What `call(client)` returns, awaited where it has to be."""
        if self.synchronous:
            return await asyncio.to_thread(call, self.client)
        answer = call(self.client)
        return await answer if inspect.isawaitable(answer) else answer

    async def events(self, call: Callable[[Any], Any]) -> list[Any]:
        """All that the stream (or the pages) `call(client)` returns has."""
        if self.synchronous:
            return await asyncio.to_thread(lambda: list(call(self.client)))
        answer = call(self.client)
        stream: AsyncIterator[Any] = await answer if inspect.isawaitable(answer) else answer
        return [event async for event in stream]

    async def helped(self, call: Callable[[Any], Any], final: str) -> tuple[list[Any], Any]:
        """The events of an SDK's stream helper, and what its method `final` says afterwards."""
        if self.synchronous:
            return await asyncio.to_thread(self._helped, call, final)
        async with call(self.client) as stream:
            return [event async for event in stream], await getattr(stream, final)()

    def _helped(self, call: Callable[[Any], Any], final: str) -> tuple[list[Any], Any]:
        with call(self.client) as stream:
            return list(stream), getattr(stream, final)()

    async def close(self) -> None:
        await self.ask(lambda client: client.close())


Kind = Literal["sync", "async"]


def openai_client(kind: Kind, url: str, key: str) -> Sdk:
    """OpenAI's client, which never tries again by itself."""
    made = openai.OpenAI if kind == "sync" else openai.AsyncOpenAI
    return Sdk(
        made(base_url=f"{url}/v1", api_key=key, max_retries=0, timeout=20.0), synchronous=kind == "sync"
    )


def anthropic_client(kind: Kind, url: str, key: str) -> Sdk:
    """Anthropic's client, which never tries again by itself."""
    made = anthropic.Anthropic if kind == "sync" else anthropic.AsyncAnthropic
    return Sdk(made(base_url=url, api_key=key, max_retries=0, timeout=20.0), synchronous=kind == "sync")
