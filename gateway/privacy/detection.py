"""The way to the detector from the event loop: what was read before is remembered, short texts are read at once.

Nothing is skipped: a text is read, or `NotRead` is raised and whoever asked must refuse.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.privacy.memo import Memo
from gateway.privacy.profile import Profile
from gateway.privacy.spans import Span


class Detection:
    """One for a process and its event loop. `await start()` before the first text, `await aclose()` at the end."""

    def __init__(self, memo: Memo) -> None:
        self._memo = memo

    async def start(self) -> None:
        """Returns when texts can be read. Raises DetectorUnavailable."""

    async def aclose(self) -> None:
        """What is being read then ends in DetectorUnavailable."""

    @property
    def ready(self) -> bool:
        """Whether long texts can be read now."""
        return True

    async def spans(self, texts: Sequence[str], profile: Profile, tenant: str) -> list[tuple[Span, ...]]:
        """Of each text what was found in it, in order, without overlap. Raises NotRead (TooLong,
        DetectorUnavailable), and NotCovered or MissingModel for a profile that can't be kept."""
        return [self._memo.spans(text, profile, tenant) for text in texts]
