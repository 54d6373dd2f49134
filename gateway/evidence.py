"""What a record says of a check: which version ran on how much of how much, and what it found. Never "passed"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Protocol

from gateway.audit.entry import Check
from gateway.call import Call


class Read(Protocol):
    """What was read of how much, as a Reading says it."""

    @property
    def unread(self) -> tuple[str, ...]: ...
    @property
    def read_bytes(self) -> int: ...
    @property
    def total_bytes(self) -> int: ...


def note_check(
    call: Call,
    name: str,
    version: str,
    reading: Read,
    found: Mapping[str, int],
    *,
    mode: str,
    failed: bool,
    whole: str = "request",
) -> None:
    """`found` counts by type; `mode` is what becomes of a call where the check fails: block or allow. Of a check that
    runs on each request of a batch, all of it together. `whole` is what is unread where it fails."""
    all_of_it = not reading.unread and reading.read_bytes == reading.total_bytes
    statuses = {"failed" if failed else "read" if all_of_it else "partial"}
    read_bytes, total_bytes = 0 if failed else reading.read_bytes, reading.total_bytes
    counts = Counter(found)
    before = next((check for check in call.checks if check.name == name), None)
    if before is not None:
        call.checks.remove(before)
        statuses.add(before.status)
        read_bytes, total_bytes = read_bytes + before.read_bytes, total_bytes + before.total_bytes
        counts.update(before.found)
    check = Check(
        name=name,
        version=version,
        read_bytes=read_bytes,
        total_bytes=total_bytes,
        found=dict(sorted(counts.items())),
        mode=mode,
        status=next(word for word in ("failed", "partial", "read") if word in statuses),
    )
    call.checks.append(check)
    unread = (whole,) if failed else reading.unread
    call.unread = tuple(dict.fromkeys((*call.unread, *unread)))
