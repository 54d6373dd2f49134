"""Time and chance as the machine gives them; tests hand in their own."""

from __future__ import annotations

import asyncio
import os
import random
import time
from datetime import UTC, date, datetime


class SystemClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def today(self) -> date:
        """The day in UTC."""
        return datetime.now(UTC).date()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SystemChance:
    def __init__(self) -> None:
        self._random = random.Random()  # noqa: S311 (load balancing and jitter, no secret)

    def call_id(self, at_ms: int) -> str:
        """32 hexadecimal digits that sort by time: 48 bits of milliseconds, 80 random bits."""
        return f"{at_ms:012x}{os.urandom(10).hex()}"

    def fraction(self) -> float:
        return self._random.random()
