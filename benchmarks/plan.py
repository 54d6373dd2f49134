"""What the load generator is told and what it tells back: JSON on its command line and its output."""

from __future__ import annotations

from msgspec import Struct


class LoadPlan(Struct, frozen=True, kw_only=True):
    """One run against one port of this machine.

    `events` is how many events each stream must have; None asks for whole answers. Connections
    start spread over `spread_s`. The CPU of `watch_pid` and the use of `watch_core` are read at
    both ends of the measured window.
    """

    port: int
    key: str
    model: str
    connections: int
    seconds: float
    warmup_s: float
    payload_bytes: int
    seed: int
    watch_pid: int
    watch_core: int | None = None
    events: int | None = None
    spread_s: float = 0.0


class LoadResult(Struct, frozen=True, kw_only=True):
    """What happened inside the window. `chunks` counts the events of all streams, cut or whole.

    `target_ns` is processor time of the watched process tree, `core_ns` the busy time of its core,
    `own_ns` that of the load generator itself. Latencies are 0 where nothing was measured.
    """

    wall_s: float
    requests: int
    chunks: int
    errors: int
    first_error: str
    p50_ms: float
    p99_ms: float
    first_chunk_p50_ms: float
    first_chunk_p99_ms: float
    target_ns: int
    core_ns: int
    own_ns: int
