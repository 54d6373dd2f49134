"""The keys of one issuer, fetched off the request path and good for a while when it can't be reached."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec

from gateway.egress import NotFetched
from gateway.identity.keyset import MOST_BYTES, BadKeys, KeySet, read_keys
from gateway.policy.identities import IdentityProvider
from gateway.policy.models.egress import Network

_LOG = logging.getLogger(__name__)

REFRESH_S: Final = 600.0
RETRY_S: Final = 30.0
RETRY_WITHOUT_KEYS_S: Final = 5.0
COOL_DOWN_S: Final = 10.0
"""Between two fetches that unknown keys ask for, however many ask."""
STALE_S: Final = 86_400.0
FETCH_S: Final = 10.0
MOST_WAITED_S: Final = 1.0


class Time(Protocol):
    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class Fetch(Protocol):
    async def get(self, url: str, allow: Sequence[Network], *, cap_bytes: int, timeout_s: float) -> bytes:
        """Raises NotFetched."""
        ...


class _Configuration(msgspec.Struct):
    issuer: str
    jwks_uri: str


class KeySource:
    """Belongs to one event loop. `changed` is called when keys came or went."""

    def __init__(
        self,
        provider: IdentityProvider,
        allow: Sequence[Network],
        fetch: Fetch,
        clock: Time,
        changed: Callable[[], None],
        *,
        most_waited_s: float = MOST_WAITED_S,
    ) -> None:
        self._provider = provider
        self._allow = allow
        self._fetch = fetch
        self._clock = clock
        self._changed = changed
        self._most_waited_s = most_waited_s
        self._keys: KeySet | None = None
        self._fetched_at = self._attempted_at = self._asked_at = float("-inf")
        self._failed = False
        self._fetching: asyncio.Future[None] | None = None

    @property
    def keys(self) -> KeySet | None:
        """None: none were ever fetched, or too long ago."""
        return self._keys if self._clock.monotonic() - self._fetched_at < STALE_S else None

    @property
    def age_s(self) -> float | None:
        """Since they were fetched; None: never."""
        return None if self._fetched_at == float("-inf") else self._clock.monotonic() - self._fetched_at

    @property
    def failing(self) -> bool:
        """Whether the last fetch failed."""
        return self._failed

    @property
    def due(self) -> bool:
        """Whether the keys should be fetched again now."""
        if self._is_fetching():
            return False
        retry_s = RETRY_S if self._keys is not None else RETRY_WITHOUT_KEYS_S
        return self._clock.monotonic() - self._attempted_at >= (retry_s if self._failed else REFRESH_S)

    def start(self) -> asyncio.Future[None]:
        """The one fetch that is under way, begun now if there is none."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.ensure_future(self._refresh())
        return self._fetching

    async def ask(self, found: Callable[[], bool]) -> None:
        """Have the keys fetched because one is unknown, and wait for it, but not long. `found` says whether
        it is known by now."""
        try:
            async with asyncio.timeout(self._most_waited_s):
                await self._under_way()  # it may be answered with what was published before this key
                if found():
                    return
                if self._clock.monotonic() - self._asked_at >= COOL_DOWN_S:
                    self._asked_at = self._clock.monotonic()
                    self.start()
                await self._under_way()
        except TimeoutError:
            return  # it goes on; a later call finds what it brings

    def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()

    async def _under_way(self) -> None:
        """Wait for the fetch; whoever leaves takes it from nobody, and whatever becomes of it ends the wait."""
        if self._fetching is not None and not self._fetching.done():
            await asyncio.wait((self._fetching,))

    def _is_fetching(self) -> bool:
        return self._fetching is not None and not self._fetching.done()

    async def _refresh(self) -> None:
        self._attempted_at = self._clock.monotonic()
        try:
            keys = read_keys(await self._get(self._provider.jwks_uri or await self._discovered()))
        except (NotFetched, BadKeys) as why:
            if not self._failed:
                _LOG.warning(
                    "the keys of identity provider %s were not fetched: %s", self._provider.name, why
                )
            self._failed = True
            if self.keys is None:
                self._changed()
            return
        if self._failed:
            _LOG.warning("the keys of identity provider %s are fetched again", self._provider.name)
        self._failed = False
        self._fetched_at = self._clock.monotonic()
        if keys != self._keys:
            self._keys = keys
            self._changed()

    async def _discovered(self) -> str:
        """Where the issuer says that its keys are. It must speak for itself: the same issuer, sign by sign."""
        address = self._provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            found = msgspec.json.decode(await self._get(address), type=_Configuration)
        except (msgspec.DecodeError, RecursionError):
            raise BadKeys("the issuer's configuration can't be read") from None
        if found.issuer != self._provider.issuer:
            raise BadKeys("the configuration found at the issuer is another issuer's")
        return found.jwks_uri

    async def _get(self, url: str) -> bytes:
        return await self._fetch.get(url, self._allow, cap_bytes=MOST_BYTES, timeout_s=FETCH_S)
