"""Concurrent operations of a process share a round trip: what is asked while one is under way goes with the next.

They are done one after the other all the same, in the order in which they were asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Final

from gateway.ledger.operations import Answer, Answers, Cancel, Closed, Operation, Reserve
from gateway.ledger.protocol import LedgerUnavailable, Store

MOST_OPERATIONS: Final = 512
"""Of one script: it keeps a server for some milliseconds."""

_LOG = logging.getLogger(__name__)

Heard = Callable[[Answer], None]


class Batches:
    """`ask` waits for an answer, at most `timeout_s`. `post` is told again and again until it was heard.

    After a failure, or where the counters are another epoch's, it is down: whoever asks hears so at once,
    and what was posted is kept until `resume`. A reservation without an answer is cancelled by its id.
    """

    def __init__(self, store: Store, timeout_s: float) -> None:
        self._store = store
        self._timeout_s = timeout_s
        self._epoch = 0
        self._asked: deque[tuple[Operation, asyncio.Future[Answer]]] = deque()
        self._posted: deque[tuple[Operation, Heard | None]] = deque()
        self._oldest_s = 0.0
        self._flying: asyncio.Task[None] | None = None
        self._starting = False
        self._ahead_ms: float | None = None
        self.down = True
        self.trouble: str | None = None
        """Why it was last down."""

    def resume(self, epoch: int) -> None:
        self._epoch = epoch
        self.down = False
        _LOG.info("the ledger's store counts")
        self._start_soon()

    def suspend(self, why: str) -> None:
        """Until `resume`. Whoever waits and was not sent yet hears of it at once."""
        self._fail([], LedgerUnavailable(why), arrived=False)

    def drop(self) -> None:
        """What was posted is told nobody any more."""
        self._posted.clear()

    def store_ms(self) -> int | None:
        """What the store's clock shows, by its last answer. None: it has not answered yet."""
        if self._ahead_ms is None:
            return None
        return int(asyncio.get_running_loop().time() * 1000 + self._ahead_ms)

    def ask(self, operation: Operation) -> asyncio.Future[Answer]:
        """Raises LedgerUnavailable, at once or when awaited."""
        if self.down:
            raise LedgerUnavailable("the ledger's store is down")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        if not self._asked:
            self._oldest_s = loop.time()
        self._asked.append((operation, answer))
        self._start_soon()
        return answer

    def post(self, operation: Operation, heard: Heard | None = None) -> None:
        self._posted.append((operation, heard))
        self._start_soon()

    async def aclose(self) -> None:
        """What is under way is waited for, and what was posted is told once more."""
        if self._flying is not None:
            await asyncio.wait([self._flying])
        if self._posted and not self.down:
            await self._fly()

    def _start_soon(self) -> None:
        if not (self._starting or self.down) and self._flying is None:
            self._starting = True
            asyncio.get_running_loop().call_soon(self._start)

    def _start(self) -> None:
        self._starting = False
        if self._flying is None and not self.down and (self._asked or self._posted):
            self._flying = asyncio.get_running_loop().create_task(self._fly())

    async def _fly(self) -> None:
        try:
            while (self._asked or self._posted) and not self.down:
                await self._one()
        finally:
            self._flying = None

    async def _one(self) -> None:
        """One round trip."""
        loop = asyncio.get_running_loop()
        posted = [self._posted.popleft() for _ in range(min(len(self._posted), MOST_OPERATIONS))]
        room = min(len(self._asked), max(MOST_OPERATIONS - len(posted), 1))
        asked = [self._asked.popleft() for _ in range(room)]
        waited_s = loop.time() - self._oldest_s if asked else 0.0
        operations = [operation for operation, _ in posted]
        operations += [operation for operation, _ in asked]
        try:
            said = await self._store.run(self._epoch, operations, max(self._timeout_s - waited_s, 0.001))
        except LedgerUnavailable as error:
            self._posted.extendleft(reversed(posted))
            self._fail(asked, error, arrived=True)
            return
        except BaseException:  # stopped, or a mistake of ours: nobody waits for ever
            self._posted.extendleft(reversed(posted))
            self._fail(asked, LedgerUnavailable("the round trip was broken off"), arrived=True)
            raise
        if said.state == "void":
            self._posted.extendleft(reversed(posted))
            self._fail(asked, LedgerUnavailable("the store's counters are of another epoch"), arrived=False)
            return
        self._hand_out(said, posted, asked, loop.time())

    def _hand_out(
        self,
        said: Answers,
        posted: list[tuple[Operation, Heard | None]],
        asked: list[tuple[Operation, asyncio.Future[Answer]]],
        at_s: float,
    ) -> None:
        self._ahead_ms = said.now_ms - at_s * 1000
        for (_, waiting), answer in zip(asked, said.answers[len(posted) :], strict=False):
            if waiting.done():
                continue
            if isinstance(answer, Closed):
                waiting.set_exception(LedgerUnavailable("the store's counters are being rebuilt"))
            else:
                waiting.set_result(answer)
        for (_, heard), answer in zip(posted, said.answers, strict=False):
            if heard is not None:
                try:
                    heard(answer)
                except (
                    Exception
                ):  # whoever is told of what was done can't undo it, nor keep others from being told
                    _LOG.exception("what was settled could not be told")

    def _fail(
        self,
        asked: list[tuple[Operation, asyncio.Future[Answer]]],
        error: LedgerUnavailable,
        *,
        arrived: bool,
    ) -> None:
        """`arrived`: it may have, whatever became of the answer."""
        self.trouble = str(error)
        if not self.down:
            _LOG.warning("the ledger's store can't be used, entries do as they say for that: %s", error)
        self.down = True
        for operation, waiting in asked:
            if arrived and isinstance(operation, Reserve):
                self._posted.append((Cancel(operation.id), None))
            if not waiting.done():
                waiting.set_exception(error)
        while self._asked:
            _, waiting = self._asked.popleft()
            if not waiting.done():
                waiting.set_exception(error)
