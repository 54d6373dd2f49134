"""Attempts to overrule what a model was told: a heuristic, offline. It misses what is new, and says so in numbers.

The score of a text is that of its most suspicious passage, so that a long document does not add up to one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from gateway.guards.cues import CUES
from gateway.guards.finding import EVERY_SOURCE, Finding, Source
from gateway.guards.normal_form import normal, undisguised
from gateway.privacy.linear import Pattern, Sieve

TYPE: Final = "PROMPT_INJECTION"
_PASSAGE: Final = 800
"""Characters. Two passages overlap by half."""


class PromptInjection:
    """`sources`: what the application itself says is not suspected of anything."""

    version: Final = "1"
    reach: Final = _PASSAGE
    sources: Final[frozenset[Source]] = EVERY_SOURCE - {"system", "assistant"}

    def __init__(self, threshold: float = 0.5) -> None:
        self._threshold = threshold
        self._patterns = tuple(Pattern(cue.pattern) for cue in CUES)
        self._sieve = Sieve([cue.pattern for cue in CUES])

    def find(self, text: str) -> tuple[Finding, ...]:
        score = self.score(text)
        return (Finding(0, len(text), TYPE, score),) if score >= self._threshold else ()

    def score(self, text: str) -> float:
        """From 0 to 1."""
        plain = normal(text)
        found = max(map(self._of_passage, _passages(plain)), default=0.0)
        if found < self._threshold:
            disguised = (passage for other in undisguised(text, plain) for passage in _passages(other))
            found = max(found, max(map(self._of_passage, disguised), default=0.0))
        return found

    def cues(self, text: str) -> tuple[str, ...]:
        """Names of those that it has, as it stands."""
        return tuple(CUES[index].name for index in self._hits(normal(text)))

    def _of_passage(self, passage: str) -> float:
        doubt = 1.0
        for index in self._hits(passage):
            doubt *= 1.0 - CUES[index].weight
        return round(1.0 - doubt, 4)

    def _hits(self, passage: str) -> Iterable[int]:
        data = passage.encode("utf-8", "replace")
        hits = self._sieve.hits(data)
        if len(hits) < len(CUES):
            return hits
        return [index for index in hits if self._patterns[index].first(data, 0, len(data)) is not None]


def _passages(text: str) -> Iterator[str]:
    if len(text) <= _PASSAGE:
        yield text
        return
    step = _PASSAGE // 2
    for start in range(0, len(text) - step, step):
        yield text[start : start + _PASSAGE]
