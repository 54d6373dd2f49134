"""Rules, compiled, and what holds those of one kind and language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.privacy.linear import Pattern
from gateway.privacy.rules import Rule


class CompiledRule:
    """One rule, its patterns compiled."""

    __slots__ = ("_after", "_pattern", "rule")

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._pattern = Pattern(rule.pattern)
        self._after = Pattern(rule.after) if rule.after else None

    @property
    def trigger(self) -> str:
        """A pattern without whose match this rule finds nothing."""
        return self.rule.trigger or self.rule.after or self.rule.pattern

    def find(self, data: bytes) -> Iterator[tuple[int, int, float]]:
        """Start and end in bytes, and how sure it is."""
        judge, score = self.rule.judge, self.rule.score
        for start, end in self._proposed(data):
            judged = judge(data, start, end) if judge is not None else (start, end, score)
            if judged is not None:
                yield judged

    def _proposed(self, data: bytes) -> Iterator[tuple[int, int]]:
        if self._after is None:
            yield from self._pattern.find(data)
            return
        for _, cue_end in self._after.find(data):
            # A word's last byte was the separator behind it: the value may begin there.
            start = cue_end if cue_end == len(data) or self.rule.pattern.startswith("^") else cue_end - 1
            value = self._first_after(data, start, min(len(data), cue_end + self.rule.reach_bytes))
            if value is not None:
                yield value

    def _first_after(self, data: bytes, start: int, limit: int) -> tuple[int, int] | None:
        """On that line, or the next where the cue ends its own. The window is cut out, so that `^` is its begin."""
        window = data[start : limit + 8]
        found = self._pattern.first(window, 0, len(window))
        return None if found is None else (start + found[0], start + found[1])


class LinearRecognizer:
    """The rules of one kind of data in one language. Its fields are named as those of Presidio's recognizers, so
    that one list may hold both."""

    __slots__ = ("compiled", "supported_entities", "supported_language")

    def __init__(self, entity: str, language: str, rules: Iterable[CompiledRule]) -> None:
        self.supported_entities = (entity,)
        self.supported_language = language
        self.compiled = tuple(rules)
