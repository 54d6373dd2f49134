"""Finds the folders that no process holds, and where the chain in each of them stands.

A crash may cut the last write short: bytes at the very end that are no whole line are moved into a
`.torn` file. Anything wrong before that is no crash, and nobody starts on top of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from gateway.audit.chain import (
    ChainChecker,
    Fault,
    Head,
    genesis,
    open_envelope,
    split_line,
)
from gateway.audit.segments import FolderLock, segment_paths, writer_folders
from gateway.errors import GatewayError

_TEARS = frozenset({"torn", "changed", "unreadable"})
_RETIRED = "retired"


class SpoolDamaged(GatewayError):
    """A spool that a crash can't explain: someone or something changed it."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A writer's folder, locked: where its chain stands and how much was torn off its end."""

    writer: str
    folder: Path
    lock: FolderLock
    head: Head
    torn_bytes: int = 0

    def retire(self) -> None:
        """Nobody will append to this chain again."""
        (self.folder / _RETIRED).touch(mode=0o600)
        self.lock.close()


def recover_all(data: Path, installation: str) -> Iterator[Recovered]:
    """Every folder that no living process holds. SpoolDamaged if one can't be trusted."""
    found = (recover_one(folder, installation) for folder in writer_folders(data))
    return (one for one in found if one is not None)


def recover_one(folder: Path, installation: str) -> Recovered | None:
    """None where a living process holds it, or nobody will write to it again."""
    if (folder / _RETIRED).exists():
        return None
    lock = FolderLock.take(folder)
    if lock is None:
        return None
    try:
        head, torn_bytes = recover(folder, installation)
    except BaseException:
        lock.close()
        raise
    return Recovered(folder.name, folder, lock, head, torn_bytes)


def create(data: Path, installation: str, new_id: Callable[[], str]) -> Recovered:
    """A new writer's folder."""
    while True:
        folder = data / "spool" / new_id()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FolderLock.take(folder)
        if lock is not None:
            return Recovered(folder.name, folder, lock, genesis(installation, folder.name))


def recover(folder: Path, installation: str) -> tuple[Head, int]:
    """The head of the chain in a locked folder, and how many torn bytes were moved aside."""
    segments = [path for _, path in segment_paths(folder) if path.stat().st_size > 0]
    checker = ChainChecker(installation, folder.name)
    for path in segments:
        if path is segments[0]:
            checker.head = _head_before(path, checker.head)
        offset, fault = check_segment(checker, path)
        if fault is None:
            continue
        if path is segments[-1] and fault.what in _TEARS and not _whole_line_after(path, offset):
            return checker.head, _cut(path, offset)
        raise SpoolDamaged(
            f"{path}: entry {fault.seq} is {fault.what}: {fault.detail}. Move the folder aside to start"
        )
    return checker.head, 0


def check_segment(checker: ChainChecker, path: Path) -> tuple[int, Fault | None]:
    """Feeds a segment; at a fault, that and the offset of its line."""
    offset = 0
    with path.open("rb") as lines:
        for line in lines:
            found = checker.feed_line(line)
            if isinstance(found, Fault):
                return offset, found
            offset += len(line)
    return offset, None


def _head_before(path: Path, start: Head) -> Head:
    """The head that a spool's first line follows: older segments were shipped and deleted."""
    with path.open("rb") as lines:
        parts = split_line(lines.readline())
    envelope = None if parts is None else open_envelope(parts[1])
    if envelope is None or envelope.seq == 1:
        return start
    starts_boot = bytes(envelope.entry).startswith(b'{"kind":"boot"')
    return Head(envelope.seq - 1, envelope.prev, envelope.boot - starts_boot)


def _whole_line_after(path: Path, offset: int) -> bool:
    with path.open("rb") as lines:
        lines.seek(offset)
        return any(_is_whole(line) for line in lines)


def _is_whole(line: bytes) -> bool:
    parts = split_line(line) if line.endswith(b"\n") else None
    return parts is not None and sha256(parts[1]).hexdigest() == parts[0]


def _cut(path: Path, offset: int) -> int:
    """Moves what follows `offset` into a file beside the segment; how many bytes that was."""
    with path.open("r+b") as segment:
        segment.seek(offset)
        torn = segment.read()
        with path.with_suffix(".torn").open("ab") as aside:
            aside.write(torn)
            aside.flush()
            os.fsync(aside.fileno())
        segment.truncate(offset)
    return len(torn)
