"""Guards of a policy, and services that they ask, for tests of what is done with what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.guards.guard import GuardFailed, Guards
from gateway.guards.registry import GuardBook
from gateway.policy.models.egress import Network
from gateway.policy.snapshot import Policy
from gateway.privacy.faults import TooLong
from tests.guards.parts import NoDetector
from tests.parts.detection import PATTERNS


@dataclass
class FakeGuards:
    """Real guards. Services answer `answer`; None: nobody does. `asked` are the bodies they were sent."""

    answer: bytes | None = None
    unreadable: bool = False
    """Nobody knows what of a text others may see."""
    asked: list[bytes] = field(default_factory=list)
    _book: GuardBook = field(default_factory=lambda: GuardBook(NoDetector()))

    async def prepare(self, policy: Policy) -> None:
        self._book.prepare(policy)

    def of(self, policy: Policy) -> Guards:
        return self._book.of(policy)

    def redacted(self, text: str, policy: Policy) -> str:
        if self.unreadable:
            raise TooLong("too long")
        for kind, pattern in PATTERNS.items():
            text = pattern.sub(f"<{kind}_1>", text)
        return text

    async def post(self, url: str, body: bytes, allow: Sequence[Network], timeout_s: float) -> bytes:
        self.asked.append(body)
        if self.answer is None:
            raise GuardFailed("nobody answers")
        return self.answer
