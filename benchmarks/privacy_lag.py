"""`python -m benchmarks.privacy_lag`: how late the event loop is while long texts are read in other processes.

Four callers send texts of 200 KB that nobody has seen, one after the other, for ten seconds; beside them the loop
wants to wake every 5 ms. Lag is how much later it woke; work is what its thread computed between two wakes, which a busy
machine does not change. The same without callers stands beside it.
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


async def _beats(until: float) -> tuple[list[float], list[float]]:
    """Lag and work in milliseconds, each in order of size."""
    lags, work = [], []
    while time.perf_counter() < until:
        wanted, before = time.perf_counter() + _EVERY_S, time.thread_time()
        await asyncio.sleep(_EVERY_S)
        lags.append((time.perf_counter() - wanted) * 1_000)
        work.append((time.thread_time() - before) * 1_000)
    return sorted(lags), sorted(work)


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
        await detection.prepare([profile_of()])
        idle = await _beats(time.perf_counter() + _SECONDS / 3)
        until = time.perf_counter() + _SECONDS
        numbers = itertools.count()
        callers = [asyncio.ensure_future(_call(detection, numbers, until)) for _ in range(_CALLERS)]
        reading = await _beats(until)
        took = await asyncio.gather(*callers)
    finally:
        await detection.aclose()
    table = Table("of the event loop, ms", "lag p50", "lag p99", "lag p99.9", "work p99", "work p99.9")
    for name, (lags, work) in (("idle", idle), ("while 200 KB texts are read", reading)):
        cells = [lags[len(lags) * share // 1000] for share in (500, 990, 999)]
        cells += [work[len(work) * share // 1000] for share in (990, 999)]
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
