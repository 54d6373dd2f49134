"""One writer's folder on disk: a lock, and append-only segments of lines.

::

    <data>/spool/<writer>/lock
    <data>/spool/<writer>/000000000001.log      named by the sequence number of its first line
    <data>/spool/<writer>/000000000001.torn     what a crash left half written, moved aside

A folder belongs to the process that holds its lock; its name is the writer's id, for good.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Self

WriteCall = Callable[[int, bytes], int]
_PROBE_BYTES = 64 * 1024


class FolderLock:
    """An exclusive lock on a folder, held until closed or the process dies."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, folder: Path) -> Self | None:
        """None where another process holds it."""
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return cls(descriptor)

    def close(self) -> None:
        os.close(self._descriptor)


def writer_folders(data: Path) -> list[Path]:
    """The folders of all writers that ever wrote here, by name."""
    root = data / "spool"
    return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def segment_paths(folder: Path) -> list[tuple[int, Path]]:
    """(sequence number of its first line, path) of each segment, in order."""
    return sorted((int(path.stem), path) for path in folder.glob("*.log") if path.stem.isdigit())


def segment_path(folder: Path, first_seq: int) -> Path:
    return folder / f"{first_seq:012d}.log"


def lines_after(folder: Path, seq: int) -> Iterator[bytes]:
    """The lines of all segments that may hold entries after `seq`; the first may be older.

    A segment that is deleted meanwhile was shipped: the lines begin later then. The last line may
    lack its newline while it is being written.
    """
    segments = segment_paths(folder)
    starts = [first for first, _ in segments if first <= seq + 1]
    begin = starts[-1] if starts else 0
    for first, path in segments:
        if first < begin:
            continue
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue
        with file:
            yield from file


class SegmentWriter:
    """Appends whole batches of lines; what failed half-way is taken back.

    `write` stands in for os.write in tests. Not thread-safe: one thread writes.
    """

    def __init__(
        self,
        folder: Path,
        *,
        fsync: bool = False,
        segment_bytes: int = 64 * 1024 * 1024,
        write: WriteCall = os.write,
    ) -> None:
        self._folder = folder
        self._fsync = fsync
        self._segment_bytes = segment_bytes
        self._write = write
        self._descriptor: int | None = None
        self._size = 0
        self._dirty = False

    def append(self, first_seq: int, data: bytes) -> None:
        """OSError: none of `data` is in the log. Returns once it is durable."""
        if self._dirty:
            self._take_back()
        descriptor = self._segment_for(first_seq)
        self._dirty = True
        try:
            view = memoryview(data)
            while view:
                view = view[self._write(descriptor, view) :]  # type: ignore[arg-type]
            if self._fsync:
                os.fsync(descriptor)
        except OSError:
            self._take_back()
            raise
        self._dirty = False
        self._size += len(data)

    def probe(self) -> None:
        """OSError while nothing can be written here; takes back what a failure left behind."""
        if self._dirty:
            self._take_back()
        path = self._folder / "probe"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            self._write(descriptor, bytes(_PROBE_BYTES))
        finally:
            os.close(descriptor)
            path.unlink()

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _segment_for(self, first_seq: int) -> int:
        if self._descriptor is not None and self._size < self._segment_bytes:
            return self._descriptor
        self.close()
        existing = segment_paths(self._folder)
        path = existing[-1][1] if existing else segment_path(self._folder, first_seq)
        if existing and path.stat().st_size >= self._segment_bytes:
            path = segment_path(self._folder, first_seq)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = os.fstat(self._descriptor).st_size
        if self._fsync:
            sync_folder(self._folder)
        return self._descriptor

    def _take_back(self) -> None:
        """Cuts the segment back to its last whole batch; until that works nothing is appended."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, self._size)
        self._dirty = False


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder survive a power loss."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def shipped_segments(folder: Path, shipped_seq: int) -> list[Path]:
    """Segments whose every line is shipped, as long as the next one holds a whole line.

    So the newest line of the chain is always here, whatever a crash tears off.
    """
    segments = segment_paths(folder)
    return [path for (_, path), (next_first, _) in pairwise(segments) if next_first <= shipped_seq]
