"""How well detection does on labelled sentences: precision, recall, F1 and leak, by kind and language.

A value is found when a span of its type covers at least half of it. It leaks when it still stands
verbatim in what would be sent. A span that touches no label is a false positive. A label that is
`optional` counts neither way. A row without labels should come out unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.privacy.redaction import redact
from gateway.privacy.spans import Span

ALL = "all"


@dataclass(slots=True)
class Tally:
    """Counts of labels, of those found and of those that leak; of spans that touch nothing."""

    labels: int = 0
    found: int = 0
    leaked: int = 0
    wrong: int = 0

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.wrong) if self.found + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.labels if self.labels else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def leak(self) -> float:
        return self.leaked / self.labels if self.labels else 0.0


@dataclass(slots=True)
class Score:
    """`tallies` by (type, language), with `all` for either. `harmless`: rows without labels; `touched`: of them."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    harmless: int = 0
    touched: int = 0
    missed: list[tuple[str, str]] = field(default_factory=list)
    """(type, row id) of what leaks: never the value."""

    def tally(self, entity: str, language: str) -> Tally:
        return self.tallies.setdefault((entity, language), Tally())

    def count(self, entity: str, language: str, counter: str) -> None:
        for kind in (entity, ALL):
            for spoken in (language, ALL):
                tally = self.tally(kind, spoken)
                setattr(tally, counter, getattr(tally, counter) + 1)


def add(
    score: Score,
    row: Mapping[str, Any],
    texts: Sequence[tuple[str, Sequence[Mapping[str, Any]], tuple[Span, ...]]],
) -> None:
    """One row: each of its texts with its labels and the spans that were found in it."""
    language = str(row.get("lang", "?"))
    labelled = any(labels for _, labels, _ in texts)
    if not labelled:
        score.harmless += 1
        score.touched += any(spans for _, _, spans in texts)
    for text, labels, spans in texts:
        sent = redact(text, spans)
        for label in labels:
            if label.get("optional"):
                continue
            score.count(label["type"], language, "labels")
            if _found(label, spans):
                score.count(label["type"], language, "found")
            if text[label["start"] : label["end"]] in sent:
                score.count(label["type"], language, "leaked")
                score.missed.append((label["type"], str(row.get("id", "?"))))
        for span in spans:
            if not any(_touch(span, label) for label in labels):
                score.count(span.type, language, "wrong")


def texts_of(row: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    """The texts of a row with their labels: its `text`, or the strings of its `request` by path."""
    if "text" in row:
        yield row["text"], row.get("spans", ())
        return
    labels: dict[str, list[Mapping[str, Any]]] = {}
    for label in row.get("pii", ()):
        labels.setdefault(label["path"], []).append(label)
    for path, text in _strings(row.get("request", {}), ""):
        yield text, labels.get(path, ())


def _strings(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _strings(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for index, inner in enumerate(value):
            yield from _strings(inner, f"{path}[{index}]")


def _found(label: Mapping[str, Any], spans: Iterable[Span]) -> bool:
    half = (label["end"] - label["start"]) / 2
    return any(
        span.type == label["type"] and min(span.end, label["end"]) - max(span.start, label["start"]) >= half
        for span in spans
    )


def _touch(span: Span, label: Mapping[str, Any]) -> bool:
    return bool(span.start < label["end"] and span.end > label["start"])
