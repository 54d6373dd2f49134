"""What every part that is its own process needs: waiting on a fact with a deadline, its output."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeVar

Found = TypeVar("Found")


def eventually(look: Callable[[], Found | None], what: str, *, deadline_s: float = 50.0) -> Found:
    """The first true answer of `look`, asked again and again; AssertionError names `what` if none came."""
    end = time.monotonic() + deadline_s
    pause_s = 0.005
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {deadline_s} s")
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, 0.1)


def resident_bytes(pid: int) -> int:
    """The memory a process holds now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"process {pid} has no memory: it is dead")


class Output:
    """Both outputs of a process, kept as lines as they come, so that no pipe ever fills."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self.stdout: list[str] = []
        self.stderr: list[str] = []
        self._readers = [
            self._reader(process.stdout, self.stdout),
            self._reader(process.stderr, self.stderr),
        ]

    @staticmethod
    def _reader(stream: IO[str], lines: list[str]) -> threading.Thread:
        def read() -> None:
            with stream:
                for line in stream:
                    lines.append(line.rstrip("\n"))  # noqa: PERF401  # each line is seen when it comes

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread

    def wait_closed(self) -> None:
        """All the process wrote is in `stdout` and `stderr` (it has ended)."""
        for reader in self._readers:
            reader.join(timeout=5.0)

    def told(self) -> str:
        return "\n".join(["stdout:", *self.stdout, "stderr:", *self.stderr])
