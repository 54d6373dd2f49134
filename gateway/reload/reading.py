"""One attempt to read the policy folder: consistent in itself, or tried again."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.policy.checkout import commit_of
from gateway.policy.faults import Fault, PolicyInvalid
from gateway.policy.load import Loaded, Reading, judge, read
from gateway.policy.watch import Seen, look
from gateway.stores.revisions import Origin

MOST_READS: Final = 5
SWITCH_S: Final = 0.0002
"""Where a call waits for the interpreter, it waits so long. With Python's own 5 ms, several times a call, calls
took 9 to 18 ms instead of 1.2 while a large policy was read."""


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
    with _yielding():
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


@contextmanager
def _yielding() -> Iterator[None]:
    """Reading is work for the processor, beside a thread that answers calls: it lets go of the interpreter often."""
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(usual_s)


def _read(folder: Folder, named: frozenset[Path]) -> tuple[Seen, Reading, Loaded | tuple[Fault, ...]]:
    seen = look(folder.path, named)
    reading = read(folder.path)
    try:
        return seen, reading, judge(reading, environment=folder.environment)
    except PolicyInvalid as invalid:
        return seen, reading, invalid.faults
