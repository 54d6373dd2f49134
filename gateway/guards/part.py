"""A text that comes in pieces, and what guards make of it: the shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from gateway.guards.guard import Guard


class Tally(Struct):
    """What came of one guard in a whole answer. `failed` says why it could not tell."""

    guard: Guard
    read_bytes: int = 0
    found: Counter[str] = Counter()
    failed: str | None = None


Stop = Callable[[Tally], Exception]
"""What to raise where a text may not pass, or can't be judged."""


class Part(Protocol):
    """One text, piece by piece."""

    @property
    def held(self) -> bool:
        """Something is held back."""
        ...

    def feed(self, text: str) -> str:
        """What can be said now."""
        ...

    def finish(self) -> str:
        """What was held back, and then it begins anew, as another text."""
        ...


class Chain(Part):
    """One text through several: what the first says the second reads."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts

    @property
    def held(self) -> bool:
        return any(part.held for part in self._parts)

    def feed(self, text: str) -> str:
        for part in self._parts:
            text = part.feed(text)
        return text

    def finish(self) -> str:
        told = ""
        for part in self._parts:
            told = (part.feed(told) if told else "") + part.finish()
        return told


class Gathered(Part):
    """Everything that passes, for those who are asked of all of it. A little more than `most` is enough to know that it
    is too much."""

    __slots__ = ("_chars", "_most", "_pieces")

    held = False

    def __init__(self, most: int) -> None:
        self._pieces: list[str] = []
        self._chars = 0
        self._most = most

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def feed(self, text: str) -> str:
        if self._chars <= self._most:
            self._pieces.append(text)
            self._chars += len(text)
        return text

    def finish(self) -> str:
        self.feed("\n")
        return ""


class Vetting(Struct):
    """Of a streamed answer: what came of each guard, and what those are asked of who ask others. `total_bytes` are those
    of all its texts."""

    tallies: Sequence[Tally]
    gathered: Gathered | None = None
    total_bytes: int = 0
