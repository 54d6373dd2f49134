"""Placeholders: what stands in a text for a value of its own, and which values they stand for.

A placeholder is `<PERSON_1>`: a type and a number. Numbers count by first appearance over all texts of a
call, in their order, and a value written the same way has the same number: a caller who sends a conversation
again with one more turn gets the same ones, without anything being kept. Written in another way it has another
number, so that each comes back as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

MOST_DIGITS: Final = 6
"""Of a number in a placeholder."""

_NUMBERED: Final = re.compile(rf"_([0-9]{{1,{MOST_DIGITS}}})")
_LONGEST_TYPE: Final = 64


class Issued:
    """The placeholders of one call. It never shows a value where it is only looked at."""

    __slots__ = ("_values", "letters", "prefixes", "types")

    def __init__(self, values: Mapping[str, str]) -> None:
        """By name, without brackets: `PERSON_1` → its value."""
        self._values = dict(values)
        self.types = frozenset(name.rpartition("_")[0] for name in self._values)
        self.prefixes = frozenset(name[:end] for name in self._values for end in range(len(name) + 1))
        self.letters = frozenset("".join(self._values))

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __repr__(self) -> str:
        return f"Issued({len(self._values)} placeholders)"

    def value(self, name: str) -> str:
        return self._values[name]

    def names(self) -> tuple[str, ...]:
        """In the order in which they were given out."""
        return tuple(self._values)

    def mentions(self) -> list[Mention]:
        """Each value as the mention that was named first."""
        return [Mention(name.rpartition("_")[0], value) for name, value in self._values.items()]

    def values(self) -> Mapping[str, str]:
        """By name: to be sealed and kept."""
        return dict(self._values)


class Mention(Struct, frozen=True):
    """A value as a text has it, and its type."""

    type: str
    value: str

    def __repr__(self) -> str:
        return f"Mention({self.type})"


class Numbering:
    """Gives out names. `reserved` are those that the texts themselves have: they stand for nothing. `before`: what
    earlier turns gave out, which a provider keeps; values written the same way have the same names."""

    __slots__ = ("_counts", "_names", "_reserved", "_values")

    def __init__(self, reserved: Iterable[str] = (), before: Issued | None = None) -> None:
        self._reserved = frozenset(reserved)
        self._counts: dict[str, int] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}
        for name, value in {}.items() if before is None else before.values().items():
            kind, _, number = name.rpartition("_")
            self._values[name] = value
            self._names.setdefault((kind, value), name)
            self._counts[kind] = max(self._counts.get(kind, 0), int(number))

    def __repr__(self) -> str:
        return f"Numbering({len(self._values)} placeholders)"

    def name(self, mention: Mention) -> str:
        """The name of its placeholder, which stands for this form of the value alone."""
        key = mention.type, mention.value
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = self._next(mention.type)
            self._values[name] = mention.value
        return name

    def issued(self) -> Issued:
        return Issued(self._values)

    def _next(self, kind: str) -> str:
        number = self._counts.get(kind, 0)
        while True:
            number += 1
            name = f"{kind}_{number}"
            if name not in self._reserved:
                self._counts[kind] = number
                return name


def look_alikes(texts: Iterable[str], types: Iterable[str]) -> set[str]:
    """Names that a text may be taken to hold, however they are written: `<PERSON_1>`, `Person\\_1`.

    More rather than fewer: what follows a text is not known here, so `PERSON_12` is `PERSON_1` too.
    """
    wanted = tuple(types)
    found: set[str] = set()
    for text in texts:
        if "_" not in text:
            continue
        for numbered in _NUMBERED.finditer(text):
            before = text[max(numbered.start() - 2 * _LONGEST_TYPE, 0) : numbered.start()]
            before = before.replace("\\", "").upper()
            digits = numbered[1]
            for kind in wanted:
                if before.endswith(kind):
                    found.update(f"{kind}_{digits[:end]}" for end in range(1, len(digits) + 1))
    return found
