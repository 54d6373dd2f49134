"""What the request path needs of detection and of the vault, as protocols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from gateway.policy.snapshot import Policy
from gateway.privacy.profile import Profile
from gateway.privacy.spans import Span


class Vault(Protocol):
    """What placeholders stand for in what providers keep. Every method raises StoreUnavailable."""

    async def keep(
        self, tenant: str, object_id: str, values: Mapping[str, str], people: tuple[str | None, str | None]
    ) -> None:
        """By name. `people`: the pseudonyms of the user and the end user."""
        ...

    async def find(self, tenant: str, object_id: str) -> Mapping[str, str] | None:
        """None: nothing was kept of it, or no longer."""
        ...

    async def forget(self, tenant: str, object_id: str) -> None: ...


class Detection(Protocol):
    """What finds personal data and secrets. Whoever asks refuses where it raises: nothing found is never what
    nobody looked for."""

    @property
    def version(self) -> str: ...

    @property
    def ready(self) -> bool:
        """Whether texts of any length can be read now, or nobody wants that."""
        ...

    async def prepare(self, policy: Policy) -> None:
        """Before calls are judged by it: what it looks for can be found. Raises GatewayError, saying what is missing."""
        ...

    async def spans(self, texts: Sequence[str], profile: Profile, tenant: str) -> Sequence[tuple[Span, ...]]:
        """Of each text what was found in it, in order, without overlap. Raises NotRead, NotCovered or MissingModel."""
        ...

    def hash_key(self, tenant: str) -> bytes:
        """For values that are told as hashes."""
        ...
