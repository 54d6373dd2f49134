"""The spool: entries become durable here, on the local disk, before anything depends on them.

Entries that are appended in the same turn of the event loop are sealed and written as one batch,
and so are those that gather while a batch is on its way. Chain order is the order of `append`.

Without fsync a write is a copy into the kernel's memory, which outlives `kill -9`: it takes
microseconds, a thread to do it in costs ten times that, so it is done on the loop. With fsync, and
for a while after a write that was slow (a disk that stalls), a thread does it.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence

from gateway.audit.appended import Appended
from gateway.audit.chain import Chain, Head, lines_of
from gateway.audit.entry import Act, Entry, Intent, encode
from gateway.audit.projection import Sealed
from gateway.audit.segments import SegmentWriter
from gateway.errors import SpoolUnavailable

_LOG = logging.getLogger(__name__)

Written = Callable[[Sequence[Sealed], Head], None]
Waiting = tuple[Entry, bytes, Appended]
"""An entry, its JSON, and who waits for it."""


class BatchWriter:
    """Seals and writes batches. What couldn't be written leaves the chain where it was."""

    def __init__(self, chain: Chain, segments: SegmentWriter, written: Written) -> None:
        self._chain = chain
        self._segments = segments
        self._written = written

    def write(self, batch: Sequence[Waiting]) -> None:
        """OSError: nothing of it is in the log. An empty batch only tries whether one could be."""
        if not batch:
            self._segments.probe()
            return
        before = self._chain.head
        links = self._chain.seal([encoded for _, encoded, _ in batch])
        try:
            self._segments.append(before.seq + 1, lines_of(links))
        except BaseException:
            self._chain.head = before
            raise
        self._written(list(map(Sealed, links, [entry for entry, _, _ in batch])), self._chain.head)

    def close(self) -> None:
        self._segments.close()


class Pace:
    """Says whether the loop may write by itself: not with fsync, and not soon after a slow write."""

    def __init__(self, monotonic: Callable[[], float], *, fsync: bool, slow_s: float, wary_s: float) -> None:
        self._monotonic = monotonic
        self._slow_s = slow_s
        self._wary_s = wary_s
        self._wary_until = float("inf") if fsync else float("-inf")

    @property
    def quick(self) -> bool:
        return self._monotonic() >= self._wary_until

    def write(self, writer: BatchWriter, batch: Sequence[Waiting]) -> Exception | None:
        """Writes the batch; what went wrong, if anything."""
        began = self._monotonic()
        try:
            writer.write(batch)
        except Exception as error:  # whatever it was, the callers of this batch must hear of it
            return error
        finally:
            ended = self._monotonic()
            if ended - began > self._slow_s:
                self._wary_until = max(self._wary_until, ended + self._wary_s)
        return None


class Spool:
    """Belongs to the event loop that made it. `healthy` says whether the last write worked."""

    def __init__(
        self,
        writer: BatchWriter,
        loop: asyncio.AbstractEventLoop,
        monotonic: Callable[[], float],
        *,
        fsync: bool = False,
        max_entries: int = 20_000,
        max_bytes: int = 64 * 1024 * 1024,
        slow_s: float = 0.05,
        wary_s: float = 10.0,
        probe_s: float = 1.0,
    ) -> None:
        self._writer = writer
        self._loop = loop
        self._pace = Pace(monotonic, fsync=fsync, slow_s=slow_s, wary_s=wary_s)
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._probe_s = probe_s
        self._probe: asyncio.TimerHandle | None = None
        self._waiting: list[Waiting] = []
        self._entries = 0
        self._bytes = 0
        self._writing = False
        self._closing = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._batches: queue.SimpleQueue[list[Waiting] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="audit-spool", daemon=True)
        self._thread.start()
        self.healthy = True

    def append(self, entry: Entry) -> Appended:
        """Chains the entry; awaiting what is returned says that it is durable.

        SpoolUnavailable at once if the queue is full or the spool closed, when awaited if the write
        fails; an outcome fails with its intent. Who stops waiting doesn't take the entry out.
        """
        if self._closing:
            raise SpoolUnavailable("the audit log is closed")
        encoded = encode(entry)
        if self._entries >= self._max_entries or self._bytes + len(encoded) > self._max_bytes:
            raise SpoolUnavailable("the audit log can't keep up: its queue is full")
        if not self._waiting and not self._writing:
            # At the end of this turn of the loop, so that whoever else is ready joins the batch.
            self._idle.clear()
            self._loop.call_soon(self._write)
        self._entries += 1
        self._bytes += len(encoded)
        appended = Appended(self._loop.create_future())
        self._waiting.append((entry, encoded, appended))
        return appended

    @property
    def waiting(self) -> int:
        """Entries that were appended and are not durable yet."""
        return self._entries

    async def close(self) -> None:
        """Writes what is queued, then stops. Later appends raise SpoolUnavailable. Idempotent."""
        self._closing = True
        if self._probe is not None:
            self._probe.cancel()
        await self._idle.wait()
        self._batches.put(None)
        await asyncio.to_thread(self._thread.join)

    def _write(self) -> None:
        batch, self._waiting = self._waiting, []
        if self._pace.quick:
            self._settle(batch, self._pace.write(self._writer, batch))
        else:
            self._writing = True
            self._batches.put(batch)

    def _written(self, batch: list[Waiting], error: Exception | None) -> None:
        """The thread is done with a batch."""
        self._writing = False
        self._settle(batch, error)

    def _settle(self, batch: list[Waiting], error: Exception | None) -> None:
        self._note_health(error)
        if error is not None:
            batch = batch + self._orphans_of(batch)
        for _, encoded, appended in batch:
            self._bytes -= len(encoded)
            if error is not None:
                appended.fail(SpoolUnavailable("the audit log could not be written"))
            elif not appended.durable.done():
                appended.durable.set_result(None)
        self._entries -= len(batch)
        if self._waiting:
            self._write()
        else:
            self._idle.set()

    def _orphans_of(self, failed: list[Waiting]) -> list[Waiting]:
        """Takes out what waits for the next batch and whose first entry was in the failed one.

        No outcome may stand in the log without its intent, no end of an act without the act.
        """
        lost = {entry.id for entry, _, _ in failed if isinstance(entry, Intent | Act)}
        orphans = [one for one in self._waiting if one[0].id in lost]
        self._waiting = [one for one in self._waiting if one[0].id not in lost]
        return orphans

    def _note_health(self, error: Exception | None) -> None:
        if self.healthy is not (error is None):
            self.healthy = error is None
            if error is None:
                _LOG.warning("the audit spool can be written again")
            else:
                _LOG.error("the audit spool can't be written: %s", error)
        if error is not None and not self._closing:
            if self._probe is not None:
                self._probe.cancel()
            self._probe = self._loop.call_later(self._probe_s, self._try_again)

    def _try_again(self) -> None:
        """Whoever is not ready gets no calls, so it can't wait for one to find out."""
        if not (self.healthy or self._closing or self._writing or self._waiting):
            self._idle.clear()
            self._writing = True
            self._batches.put([])

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            error = self._pace.write(self._writer, batch)
            try:
                self._loop.call_soon_threadsafe(self._written, batch, error)
            except RuntimeError:
                break  # the loop is closed: nobody is left to tell
        self._writer.close()
