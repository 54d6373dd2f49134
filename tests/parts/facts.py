"""Waiting for a fact that no event tells: that a process has gone, say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def fulfilled(fact: Callable[[], bool], within_s: float = 20) -> None:
    """Returns when it holds; TimeoutError when it never does."""
    async with asyncio.timeout(within_s):
        while not fact():
            await asyncio.sleep(0.01)
