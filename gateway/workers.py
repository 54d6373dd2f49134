"""Several processes of one gateway on one port: a parent that starts them, hands on what it is told, and starts anew
those that die.

Each worker listens for itself (SO_REUSEPORT: the system spreads connections), and writes a chain of its own. The first
one is ready before the others start, so that what is made once is made by one. They end with their parent, however
that ends.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Final

_LOG = logging.getLogger(__name__)
_PAUSE_S: Final = 1.0
"""Before one that died is started again."""

Ready = Callable[[], None]
Work = Callable[[Ready | None], int]
"""Its exit status; runs in a process of its own. The first of all is given what it calls once it listens."""


def shared_socket(host: str, port: int) -> socket.socket:
    """Bound to an address that other processes may be bound to as well. OSError: it can't be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind((host, port))
    except BaseException:
        made.close()
        raise
    return made


class Workers:
    """`run` returns when all have ended; belongs to the main thread, and nothing else may run in this process."""

    def __init__(self, count: int, work: Work) -> None:
        self._count = count
        self._work = work
        self._numbers: dict[int, int] = {}
        """By process id."""
        self._stopping = False
        self._alive, self._held = os.pipe()
        """Whoever reads it learns that nobody holds the other end any more."""

    def run(self) -> int:
        """The exit status of the first worker that failed; 0: none did."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: self._stop())
        signal.signal(signal.SIGHUP, lambda *_: self._hand_on(signal.SIGHUP))
        status = self._first()
        if status is not None:
            return status
        for number in range(1, self._count):
            self._start(number)
        return self._follow()

    def _first(self) -> int | None:
        """How it ended, if it did before it was ready."""
        ready, told = os.pipe()
        pid = self._start(0, told)
        os.close(told)
        is_ready = os.read(ready, 1) != b""
        os.close(ready)
        if is_ready:
            return None
        del self._numbers[pid]
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def _start(self, number: int, told: int | None = None) -> int:
        pid = os.fork()
        if pid == 0:
            self._be(told)
        self._numbers[pid] = number
        if self._stopping:  # the signal came in between
            os.kill(pid, signal.SIGTERM)
        return pid

    def _be(self, told: int | None) -> None:
        """Never returns."""
        status = 1
        try:
            for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(each, signal.SIG_DFL)
            os.setpgrp()  # what is typed at a terminal is for the parent
            os.close(self._held)
            threading.Thread(target=self._end_with_parent, name="parent", daemon=True).start()
            status = self._work(None if told is None else partial(_tell, told))
        finally:
            os._exit(status)

    def _end_with_parent(self) -> None:
        os.read(self._alive, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _follow(self) -> int:
        failed = 0
        while self._numbers:
            pid, status = os.wait()
            number = self._numbers.pop(pid, None)
            if number is None:
                continue
            code = os.waitstatus_to_exitcode(status)
            if self._stopping:
                failed = failed or (0 if code == -signal.SIGTERM else code)
                continue
            _LOG.error("worker %d ended with status %d; it is started again", number, code)
            time.sleep(_PAUSE_S)
            self._start(number)
        return failed

    def _stop(self) -> None:
        self._stopping = True
        self._hand_on(signal.SIGTERM)

    def _hand_on(self, number: signal.Signals) -> None:
        for pid in [*self._numbers]:
            os.kill(pid, number)


def _tell(told: int) -> None:
    os.write(told, b"1")
    os.close(told)
