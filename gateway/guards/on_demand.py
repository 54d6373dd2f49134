"""Guards that are there once a policy asks for them: without one nothing of them is imported, which takes a while."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Final, Protocol

from gateway.egress import NotFetched
from gateway.guards.guard import GuardFailed, Guards
from gateway.policy.models.egress import Network
from gateway.policy.snapshot import Policy

if TYPE_CHECKING:
    from gateway.guards.registry import GuardBook

_NOTHING: Final = Guards()
_LARGEST_ANSWER_BYTES: Final = 64 * 1024
_AT_ONCE: Final = 16
"""Services that are asked at a time; others wait, within their own time limit."""


class Asks(Protocol):
    """How a service is asked (gateway.egress.Fetcher)."""

    async def ask(
        self, url: str, body: bytes, allow: Sequence[Network], *, cap_bytes: int, timeout_s: float
    ) -> bytes: ...


class GuardsOnDemand:
    """One for a process and its event loop."""

    def __init__(self, executor: Executor, fetcher: Asks) -> None:
        self._executor = executor
        self._fetcher = fetcher
        self._book: GuardBook | None = None
        self._turn = asyncio.Lock()
        self._asking = asyncio.Semaphore(_AT_ONCE)

    async def prepare(self, policy: Policy) -> None:
        """Before calls are judged by it: what it looks for is compiled, off the event loop."""
        if not policy.guardrails:
            return
        async with self._turn:
            await asyncio.get_running_loop().run_in_executor(self._executor, self._prepare, policy)

    def of(self, policy: Policy) -> Guards:
        """Those of a policy that was made ready, or is now."""
        if not policy.guardrails:
            return _NOTHING
        return (self._book or self._built()).of(policy)

    def redacted(self, text: str, policy: Policy) -> str:
        """What others may see of a text. Raises NotRead."""
        return (self._book or self._built()).redacted(text, policy)

    async def post(self, url: str, body: bytes, allow: Sequence[Network], timeout_s: float) -> bytes:
        """What a service answers. Raises GuardFailed."""
        try:
            async with asyncio.timeout(timeout_s), self._asking:
                return await self._fetcher.ask(
                    url, body, allow, cap_bytes=_LARGEST_ANSWER_BYTES, timeout_s=timeout_s
                )
        except TimeoutError:
            raise GuardFailed(f"it took longer than {timeout_s:g} s") from None
        except NotFetched as fault:
            raise GuardFailed(str(fault)) from None

    def _prepare(self, policy: Policy) -> None:
        (self._book or self._built()).prepare(policy)

    def _built(self) -> GuardBook:
        from gateway.guards.registry import GuardBook
        from gateway.privacy.detector import Detector

        self._book = GuardBook(Detector())
        return self._book


async def prepared(guards: GuardsOnDemand, policy: Policy) -> GuardsOnDemand:
    """The same, ready for a policy."""
    await guards.prepare(policy)
    return guards
