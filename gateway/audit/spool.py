"""The spool: entries become durable here, on the local disk, before anything depends on them.

The event loop collects; one thread seals, writes and (if asked) syncs a whole batch at a time; one
wake-up of the loop tells everybody in it. While a batch is being written the next one gathers.
Chain order is the order of `append`.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gateway.audit.chain import Chain, Head
from gateway.audit.entry import Entry, encode
from gateway.audit.projection import Sealed
from gateway.audit.segments import SegmentWriter
from gateway.errors import SpoolUnavailable

_LOG = logging.getLogger(__name__)

Written = Callable[[Sequence[Sealed], Head], None]


class Waiting(NamedTuple):
    entry: Entry
    encoded: bytes
    durable: asyncio.Future[None]


class BatchWriter:
    """Seals and writes batches. What couldn't be written leaves the chain where it was."""

    def __init__(self, chain: Chain, segments: SegmentWriter, written: Written) -> None:
        self._chain = chain
        self._segments = segments
        self._written = written

    def write(self, batch: Sequence[tuple[Entry, bytes, object]]) -> None:
        """OSError: nothing of it is in the log."""
        before, seal = self._chain.head, self._chain.seal
        sealed = [Sealed(seal(encoded), entry) for entry, encoded, _ in batch]
        lines = b"".join([b"%b %b\n" % (link.hash.encode(), link.body) for link, _ in sealed])
        try:
            self._segments.append(before.seq + 1, lines)
        except BaseException:
            self._chain.head = before
            raise
        self._written(sealed, self._chain.head)

    def close(self) -> None:
        self._segments.close()


class Spool:
    """Belongs to the event loop that made it. `healthy` says whether the last write worked."""

    def __init__(
        self,
        writer: BatchWriter,
        loop: asyncio.AbstractEventLoop,
        *,
        max_entries: int = 20_000,
        max_bytes: int = 64 * 1024 * 1024,
    ) -> None:
        self._writer = writer
        self._loop = loop
        self._max_entries = max_entries
        self._max_bytes = max_bytes
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

    def append(self, entry: Entry) -> asyncio.Future[None]:
        """Chains the entry; the future says that it is durable.

        SpoolUnavailable at once if the queue is full or the spool closed, through the future if
        the write fails. Cancelling the future doesn't take the entry out.
        """
        if self._closing:
            raise SpoolUnavailable("the audit log is closed")
        encoded = encode(entry)
        if self._entries >= self._max_entries or self._bytes + len(encoded) > self._max_bytes:
            raise SpoolUnavailable("the audit log can't keep up: its queue is full")
        durable = self._loop.create_future()
        if not self._waiting and not self._writing:
            # At the end of this turn of the loop, so that whoever else is ready joins the batch.
            self._idle.clear()
            self._loop.call_soon(self._hand_over)
        self._entries += 1
        self._bytes += len(encoded)
        self._waiting.append(Waiting(entry, encoded, durable))
        return durable

    async def close(self) -> None:
        """Writes what is queued, then stops. Later appends raise SpoolUnavailable. Idempotent."""
        self._closing = True
        await self._idle.wait()
        self._batches.put(None)
        await asyncio.to_thread(self._thread.join)

    def _hand_over(self) -> None:
        batch, self._waiting = self._waiting, []
        self._writing = True
        self._batches.put(batch)

    def _settle(self, batch: list[Waiting], error: BaseException | None) -> None:
        self._entries -= len(batch)
        self._bytes -= sum([len(waiting.encoded) for waiting in batch])
        self._note_health(error)
        for _, _, durable in batch:
            if durable.done():
                continue
            if error is None:
                durable.set_result(None)
            else:
                durable.set_exception(SpoolUnavailable("the audit log could not be written"))
                durable.exception()  # whoever doesn't wait for it needs no warning about that
        self._writing = False
        if self._waiting:
            self._hand_over()
        else:
            self._idle.set()

    def _note_health(self, error: BaseException | None) -> None:
        if self.healthy is not (error is None):
            self.healthy = error is None
            if error is None:
                _LOG.warning("the audit spool can be written again")
            else:
                _LOG.error("the audit spool can't be written: %s", error)

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            error: BaseException | None = None
            try:
                self._writer.write(batch)
            except Exception as failure:  # whatever it was, the callers of this batch must hear of it
                error = failure
            try:
                self._loop.call_soon_threadsafe(self._settle, batch, error)
            except RuntimeError:
                break  # the loop is closed: nobody is left to tell
        self._writer.close()
