"""One attempt to read the policy folder: consistent in itself, or tried again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.policy.checkout import commit_of
from gateway.policy.faults import Fault, PolicyInvalid
from gateway.policy.load import Loaded, Reading, judge, read
from gateway.policy.watch import Seen, look
from gateway.stores.revisions import Origin

MOST_READS: Final = 5


@dataclass(frozen=True, slots=True)
class Folder:
    """Where the policy is and what its references are resolved with."""

    path: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One reading, and the look at what was read."""

    seen: Seen
    named: frozenset[Path]
    found: Loaded | tuple[Fault, ...]
    origin: Origin
    author: str | None


def attempt(folder: Folder, named: frozenset[Path]) -> Attempt:
    """Blocks. `named` are the files outside the folder that it was known to name. What changes while it is
    read is read again."""
    seen, reading, found = _read(folder, named)
    for _ in range(MOST_READS):
        # What a broken file names isn't known: what was known before is looked at still.
        named = reading.named if reading.whole else reading.named | named
        if look(folder.path, named) == seen:
            break
        seen, reading, found = _read(folder, named)
    commit = commit_of(folder.path)
    if commit is None:
        return Attempt(seen, named, found, Origin(str(folder.path)), None)
    author = None if commit.dirty else commit.author
    return Attempt(seen, named, found, Origin(str(folder.path), commit.id, commit.dirty), author)


def _read(folder: Folder, named: frozenset[Path]) -> tuple[Seen, Reading, Loaded | tuple[Fault, ...]]:
    seen = look(folder.path, named)
    reading = read(folder.path)
    try:
        return seen, reading, judge(reading, environment=folder.environment)
    except PolicyInvalid as invalid:
        return seen, reading, invalid.faults
