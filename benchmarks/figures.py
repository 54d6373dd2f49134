"""From what the load generator saw to the rows of the table."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from msgspec import Struct

from benchmarks.plan import LoadResult

MODES = ("json", "burst", "paced")
DISTURBED = 0.05  # share of the target's core that others took
SATURATED = 0.90
BASE = "bare"


class Row(Struct, frozen=True, kw_only=True):
    """One target in one mode: medians over the repeats, and the CPU figure's extremes.

    `cpu` is CPU µs per request for whole answers and CPU ms per 1,000 chunks for streams;
    `busy` the share of its core that the target used, `others` what anyone else used of it.
    Ratios are to the bare proxy in the same mode and run; None where it was not measured.
    """

    target: str
    mode: str
    repeats: int
    errors: int
    first_error: str
    cpu: float
    cpu_min: float
    cpu_max: float
    requests_per_s: float
    chunks_per_s: float
    p50_ms: float
    p99_ms: float
    first_chunk_p50_ms: float
    first_chunk_p99_ms: float
    busy: float
    others: float
    load_busy: float
    cpu_ratio: float | None = None
    p50_ratio: float | None = None

    @property
    def marks(self) -> str:
        """† another process disturbed it; ‡ the load, not the target, was the limit."""
        disturbed = "†" if self.others > DISTURBED else ""
        starved = self.mode != "paced" and self.busy < SATURATED and not disturbed
        return disturbed + ("‡" if starved else "")


class TargetFacts(Struct, frozen=True, kw_only=True):
    """`start_s` runs from the start of the process to its first 200 to a chat completion."""

    target: str
    start_s: float
    rss_start_mib: float
    rss_load_mib: float


def row(target: str, mode: str, results: Sequence[LoadResult]) -> Row:
    def median(values: Sequence[float]) -> float:
        return statistics.median(values)

    cpu = [cpu_figure(mode, result) for result in results]
    return Row(
        target=target,
        mode=mode,
        repeats=len(results),
        errors=sum(result.errors for result in results),
        first_error=next((result.first_error for result in results if result.first_error), ""),
        cpu=median(cpu),
        cpu_min=min(cpu),
        cpu_max=max(cpu),
        requests_per_s=median([result.requests / result.wall_s for result in results]),
        chunks_per_s=median([result.chunks / result.wall_s for result in results]),
        p50_ms=median([result.p50_ms for result in results]),
        p99_ms=median([result.p99_ms for result in results]),
        first_chunk_p50_ms=median([result.first_chunk_p50_ms for result in results]),
        first_chunk_p99_ms=median([result.first_chunk_p99_ms for result in results]),
        busy=median([result.target_ns / result.wall_s / 1e9 for result in results]),
        others=median([_others(result) for result in results]),
        load_busy=median([result.own_ns / result.wall_s / 1e9 for result in results]),
    )


def cpu_figure(mode: str, result: LoadResult) -> float:
    """µs per request, or ms per 1,000 chunks (which is µs per chunk)."""
    done = result.requests if mode == "json" else result.chunks
    return result.target_ns / 1000 / done if done else 0.0


def with_ratios(rows: Sequence[Row]) -> list[Row]:
    base = {row.mode: row for row in rows if row.target == BASE}
    return [_against(row, base.get(row.mode)) for row in rows]


def _against(row: Row, base: Row | None) -> Row:
    if base is None or not base.cpu or not base.p50_ms:
        return row
    fields = {name: getattr(row, name) for name in Row.__struct_fields__}
    return Row(**fields | {"cpu_ratio": row.cpu / base.cpu, "p50_ratio": row.p50_ms / base.p50_ms})


def _others(result: LoadResult) -> float:
    """0 where the core was not watched: its figure comes in steps of 10 ms and may lag behind."""
    return max(0.0, (result.core_ns - result.target_ns) / result.wall_s / 1e9) if result.core_ns else 0.0
