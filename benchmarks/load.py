"""A closed-loop load generator: C connections, each sends its next request when its answer is whole.

Run as `python -m benchmarks.load PLAN`, where PLAN is the JSON of a LoadPlan; prints the JSON of a
LoadResult. It only ever talks to 127.0.0.1, and ends by itself.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Sequence
from typing import cast

import msgspec
import uvloop

from benchmarks.answers import AnswerReader
from benchmarks.bodies import BodyPool, body_pool
from benchmarks.cpu import core_busy_ns, cpu_ns
from benchmarks.plan import LoadPlan, LoadResult

DRAIN_S = 15.0  # for answers still under way when the window closes


class Load:
    """The run: connections report to it; it counts only while its window is open."""

    def __init__(self, plan: LoadPlan, bodies: BodyPool) -> None:
        self.plan = plan
        self.stopping = False
        self.idle = asyncio.Event()
        self.in_flight = 0
        self.errors = 0
        self._first_error = ""
        self._bodies = bodies
        self._calls = 0
        self._open = False
        self._latencies_s: list[float] = []
        self._first_chunks_s: list[float] = []
        self._chunks = 0
        accept = "text/event-stream" if plan.events else "application/json"
        self._head = (
            "POST /v1/chat/completions HTTP/1.1\r\n"
            f"host: 127.0.0.1:{plan.port}\r\nauthorization: Bearer {plan.key}\r\n"
            f"content-type: application/json\r\naccept: {accept}\r\n"
            "user-agent: benchmarks/1\r\ncontent-length: "
        ).encode()

    def next_request(self) -> bytes:
        body = self._bodies.body(self._calls)
        self._calls += 1
        self.in_flight += 1
        return b"%b%d\r\n\r\n%b" % (self._head, len(body), body)

    def answered(self, latency_s: float) -> None:
        self.in_flight -= 1
        if self._open:
            self._latencies_s.append(latency_s)
        if self.stopping and self.in_flight == 0:
            self.idle.set()

    def first_chunk(self, latency_s: float) -> None:
        if self._open:
            self._first_chunks_s.append(latency_s)

    def chunks(self, newlines: int) -> None:
        if self._open:
            self._chunks += newlines

    def failed(self, why: str) -> None:
        self.errors += 1
        self._first_error = self._first_error or why

    async def window(self) -> LoadResult:
        plan = self.plan
        await asyncio.sleep(plan.warmup_s)
        before = self._readings()
        self._open = True
        await asyncio.sleep(plan.seconds)
        after = self._readings()
        self._open = False
        if not self._latencies_s and not self._chunks:
            self.failed("no answer came in the measured time")
        await self._drain()
        wall_ns, target_ns, core_ns, own_ns = (end - begin for end, begin in zip(after, before, strict=True))
        return LoadResult(
            wall_s=wall_ns / 1e9,
            requests=len(self._latencies_s),
            chunks=self._chunks // 2,
            errors=self.errors,
            first_error=self._first_error,
            p50_ms=percentile(self._latencies_s, 0.50) * 1000,
            p99_ms=percentile(self._latencies_s, 0.99) * 1000,
            first_chunk_p50_ms=percentile(self._first_chunks_s, 0.50) * 1000,
            first_chunk_p99_ms=percentile(self._first_chunks_s, 0.99) * 1000,
            target_ns=target_ns,
            core_ns=core_ns,
            own_ns=own_ns,
        )

    def _readings(self) -> tuple[int, int, int, int]:
        plan = self.plan
        core_ns = 0 if plan.watch_core is None else core_busy_ns(plan.watch_core)
        return time.perf_counter_ns(), cpu_ns(plan.watch_pid), core_ns, time.process_time_ns()

    async def _drain(self) -> None:
        self.stopping = True
        if self.in_flight == 0:
            return
        try:
            async with asyncio.timeout(DRAIN_S):
                await self.idle.wait()
        except TimeoutError:
            self.failed(f"{self.in_flight} answers were not whole after {DRAIN_S:g} s")


class Connection(asyncio.Protocol):
    """One caller."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._reader = AnswerReader()
        self._asked_at_s = 0.0
        self._waiting = False
        self._saw_chunk = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by type
        self._ask()

    def data_received(self, data: bytes) -> None:
        reader = self._reader
        newlines = reader.feed(data)
        if newlines:
            self._load.chunks(newlines)
            if not self._saw_chunk:
                self._saw_chunk = True
                self._load.first_chunk(time.perf_counter() - self._asked_at_s)
        if reader.whole:
            self._answered()

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting:
            self._waiting = False
            self._load.failed(f"the connection was closed before the answer was whole ({error})")
            self._load.answered(0.0)

    def _ask(self) -> None:
        self._reader = AnswerReader()
        self._saw_chunk = False
        self._waiting = True
        request = self._load.next_request()
        self._asked_at_s = time.perf_counter()
        self._transport.write(request)

    def _answered(self) -> None:
        load = self._load
        if why := self._reader.complaint(load.plan.events):
            load.failed(why)
        self._waiting = False
        load.answered(time.perf_counter() - self._asked_at_s)
        if load.stopping:
            self._transport.close()
        else:
            self._ask()


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0 for no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def run(plan: LoadPlan) -> LoadResult:
    bodies = body_pool(
        model=plan.model,
        payload_bytes=plan.payload_bytes,
        stream=plan.events is not None,
        seed=plan.seed,
    )
    gc.freeze()
    load = Load(plan, bodies)
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        for at in range(plan.connections):
            tasks.create_task(_connect(load, loop, plan.spread_s * at / plan.connections))
        measured = tasks.create_task(load.window())
    return measured.result()


async def _connect(load: Load, loop: asyncio.AbstractEventLoop, delay_s: float) -> None:
    await asyncio.sleep(delay_s)
    await loop.create_connection(lambda: Connection(load), "127.0.0.1", load.plan.port)


def main() -> None:
    plan = msgspec.json.decode(sys.argv[1], type=LoadPlan)
    print(msgspec.json.encode(uvloop.run(run(plan))).decode())


if __name__ == "__main__":
    main()
