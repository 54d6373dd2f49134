"""How long a text is."""

from __future__ import annotations

from typing import Final

from gateway.guards.finding import EVERY_SOURCE, Extent, Finding, Source


class Size:
    """Of a request all its texts together, of an answer what it says."""

    version: Final = "1"
    step: Final[int | None] = 64
    extent: Final[Extent] = "all"
    sources: Final[frozenset[Source]] = EVERY_SOURCE

    def __init__(self, max_chars: int) -> None:
        self._most = max_chars

    def judge(self, text: str, *, whole: bool) -> Finding | None:
        return Finding(self._most, len(text), "SIZE") if len(text) > self._most else None
