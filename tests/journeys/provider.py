"""The provider of a journey: it plays what the row says, and tells which requests have come."""

from __future__ import annotations

import asyncio

from tests.parts.scripted_upstream import Ask, Script, ScriptedUpstream

DEADLINE_S = 20.0


async def _hangs(ask: Ask) -> None:
    await ask.gone()


class Provider(ScriptedUpstream):
    """Hangs until it is told what to `play`."""

    def __init__(self) -> None:
        super().__init__(self._run)
        self._play: Script = _hangs
        self._arrived: asyncio.Queue[Ask] = asyncio.Queue()

    def play(self, script: Script) -> None:
        """What it does from now on; requests that came before are forgotten."""
        self._play = script
        self._arrived = asyncio.Queue()

    async def next_ask(self) -> Ask:
        """The next request that has come in whole."""
        async with asyncio.timeout(DEADLINE_S):
            return await self._arrived.get()

    async def gone(self, connection: int = -1) -> None:
        """Returns once the gateway has closed one of its connections (by default the last it opened)."""
        async with asyncio.timeout(DEADLINE_S):
            await self.peers[connection].gone.wait()

    async def _run(self, ask: Ask) -> None:
        self._arrived.put_nowait(ask)
        await self._play(ask)
