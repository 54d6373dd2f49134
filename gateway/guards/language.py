"""Which language a text is in. What is short, or no prose, is taken for any."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

from gateway.guards.finding import Extent, Finding, Source

_LEAST_LETTERS: Final = 20
_LEAST_SURE: Final = 0.2
"""A text is in another language where the allowed ones together are less probable, and another more than half."""
_READ: Final = 800


@lru_cache(maxsize=1)
def model() -> LanguageIdentifier:
    """Of 4.5 MB, which take half a second to unpack: one for all guards. Nothing in it changes."""
    return LanguageIdentifier.from_modelpath(MODEL_DIR / MODEL_FILE, norm_probs=True)


class Language:
    """A long text is judged piece by piece."""

    version: Final = "1"
    step: Final[int | None] = 400
    extent: Final[Extent] = "last"
    sources: Final[frozenset[Source]] = frozenset({"user"})

    def __init__(self, languages: Sequence[str]) -> None:
        self._allowed = frozenset(languages)
        self._model = model()

    def judge(self, text: str, *, whole: bool) -> Finding | None:
        read = text[-_READ:]
        if sum(map(str.isalpha, read)) < _LEAST_LETTERS:
            return None
        ranked = self._model.rank(read)
        language, best = ranked[0]
        allowed = sum(score for name, score in ranked if name in self._allowed)
        if language in self._allowed or language == "zxx" or allowed >= _LEAST_SURE or best < 0.5:
            return None
        return Finding(0, len(text), "LANGUAGE", round(float(best), 4))
