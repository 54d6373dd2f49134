"""What the event loop asks to keep contents of calls: sealers for people, and a place for what they sealed."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from typing import Final, Protocol

from gateway.audit.content import Sealer
from gateway.audit.content_spool import ContentSpool
from gateway.stores.contents import ContentRow
from gateway.stores.interfaces import StoreUnavailable

_MOST_LOOKUPS: Final = 256


class SubjectKeys(Protocol):
    def of(self, pseudonym: str) -> bytes | None:
        """Made if there is none yet. None: nobody has this pseudonym. Blocks."""
        ...


class Pseudonyms(Protocol):
    def pseudonym(self, kind: str, name: str) -> str:
        """Blocks."""
        ...


class Contents(Protocol):
    """Where contents of calls are kept, sealed for the people whom they are about."""

    async def sealer(self, people: tuple[str, ...], key: str) -> Sealer:
        """For these pseudonyms; where there are none, for whoever holds the key. Raises GatewayError."""
        ...

    def keep(self, row: ContentRow) -> None:
        """At once. Raises OSError."""
        ...


class Keeping:
    """The real one. Keeps the sealers used last; belongs to one event loop."""

    def __init__(
        self,
        spool: ContentSpool,
        keys: SubjectKeys,
        pseudonyms: Pseudonyms,
        executor: Executor,
        *,
        capacity: int = 10_000,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._spool = spool
        self._keys = keys
        self._pseudonyms = pseudonyms
        self._executor = executor
        self._capacity = capacity
        self._random_bytes = random_bytes
        self._sealers: OrderedDict[tuple[str, ...], Sealer] = OrderedDict()
        self._lookups = 0

    async def sealer(self, people: tuple[str, ...], key: str) -> Sealer:
        """For these people (pseudonyms); where there are none, for whoever holds the key of this id.

        Raises StoreUnavailable where it can't be known, and WrappedUnreadable.
        """
        wanted = people or (key,)
        found = self._sealers.get(wanted)
        if found is not None:
            self._sealers.move_to_end(wanted)
            return found
        if self._lookups >= _MOST_LOOKUPS:
            raise StoreUnavailable("too many people's keys are being looked for")
        self._lookups += 1
        try:
            loop = asyncio.get_running_loop()
            made = await loop.run_in_executor(self._executor, self._make, people, key)
        finally:
            self._lookups -= 1
        self._sealers[wanted] = made
        if len(self._sealers) > self._capacity:
            self._sealers.popitem(last=False)
        return made

    def keep(self, row: ContentRow) -> None:
        """Raises OSError: it is not kept."""
        self._spool.append(row)

    def forget(self, pseudonyms: Collection[str]) -> None:
        """People who were erased: nothing more is sealed for them."""
        erased = frozenset(pseudonyms)
        gone = [known for known, sealer in self._sealers.items() if not erased.isdisjoint(sealer.subjects)]
        for known in gone:
            del self._sealers[known]

    def _make(self, people: tuple[str, ...], key: str) -> Sealer:
        subjects = people or (self._pseudonyms.pseudonym("key", key),)
        found = [self._keys.of(one) for one in subjects]
        known = [one for one in found if one is not None]
        if len(known) < len(subjects):
            raise StoreUnavailable("a person of this call was erased a moment ago")
        return Sealer(subjects, known, self._random_bytes)
