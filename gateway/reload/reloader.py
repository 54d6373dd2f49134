"""Loading the policy anew while calls run: off the event loop, as a whole, and only if all of it is good.

A call keeps the policy that it took at the door; a reload swaps the one reference behind that door. A folder
that is no policy changes nothing but the status, and says so in the log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol, TypeVar

from gateway.errors import GatewayError
from gateway.policy.faults import Fault
from gateway.policy.load import Loaded
from gateway.policy.snapshot import Policy
from gateway.policy.watch import Seen, look
from gateway.policy.withheld import KeptFile
from gateway.reload.reading import Attempt, Folder, attempt
from gateway.reload.status import Difference, InForce, NotReloaded, Reloaded, Status
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.revisions import Cause, Origin, Revision, Revisions, Why

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

LOOK_S: Final = 0.5
QUIET_S: Final = 0.1
"""Changes that follow each other faster are one: a checkout writes many files."""
MOST_QUIET_LOOKS: Final = 20
MOST_FAULTS_LOGGED: Final = 20
MOST_UNKEPT: Final = 100


class Time(Protocol):
    def now_ms(self) -> int: ...

    async def sleep(self, seconds: float) -> None: ...


async def _nothing(_: Policy) -> None:
    """Every policy is ready."""


class Reloader:
    """Belongs to one event loop. `then` is called on it after each swap, with the policy that came.

    `executor` has one thread: attempts follow each other. `before` makes ready what calls will need, and raises
    GatewayError where that can't be: then the policy is not taken.
    """

    def __init__(
        self,
        folder: Folder,
        in_force: InForce,
        revisions: Revisions,
        executor: Executor,
        clock: Time,
        then: Callable[[Policy], None] = lambda _: None,
        before: Callable[[Policy], Awaitable[None]] = _nothing,
    ) -> None:
        self._folder = folder
        self._in_force = in_force
        self._revisions = revisions
        self._executor = executor
        self._clock = clock
        self._then = then
        self._before = before
        self._booted = in_force.current
        self._turn = asyncio.Lock()
        self._seen: Seen | None = None
        self._named = frozenset[Path]()
        self._files: Mapping[str, KeptFile] | None = None
        self._unkept: list[tuple[Revision, Why]] = []
        self._is_behind = False
        self._asked = asyncio.Event()
        now_ms = clock.now_ms()
        origin = Origin(str(folder.path))
        self._status = Status(in_force.current.revision, now_ms, "start", None, origin, now_ms)

    @property
    def folder(self) -> Folder:
        return self._folder

    @property
    def status(self) -> Status:
        return self._status

    async def reload(self, cause: Cause, author: str | None = None) -> Reloaded | NotReloaded:
        """Read the folder, and put it in force if all of it is good. `author`: who asked for it, as they are
        known; None: the author of the commit that was read, if it is one."""
        async with self._turn:
            tried = await self._in_thread(lambda: attempt(self._folder, self._named))
            self._seen, self._named = tried.seen, tried.named
            if isinstance(tried.found, Loaded):
                try:
                    await self._before(tried.found.policy)
                except GatewayError as missing:
                    return self._refuse((Fault(str(self._folder.path), 1, 1, str(missing)),))
                return await self._take(tried, tried.found, cause, author or tried.author)
            return self._refuse(tried.found)

    def ask(self) -> None:
        """Read the folder now, changed or not: what a signal asks for."""
        self._asked.set()

    async def follow(self) -> None:
        """Keep what is in the folder as it is now in force, for ever."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self.watch())
            both.create_task(self.listen())

    async def watch(self) -> None:
        """Look at the folder, for ever. The first look also records what the process began with."""
        await self._once(lambda: self.reload("start"))
        while True:
            await self._clock.sleep(LOOK_S)
            await self._once(self._look)

    async def listen(self) -> None:
        """Do what is asked for, for ever."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            await self._once(lambda: self.reload("signal"))

    async def _once(self, step: Callable[[], Coroutine[None, None, object]]) -> None:
        try:
            await step()
        except Exception:  # whatever it was, without this loop no change of a policy arrives any more
            _LOG.exception("the policy folder could not be read; that is tried again when it changes")

    async def _look(self) -> None:
        now = await self._in_thread(self._now)
        if now != self._seen:
            await self._until_quiet()
            self._seen = now  # whatever becomes of the attempt: the same is not tried twice
            await self.reload("file")
        elif self._unkept:
            await self._keep()

    async def _until_quiet(self) -> None:
        before = await self._in_thread(self._now)
        for _ in range(MOST_QUIET_LOOKS):
            await self._clock.sleep(QUIET_S)
            now = await self._in_thread(self._now)
            if now == before:
                return
            before = now

    def _now(self) -> Seen:
        return look(self._folder.path, self._named)

    async def _take(self, tried: Attempt, loaded: Loaded, cause: Cause, author: str | None) -> Reloaded:
        before, policy, now_ms = self._in_force.current, loaded.policy, self._clock.now_ms()
        what = _difference(before, policy)
        status = replace(
            self._status,
            attempted_ms=now_ms,
            faults=(),
            needs_restart=_needs_restart(self._booted, policy),
            loaded=self._status.loaded + (what != "nothing"),
            unchanged=self._status.unchanged + (what == "nothing"),
        )
        if what == "policy" or cause == "start":
            status = replace(
                status,
                revision=policy.revision,
                since_ms=now_ms,
                cause=cause,
                author=author,
                origin=tried.origin,
            )
        if what != "nothing":
            self._in_force.current = policy
        self._status = status
        if what != "nothing":
            self._then(policy)
        _told(status, what, before.revision, cause)
        if what == "policy":
            for part in policy.not_yet:
                _LOG.warning("policy %s: %s", policy.revision, part)
        if what == "policy" or loaded.files != self._files:
            self._files = loaded.files
            kept = Revision(policy.revision, loaded.document, loaded.files)
            why = Why(cause, author, tried.origin, now_ms)
            self._unkept = [*self._unkept[-MOST_UNKEPT:], (kept, why)]
            await self._keep()
        return Reloaded(policy.revision, before.revision, what, status.needs_restart)

    def _refuse(self, faults: tuple[Fault, ...]) -> NotReloaded:
        status = self._status
        self._status = replace(
            status, attempted_ms=self._clock.now_ms(), faults=faults, failed=status.failed + 1
        )
        shown = "\n  ".join(str(fault) for fault in faults[:MOST_FAULTS_LOGGED])
        _LOG.error(
            "the policy folder is not valid; revision %s stays in force; faults: %d\n  %s",
            status.revision,
            len(faults),
            shown,
        )
        return NotReloaded(status.revision, faults)

    async def _keep(self) -> None:
        """Write down what came into force. Where the database can't be used, a later look does it."""
        loop = asyncio.get_running_loop()
        while self._unkept:
            kept = self._unkept[0]
            try:
                await loop.run_in_executor(self._executor, self._revisions.record, *kept)
            except StoreUnavailable as fault:
                if not self._is_behind:
                    _LOG.warning("policy %s is in force and not written down yet: %s", kept[0].name, fault)
                self._is_behind = True
                return
            self._unkept = self._unkept[1:]
        self._is_behind = False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)


def _difference(before: Policy, now: Policy) -> Difference:
    if now.revision != before.revision:
        return "policy"
    return "nothing" if now == before else "secrets"


def _needs_restart(booted: Policy, now: Policy) -> tuple[str, ...]:
    """Keys whose new value holds from the next start on: the audit spool is opened once."""
    return ("audit.fsync",) if now.audit.fsync != booted.audit.fsync else ()


def _told(status: Status, what: Difference, previous: str, cause: Cause) -> None:
    if what == "policy":
        _LOG.info("policy %s is in force, after %s (%s)", status.revision, previous, cause)
    elif what == "secrets":
        _LOG.info("policy %s: its secrets were read anew (%s)", status.revision, cause)
    elif cause != "start":
        _LOG.info("policy %s: nothing of its meaning has changed (%s)", status.revision, cause)
    for key in status.needs_restart:
        _LOG.warning("policy %s: %s holds from the next start on", status.revision, key)
