"""Keys, tokens and passwords, by the recognizers of privacy."""

from __future__ import annotations

from typing import Final

from gateway.guards.finding import EVERY_SOURCE, Finding, Source
from gateway.privacy.detector import VERSION, Detects
from gateway.privacy.profile import Profile

_SECRETS: Final = Profile(entities=frozenset({"SECRET"}))


class Secrets:
    """Raises TooLong for a text that detection does not read."""

    version: Final = VERSION
    reach: Final = 512
    sources: Final[frozenset[Source]] = EVERY_SOURCE

    def __init__(self, detector: Detects) -> None:
        detector.prepare(_SECRETS)
        self._detector = detector

    def find(self, text: str) -> tuple[Finding, ...]:
        return tuple(Finding(*span) for span in self._detector.spans(text, _SECRETS))
