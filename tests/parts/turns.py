"""Letting others run, in a test of one event loop."""

from __future__ import annotations

import asyncio


async def turns(count: int = 12) -> None:
    """Lets all that is ready run."""
    for _ in range(count):
        await asyncio.sleep(0)
