"""How many instructions a call takes: the one figure that does not vary with what else the machine does.

valgrind's callgrind counts what a process runs itself, by thread; what the kernel does for it, and how long
memory takes to answer, it does not see. Everything is some fifty times slower meanwhile, so what is done by the
clock (shipping the audit log) comes in smaller portions than under load: compare the event loop's thread.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.bodies import BodyPool, body_pool
from benchmarks.measure import Running, start
from benchmarks.processes import Children, free_port
from benchmarks.targets import TARGETS, Launch, Site, Unavailable, provider

CALLS = 2_000
CONNECTIONS = 48
_LEAD_CALLS = 1_000  # to warm up, and again in each count: what their difference leaves is that of CALLS
_SETTLE_S = 1.0
_START_S = 300.0
_LOOP_THREAD = 1
_GATEWAY = (
    "from gateway.audit.spool import Spool; from gateway.cli import main; "
    "Spool.__init__.__kwdefaults__['slow_s'] = 60.0; main()"  # here each write is slow: no reason for a thread
)


@dataclass(frozen=True, slots=True)
class Counted:
    """Instructions a call, in the event loop's thread and in all others together."""

    target: str
    loop: int
    others: int


def count(names: Sequence[str], payload_bytes: int, progress: Callable[[str], None]) -> list[Counted]:
    """One target after the other. Unavailable without valgrind, or for a target that is not in Python."""
    if shutil.which("valgrind") is None:
        raise Unavailable("valgrind is not installed")
    counted = []
    with tempfile.TemporaryDirectory(prefix="instructions-") as folder, Children(Path(folder)) as children:
        behind = Site(Path(folder), free_port(), 0)
        start("provider", provider(behind), behind, children, None)
        for name in names:
            site = Site(Path(folder) / name, free_port(), behind.port)
            site.folder.mkdir()
            out = site.folder / "callgrind"
            progress(f"{name}: starting under valgrind")
            launch = under_valgrind(TARGETS[name](site), out)
            running = start(name, launch, site, children, None, within_s=_START_S)
            progress(f"{name}: counting")
            asyncio.run(_drive(running, payload_bytes))
            counted.append(_difference(name, out))
    return counted


def under_valgrind(launch: Launch, out: Path) -> Launch:
    python, *rest = launch.argv
    if rest[:1] != ["-m"]:
        raise Unavailable("only targets in Python can be counted")
    if rest[1] == "gateway":
        rest = ["-c", _GATEWAY, *rest[2:]]
    callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--separate-threads=yes"]
    return replace(launch, argv=[*callgrind, python, *rest], env={**launch.env, "PYTHONHASHSEED": "0"})


def threads_in(dump: Sequence[Path]) -> dict[int, int]:
    """Instructions by thread, of the files of one dump (`….1-01`, `….1-02`)."""
    return {int(path.name.rpartition("-")[2]): _total(path.read_text()) for path in dump}


def _total(text: str) -> int:
    found = (line.split()[1] for line in text.splitlines() if line.startswith(("summary:", "totals:")))
    return int(next(found, "0"))


def _difference(name: str, out: Path) -> Counted:
    first, second = (threads_in(list(out.parent.glob(f"{out.name}.{number}-*"))) for number in (1, 2))
    calls = {thread: round((second[thread] - first.get(thread, 0)) / CALLS) for thread in second}
    loop = calls.pop(_LOOP_THREAD)
    return Counted(name, loop, sum(calls.values()))


async def _drive(running: Running, payload_bytes: int) -> None:
    pool = body_pool(model="bench", payload_bytes=payload_bytes, stream=False, seed=1)
    callers = [await asyncio.open_connection("127.0.0.1", running.port) for _ in range(CONNECTIONS)]
    numbers = iter(range(10**9))
    for calls, then in ((_LEAD_CALLS, "-z"), (_LEAD_CALLS, "-d"), (_LEAD_CALLS + CALLS, "-d")):
        left = iter(range(calls))
        await asyncio.gather(*(_call(*caller, running, pool, left, numbers) for caller in callers))
        await asyncio.sleep(_SETTLE_S)
        subprocess.run(["callgrind_control", then, str(running.child.pid)], check=True, capture_output=True)


async def _call(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    running: Running,
    pool: BodyPool,
    left: Iterator[int],
    numbers: Iterator[int],
) -> None:
    for _ in left:
        body = pool.body(next(numbers))
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{running.port}\r\n"
            f"authorization: Bearer {running.launch.key}\r\ncontent-type: application/json\r\n"
            f"accept: application/json\r\nuser-agent: benchmarks/1\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answered = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not answered.startswith(b"http/1.1 200"):
            raise RuntimeError(f"{running.name} answered {answered[:200]!r}")
        await reader.readexactly(int(answered.partition(b"content-length:")[2].split()[0]))
