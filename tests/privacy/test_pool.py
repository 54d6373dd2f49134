import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.privacy.faults import DetectorUnavailable, NotCovered
from gateway.privacy.pool import Bounds, Pool
from gateway.privacy.profile import profile_of
from tests.parts.facts import fulfilled
from tests.privacy.recognizers.found import detector

ALL = profile_of()
LONG = "write to ann@example.org or Megan Okafor, " * 400


@asynccontextmanager
async def opened(size: int = 1, bounds: Bounds | None = None) -> AsyncIterator[Pool]:
    pool = Pool(size, bounds)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.aclose()


async def why(asked: asyncio.Task[object]) -> str:
    with pytest.raises(DetectorUnavailable) as fault:
        await asked
    return fault.value.why


async def test_processes_find_what_the_detector_finds_and_many_texts_are_shared_out():
    texts = [LONG, "", "8.8.4.4 \ud800", *[f"ann{n}@example.org {LONG}" for n in range(8)]]
    async with opened(2) as pool:
        assert pool.ready == 2
        assert await pool.spans(texts, ALL) == [detector().spans(text, ALL) for text in texts]


async def test_a_process_that_is_killed_while_it_reads_fails_its_text_and_is_replaced():
    async with opened() as pool:
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        asked = asyncio.ensure_future(pool.spans([LONG], ALL))
        await fulfilled(lambda: pool.busy == 1)
        os.kill(pid, signal.SIGKILL)
        assert await why(asked) == "died"
        assert await pool.spans([LONG], ALL) == [detector().spans(LONG, ALL)]
        assert pool.pids != [pid]


async def test_a_process_that_is_killed_while_it_waits_is_replaced_before_anybody_asks():
    async with opened() as pool:
        (pid,) = pool.pids
        os.kill(pid, signal.SIGKILL)
        await fulfilled(lambda: pool.ready == 1 and pool.pids != [pid])
        assert await pool.spans(["ann@example.org"], ALL) == [detector().spans("ann@example.org", ALL)]


async def test_a_process_that_hangs_is_killed_when_its_time_is_over():
    async with opened(bounds=Bounds(floor_s=0.2)) as pool:
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        assert await why(asyncio.ensure_future(pool.spans([LONG], ALL))) == "timed_out"
        await fulfilled(lambda: pool.ready == 1)
        assert pool.pids != [pid]


async def test_what_takes_too_much_memory_is_refused_and_the_process_replaced():
    async with opened(bounds=Bounds(memory_bytes=150 << 20)) as pool:
        (pid,) = pool.pids
        asked = asyncio.ensure_future(pool.spans(["Anna Smith, " * 100_000], ALL))
        assert await why(asked) in ("out_of_memory", "died")
        assert await pool.spans([LONG], ALL) == [detector().spans(LONG, ALL)]
        assert pool.pids != [pid]


async def test_texts_beyond_the_queue_are_refused_at_once_and_the_queue_empties():
    async with opened(bounds=Bounds(waiting_characters=2 * len(LONG))) as pool:
        os.kill(pool.pids[0], signal.SIGSTOP)
        first = asyncio.ensure_future(pool.spans([LONG], ALL))
        await fulfilled(lambda: pool.busy == 1)
        second = asyncio.ensure_future(pool.spans([LONG], ALL))
        third = asyncio.ensure_future(pool.spans([LONG], ALL))
        assert await why(asyncio.ensure_future(pool.spans([LONG], ALL))) == "overloaded"
        third.cancel()
        await asyncio.gather(third, return_exceptions=True)
        fourth = asyncio.ensure_future(pool.spans([LONG], ALL))
        await asyncio.sleep(0)
        os.kill(pool.pids[0], signal.SIGCONT)
        for asked in (first, second, fourth):
            assert await asked == [detector().spans(LONG, ALL)]


async def test_a_text_that_no_process_takes_in_time_is_refused():
    async with opened(bounds=Bounds(wait_s=0.1)) as pool:
        os.kill(pool.pids[0], signal.SIGSTOP)
        first = asyncio.ensure_future(pool.spans([LONG], ALL))
        assert await why(asyncio.ensure_future(pool.spans([LONG], ALL))) == "overloaded"
        os.kill(pool.pids[0], signal.SIGCONT)
        assert await first == [detector().spans(LONG, ALL)]


async def test_a_kind_that_nothing_finds_is_said_and_the_process_goes_on():
    async with opened() as pool:
        pids = pool.pids
        with pytest.raises(NotCovered, match="URL"):
            await pool.spans([LONG], profile_of(["URL"]))
        assert await pool.spans([LONG], ALL) == [detector().spans(LONG, ALL)]
        assert pool.pids == pids


async def test_closing_ends_what_is_read_and_what_waits_and_no_process_is_left():
    async with opened() as pool:
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        asked = [asyncio.ensure_future(pool.spans([LONG], ALL)) for _ in range(3)]
        await fulfilled(lambda: pool.busy == 1)
        await pool.aclose()
        assert [await why(one) for one in asked] == ["closed"] * 3
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert await why(asyncio.ensure_future(pool.spans([LONG], ALL))) == "closed"
