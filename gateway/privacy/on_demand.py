"""Detection that is there once a policy asks for it: without one nothing of it is imported, which takes a second."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from gateway.policy.snapshot import Policy
from gateway.privacy.faults import DetectorUnavailable
from gateway.privacy.profile import Profile, looked_for
from gateway.privacy.spans import Span
from gateway.secrets import derive

if TYPE_CHECKING:
    from gateway.privacy.detection import Detection


_PROCESSES: Final = 2
"""That read long texts."""


@asynccontextmanager
async def open_detection(
    secret: bytes, executor: Executor, policy: Policy
) -> AsyncIterator[DetectionOnDemand]:
    """Ready for `policy`. `secret` is the installation's. Raises as `prepare` does."""
    memo_key, hash_key = derive(secret, "texts-seen"), derive(secret, "values-hash")
    detection = DetectionOnDemand(executor, memo_key=memo_key, hash_key=hash_key)
    try:
        await detection.prepare(policy)
        yield detection
    finally:
        await detection.aclose()


class DetectionOnDemand:
    """One for a process and its event loop. Keys are of this installation: `memo_key` for what was read before,
    `hash_key` for values that are told as hashes."""

    def __init__(self, executor: Executor, *, memo_key: bytes, hash_key: bytes) -> None:
        self._executor = executor
        self._memo_key = memo_key
        self._hash_key = hash_key
        self._detection: Detection | None = None
        self._turn = asyncio.Lock()
        self.version = ""

    @property
    def ready(self) -> bool:
        """Whether texts of any length can be read now, or nobody wants that."""
        return self._detection is None or self._detection.ready

    async def prepare(self, policy: Policy) -> None:
        """Before calls are judged by it: what it looks for can be found. Off the event loop. Raises NotCovered,
        MissingModel and DetectorUnavailable."""
        if policy.privacy is None:
            return
        async with self._turn:
            if self._detection is None:
                loop = asyncio.get_running_loop()
                detection = await loop.run_in_executor(self._executor, self._built)
                await detection.start()
                self._detection = detection
            await self._detection.prepare({looked_for(each) for each in policy.privacy.every()})

    async def spans(self, texts: Sequence[str], profile: Profile, tenant: str) -> Sequence[tuple[Span, ...]]:
        """Of each text what was found in it, in order, without overlap. Raises NotRead."""
        if self._detection is None:
            raise DetectorUnavailable("failed", "no detector was made ready")
        return await self._detection.spans(texts, profile, tenant)

    def hash_key(self, tenant: str) -> bytes:
        """Of a tenant: what one is told by a hash says nothing to another."""
        return hmac.digest(self._hash_key, tenant.encode("utf-8", "surrogatepass"), "sha256")

    async def aclose(self) -> None:
        if self._detection is not None:
            await self._detection.aclose()

    def _built(self) -> Detection:
        from gateway.privacy.detection import Detection
        from gateway.privacy.detector import VERSION, Detector
        from gateway.privacy.memo import Memo
        from gateway.privacy.pool import Pool

        self.version = VERSION
        return Detection(Memo(Detector(), self._memo_key), Pool(_PROCESSES))
