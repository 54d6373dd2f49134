"""What a text is about, by its words: of a topic that is denied, or of none of those that are allowed.

Words are counted, not understood: two different ones of a topic make it likely (a score of 0.75), three more so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final

from gateway.guards.finding import Extent, Finding, Source
from gateway.guards.normal_form import normal
from gateway.guards.patterns import Words

_READ: Final = 2000
_ROOT_BYTES: Final = 5
"""Of two words that begin alike one counts: plural and singular are no two signs."""
_LEAST_CHARS: Final = 60
"""What is shorter may be about anything: thanks, a name, a yes."""


class Topics:
    """`topics` and `deny_topics` are names of built-in topics or of `vocabulary`; either may be empty. A long
    text is judged piece by piece."""

    version: Final = "1"
    step: Final[int | None] = 800
    extent: Final[Extent] = "last"
    sources: Final[frozenset[Source]] = frozenset({"user"})

    def __init__(
        self,
        topics: Sequence[str],
        deny_topics: Sequence[str],
        vocabulary: Mapping[str, Sequence[str]],
        threshold: float = 0.75,
    ) -> None:
        built_in = built_in_topics()
        named = [
            (name, word)
            for name in {*topics, *deny_topics}
            for word in vocabulary.get(name) or built_in[name]
        ]
        self._names = [name for name, _ in named]
        self._words = Words([normal(word) for _, word in named])
        self._allowed = frozenset(topics)
        self._denied = frozenset(deny_topics)
        self._threshold = threshold

    def judge(self, text: str, *, whole: bool) -> Finding | None:
        counts = self._counts(text)
        for name in sorted(self._denied & counts.keys()):
            score = 1.0 - 0.5 ** counts[name]
            if score >= self._threshold:
                return Finding(0, len(text), "TOPIC", score)
        if self._allowed and len(text) >= _LEAST_CHARS and not self._allowed & counts.keys():
            return Finding(0, len(text), "OFF_TOPIC")
        return None

    def _counts(self, text: str) -> Mapping[str, int]:
        """By topic, how many of its words are there."""
        data = normal(text[-_READ:]).encode("utf-8", "replace")
        roots = {
            (self._names[index], data[start : min(end, start + _ROOT_BYTES)])
            for index, (start, end) in self._words.find(data)
        }
        return Counter(name for name, _ in roots)


@lru_cache(maxsize=1)
def built_in_topics() -> Mapping[str, tuple[str, ...]]:
    """The words of each, in all languages, each once."""
    text = (files("gateway.guards") / "words" / "topics.txt").read_text(encoding="utf-8")
    found: dict[str, dict[str, None]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            head, _, words = line.partition(":")
            found.setdefault(head.split()[0], {}).update(dict.fromkeys(map(str.strip, words.split(","))))
    return {name: tuple(words) for name, words in found.items()}
