"""The audit log as the rest of the gateway sees it: append, healthy, lag, close."""

from __future__ import annotations

import asyncio
from typing import Self

from gateway.audit.appended import Appended
from gateway.audit.archival import Archival
from gateway.audit.boot import Booting, Started, start
from gateway.audit.direct import close_left_open
from gateway.audit.entry import Entry
from gateway.audit.segments import SegmentWriter
from gateway.audit.shipping import Shipper
from gateway.audit.spool import BatchWriter, Spool


class AuditLog:
    """One process's part of the log: a spool on disk and its shipping to the database."""

    def __init__(self, started: Started, spool: Spool, shipper: Shipper, archival: Archival) -> None:
        self._started = started
        self._spool = spool
        self._shipper = shipper
        self._archival = archival

    @classmethod
    async def open(cls, booting: Booting) -> Self:
        """Recovers, ships leftovers, closes interrupted calls. SpoolDamaged or StoreUnavailable."""
        started = await asyncio.to_thread(start, booting)
        await asyncio.to_thread(close_left_open, booting)
        mine, archival = started.recovered, Archival(asyncio.get_running_loop())
        shipper = Shipper(
            booting.archive,
            mine.writer,
            mine.folder,
            position=started.position,
            head=started.chain.head,
            told=archival.told,
        )
        shipper.start()
        writer = BatchWriter(started.chain, SegmentWriter(mine.folder, fsync=booting.fsync), shipper.offer)
        spool = Spool(writer, asyncio.get_running_loop(), booting.monotonic, fsync=booting.fsync)
        return cls(started, spool, shipper, archival)

    @property
    def writer(self) -> str:
        """The id of this process's chain."""
        return self._started.recovered.writer

    @property
    def head(self) -> tuple[int, str]:
        """The number and hash of the last entry that is durable here."""
        seq, digest, _ = self._shipper.head
        return seq, digest

    @property
    def boot(self) -> int:
        """Which start of a process on this chain this is."""
        return self._started.chain.head.boot

    @property
    def appended(self) -> int:
        """The number of the last entry that was appended, once it is durable."""
        return self._shipper.written + self._spool.waiting

    @property
    def shipped(self) -> int:
        """The number of the last entry that is in the database."""
        return self._shipper.shipped

    def hurry(self) -> None:
        """Ships what is durable, now."""
        self._shipper.hurry()

    def append(self, entry: Entry) -> Appended:
        """Chains an entry, at once and in this order; awaiting says that it is durable.

        SpoolUnavailable, at once or when awaited, if it can't be made so.
        """
        return self._spool.append(entry)

    async def archived(self) -> None:
        """Returns once the database holds all that is durable here now. SpoolUnavailable if it doesn't in time."""
        await self._archival.wait(self._shipper.written, self._shipper)

    @property
    def healthy(self) -> bool:
        """Whether the last write to the spool worked."""
        return self._spool.healthy

    @property
    def lag(self) -> int:
        """Entries that are durable here and not yet in the database."""
        return self._shipper.lag

    async def close(self, timeout_s: float = 10.0) -> bool:
        """Writes and ships the rest. False if the database didn't take it: the next boot goes on."""
        await self._spool.close()
        shipped = await asyncio.to_thread(self._shipper.close, timeout_s)
        self._started.recovered.lock.close()
        return shipped
