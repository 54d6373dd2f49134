"""What a policy was read from, as it is now: enough to know that something of it has changed.

Looked at, not listened to: a look at a dozen files costs 20 µs and sees every kind of change, also those
that file events of the system miss: a folder that went and came back, a link above it that leads elsewhere,
a file behind a link, a volume of the network (ADR 0012).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gateway.policy.sources import PROMPTS

_SUFFIXES: Final = (".yaml", ".yml")

Seen = tuple[tuple[object, ...], ...]
"""Compared by value. An entry a file: its name and what the system says of it, none where there is none."""


def look(folder: Path, others: Iterable[Path] = ()) -> Seen:
    """The policy files of a folder, those of its prompts, and `others` (secrets, authorities). Follows links;
    never raises for what is not there or may not be read."""
    within = _files(folder)
    if within is None:
        return (("none",), *((str(path), *_facts(path)) for path in sorted(others)))
    paths = (*within, *(_files(folder / PROMPTS) or ()), *sorted(others))
    return tuple((str(path), *_facts(path)) for path in paths)


def _files(folder: Path) -> list[Path] | None:
    """What may be of the language in a folder. None: it is not there, or can't be read."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    except OSError:
        return None


def _facts(path: Path) -> tuple[int, ...]:
    """No tool can set the time of change (ctime): a file that keeps its size and its date is seen all the same."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
