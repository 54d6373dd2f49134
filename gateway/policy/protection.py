"""`privacy` of a policy, made ready for the request path at load: what protects a call at one target.

All rules that match apply. Of each kind of data the strictest action wins, languages unite, `leave` beats
`restore`, and `block` beats what is weaker; where no rule matches, the default profile applies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from gateway.policy.match import Facts, Match
from gateway.policy.models.privacy import PrivacyEntry
from gateway.policy.models.recognizers import RecognizerEntry
from gateway.policy.profiles import (
    STRICTEST_FIRST,
    UNREAD_STRICTEST_FIRST,
    Profile,
    own_kinds,
    resolved,
)

_MOST_REMEMBERED: Final = 1024
DEFAULT: Final = "default"


class Action(Enum):
    """What becomes of a value. `REDACT` alone is reversible."""

    BLOCK = "block"
    REDACT = "redact"
    HASH = "hash"
    MASK = "mask"
    FLAG = "flag"
    ALLOW = "allow"


REPLACES: Final = frozenset({Action.REDACT, Action.HASH, Action.MASK})


@dataclass(frozen=True, slots=True)
class Actions:
    """By type; `default` for those that are not named."""

    by_type: Mapping[str, Action] = field(default_factory=dict)
    default: Action = Action.REDACT

    def of(self, kind: str) -> Action:
        return self.by_type.get(kind, self.default)


@dataclass(frozen=True, slots=True, eq=False)
class Protection:
    """What applies to a call at a target. The same object for the same rules: it is compared by identity.

    `rules` names those that matched, or `default`. `entities` is what is looked for, in `languages` (None: all), with
    `recognizers` of the policy's own and `models` that look for names, by language; empty: nothing is. `restores`: values are put back into the answer. `unread` is block, flag or allow;
    `fails_open`: a call passes although detection failed."""

    rules: tuple[str, ...]
    actions: Actions
    entities: frozenset[str]
    languages: frozenset[str] | None
    recognizers: Mapping[str, RecognizerEntry]
    models: tuple[tuple[str, str], ...]
    restores: bool
    unread: str
    fails_open: bool

    @property
    def redacts(self) -> bool:
        """Something may get a placeholder."""
        return Action.REDACT in self.actions.by_type.values()

    def __repr__(self) -> str:
        return f"Protection({', '.join(self.rules)})"


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    match: Match
    profile: Profile


@dataclass(frozen=True, slots=True, eq=False)
class Privacy:
    """The rules of a policy, in its order; the last is the default, about calls that no other is about. `asks`: the
    facts that any of them depends on; others may be left out."""

    asks: frozenset[str]
    recognizers: Mapping[str, RecognizerEntry]
    _rules: tuple[_Rule, ...]
    _default: _Rule | None
    _remembered: dict[int, Protection] = field(default_factory=dict, repr=False)

    def protection_for(self, facts: Facts, *others: Facts) -> Protection | None:
        """None: the call is not looked at. With `others`: what applies to any of them, the strictest of all."""
        matched = self._matched(facts)
        for other in others:
            matched |= self._matched(other)
        if not matched:
            return None
        found = self._remembered.get(matched)
        if found is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            found = self._remembered[matched] = _united(self._named(matched), self.recognizers)
        return found

    def every(self) -> tuple[Protection, ...]:
        """Of each rule alone, and of all together: more than that is looked for in no call."""
        each = (*self._rules, *(() if self._default is None else (self._default,)))
        return tuple(_united(rules, self.recognizers) for rules in (*((rule,) for rule in each), each))

    def _matched(self, facts: Facts) -> int:
        """A bit for each rule that is about the call."""
        bits = 0
        for number, rule in enumerate(self._rules):
            if rule.match.matches(facts):
                bits |= 1 << number
        return bits or (0 if self._default is None else 1 << len(self._rules))

    def _named(self, matched: int) -> Sequence[_Rule]:
        every = self._rules if self._default is None else (*self._rules, self._default)
        return [rule for number, rule in enumerate(every) if matched >> number & 1]


def privacy_of(entry: PrivacyEntry) -> Privacy | None:
    """Of a document without faults. None: it asks for nothing."""
    own = own_kinds(entry)
    rules = tuple(
        _Rule(rule.name, Match.of(rule.match), resolved(entry.profiles, rule.profile, own))
        for rule in entry.rules
    )
    default = None
    if entry.default is not None:
        default = _Rule(DEFAULT, Match(), resolved(entry.profiles, entry.default, own))
    if not rules and default is None:
        return None
    asks = frozenset[str]().union(*(rule.match.used_at_all for rule in entry.rules if rule.match))
    return Privacy(asks, entry.recognizers, rules, default)


def _united(rules: Sequence[_Rule], recognizers: Mapping[str, RecognizerEntry]) -> Protection:
    profiles = [rule.profile for rule in rules]
    by_type = {
        kind: Action(min((profile.entities[kind] for profile in profiles), key=STRICTEST_FIRST.index))
        for kind in profiles[0].entities
    }
    spoken = [profile.languages for profile in profiles if profile.languages is not None]
    return Protection(
        rules=tuple(rule.name for rule in rules),
        actions=Actions(by_type, Action.REDACT),
        entities=frozenset(kind for kind, action in by_type.items() if action is not Action.ALLOW),
        languages=frozenset().union(*spoken) if len(spoken) == len(profiles) else None,
        recognizers=recognizers,
        models=tuple(sorted({pair for profile in profiles for pair in profile.ner.items()})),
        restores=all(profile.output == "restore" for profile in profiles),
        unread=min((profile.unread for profile in profiles), key=UNREAD_STRICTEST_FIRST.index),
        fails_open=all(profile.on_failure == "allow" for profile in profiles),
    )
