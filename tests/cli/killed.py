"""The command line in a process that kills itself at one point: `python -m tests.cli.killed POINT keys create …`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine

from gateway.audit.direct import DirectLog
from gateway.cli import main
from gateway.stores import archive
from gateway.stores.database import writing

POINTS: Final = ("before", "inside", "begun", "changed", "inside the end", "ended")
"""Where it dies: before its first entry, inside that entry's transaction, once the entry is durable, after its
change, inside the transaction of the last entry, and after it."""


class Dying:
    """Counts entries, and dies at its point."""

    def __init__(self, point: str) -> None:
        self._point = point
        self._entries = 0
        self._append = DirectLog.append

    def append(self, log: DirectLog, *entries: Any) -> None:
        self._die_at("changed" if self._entries else "before")
        self._append(log, *entries)
        self._entries += 1
        self._die_at("ended" if self._entries > 1 else "begun")

    @contextmanager
    def writing(self, engine: Engine, *, durable: bool = False, alone: bool = True) -> Iterator[Connection]:
        with writing(engine, durable=durable, alone=alone) as connection:
            yield connection
            self._die_at("inside the end" if self._entries else "inside")

    def _die_at(self, point: str) -> None:
        if self._point == point:
            os.kill(os.getpid(), signal.SIGKILL)


def run(dying: Dying) -> None:
    DirectLog.append = lambda log, *entries: dying.append(log, *entries)  # type: ignore[method-assign]
    archive.writing = dying.writing  # type: ignore[attr-defined]
    main()


if __name__ == "__main__":
    point = sys.argv.pop(1)
    run(Dying(point))
