"""Signs where every chain stands: now and then, and when the process ends; and has it kept elsewhere.

Nothing waits for it. A checkpoint is an entry like any other; what can't be signed, appended or kept elsewhere is
tried again with the next one, which says more anyway, so nothing queues up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.audit.anchors import Anchoring
from gateway.audit.appended import Appended
from gateway.audit.checkpoint import Head, Statement, entry_of, signed
from gateway.audit.entry import Entry, time_text
from gateway.audit.standing import NotaryState
from gateway.errors import GatewayError
from gateway.policy.auditing import Anchor
from gateway.signing import Signer
from gateway.stores.interfaces import Position, StoreUnavailable

_LOG = logging.getLogger(__name__)

EVERY_S: Final = 60.0
_SOONEST_S: Final = 1.0
_STIR: Final = 2
"""Entries that another chain must have grown by to be worth a checkpoint. One is that chain's own checkpoint: two
idle gateways would else answer each other for ever."""


class Log(Protocol):
    """The part of gateway.audit.log.AuditLog that is needed here."""

    @property
    def writer(self) -> str: ...

    @property
    def head(self) -> Head: ...

    def append(self, entry: Entry) -> Appended: ...


class Time(Protocol):
    def now_ms(self) -> int: ...

    async def sleep(self, seconds: float) -> None: ...


class WentBack(GatewayError):
    """The database holds less of a chain than it did, or something else."""


@dataclass(frozen=True, slots=True)
class Signing:
    """What signing needs of the installation. `positions` and `signer` block; they raise GatewayError."""

    installation: str
    positions: Callable[[], Mapping[str, Position]]
    signer: Callable[[], Signer]
    new_id: Callable[[], str]


class Notary:
    """Belongs to one event loop. `anchors` gives those of the policy in force; `executor` has one thread."""

    def __init__(
        self,
        log: Log,
        signing: Signing,
        anchors: Callable[[], Sequence[Anchor]],
        anchoring: Anchoring,
        executor: Executor,
        clock: Time,
    ) -> None:
        self._log = log
        self._signing = signing
        self._anchors = anchors
        self._anchoring = anchoring
        self._executor = executor
        self._clock = clock
        self._seen: Mapping[str, Position] = {}
        self._signer: Signer | None = None
        self._newest: Statement | None = None
        self._covered = 0
        self._signed_at_ms: int | None = None
        self._fault: str | None = None

    @property
    def state(self) -> NotaryState:
        return NotaryState(self._signed_at_ms, self._fault, self._anchoring.states(self._anchors()))

    async def follow(self) -> None:
        """Runs until it is cancelled."""
        while True:
            await self.round()
            every = min((EVERY_S, *(one.every_s for one in self._anchors())))
            await self._clock.sleep(max(every, _SOONEST_S))

    async def round(self, *, last: bool = False) -> None:
        """A checkpoint, if there is anything new to sign, and the newest one to each anchor that is due; with
        `last` to each that lacks it."""
        try:
            await self._sign()
        except GatewayError as error:
            self._failed(str(error))
        else:
            if self._fault is not None:
                _LOG.warning("the audit log is signed again")
            self._fault = None
        if self._newest is not None:
            await self._anchoring.keep(self._newest, self._anchors(), at_once=last)

    async def _sign(self) -> None:
        loop, log = asyncio.get_running_loop(), self._log
        try:
            positions = await loop.run_in_executor(self._executor, self._signing.positions)
            self._signer = await loop.run_in_executor(self._executor, self._signing.signer)
            self._judge(positions)
        except StoreUnavailable:
            if self._signer is None:
                raise
            positions = self._seen  # of the other chains what was known; this one goes on meanwhile
        own = log.head
        others = {name: at for name, at in positions.items() if name != log.writer and at.seq}
        if own[0] <= self._covered and not self._stirred(others):
            return
        heads = {log.writer: own, **{name: (at.seq, at.hash) for name, at in others.items()}}
        at_ms = self._clock.now_ms()
        stated = signed(self._signer, self._signing.installation, log.writer, time_text(at_ms), heads)
        await log.append(entry_of(stated, self._signing.new_id()))
        # The checkpoint itself is one entry more, and needs no other one.
        self._newest, self._covered, self._signed_at_ms = stated, own[0] + 1, at_ms

    def _stirred(self, others: Mapping[str, Position]) -> bool:
        newest = self._newest
        said = {} if newest is None else newest.heads
        return any(at.seq - said.get(name, (0, ""))[0] >= _STIR for name, at in others.items())

    def _judge(self, positions: Mapping[str, Position]) -> None:
        """WentBack: somebody put an older database in its place, or changed this one, while it was in use."""
        for name, before in self._seen.items():
            now = positions.get(name, Position(0, ""))
            if now.seq < before.seq or (now.seq == before.seq and now.hash != before.hash):
                raise WentBack(
                    f"the database held {before.seq} entries of the writer {name}, and now holds {now.seq}, or others"
                )
        self._seen = positions

    def _failed(self, why: str) -> None:
        if self._fault is None:
            _LOG.error("the audit log can't be signed: %s", why)
        self._fault = why
