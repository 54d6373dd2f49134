"""Where something was found, and which of several findings stands."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
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


class Span(NamedTuple):
    """`start` and `end` count characters (Python string offsets) of the text as it was given."""

    start: int
    end: int
    type: str
    score: float


def resolve(found: Iterable[Span]) -> tuple[Span, ...]:
    """No two overlap; in the order of the text. Of two that do: the higher priority, the longer, the first."""
    chosen: list[Span] = []
    for span in sorted(found, key=_rank):
        at = bisect_left(chosen, span)
        free_before = at == 0 or chosen[at - 1].end <= span.start
        if free_before and (at == len(chosen) or span.end <= chosen[at].start):
            chosen.insert(at, span)
    return tuple(chosen)


def _rank(span: Span) -> tuple[int, int, int, str]:
    return -_PRIORITY.get(span.type, 0), span.start - span.end, span.start, span.type
