"""Globs: names in which * stands for any characters, none included. Nothing else is special."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled glob. Matching takes time linear in the name for each *, whatever the name."""

    text: str
    prefix: str
    inner: tuple[str, ...]
    suffix: str

    @classmethod
    def of(cls, text: str) -> Glob:
        """`text` holds at least one *."""
        prefix, *inner, suffix = text.split("*")
        return cls(text, prefix, tuple(part for part in inner if part), suffix)

    def matches(self, name: str) -> bool:
        start, end = len(self.prefix), len(name) - len(self.suffix)
        if end < start or not name.startswith(self.prefix) or not name.endswith(self.suffix):
            return False
        for part in self.inner:
            at = name.find(part, start, end)
            if at < 0:
                return False
            start = at + len(part)
        return True

    @property
    def specificity(self) -> tuple[int, int]:
        """Orders globs: the longest literal prefix wins, then the most literal characters."""
        return len(self.prefix), len(self.text) - self.text.count("*")


@dataclass(frozen=True, slots=True)
class NameSet:
    """Names and globs, asked whether one name is among them."""

    names: frozenset[str]
    globs: tuple[Glob, ...]
    everything: bool

    @classmethod
    def of(cls, entries: Iterable[str]) -> NameSet:
        listed = tuple(entries)
        return cls(
            names=frozenset(entry for entry in listed if "*" not in entry),
            globs=tuple(Glob.of(entry) for entry in listed if "*" in entry),
            everything=any("*" in entry and not entry.strip("*") for entry in listed),
        )

    def __contains__(self, name: str) -> bool:
        if self.everything or name in self.names:
            return True
        return any(glob.matches(name) for glob in self.globs)


def overlap(one: str, other: str) -> bool:
    """Whether some name is matched by both; either may be a plain name."""
    reachable = {0}
    for char in one:
        reachable = _skip_stars(reachable, other)
        if char == "*":
            reachable = set(range(min(reachable), len(other) + 1)) if reachable else reachable
            continue
        stepped = {at + 1 for at in reachable if at < len(other) and other[at] == char}
        stayed = {at for at in reachable if at < len(other) and other[at] == "*"}
        reachable = stepped | stayed
    return len(other) in _skip_stars(reachable, other)


def _skip_stars(positions: set[int], text: str) -> set[int]:
    """A * may match nothing: every position before one is also the position after it."""
    found = set(positions)
    for at in positions:
        step = at
        while step < len(text) and text[step] == "*":
            step += 1
            found.add(step)
    return found
