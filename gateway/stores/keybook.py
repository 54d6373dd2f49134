"""The keys of the installation in memory, kept up with what other processes do to the database.

A call costs one hash and one dictionary look-up. A key that isn't here may have been made a moment
ago by `gateway keys create`, so the book looks once more before it says no; such looks are shared
and spaced out, so that guessing keys costs the database nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from contextlib import suppress
from typing import Final, Protocol

from gateway.credentials import digest
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.key_records import KeyChanges, KeyRecord

_LOG = logging.getLogger(__name__)
_SPACING_S: Final = 0.2
_FOLLOW_S: Final = 0.5
"""What bounds how long a revoked key is good elsewhere: two of these and a read stay far below 2 s."""


class Time(Protocol):
    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class Changing(Protocol):
    def changed_since(self, cursor: int) -> KeyChanges: ...


class KeyBook:
    """Belongs to one event loop. `hash_key` is the 32 bytes that key hashes are made with."""

    def __init__(self, store: Changing, executor: Executor, clock: Time, *, hash_key: bytes) -> None:
        self._store = store
        self._executor = executor
        self._clock = clock
        self._hash_key = hash_key
        self._by_hash: dict[bytes, KeyRecord] = {}
        self._hashes: dict[str, tuple[bytes, ...]] = {}
        self._disabled: set[str] = set()
        self._cursor = 0
        self._replaced = 0
        self._looked_at = float("-inf")
        self._look: asyncio.Future[None] | None = None
        self._reading = False

    async def find(self, key: str) -> KeyRecord | None:
        """The record of a well-formed key. StoreUnavailable if it isn't here and can't be looked up."""
        found = self.known(key)
        if found is None:
            began_before = self._reading
            await self._look_again()
            if began_before and self.known(key) is None:
                await self._look_again()
            found = self.known(key)
        return found

    def known(self, key: str) -> KeyRecord | None:
        """The record of a key that is in memory."""
        return self._by_hash.get(digest(key, self._hash_key))

    def current(self, record: KeyRecord) -> KeyRecord | None:
        """What is known by now of the key that its secret once led to. None: it leads to none any more."""
        return self._by_hash.get(record.hash)

    @property
    def disabled(self) -> Collection[str]:
        """The users none of whose credentials is good."""
        return self._disabled

    async def refresh(self) -> None:
        """Take over what has changed."""
        self._looked_at = self._clock.monotonic()
        asked, replaced = self._cursor, self._replaced
        changes = await self._changed_since(asked)
        set_back = changes.cursor < asked
        if set_back:
            changes = await self._changed_since(0)
        if replaced != self._replaced or (not set_back and changes.cursor < self._cursor):
            return  # overtaken by a later look: what this one read may have been revoked since
        if set_back:
            _LOG.warning("the database was set back: all keys are read anew")
            self._by_hash.clear()
            self._hashes.clear()
            self._disabled.clear()
            self._replaced += 1
        self._take(changes)
        self._cursor = changes.cursor

    def _take(self, changes: KeyChanges) -> None:
        for record in changes.keys:
            for gone in self._hashes.get(record.id, ()):
                self._by_hash.pop(gone, None)
            older = record.superseded
            good = (record,) if older is None else (record, older)
            self._by_hash.update({each.hash: each for each in good})
            self._hashes[record.id] = tuple(each.hash for each in good)
        for user in changes.users:
            if user.disabled_at is None:
                self._disabled.discard(user.name)
            else:
                self._disabled.add(user.name)

    async def _changed_since(self, cursor: int) -> KeyChanges:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._store.changed_since, cursor)

    async def follow(self, then: Callable[[], None] = lambda: None) -> None:
        """Refresh twice a second, for ever: revocations arrive this way. `then` is called after each look,
        also after one that failed. A database that is down keeps the keys that are known in force."""
        while True:
            await self._clock.sleep(_FOLLOW_S)
            try:
                with suppress(StoreUnavailable):
                    await self.refresh()
                then()
            except Exception:  # whatever it was, without this loop no revocation arrives any more
                _LOG.exception("the keys could not be followed; that is tried again at once")

    async def _look_again(self) -> None:
        """One look for all who ask at once, and no two within `_SPACING_S`."""
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(self._spaced_look())
        await asyncio.shield(self._look)

    async def _spaced_look(self) -> None:
        early = self._looked_at + _SPACING_S - self._clock.monotonic()
        if early > 0:
            await self._clock.sleep(early)
        self._reading = True
        try:
            await self.refresh()
        finally:
            self._reading = False
