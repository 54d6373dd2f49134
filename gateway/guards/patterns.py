"""What patterns match, and words and phrases of a list: in time linear in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gateway.guards.finding import EVERY_SOURCE, Finding, Source
from gateway.privacy.folding import Folded
from gateway.privacy.linear import Pattern, Sieve

_SPACES: Final = re.compile(r"\s+")
_WITHOUT_SPACES: Final = 0x2E80
"""From here on scripts write words side by side."""


class Patterns:
    """Regular expressions of a policy. On a stream a match of more than `reach` characters is not surely found."""

    version: Final = "1"
    sources: Final[frozenset[Source]] = EVERY_SOURCE

    def __init__(self, patterns: Sequence[str], *, reach: int = 256) -> None:
        self._patterns = [Pattern(f"({pattern})") for pattern in patterns]
        self._sieve = Sieve(patterns)
        self.reach = reach

    def find(self, text: str) -> tuple[Finding, ...]:
        folded = Folded(text)
        spans = [
            span
            for index in self._sieve.hits(folded.data)
            for span in self._patterns[index].find(folded.data)
        ]
        return tuple(Finding(start, end, "REGEX") for start, end in in_order(spans, folded))


class Keywords:
    """Words and phrases in any case. They stand by themselves: `art` is not in `start`."""

    version: Final = "1"
    sources: Final[frozenset[Source]] = EVERY_SOURCE

    def __init__(self, words: Sequence[str]) -> None:
        self._words = Words(words)
        self.reach = 2 * max(map(len, words)) + 2
        """Twice: its spaces may be several."""

    def find(self, text: str) -> tuple[Finding, ...]:
        folded = Folded(text)
        spans = [span for _, span in self._words.find(folded.data)]
        return tuple(Finding(start, end, "KEYWORD") for start, end in in_order(spans, folded))


class Words:
    """Many words at once. With a * at its end, a word has any ending."""

    def __init__(self, words: Sequence[str]) -> None:
        texts = [_pattern(word) for word in words]
        self._open = [word.endswith("*") for word in words]
        self._patterns = [Pattern(text) for text in texts]
        self._sieve = Sieve(texts)

    def find(self, data: bytes) -> Iterator[tuple[int, tuple[int, int]]]:
        """Which word, and where in the UTF-8 of a text."""
        for index in self._sieve.hits(data):
            for start, end in self._patterns[index].find(data):
                if _apart(data, start, end, open_ended=self._open[index]):
                    yield index, (start, end)


def in_order(spans: Iterable[tuple[int, int]], folded: Folded) -> list[tuple[int, int]]:
    """Spans of the folded bytes as those of the text that was given: in order, those that touch made one."""
    found = list(spans)
    if not found:
        return []
    at = folded.in_text([offset for span in found for offset in span])
    joined: list[tuple[int, int]] = []
    for start, end in sorted(folded.given(at[start], at[end]) for start, end in found):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _pattern(word: str) -> str:
    pieces = _SPACES.split(Folded(word.removesuffix("*")).text)
    return r"(?i)" + r"\s+".join(re.escape(piece) for piece in pieces)


def _apart(data: bytes, start: int, end: int, *, open_ended: bool) -> bool:
    """No letter or digit goes on beyond its ends."""
    before = data[max(start - 4, 0) : start].decode("utf-8", "ignore")[-1:]
    after = data[end : end + 4].decode("utf-8", "ignore")[:1]
    value = data[start:end].decode("utf-8", "replace")
    return not _joined(before, value[0]) and (open_ended or not _joined(value[-1], after))


def _joined(one: str, other: str) -> bool:
    """Whether two neighbours belong to one word."""
    return bool(one) and bool(other) and _in_word(one) and _in_word(other)


def _in_word(sign: str) -> bool:
    return ord(sign) < _WITHOUT_SPACES and (sign.isalnum() or sign == "_")
