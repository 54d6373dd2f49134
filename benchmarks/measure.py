"""Starts everything, drives it in turn, and takes the figures."""

from __future__ import annotations

import http.client
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from benchmarks.bodies import body_pool
from benchmarks.cpu import cores_for_target_and_load, rss_bytes
from benchmarks.figures import Row, TargetFacts, row, with_ratios
from benchmarks.plan import LoadPlan, LoadResult
from benchmarks.processes import ROOT, Child, Children, environment, free_port, pinned
from benchmarks.targets import TARGETS, Launch, Site, StartFailed, Unavailable, provider

START_S = 60.0
GRACE_S = 60.0  # beyond the planned time of one load run: bodies made before, answers awaited after
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure. `interval_ms` is the pace of paced streams, `chunks` their events."""

    targets: tuple[str, ...]
    modes: tuple[str, ...]
    seconds: float = 3.0
    repeats: int = 3
    warmup_s: float = 0.5
    connections: int = 64
    streams: int = 32
    chunks: int = 100
    interval_ms: float = 10.0
    payload_bytes: int = 1024
    profile: Path | None = None

    @property
    def stream_s(self) -> float:
        """How long a paced stream takes at the provider."""
        return self.chunks * self.interval_ms / 1000


@dataclass(slots=True)
class Report:
    options: Options
    rows: list[Row] = field(default_factory=list)
    facts: list[TargetFacts] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.failed and not any(row.errors for row in self.rows)


@dataclass(frozen=True, slots=True)
class Running:
    name: str
    child: Child
    port: int
    launch: Launch
    start_s: float
    rss_start_bytes: int


def measure(options: Options, progress: Callable[[str], None]) -> Report:
    """Targets run side by side but are driven in turn (A B C A B C), so that noise spreads evenly."""
    report = Report(options)
    results: dict[tuple[str, str], list[LoadResult]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name, Children(Path(name)) as children:
        running = _start_all(options, Path(name), children, report, progress)
        for repeat in range(options.repeats):
            for mode in options.modes:
                for target in running:
                    progress(f"{target.name}: {mode}, {repeat + 1} of {options.repeats}")
                    seed = 1 + repeat * len(options.modes) + options.modes.index(mode)
                    results[target.name, mode].append(_drive(options, target, mode, seed))
        for target in running:
            report.facts.append(_facts(target))
            if options.profile is not None:
                children.interrupt(target.child)
    rows = [
        row(target.name, mode, results[target.name, mode]) for mode in options.modes for target in running
    ]
    report.rows = with_ratios(rows)
    return report


def _start_all(
    options: Options, folder: Path, children: Children, report: Report, progress: Callable[[str], None]
) -> list[Running]:
    target_core, load_core = cores_for_target_and_load()
    stream = ("--chunks", str(options.chunks), "--interval-ms", str(options.interval_ms))
    behind = Site(folder, free_port(), 0, stream)
    progress("the canned provider: starting")
    start("provider", provider(behind), behind, children, load_core)
    running = []
    for name in options.targets:
        progress(f"{name}: starting")
        site = Site(folder / name, free_port(), behind.port, stream, options.profile)
        site.folder.mkdir()
        try:
            running.append(start(name, TARGETS[name](site), site, children, target_core))
        except Unavailable as why:
            report.skipped[name] = str(why)
        except StartFailed as why:
            report.failed[name] = str(why)
    return running


def start(
    name: str, launch: Launch, site: Site, children: Children, core: int | None, *, within_s: float = START_S
) -> Running:
    """Returns once it has answered a chat completion with 200. StartFailed if that takes too long."""
    pool = body_pool(model="bench", payload_bytes=256, stream=False, seed=0)
    headers = {"authorization": f"Bearer {launch.key}", "content-type": "application/json"}
    began_s = time.monotonic()
    child = children.start(name, launch.argv, launch.env, core)
    said = "nothing"
    while time.monotonic() < began_s + within_s and child.process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=within_s)
        try:
            connection.request("POST", "/v1/chat/completions", pool.body(0), headers)
            answer = connection.getresponse()
            said = f"{answer.status} {answer.read(500).decode(errors='replace')}"
            if answer.status == 200:
                start_s = time.monotonic() - began_s
                return Running(name, child, site.port, launch, start_s, rss_bytes(child.pid))
        except (OSError, http.client.HTTPException):
            pass  # not listening yet
        finally:
            connection.close()
        time.sleep(0.002)
    raise StartFailed(f"{name} did not start; it answered {said}\n{child.last_words()}".strip())


def _drive(options: Options, target: Running, mode: str, seed: int) -> LoadResult:
    """One run of the load generator, in a process of its own."""
    target_core, load_core = cores_for_target_and_load()
    streamed, paced = mode != "json", mode == "paced"
    plan = LoadPlan(
        port=target.port,
        key=target.launch.key,
        model="bench-paced" if paced else "bench",
        connections=options.streams if streamed else options.connections,
        seconds=options.seconds,
        warmup_s=options.warmup_s + (options.stream_s if paced else 0),
        payload_bytes=options.payload_bytes,
        seed=seed,
        watch_pid=target.child.pid,
        watch_core=target_core,
        events=options.chunks + 1 if streamed else None,  # and [DONE]
        spread_s=options.stream_s if paced else 0.0,
    )
    with pinned(load_core):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.load", msgspec.json.encode(plan).decode()],
            cwd=ROOT,
            env=environment({}),
            capture_output=True,
            timeout=plan.warmup_s + plan.seconds + GRACE_S,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(f"the load generator failed:\n{done.stderr.decode(errors='replace')[-2000:]}")
    return msgspec.json.decode(done.stdout, type=LoadResult)


def _facts(target: Running) -> TargetFacts:
    return TargetFacts(
        target=target.name,
        start_s=target.start_s,
        rss_start_mib=target.rss_start_bytes / MIB,
        rss_load_mib=rss_bytes(target.child.pid) / MIB,
    )
