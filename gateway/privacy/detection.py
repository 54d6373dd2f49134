"""The way to the detector from the event loop: what was read before is remembered, short texts are read at once,
long ones in other processes.

Nothing is skipped: a text is read, or `NotRead` is raised and whoever asked must refuse.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from gateway.privacy.memo import Memo
from gateway.privacy.pool import Pool
from gateway.privacy.profile import Profile
from gateway.privacy.recognizers.models import ensure
from gateway.privacy.spans import Span

AT_ONCE_CHARACTERS: Final = 2_048
"""So much of a call that was not read before is read on the event loop: at most 2 ms."""


class Detection:
    """One for a process and its event loop. `await start()` before the first text, `await aclose()` at the end."""

    def __init__(self, memo: Memo, pool: Pool | None = None) -> None:
        """Without a pool everything is read at once: for commands and tests."""
        self._memo = memo
        self._detector = memo.detector
        self._pool = pool

    async def start(self) -> None:
        """Returns when texts can be read. Raises DetectorUnavailable."""
        if self._pool is not None:
            await self._pool.start()

    async def aclose(self) -> None:
        """What is being read then ends in DetectorUnavailable."""
        if self._pool is not None:
            await self._pool.aclose()

    @property
    def ready(self) -> bool:
        """Whether long texts can be read now."""
        return self._pool is None or self._pool.ready > 0

    async def prepare(self, profiles: Iterable[Profile]) -> None:
        """Of a policy, before it is in force: no call then waits for patterns to compile or models to load. Raises
        NotCovered and MissingModel for what can't be kept, and DetectorUnavailable."""
        for profile in profiles:
            if self._pool is None or not profile.models:
                await asyncio.to_thread(self._detector.prepare, profile)
            else:  # models are only ever used in the pool's processes
                ensure(profile.models)
                await self._pool.prepare(profile)

    async def spans(self, texts: Sequence[str], profile: Profile, tenant: str) -> list[tuple[Span, ...]]:
        """Of each text what was found in it, in order, without overlap. Raises NotRead (TooLong,
        DetectorUnavailable), and NotCovered or MissingModel for a profile that can't be kept."""
        memo = self._memo
        keys = [memo.key(text, profile, tenant) for text in texts]
        found = {key: spans for key in keys if (spans := memo.known(key)) is not None}
        if len(found) < len(keys):
            unread = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
            for key, spans in zip(unread, await self._read(list(unread.values()), profile), strict=True):
                memo.keep(key, spans)
                found[key] = spans
        return [found[key] for key in keys]

    async def _read(self, texts: Sequence[str], profile: Profile) -> list[tuple[Span, ...]]:
        for text in texts:
            self._detector.bound(text)
        at_once = not profile.models and sum(map(len, texts)) <= AT_ONCE_CHARACTERS
        if self._pool is None or at_once:
            return [self._detector.spans(text, profile) for text in texts]
        return await self._pool.spans(texts, profile)
