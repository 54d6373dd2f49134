"""What administrators look for, as rules like the gateway's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gateway.privacy.custom import Custom, CustomRecognizer
from gateway.privacy.folding import Folded
from gateway.privacy.named_checksums import named
from gateway.privacy.rules import Judge, Rule, by_itself, squeezed, words
from gateway.privacy.spans import Span


def rules_of(custom: Custom) -> tuple[Rule, ...]:
    return tuple(rule for recognizer in custom.recognizers for rule in _rules(recognizer))


def _rules(recognizer: CustomRecognizer) -> Iterator[Rule]:
    entity, score, languages = recognizer.entity, recognizer.score, recognizer.languages
    after = words(*map(_literal, recognizer.context)) if recognizer.context else ""
    judge = _checked(recognizer.check, score) if recognizer.check else None
    for pattern in recognizer.patterns:
        yield Rule(entity, pattern, score, judge, after=after, languages=languages)
    if recognizer.deny:
        listed = sorted(map(_literal, recognizer.deny), key=len, reverse=True)  # the longest first
        yield Rule(entity, f"(?i)({'|'.join(listed)})", judge=by_itself(1.0), languages=languages)


def _literal(value: str) -> str:
    """As the text is read; any white space stands for any other."""
    return r"\s{1,3}".join(re.escape(word) for word in Folded(value).text.split())


def _checked(name: str, score: float) -> Judge:
    check = named()[name]

    def judge(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
        return (start, end, score) if check(squeezed(data, start, end)) else None

    return judge


class Allowed:
    """Values that are left alone, by kind."""

    __slots__ = ("_values",)

    def __init__(self, custom: Custom) -> None:
        self._values: dict[str, set[str]] = {}
        for recognizer in custom.recognizers:
            if recognizer.allow:
                known = self._values.setdefault(recognizer.entity, set())
                known.update(_plain(Folded(value).text) for value in recognizer.allow)

    def __bool__(self) -> bool:
        return bool(self._values)

    def without(self, text: str, found: Iterable[Span]) -> list[Span]:
        """`text` folded, and `found` in its offsets."""
        values = self._values
        return [
            span
            for span in found
            if span.type not in values or _plain(text[span.start : span.end]) not in values[span.type]
        ]


def _plain(value: str) -> str:
    return " ".join(value.casefold().split())
