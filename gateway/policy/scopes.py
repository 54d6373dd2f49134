"""Which limits and budgets are about a call, and in whose name each counts it. Pure, but for what it remembers.

A fact in `per` that a call lacks is replaced by its key's id, so that nobody is counted nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from gateway.policy.entries import Entry
from gateway.policy.match import Facts
from gateway.policy.periods import Period

_LONGEST: Final = 200
_MOST_REMEMBERED: Final = 4096
_CHANGING: Final = frozenset({"network", "hours"})
"""Facts of which each call has its own."""
OF_CALLER: Final = frozenset({"team", "user", "role", "key", "network", "hours"})
"""Facts that are known of a call before its body is read."""
_ALWAYS: Final = Period(0, 0)


class Scoped:
    """An entry that is about a call. `scope` are the values of its `per`, in their order."""

    __slots__ = ("_key", "_period", "_text", "entry", "scope")

    def __init__(self, entry: Entry, scope: tuple[str, ...]) -> None:
        self.entry = entry
        self.scope = scope
        self._text = _text(scope)
        self._period = _ALWAYS
        self._key = f"{entry.id}|0|{self._text}"

    def at(self, now_ms: int) -> tuple[str, Period]:
        """The counter's key, and its period; of a limit, which has none, one of no length."""
        calendar = self.entry.calendar
        if calendar is not None and (period := calendar.at(now_ms)) is not self._period:
            self._period = period
            self._key = f"{self.entry.id}|{period.from_ms}|{self._text}"
        return self._key, self._period


class Scopes:
    """The entries of a policy, asked with what is known of a call. `asks`: the facts that any of them depends on; others
    may be left out. `downgrades`: one of them may send a call to another model."""

    __slots__ = ("_entries", "_known", "asks", "downgrades", "ids")

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self._entries = entries
        self.asks = frozenset[str]().union(*(entry.asks for entry in entries))
        self.ids = frozenset(entry.id for entry in entries)
        self.downgrades = any(entry.downgrade for entry in entries)
        self._known: dict[object, tuple[Scoped, ...]] | None = {} if self.asks.isdisjoint(_CHANGING) else None

    def about(
        self, facts: Facts, counted: Facts, *, again: bool = False, elsewhere: bool = False
    ) -> tuple[Scoped, ...]:
        """As `about`. Remembered for calls with the same facts, where they can have the same."""
        known = self._known
        if known is None:
            return about(self._entries, facts, counted, again=again, elsewhere=elsewhere)
        key = (facts, counted, again, elsewhere)
        found = known.get(key)
        if found is None:
            if len(known) >= _MOST_REMEMBERED:
                known.clear()
            found = about(self._entries, facts, counted, again=again, elsewhere=elsewhere)
            known[key] = found
        return found


def about(
    entries: Iterable[Entry], facts: Facts, counted: Facts, *, again: bool = False, elsewhere: bool = False
) -> tuple[Scoped, ...]:
    """`facts` are those of the call and of the target it is to go to, `counted` those under which it is counted, with
    people under pseudonyms. `again`: another attempt of a call whose request was counted with the first one; only what
    speaks of the target counts it anew, and what speaks of the model if that is another one (`elsewhere`)."""
    return tuple(
        Scoped(entry, values_of(counted, entry.per))
        for entry in entries
        if not (
            again and entry.kind == "requests" and not (entry.of_target or (elsewhere and entry.of_model))
        )
        and (entry.every_call or entry.match.matches(facts))
    )


def values_of(facts: Facts, per: tuple[str, ...]) -> tuple[str, ...]:
    """What a call is counted under."""
    return tuple(_value(facts, fact) for fact in per)


def scope_in(key: str, entry_id: str) -> tuple[str, ...]:
    """The values of `per` that a counter is about, as they stand in its key."""
    rest = key.removeprefix(entry_id).split("|", 2)[2]
    found = []
    while rest:
        length, _, tail = rest.partition(":")
        found.append(tail[: int(length)])
        rest = tail[int(length) :]
    return tuple(found)


def _text(scope: tuple[str, ...]) -> str:
    """With their lengths: no two scopes look alike."""
    return "".join(f"{len(value)}:{value}" for value in scope)


def _value(facts: Facts, fact: str) -> str:
    """What a request says of itself may be long: then its hash stands for it."""
    value = getattr(facts, fact)
    text = f"key={facts.key}" if value is None else f"{fact}={value}"
    return text if len(text) <= _LONGEST else f"{fact}#{hashlib.sha256(text.encode()).hexdigest()}"
