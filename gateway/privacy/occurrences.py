"""Where known values stand again: what was found once in a call is replaced wherever it occurs in it.

Words are walked once, along a tree of the values' words, so the cost is that of the text, however many
values there are. Only what a cheap look has seen in the texts at all is sought.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

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


class _Node:
    """A place in the tree of values, whose words are read from the last to the first. `back` is the node of the
    longest other reading that is still open, `leaf` the longest value that begins here: its mention, the forms in which
    it is one (any, where None) and its count of words."""

    __slots__ = ("back", "leaf", "steps", "word")

    def __init__(self, word: str = "") -> None:
        self.word = word
        self.steps: dict[str, _Node] = {}
        self.back: _Node | None = None
        self.leaf: tuple[Mention, set[str] | None, int] | None = None


class Known:
    """Values to look for. Case, white space between words and the form of accents do not count; where a value is
    one word of letters ("Will", "May") the case does."""

    __slots__ = ("_compact", "_embedded", "_letters", "_longest", "_prefixes", "_tree")

    def __init__(self, mentions: Iterable[Mention]) -> None:
        self._tree = _Node()
        self._compact: dict[str, Mention] = {}
        self._embedded: list[tuple[str, Mention]] = []
        self._letters: list[str] = []
        for mention in mentions:
            self._add(mention)
        _link(self._tree)
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
        node, lowered = self._tree, _lowered(value)
        for step, word in _steps(lowered, [word.span() for word in words]):
            node = node.steps.setdefault(step, _Node(word))
        longest = max(words, key=lambda word: word.end() - word.start())
        self._letters.append(lowered[longest.start() : longest.end()])
        forms = set() if node.leaf is None else node.leaf[1]
        if len(words) == 1 and words[0][0].isalpha() and forms is not None:
            forms.add(words[0][0])
            node.leaf = (mention if node.leaf is None else node.leaf[0]), forms, 1
        else:
            node.leaf = mention, None, len(words)

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
        begun = self._begun(text, lowered, words)
        prefixes = self._prefixes
        begins = begun.keys() | {
            at for at, (a, b) in enumerate(words) if prefixes and lowered[a:b] in prefixes
        }
        found: list[Occurrence] = []
        reached = 0
        for at in sorted(begins):
            if at < reached:
                continue
            end, occurrence = begun.get(at, (at, None))
            if occurrence is None:
                end, occurrence = self._grouped(lowered, words, at)
            if occurrence is not None:
                found.append(occurrence)
                reached = end
        return found

    def _begun(
        self, text: str, lowered: str, words: Sequence[tuple[int, int]]
    ) -> dict[int, tuple[int, Occurrence]]:
        """The longest value that begins with each word, and the word behind it. Words are read backwards, each once:
        what a reading has come to tells at once which of the values that end later begin here."""
        root = self._tree
        ends = [at for at, (a, b) in enumerate(words) if lowered[a:b] in root.steps]
        begun: dict[int, tuple[int, Occurrence]] = {}
        reached = len(words)
        for end in reversed(ends):
            if end >= reached:
                continue
            at, node = end, root.steps[lowered[words[end][0] : words[end][1]]]
            while node is not root:
                if node.leaf is not None:
                    mention, forms, count = node.leaf
                    start, stop = words[at][0], words[at + count - 1][1]
                    if forms is None or text[start:stop] in forms:
                        begun[at] = at + count, Occurrence(start, stop, mention)
                at -= 1
                if at < 0:
                    break
                word = lowered[words[at][0] : words[at][1]]
                step = word + _squeezed(lowered[words[at][1] : words[at + 1][0]])
                node = _next(root, node, step, word)
            reached = at
        return begun

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


def _steps(lowered: str, words: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """From the last word to the first, each with what stands behind it, and alone."""
    behind = words[-1][1]
    for start, end in reversed(words):
        word = lowered[start:end]
        yield word + (_squeezed(lowered[end:behind]) if behind > end else ""), word
        behind = start


def _next(root: _Node, node: _Node | None, step: str, word: str) -> _Node:
    """Where a reading goes on. `root` where no value has it."""
    while node is not None and node is not root:
        if (further := node.steps.get(step)) is not None:
            return further
        node = node.back
    return root.steps.get(word, root)


def _link(root: _Node) -> None:
    """Sets `back` and what follows from it, the shorter readings first."""
    row = list(root.steps.values())
    for node in row:
        node.back = root
    while row:
        deeper: list[_Node] = []
        for node in row:
            for step, further in node.steps.items():
                further.back = _next(root, node.back, step, further.word)
                further.leaf = further.leaf or further.back.leaf
                deeper.append(further)
        row = deeper


def _squeezed(between: str) -> str:
    """What stands between two words. White space of any length is one space."""
    return " ".join(between.split()) if not between.isspace() else " "


def _lowered(text: str) -> str:
    """In lower case, letter for letter: offsets stay."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(one if len(one) == 1 else letter for letter in text for one in (letter.lower(),))
