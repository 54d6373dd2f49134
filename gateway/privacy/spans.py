"""Where something was found, and which of several findings stands."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

_PRIORITY: Final[Mapping[str, int]] = {
    "SECRET": 9,
    "CRYPTO": 8,
    "IBAN": 8,
    "CREDIT_CARD": 7,
    "EMAIL": 6,
    "NATIONAL_ID": 5,
    "MEDICAL_ID": 5,
    "PASSPORT": 5,
    "IP": 4,
    "DOB": 4,
    "PHONE": 3,
    "ADDRESS": 2,
    "PERSON": 1,
}
"""Of two that overlap the higher stands: what a checksum or a provider's prefix proves, before what only looks so."""
_OWN: Final = 6
"""Of kinds that administrators declare: they know their values."""


class Span(NamedTuple):
    """`start` and `end` count characters (Python string offsets) of the text as it was given."""

    start: int
    end: int
    type: str
    score: float


def resolve(found: Iterable[Span]) -> tuple[Span, ...]:
    """No two overlap; in the order of the text. Of two that do: the higher priority, the longer, the first, the surer."""
    chosen: list[Span] = []
    touching: list[Span] = []
    reached = -1
    for span in sorted(found):
        if span.start >= reached and touching:
            chosen.extend(touching if len(touching) == 1 else _chosen(touching))
            touching.clear()
        touching.append(span)
        reached = max(reached, span.end)
    chosen.extend(_chosen(touching))
    return tuple(chosen)


def _chosen(touching: Sequence[Span]) -> list[Span]:
    chosen: list[Span] = []
    for span in sorted(touching, key=_rank):
        at = bisect_left(chosen, span)
        free_before = at == 0 or chosen[at - 1].end <= span.start
        if free_before and (at == len(chosen) or span.end <= chosen[at].start):
            chosen.insert(at, span)
    return chosen


def _rank(span: Span) -> tuple[int, int, int, str, float]:
    return -_PRIORITY.get(span.type, _OWN), span.start - span.end, span.start, span.type, -span.score
