"""Names that are known by the company they keep: in a list of names, and as speakers of a dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gateway.privacy.recognizers.runs import Word, like_name
from gateway.privacy.spans import Span
from gateway.privacy.vocabulary import Vocabulary

_BETWEEN: Final = frozenset((", ", " and ", ", and ", " & ", " et ", " und ", " y ", " e ", " en "))
_LEAST: Final = 3
_SPEAKER: Final = re.compile(
    r"^[ \t>]{0,4}([A-ZÀ-ÖØ-ÞĀ-Ž][^\W\d_]{1,20}): ?[\"“«]?[A-ZÀ-ÖØ-ÞĀ-Ž¿¡]", re.MULTILINE
)
_SCORE: Final = 0.55


def listed(text: str, found: Iterable[Sequence[Word]], vocabulary: Vocabulary) -> Iterator[Span]:
    """`Qwandel, Johnson and Rogers`: of three single words with a capital two are known names, and none is another."""
    chain: list[Word] = []
    for run in found:
        if len(run) == 1 and chain and text[chain[-1].end : run[0].start] in _BETWEEN:
            chain.append(run[0])
            continue
        yield from _names(chain, vocabulary)
        chain = [run[0]] if len(run) == 1 else []
    yield from _names(chain, vocabulary)


def _names(chain: Sequence[Word], vocabulary: Vocabulary) -> Iterator[Span]:
    if len(chain) < _LEAST or any(word.low in vocabulary.common or not like_name(word) for word in chain):
        return
    if sum(word.low in vocabulary.last or word.low in vocabulary.sure for word in chain) >= _LEAST - 1:
        for word in chain:
            yield Span(word.start, word.end, "PERSON", _SCORE)


def speakers(text: str, vocabulary: Vocabulary) -> Iterator[Span]:
    """`Zyxo: Where?` at the begin of a line, where somebody with a known name speaks too."""
    lines = [match.span(1) for match in _SPEAKER.finditer(text)]
    names = {text[start:end].lower() for start, end in lines}
    if len(names) < 2 or names.isdisjoint(vocabulary.sure):
        return
    for start, end in lines:
        if text[start:end].lower() not in vocabulary.common:
            yield Span(start, end, "PERSON", _SCORE)
