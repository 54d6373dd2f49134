"""Patterns that take time linear in the text, whatever the text: RE2, over UTF-8.

A pattern must say how far it may reach: `x*` at its end is fine, but something wide without a bound in
its middle would be scanned again from every match. `\\b` knows ASCII letters only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import re2

from gateway.errors import GatewayError

_MEMORY_BYTES: Final = 64 << 20
"""For the states of an automaton; when they are full it starts anew, it doesn't give up."""

_LONG_BYTES: Final = 32 << 10
"""Beyond, patterns are faster alone: of random text the one automaton of all never sees a state twice."""


class NotLinear(GatewayError):
    """A pattern that RE2 refuses: look-around, back-references, or no pattern at all."""


class Pattern:
    """One pattern. Its value is its first group, or all of it where it has none."""

    __slots__ = ("_compiled", "_group", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self._compiled: Any = re2.compile(text, _options())
        except re2.error as error:
            raise NotLinear(f"a pattern that can't be matched in linear time: {_reason(error)}") from None
        self._group = 1 if self._compiled.groups else 0

    def find(self, data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """Where its values stand, in bytes."""
        for match in self._compiled.finditer(data, start, end):
            span: tuple[int, int] = match.span(self._group)
            if span[1] > span[0]:
                yield span

    def first(self, data: bytes, start: int, end: int) -> tuple[int, int] | None:
        """The first value between two offsets."""
        return next(self.find(data, start, end), None)

    def whole(self, data: bytes) -> bool:
        """Whether all of it is a match."""
        return self._compiled.fullmatch(data) is not None


class Sieve:
    """Says in one pass which of many patterns match somewhere."""

    __slots__ = ("_count", "_set")

    def __init__(self, patterns: Sequence[str]) -> None:
        self._count = len(patterns)
        self._set: Any = re2.Set.SearchSet(_options())
        for pattern in (*patterns, ""):  # the last always matches: without it the automaton ran out of memory
            self._set.Add(pattern)
        self._set.Compile()

    def hits(self, data: bytes) -> Sequence[int]:
        """Their indexes, in order. All of them, if the automaton can't tell, or of a text that is long."""
        if len(data) > _LONG_BYTES:
            return range(self._count)
        found = self._set.Match(data)
        if not found or self._count not in found:
            return range(self._count)
        return sorted(index for index in found if index != self._count)


def _options() -> Any:
    options = re2.Options()
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    return options


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
