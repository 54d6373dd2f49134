"""Ships what the spool holds into the database, exactly once, in a thread of its own.

What was just written is handed over in memory; after an overflow, an outage or a restart the same
entries are read from the segments. The position in the database decides what comes next, and it
moves in the same transaction as the rows.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from gateway.audit.chain import Head, Link, open_envelope, split_line
from gateway.audit.entry import decode
from gateway.audit.projection import Projected, Sealed, project, shipment
from gateway.audit.recovery import SpoolDamaged
from gateway.audit.segments import lines_after, shipped_segments
from gateway.stores.interfaces import Archive

_LOG = logging.getLogger(__name__)
BATCH_ENTRIES = 1_000


def ship_batch(archive: Archive, writer: str, entries: Sequence[Projected], position: int) -> int:
    """The new position. Where the database stands elsewhere than `position`, its own is returned.

    SpoolDamaged where the entries don't follow on `position`: what lies between is evidence that
    is nowhere, and shipping past it would hide that.
    """
    first = entries[0].seq
    if first != position + 1:
        raise SpoolDamaged(
            f"audit writer {writer}: the database ends at entry {position} and the spool begins at entry "
            f"{first}: what lies between is in neither. Restore a newer database, or move the spool's folder "
            f"{writer} aside to start"
        )
    if archive.ship(shipment(writer, entries), position):
        return entries[-1].seq
    return archive.position(writer).seq


def ship_folder(archive: Archive, writer: str, folder: Path, head: Head) -> None:
    """Ships all that a folder holds and the database doesn't. For folders nobody writes to."""
    position = archive.position(writer).seq
    while position < head.seq:
        before = position
        entries = entries_between(folder, writer, position, head.seq)
        while batch := list(islice(entries, BATCH_ENTRIES)):
            position = ship_batch(archive, writer, batch, position)
            if position != batch[-1].seq:
                break  # the database stands elsewhere: read on from there
        if position == before:
            raise SpoolDamaged(
                f"audit writer {writer}: entries after {before} can't be shipped from {folder}"
            )
    drop_shipped(archive, folder, position)


def drop_shipped(archive: Archive, folder: Path, position: int) -> None:
    """Deletes the segments that were shipped whole, once the database would survive a power loss."""
    segments = shipped_segments(folder, position)
    if segments and archive.make_durable():
        for path in segments:
            path.unlink(missing_ok=True)


def entries_between(folder: Path, writer: str, after: int, until: int) -> Iterator[Projected]:
    """The entries after `after` up to `until`, read from the segments, in order."""
    for line in lines_after(folder, after):
        parts = split_line(line)
        envelope = None if parts is None else open_envelope(parts[1])
        if parts is None or envelope is None:
            raise SpoolDamaged(f"{folder}: a line after entry {after} can't be read")
        if envelope.seq > after:
            link = Link(envelope.seq, envelope.boot, *parts)
            yield project(writer, Sealed(link, decode(envelope.entry)))
        if envelope.seq >= until:
            return


class Shipper:
    """`offer` is called by the spool's thread; the rest by whoever owns it."""

    def __init__(
        self,
        archive: Archive,
        writer: str,
        folder: Path,
        *,
        position: int,
        head: Head,
        interval_s: float = 0.25,
        max_back_off_s: float = 10.0,
        memory_entries: int = 50_000,
        told: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._archive = archive
        self._writer = writer
        self._folder = folder
        self._interval_s = interval_s
        self._max_back_off_s = max_back_off_s
        self._memory_entries = memory_entries
        self._told = told
        self._position = position
        self._head = head
        self._recent: deque[list[Projected]] = deque()
        self._recent_entries = 0
        self._lock = threading.Lock()
        self._work = threading.Event()
        self._hurry = threading.Event()
        self._closing = threading.Event()
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-shipping", daemon=True)

    def start(self) -> None:
        if self._head.seq > self._position:
            self._work.set()
        self._thread.start()

    @property
    def head(self) -> Head:
        """The last entry that is durable here."""
        return self._head

    @property
    def shipped(self) -> int:
        """The number of the last entry that is in the database."""
        return self._position

    @property
    def written(self) -> int:
        """The number of the last entry that is durable here."""
        return self._head.seq

    def hurry(self) -> None:
        self._hurry.set()

    @property
    def lag(self) -> int:
        """Entries that are durable here and not yet in the database."""
        return self._head.seq - self._position

    def offer(self, sealed: Sequence[Sealed], head: Head) -> None:
        """What was just written. Dropped from memory if too much waits: the segments have it."""
        writer = self._writer
        projected = [project(writer, one) for one in sealed]
        with self._lock:
            self._head = head
            self._recent_entries += len(sealed)
            if self._recent_entries > self._memory_entries:
                self._recent.clear()
                self._recent_entries = 0
            else:
                self._recent.append(projected)
        if not self._work.is_set():
            self._work.set()
        if self._recent_entries >= BATCH_ENTRIES and not self._hurry.is_set():
            self._hurry.set()

    def close(self, timeout_s: float) -> bool:
        """Ships the rest and stops. False if that didn't work in time: the next boot goes on."""
        self._closing.set()
        self._hurry.set()
        self._work.set()
        self._thread.join(timeout_s)
        self._given_up.set()
        self._thread.join()
        return self.lag == 0

    def _run(self) -> None:
        back_off_s = self._interval_s
        while True:
            self._work.wait()
            self._hurry.wait(self._interval_s)
            closing = self._closing.is_set()
            self._work.clear()
            self._hurry.clear()
            try:
                self._ship_waiting()
                back_off_s = self._interval_s
            except Exception as error:  # a database or disk that fails now may work later; nothing is lost
                _LOG.warning("the audit log can't be shipped, %d entries wait: %s", self.lag, error)
                self._work.set()
                (self._given_up if closing else self._closing).wait(back_off_s)
                back_off_s = min(back_off_s * 2, self._max_back_off_s)
                closing = self._given_up.is_set()
            if closing:
                return

    def _ship_waiting(self) -> None:
        """What is there now. What comes meanwhile gathers for the next time: large batches are cheap."""
        until = self._head.seq
        while self._position < until:
            before = self._position
            for batch in self._batches():
                self._position = ship_batch(self._archive, self._writer, batch, self._position)
                self._forget()
                self._told(self._position)
                if self._position != batch[-1].seq:
                    break  # the database stands elsewhere: go on from there
            if self._position == before:
                raise SpoolDamaged(f"{self._folder}: no entry after {before}, though {until} were written")
        drop_shipped(self._archive, self._folder, self._position)

    def _batches(self) -> Iterator[list[Projected]]:
        """From memory where memory goes on from the position, else from disk."""
        with self._lock:
            first = self._recent[0][0].seq if self._recent else self._head.seq + 1
            recent = self._taken()[self._position + 1 - first :] if first <= self._position + 1 else []
        if recent:
            yield recent
            return
        entries = entries_between(self._folder, self._writer, self._position, first - 1)
        while batch := list(islice(entries, BATCH_ENTRIES)):
            yield batch

    def _taken(self) -> list[Projected]:
        """What memory holds, up to a batch; it stays there until it is shipped."""
        taken: list[Projected] = []
        for written in self._recent:
            taken += written
            if len(taken) >= BATCH_ENTRIES:
                break
        return taken

    def _forget(self) -> None:
        with self._lock:
            while self._recent and self._recent[0][-1].seq <= self._position:
                self._recent_entries -= len(self._recent.popleft())
