"""What differs between two revisions of a policy: by meaning, key by key, and as text, line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from enum import Enum
from typing import Any, Final, cast

from gateway.policy.withheld import KeptFile

_NAMES: Final = ("name", "to", "kind")
"""Keys by which an entry of a list is known, wherever it stands."""


class Nothing(Enum):
    """No value stands there."""

    HERE = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One key. `path` is as a person would write it: models.fast.targets[openai/gpt-5-mini].weight"""

    path: str
    old: object
    new: object

    def __str__(self) -> str:
        if self.old is Nothing.HERE:
            return f"+ {self.path}: {told(self.new)}"
        if self.new is Nothing.HERE:
            return f"- {self.path}: {told(self.old)}"
        return f"  {self.path}: {told(self.old)} → {told(self.new)}"


def told(value: object) -> str:
    """A value as JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def by_meaning(old: str, new: str) -> tuple[Change, ...]:
    """Of two documents (gateway.policy.withheld.document_of), in the order of their paths. None: the bytes
    differ, or a secret that is written out."""
    return tuple(_between("", json.loads(old), json.loads(new)))


def _between(path: str, old: object, new: object) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            below = _step(path, name)
            yield from _between(below, old.get(name, Nothing.HERE), new.get(name, Nothing.HERE))
        return
    if isinstance(old, list) and isinstance(new, list):
        named = _named(old, new)
        if named is not None:
            for name in dict.fromkeys((*named[0], *named[1])):
                below = f"{path}[{name}]"
                yield from _between(below, named[0].get(name, Nothing.HERE), named[1].get(name, Nothing.HERE))
            return
    if told_apart(old, new):
        yield Change(path, old, new)


def told_apart(old: object, new: object) -> bool:
    """To Python true is 1 and 1.0."""
    if old is Nothing.HERE or new is Nothing.HERE:
        return old is not new
    return told(old) != told(new)


def _step(path: str, name: str) -> str:
    plain = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    step = name if plain else json.dumps(name, ensure_ascii=False)
    return f"{path}.{step}" if path else step


def _named(old: Sequence[object], new: Sequence[object]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Both lists by the names of their entries, if each entry of both has one of its own."""
    for key in _NAMES:
        found = tuple(_by(key, entries) for entries in (old, new))
        if all(each is not None for each in found):
            return cast("tuple[dict[str, Any], dict[str, Any]]", found)
    return None


def _by(key: str, entries: Sequence[object]) -> dict[str, Any] | None:
    named = {
        entry[key]: entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get(key), str)
    }
    return named if len(named) == len(entries) else None


def as_text(old: Mapping[str, KeptFile], new: Mapping[str, KeptFile]) -> str:
    """A patch in the unified form, file by file; "" where nothing differs."""
    return "".join(
        _patch(name, old[name].text if name in old else None, new[name].text if name in new else None)
        for name in sorted(old.keys() | new.keys())
    )


def _patch(name: str, old: str | None, new: str | None) -> str:
    lines = unified_diff(
        (old or "").splitlines(keepends=True),
        (new or "").splitlines(keepends=True),
        "/dev/null" if old is None else f"a/{name}",
        "/dev/null" if new is None else f"b/{name}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
