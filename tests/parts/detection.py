"""Detection by a few plain patterns, for tests of what is done with what was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.errors import GatewayError
from gateway.policy.snapshot import Policy
from gateway.privacy.profile import Profile
from gateway.privacy.spans import Span, resolve

PATTERNS = {
    "EMAIL": re.compile(r"[\w.]+@[\w.]+\w"),
    "PERSON": re.compile(r"\b(?:Ann|Bob|Zoe) [A-Z]\w+"),
    "SECRET": re.compile(r"sk-\w+"),
}


@dataclass
class FakeDetection:
    """`fault` is raised instead. `asked` are the texts and what was looked for, of each time."""

    fault: GatewayError | None = None
    asked: list[tuple[tuple[str, ...], Profile, str]] = field(default_factory=list)
    prepared: list[Policy] = field(default_factory=list)
    version = "fake"
    ready: bool = True

    async def prepare(self, policy: Policy) -> None:
        self.prepared.append(policy)

    async def spans(self, texts: Sequence[str], profile: Profile, tenant: str) -> list[tuple[Span, ...]]:
        self.asked.append((tuple(texts), profile, tenant))
        if self.fault is not None:
            raise self.fault
        return [
            resolve(
                Span(found.start(), found.end(), kind, 1.0)
                for kind, pattern in PATTERNS.items()
                if kind in profile.entities
                for found in pattern.finditer(text)
            )
            for text in texts
        ]

    def hash_key(self, tenant: str) -> bytes:
        return tenant.encode()
