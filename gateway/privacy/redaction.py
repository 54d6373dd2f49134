"""Placeholders in place of what was found, in one text: for people who look at what detection does.

What leaves the house with calls will be numbered over a whole conversation, and be restorable.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from gateway.privacy.spans import Span


def redact(text: str, spans: Iterable[Span]) -> str:
    """`<PERSON_1>`: the same value has the same number. `spans` in order, without overlap."""
    numbers: dict[tuple[str, str], int] = {}
    counts: dict[str, int] = {}
    pieces: list[str] = []
    last = 0
    for span in spans:
        value = " ".join(unicodedata.normalize("NFC", text[span.start : span.end]).casefold().split())
        if (span.type, value) not in numbers:
            counts[span.type] = counts.get(span.type, 0) + 1
            numbers[span.type, value] = counts[span.type]
        pieces += text[last : span.start], f"<{span.type}_{numbers[span.type, value]}>"
        last = span.end
    return "".join((*pieces, text[last:]))
