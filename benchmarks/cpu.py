"""What processes used of the machine, read from Linux's /proc.

Processor time comes from `schedstat`, in nanoseconds: the same quantity as `stat`, finer.
"""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")
_IDLE_FIELDS = (3, 4)  # idle and iowait in a `cpu` line of /proc/stat


def tree(pid: int) -> list[int]:
    """The process and all its living descendants."""
    found = [pid]
    for parent in found:  # grows while it is walked
        for task in _tasks(parent):
            found.extend(int(child) for child in _text(task / "children").split())
    return found


def cpu_ns(pid: int) -> int:
    """Processor time of the process, its threads and its descendants so far."""
    return sum(_thread_ns(task) for process in tree(pid) for task in _tasks(process))


def rss_bytes(pid: int) -> int:
    """Resident memory of the process and its descendants (pages shared by them count twice)."""
    page_bytes = os.sysconf("SC_PAGE_SIZE")
    fields = (_text(PROC / str(process) / "statm").split() for process in tree(pid))
    return sum(int(values[1]) * page_bytes for values in fields if values)


def core_busy_ns(core: int) -> int:
    """Time that a core has spent on anything but idling, whoever used it. Steps of 10 ms."""
    name = f"cpu{core}"
    for line in _text(PROC / "stat").splitlines():
        label, *ticks = line.split()
        if label == name:
            busy = sum(int(value) for at, value in enumerate(ticks[:8]) if at not in _IDLE_FIELDS)
            return busy * 1_000_000_000 // os.sysconf("SC_CLK_TCK")
    return 0


def cores_for_target_and_load() -> tuple[int | None, int | None]:
    """One core for what is measured and one for what drives it; None, None where there is only one."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    cores = sorted(os.sched_getaffinity(0))
    return (cores[0], cores[1]) if len(cores) > 1 else (None, None)


def _tasks(pid: int) -> list[Path]:
    try:
        return list((PROC / str(pid) / "task").iterdir())
    except FileNotFoundError:
        return []


def _thread_ns(task: Path) -> int:
    return int((_text(task / "schedstat") or "0").split()[0])


def _text(path: Path) -> str:
    """Empty for a process that has ended meanwhile."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
