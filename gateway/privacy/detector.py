"""The detector: text in, spans out. Pure: no network, no clock; the same text gives the same spans.

One pass of an automaton says which rules can match at all; only those run, each in time linear in the
text. Nothing is skipped: what fails raises, and whoever asked must refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

from gateway.privacy.faults import NotCovered, TooLong
from gateway.privacy.folding import Folded
from gateway.privacy.linear import Sieve
from gateway.privacy.profile import Profile
from gateway.privacy.recognizers.custom_rules import Allowed, rules_of
from gateway.privacy.recognizers.models import Models
from gateway.privacy.recognizers.people import People
from gateway.privacy.recognizers.recognizer import CompiledRule, LinearRecognizer
from gateway.privacy.recognizers.registry import registry
from gateway.privacy.rules import Rule
from gateway.privacy.spans import Span, resolve
from gateway.privacy.vocabulary import load_vocabulary

VERSION: Final = "2"
"""Goes up whenever the same text may give other spans."""
LONGEST_CHARACTERS: Final = 4_000_000


class Detects(Protocol):
    """What the rest of the gateway needs of detection."""

    def spans(self, text: str, profile: Profile) -> tuple[Span, ...]: ...

    def bound(self, text: str) -> None: ...

    def prepare(self, profile: Profile) -> None: ...


class Detector:
    """Holds the recognizers; one for a process. Build it once: that takes a tenth of a second."""

    def __init__(self, extra: Iterable[Any] = (), *, longest_characters: int = LONGEST_CHARACTERS) -> None:
        """`extra`: recognizers of Presidio's (`EntityRecognizer`). They are asked for every text, and may be slow."""
        self._recognizers: Sequence[Any] = (*registry(), *extra)
        self._longest_characters = longest_characters
        self.covers = frozenset({"PERSON"}.union(*(r.supported_entities for r in self._recognizers)))
        vocabulary = load_vocabulary()
        self._people = People(vocabulary)
        self._models = Models(vocabulary)
        self._plans: dict[Profile, _Plan] = {}

    def spans(self, text: str, profile: Profile) -> tuple[Span, ...]:
        """What was found, in order, without overlap. Raises TooLong, and as `prepare` does."""
        self.bound(text)
        if not text:
            return ()
        plan = self._plans.get(profile) or self._planned(profile)
        folded = Folded(text)
        found = _matches(plan, folded)
        if "PERSON" in profile.entities:
            names = list(self._models.find(folded.text, profile.models)) if profile.models else ()
            found.extend(self._people.find(folded.text, resolve(found), names))
        if plan.allowed:
            found = plan.allowed.without(folded.text, found)
        threshold = profile.threshold
        given = [s for s in found if s.score >= threshold]
        if folded.shifted:
            given = [Span(*folded.given(s.start, s.end), s.type, s.score) for s in given]
        for recognizer in plan.others:
            given.extend(_asked(recognizer, text, profile))
        return resolve(given)

    def bound(self, text: str) -> None:
        """Raises TooLong."""
        if len(text) > self._longest_characters:
            limit = f"at most {self._longest_characters:,}"
            raise TooLong(f"a text of {len(text):,} characters is not read: {limit}")

    def prepare(self, profile: Profile) -> None:
        """So that the first text doesn't wait: a twentieth of a second, and a model seconds. Raises NotCovered and
        MissingModel."""
        if profile not in self._plans:
            self._planned(profile)

    def _planned(self, profile: Profile) -> _Plan:
        missing = profile.entities - self.covers - {one.entity for one in profile.custom.recognizers}
        if missing:
            raise NotCovered(f"nothing here finds {', '.join(sorted(missing))}")
        self._models.load(profile.models)
        if len(self._plans) >= 256:  # profiles come from policies: there are few, but reloads make new ones
            self._plans.clear()
        plan = self._plans[profile] = _Plan(self._recognizers, profile)
        return plan


class _Plan:
    """What one profile asks of the recognizers."""

    def __init__(self, recognizers: Sequence[Any], profile: Profile) -> None:
        chosen = [
            recognizer
            for recognizer in recognizers
            if recognizer.supported_language in profile.languages
            and not profile.entities.isdisjoint(recognizer.supported_entities)
        ]
        rules = {
            id(rule): rule for r in chosen if isinstance(r, LinearRecognizer) for rule in r.compiled
        }  # shared between languages
        own = (rule for rule in rules_of(profile.custom) if _asks_for(profile, rule))
        self.rules: Sequence[CompiledRule] = (*rules.values(), *map(CompiledRule, own))
        self.allowed = Allowed(profile.custom)
        self.sieve = Sieve([rule.trigger for rule in self.rules])
        self.others = tuple(r for r in chosen if not isinstance(r, LinearRecognizer))


def _asks_for(profile: Profile, rule: Rule) -> bool:
    spoken = not rule.languages or not profile.languages.isdisjoint(rule.languages)
    return rule.entity in profile.entities and spoken


def _matches(plan: _Plan, folded: Folded) -> list[Span]:
    """In the offsets of the folded text."""
    data = folded.data
    raw = [
        (start, end, rule.rule.entity, score)
        for rule in map(plan.rules.__getitem__, plan.sieve.hits(data))
        for start, end, score in rule.find(data)
    ]
    at = folded.in_text([offset for start, end, _, _ in raw for offset in (start, end)])
    return [Span(at[start], at[end], entity, score) for start, end, entity, score in raw]


def _asked(recognizer: Any, text: str, profile: Profile) -> list[Span]:
    wanted = sorted(profile.entities.intersection(recognizer.supported_entities))
    results = recognizer.analyze(text=text, entities=wanted, nlp_artifacts=None) or ()
    return [
        Span(result.start, result.end, result.entity_type, result.score)
        for result in results
        if result.score >= profile.threshold and result.entity_type in profile.entities
    ]
