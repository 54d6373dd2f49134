"""Entries written straight into the database: how the command line records what its user does.

A command lives for a moment beside a gateway that runs, and changes what the database holds; so its
entries are durable where its change will be, or neither is. All commands of a data folder write one
chain, one after the other: the position in the database is compared and set, as it is for shipping.

::

    <data>/commands         the writer's id; commands hold it shared, whoever closes what they left open alone
    <data>/commands.turn    held by the command whose turn it is

They take turns, because SQLite gives its lock to whoever happens to ask at the right moment: many commands at
once would starve one another, and the gateway beside them.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

from gateway.audit.boot import Booting, boot_entry, left_open
from gateway.audit.chain import Chain, Head, genesis
from gateway.audit.entry import Entry, encode
from gateway.audit.projection import Sealed, project, shipment
from gateway.errors import SpoolUnavailable
from gateway.stores.interfaces import StoreUnavailable

_FILE = "commands"
_TURN = "commands.turn"
_TURN_LOOK_S = 0.01
_MOST_TRIES = 1_000
"""Each that fails is another command's that worked."""


class DirectLog:
    """Blocks. One per command; what dead commands left open is closed by the next that is alone."""

    def __init__(self, booting: Booting, writer: str, descriptors: Sequence[int]) -> None:
        self._booting = booting
        self._descriptors = descriptors
        self.writer = writer

    @classmethod
    def open(cls, booting: Booting, *, turn_wait_s: float = 30.0) -> Self:
        """Waits for its turn, but not for ever: one that was stopped must not keep a key from being revoked.

        SpoolUnavailable: nothing can be recorded here.
        """
        with ExitStack() as undo:
            try:
                turn, shared = (_opened(booting, name, undo) for name in (_TURN, _FILE))
                _wait_for_turn(turn, turn_wait_s)
                log = cls(booting, os.pread(shared, 64, 0).decode(), (shared, turn))
                log._share(shared)
            except (OSError, StoreUnavailable) as error:
                raise SpoolUnavailable(f"the audit log can't be opened: {error}") from error
            undo.pop_all()
        return log

    def append(self, *entries: Entry) -> None:
        """Durable when it returns. SpoolUnavailable: none of them is in the log."""
        try:
            self._append(entries)
        except (StoreUnavailable, UnicodeEncodeError) as error:
            raise SpoolUnavailable(f"the audit log could not be written: {error}") from error

    def close(self) -> None:
        for descriptor in self._descriptors:
            os.close(descriptor)

    def _append(self, entries: Sequence[Entry]) -> None:
        booting, writer = self._booting, self.writer
        for _ in range(_MOST_TRIES):
            seq, digest = booting.archive.position(writer)
            first = [] if seq else [boot_entry(booting)]
            head = Head(seq, digest, 1) if seq else genesis(booting.installation, writer)
            whole = [*first, *entries]
            links = Chain(booting.installation, writer, head, 1).seal(map(encode, whole))
            made = shipment(writer, [project(writer, one) for one in map(Sealed, links, whole)])
            made.durable = True
            if booting.archive.ship(made, seq):
                return
        raise StoreUnavailable("other commands write all the time")

    def _share(self, shared: int) -> None:
        """Held shared from here on. Who can hold it alone knows that whatever is open was left by the dead."""
        try:
            fcntl.flock(shared, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            closings = left_open(self._booting, self.writer)
            if closings:
                self._append(closings)
        fcntl.flock(shared, fcntl.LOCK_SH)


def close_left_open(booting: Booting) -> None:
    """Closes the acts of commands that did not live to say how they ended."""
    if (booting.data / _FILE).exists():
        DirectLog.open(booting, turn_wait_s=0.0).close()


def _wait_for_turn(turn: int, wait_s: float) -> None:
    for looks_left in reversed(range(1 + round(wait_s / _TURN_LOOK_S))):
        with suppress(BlockingIOError):
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        if looks_left:
            time.sleep(_TURN_LOOK_S)


def _opened(booting: Booting, name: str, undo: ExitStack) -> int:
    path = booting.data / name
    if not path.exists():
        _make(path, booting.new_id())
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    undo.callback(os.close, descriptor)
    return descriptor


def _make(path: Path, writer: str) -> None:
    """Whole or not at all, and once, whoever else makes it now. It holds no secret, and a gateway that runs as
    another user than the command has to read it."""
    draft = path.with_name(f"{path.name}.{writer}")
    draft.write_text(writer)
    draft.chmod(0o644)
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
