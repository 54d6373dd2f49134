"""Where known values stand again: what was found once in a call is replaced wherever it occurs in it.

Words are walked once, along a tree of the values' words, so the cost is that of the text, however many
values there are. Only what a cheap look has seen in the texts at all is sought.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from gateway.privacy.placeholders import Mention
from gateway.privacy.values import COMPACT, canonical

_WORD: Final = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_GAP: Final = re.compile(r"[ \t.\-()/\u00a0]{0,3}")
_DIGIT: Final = re.compile(r"[0-9]")
"""Every card, account and phone has one."""
_FEW: Final = 64
"""So many values are looked for one by one."""
_EMBEDDED: Final = frozenset({"SECRET", "CRYPTO"})
"""Types whose values are sought inside words too."""
_LEAST_EMBEDDED: Final = 8
_MOST_EMBEDDED: Final = 256


class Occurrence(NamedTuple):
    start: int
    end: int
    mention: Mention


class Known:
    """Values to look for. Case, white space between words and the form of accents do not count; where a value is
    one word of letters ("Will", "May") the case does."""

    __slots__ = ("_compact", "_embedded", "_letters", "_longest", "_prefixes", "_tree")

    def __init__(self, mentions: Iterable[Mention]) -> None:
        self._tree: dict[str, Any] = {}
        self._compact: dict[str, Mention] = {}
        self._embedded: list[tuple[str, Mention]] = []
        self._letters: list[str] = []
        for mention in mentions:
            self._add(mention)
        self._prefixes = {name[:end] for name in self._compact for end in range(1, len(name) + 1)}
        self._longest = max(map(len, self._compact), default=0)

    def _add(self, mention: Mention) -> None:
        if mention.type in COMPACT:
            self._compact[canonical(mention.type, mention.value)] = mention
            return
        long = mention.type in _EMBEDDED and len(mention.value) >= _LEAST_EMBEDDED
        if long and len(self._embedded) < _MOST_EMBEDDED:
            self._embedded.append((mention.value, mention))
        for form in {unicodedata.normalize(name, mention.value) for name in ("NFC", "NFD")} | {mention.value}:
            self._plant(mention, form)

    def _plant(self, mention: Mention, value: str) -> None:
        words = list(_WORD.finditer(value))
        if not words:
            return
        node, lowered, end = self._tree, _lowered(value), words[0].start()
        for word in words:
            step = _squeezed(lowered[end : word.start()]) + lowered[word.start() : word.end()]
            node = node.setdefault(step, {})
            end = word.end()
        longest = max(words, key=lambda word: word.end() - word.start())
        self._letters.append(lowered[longest.start() : longest.end()])
        forms: set[str] | None = node.setdefault("", (mention, set()))[1]
        if len(words) == 1 and words[0][0].isalpha() and forms is not None:
            forms.add(words[0][0])
        else:
            node[""] = mention, None

    def find(self, text: str) -> list[Occurrence]:
        """In order, and none in another."""
        if not self._worth_walking(text):
            return []
        found = self._walk(text)
        for value, mention in self._embedded:
            at = text.find(value)
            while at >= 0:
                found.append(Occurrence(at, at + len(value), mention))
                at = text.find(value, at + len(value))
        found.sort(key=lambda one: (one.start, -one.end))
        kept: list[Occurrence] = []
        for one in found:
            if not kept or one.start >= kept[-1].end:
                kept.append(one)
        return kept

    def _worth_walking(self, text: str) -> bool:
        if self._compact and _DIGIT.search(text) is not None:
            return True
        if len(self._letters) + len(self._embedded) > _FEW:
            return True
        if any(value in text for value, _ in self._embedded):
            return True
        lowered = _lowered(text)
        return any(word in lowered for word in self._letters)

    def _walk(self, text: str) -> list[Occurrence]:
        words = [word.span() for word in _WORD.finditer(text)]
        lowered = _lowered(text)
        tree, prefixes = self._tree, self._prefixes
        begins = [
            at for at, (a, b) in enumerate(words) if (word := lowered[a:b]) in tree or word in prefixes
        ]  # at most of these a value begins
        found: list[Occurrence] = []
        reached = 0
        for at in begins:
            if at < reached:
                continue
            end, occurrence = self._along(text, lowered, words, at)
            if occurrence is None and self._compact:
                end, occurrence = self._grouped(lowered, words, at)
            if occurrence is not None:
                found.append(occurrence)
                reached = end
        return found

    def _along(
        self, text: str, lowered: str, words: Sequence[tuple[int, int]], at: int
    ) -> tuple[int, Occurrence | None]:
        """The longest value that begins with the word `at`, and the word behind it."""
        node = self._tree.get(lowered[words[at][0] : words[at][1]])
        start, best, reached = words[at][0], None, at
        while node is not None:
            end = words[at][1]
            leaf = node.get("")
            if leaf is not None and (leaf[1] is None or text[start:end] in leaf[1]):
                best, reached = Occurrence(start, end, leaf[0]), at + 1
            at += 1
            if at == len(words):
                break
            between = lowered[end : words[at][0]]
            node = node.get(_squeezed(between) + lowered[words[at][0] : words[at][1]])
        return reached, best

    def _grouped(
        self, lowered: str, words: Sequence[tuple[int, int]], at: int
    ) -> tuple[int, Occurrence | None]:
        """The longest card, account or phone that begins with the word `at`, however it is grouped."""
        start, joined, best, reached = words[at][0], "", None, at
        while at < len(words):
            if joined and _GAP.fullmatch(lowered, words[at - 1][1], words[at][0]) is None:
                break
            joined += lowered[words[at][0] : words[at][1]]
            if len(joined) > self._longest or joined not in self._prefixes:
                break
            at += 1
            if joined in self._compact:
                best, reached = Occurrence(start, words[at - 1][1], self._compact[joined]), at
        return reached, best


def _squeezed(between: str) -> str:
    """What stands between two words. White space of any length is one space."""
    return " ".join(between.split()) if not between.isspace() else " "


def _lowered(text: str) -> str:
    """In lower case, letter for letter: offsets stay."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(one if len(one) == 1 else letter for letter in text for one in (letter.lower(),))
