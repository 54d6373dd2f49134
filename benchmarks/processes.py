"""Child processes that can't outlive the benchmark."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
STOP_S = 5.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def last_words(self) -> str:
        """The end of what it wrote, for an error message."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


class Children:
    """Starts processes, each in a group of its own; leaving the block ends them all.

    On Linux the kernel also kills them if this process dies without leaving the block.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children:
            _signal(child, signal.SIGTERM)
        for child in self._children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(STOP_S)
            _signal(child, signal.SIGKILL)
            child.process.wait()

    def start(self, name: str, argv: Sequence[str], env: Mapping[str, str], core: int | None) -> Child:
        """Runs from the repository's root, pinned to `core` with all that it will start."""
        log = self._folder / f"{name}.log"
        with log.open("wb") as output, pinned(core):
            process = subprocess.Popen(
                argv,
                cwd=ROOT,
                env=environment(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        child = Child(name, process, log)
        self._children.append(child)
        return child

    def interrupt(self, child: Child) -> None:
        """Ask one to stop as Ctrl-C would, and wait until it has."""
        _signal(child, signal.SIGINT)
        child.process.wait(STOP_S)


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without its gateway settings, and `more`."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")} | dict(more)


@contextlib.contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """What is started inside runs on `core`; None leaves it free."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _signal(child: Child, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, what)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
