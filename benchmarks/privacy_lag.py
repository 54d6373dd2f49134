"""`python -m benchmarks.privacy_lag`: how late the event loop is while long texts are read in other processes.

Four callers send texts of 200 KB that nobody has seen, one after the other, for ten seconds; beside them the loop
wants to wake every 5 ms. Lag is how much later it woke. The same without callers stands beside it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time

import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.privacy import chat_of
from gateway.privacy.detection import Detection
from gateway.privacy.detector import Detector
from gateway.privacy.memo import Memo
from gateway.privacy.pool import Pool
from gateway.privacy.profile import profile_of

_SECONDS = 10.0
_EVERY_S = 0.005
_CALLERS = 4
_CHARACTERS = 200_000


async def _lags(until: float) -> list[float]:
    """In milliseconds, in order of size."""
    lags = []
    while time.perf_counter() < until:
        wanted = time.perf_counter() + _EVERY_S
        await asyncio.sleep(_EVERY_S)
        lags.append((time.perf_counter() - wanted) * 1_000)
    return sorted(lags)


async def _call(detection: Detection, numbers: itertools.count[int], until: float) -> list[float]:
    """Seconds that each text took."""
    text, took = chat_of(_CHARACTERS), []
    while time.perf_counter() < until:
        start = time.perf_counter()
        await detection.spans([f"{next(numbers)} {text}"], profile_of(), "tenant")
        took.append(time.perf_counter() - start)
    return took


async def _measured() -> None:
    detection = Detection(Memo(Detector(), os.urandom(32)), Pool(2))
    await detection.start()
    try:
        idle = await _lags(time.perf_counter() + _SECONDS / 3)
        until = time.perf_counter() + _SECONDS
        numbers = itertools.count()
        lags, *took = await asyncio.gather(
            _lags(until), *(_call(detection, numbers, until) for _ in range(_CALLERS))
        )
    finally:
        await detection.aclose()
    table = Table("lag of the event loop, ms", "p50", "p99", "p99.9")
    for name, measured in (("idle", idle), ("while 200 KB texts are read", lags)):
        cells = (measured[len(measured) * share // 1000] for share in (500, 990, 999))
        table.add_row(name, *(f"{cell:.2f}" for cell in cells))
    Console().print(table)
    texts = sorted(itertools.chain.from_iterable(took))
    Console().print(
        f"{len(texts)} texts of 200 KB in {_SECONDS:.0f} s; median {texts[len(texts) // 2]:.2f} s each"
    )


def main() -> None:
    uvloop.run(_measured())


if __name__ == "__main__":
    main()
