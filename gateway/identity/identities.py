"""Who a token is: from what was verified before, else verified now with the keys of its issuer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gateway.identity.faults import BadToken, KeysUnavailable
from gateway.identity.keyset import KeySet
from gateway.identity.person import Person, person
from gateway.identity.source import Fetch, KeySource, Time
from gateway.identity.standing import Standing
from gateway.identity.token import Unverified, read, verify
from gateway.identity.verified import VerifiedTokens
from gateway.policy.identities import IdentityProvider
from gateway.policy.snapshot import Policy

FOLLOW_S: Final = 1.0


class Identities:
    """Belongs to one event loop. Remembers up to `capacity` tokens."""

    def __init__(self, fetch: Fetch, clock: Time, *, capacity: int = 20_000) -> None:
        self._fetch = fetch
        self._clock = clock
        self._verified = VerifiedTokens(capacity)
        self._sources: dict[tuple[object, ...], KeySource] = {}

    def known(self, token: str, policy: Policy, now_ms: int) -> Person | None:
        """Of a token that was verified before, under this policy. Never waits."""
        return self._verified.find(token, policy, now_ms)

    async def verify(self, token: str, policy: Policy, now_ms: int) -> Person:
        """Waits only if the token's key is unknown, and about a second at most. Raises BadToken, and
        KeysUnavailable."""
        said = read(token)
        provider = next(
            (one for one in policy.identity_providers.values() if one.issuer == said.issuer), None
        )
        if provider is None:
            raise BadToken("issuer", "no identity provider here has the issuer of this token")
        if said.algorithm not in provider.algorithms:
            raise BadToken("algorithm", "this token is signed with an algorithm that is not taken")
        keys = await self._keys_for(said, self._source(provider, policy))
        key = keys.find(said.kid, said.algorithm)
        if key is None:
            raise BadToken("key", "this token is signed with a key that its issuer does not have")
        claims = verify(token, key, provider, now_ms)
        who = person(claims, provider, policy.roles)
        self._verified.keep(token, policy, who)
        return who

    async def follow(self, current: Callable[[], Policy]) -> None:
        """Keep the keys of the policy's issuers fresh, for ever."""
        while True:
            self.refresh(current())
            await self._clock.sleep(FOLLOW_S)

    def refresh(self, policy: Policy) -> None:
        """Begin to fetch what is due; forget issuers that the policy no longer has."""
        wanted = {_name(one, policy): one for one in policy.identity_providers.values()}
        for name in self._sources.keys() - wanted.keys():
            self._sources.pop(name).close()
        for provider in wanted.values():
            source = self._source(provider, policy)
            if source.due:
                source.start()

    def standing(self, policy: Policy) -> list[Standing]:
        """How it is with the keys of each of the policy's issuers."""
        sources = {
            one.name: self._sources.get(_name(one, policy)) for one in policy.identity_providers.values()
        }
        return [
            Standing(name, False, None, False)
            if source is None
            else Standing(name, source.keys is not None, source.age_s, source.failing)
            for name, source in sources.items()
        ]

    def close(self) -> None:
        for source in self._sources.values():
            source.close()

    def _source(self, provider: IdentityProvider, policy: Policy) -> KeySource:
        name = _name(provider, policy)
        source = self._sources.get(name)
        if source is None:
            source = KeySource(provider, policy.egress, self._fetch, self._clock, self._verified.clear)
            self._sources[name] = source
        return source

    @staticmethod
    async def _keys_for(said: Unverified, source: KeySource) -> KeySet:
        def found() -> bool:
            keys = source.keys
            return keys is not None and (said.kid is None or keys.knows(said.kid))

        if not found():
            await source.ask(found)
        keys = source.keys
        if keys is None:
            raise KeysUnavailable("no keys of this token's issuer are known")
        return keys


def _name(provider: IdentityProvider, policy: Policy) -> tuple[object, ...]:
    """What keys depend on: a policy that changes nothing of it keeps them."""
    return provider.name, provider.issuer, provider.jwks_uri, policy.egress
