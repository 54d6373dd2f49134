"""Sealed contents on their way into the database: files beside the spool, one folder a process.

::

    <data>/content/<process>/lock
    <data>/content/<process>/000000000001.kept     4 bytes of length, then a row; again and again

What was appended outlives `kill -9`. A thread ships whole files and deletes them once the database has them for good;
a row that comes twice is taken once. What a dead process left is shipped by the next one that starts. A record that a
crash cut short is dropped: its entry was not written either, for contents are appended first.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from gateway.audit.segments import FolderLock
from gateway.stores.contents import ContentRow, Contents

_LOG = logging.getLogger(__name__)
_SUFFIX: Final = ".kept"
_LENGTH_BYTES: Final = 4
_BATCH_BYTES: Final = 8 * 1024 * 1024
MOST_WAITING_BYTES: Final = 512 * 1024 * 1024
"""On this disk and not in the database yet: an outage must not fill the disk that the audit spool needs."""


class ContentSpool:
    """`append` is for the event loop: one write into the page cache. The rest happens in a thread."""

    def __init__(
        self,
        data: Path,
        store: Contents,
        new_id: Callable[[], str],
        *,
        interval_s: float = 0.25,
        most_bytes: int = MOST_WAITING_BYTES,
    ) -> None:
        self._root = data / "content"
        self._store = store
        self._new_id = new_id
        self._interval_s = interval_s
        self._most_bytes = most_bytes
        self._writing = threading.Lock()
        self._work, self._closing = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._lock: FolderLock | None = None
        self._folder: Path | None = None
        self._file: int | None = None
        self._number = 0
        self._waiting_bytes = 0

    def append(self, row: ContentRow) -> None:
        """OSError: it is not kept."""
        body = msgspec.msgpack.encode(row)
        record = len(body).to_bytes(_LENGTH_BYTES) + body
        with self._writing:
            if self._waiting_bytes + len(record) > self._most_bytes:
                raise OSError("too much content waits for the database")
            file = self._open_file()
            before = os.fstat(file).st_size
            try:
                written = os.write(file, record)
                if written != len(record):
                    raise OSError("the disk is full")
            except OSError:
                os.ftruncate(file, before)
                raise
            self._waiting_bytes += len(record)
        if not self._work.is_set():
            self._work.set()

    def recover(self) -> None:
        """Ships what dead processes left. Blocks; StoreUnavailable: the next start tries again."""
        for folder in sorted(self._root.iterdir()) if self._root.is_dir() else ():
            lock = FolderLock.take(folder)
            if lock is None:
                continue
            try:
                for path in _files(folder):
                    ship(path, self._store)
                (folder / "lock").unlink(missing_ok=True)
                folder.rmdir()
            finally:
                lock.close()

    def close(self, timeout_s: float = 10.0) -> None:
        """Ships the rest. What the database did not take by then, the next start ships. Blocks."""
        self._closing.set()
        self._work.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        with self._writing:
            self._close_file()
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self._folder is not None and not _files(self._folder):
            (self._folder / "lock").unlink(missing_ok=True)
            with suppress(OSError):
                self._folder.rmdir()

    def _open_file(self) -> int:
        if self._folder is None:
            folder = self._root / self._new_id()
            folder.mkdir(parents=True, mode=0o700)
            self._lock = FolderLock.take(folder)
            if self._lock is None:
                raise OSError("another process starts, and took this folder for an old one")
            self._folder = folder
            self._thread = threading.Thread(target=self._run, name="audit-content", daemon=True)
            self._thread.start()
        if self._file is None:
            self._number += 1
            path = self._folder / f"{self._number:012d}{_SUFFIX}"
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        return self._file

    def _close_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _run(self) -> None:
        assert self._folder is not None
        while True:
            self._work.wait()
            closing = self._closing.wait(self._interval_s)
            self._work.clear()
            with self._writing:
                self._close_file()  # what comes now goes into the next one
                whole = _files(self._folder)
            try:
                for path in whole:
                    size = path.stat().st_size
                    ship(path, self._store)
                    with self._writing:
                        self._waiting_bytes -= size
            except Exception as error:  # a database that fails now may work later; the files stay
                _LOG.warning("contents of calls can't be shipped: %s", error)
                self._work.set()
            if closing:
                return


def ship(path: Path, store: Contents) -> None:
    """Into the database, for good; then the file is deleted."""
    batch: list[ContentRow] = []
    size = 0
    for row in rows_in(path):
        batch.append(row)
        size += len(row.sealed)
        if size > _BATCH_BYTES:
            store.add(batch)
            batch, size = [], 0
    if batch:
        store.add(batch)
    path.unlink()


def rows_in(path: Path) -> Iterator[ContentRow]:
    """Those that are whole."""
    with path.open("rb") as file:
        while len(length := file.read(_LENGTH_BYTES)) == _LENGTH_BYTES:
            body = file.read(int.from_bytes(length))
            try:
                yield msgspec.msgpack.decode(body, type=ContentRow)
            except msgspec.DecodeError:
                return


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{_SUFFIX}"))
