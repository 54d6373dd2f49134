"""What a record says of a check (which version ran on how much of how much, and what it found; never "passed"), and of
what a request claims."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from gateway.audit.entry import Check
from gateway.call import Call
from gateway.policy.protection import Protection
from gateway.privacy.faults import MissingModel, NotCovered, NotRead
from gateway.privacy.profile import looked_for
from gateway.runtime import Runtime

_DRAWN: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""An id that says nothing: most callers send one, and a new one each time."""


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


async def told_claims(call: Call, runtime: Runtime, asked_for: Sequence[Protection]) -> None:
    """What is recorded of what a request says of itself: nothing that would be kept from a provider."""
    if not (call.tags or call.request_id) or not asked_for:
        return
    assert call.caller is not None
    drawn = call.request_id is not None and _DRAWN.fullmatch(call.request_id) is not None
    pairs = [*call.tags.items(), ("", "" if drawn else call.request_id or "")]
    texts = [text for pair in pairs for text in pair]
    kinds: list[set[str]] = [set() for _ in texts]
    try:
        for protection in asked_for:
            if protection.entities:
                found = await runtime.detection.spans(texts, looked_for(protection), call.caller.tenant)
                for each, spans in zip(kinds, found, strict=True):
                    each.update(span.type for span in spans)
    except (NotRead, NotCovered, MissingModel):
        call.tags, call.request_id = {}, call.request_id if drawn else None
        return
    told = [f"[{' '.join(sorted(each))}]" if each else text for text, each in zip(texts, kinds, strict=True)]
    *tags, (_, request_id) = zip(told[::2], told[1::2], strict=True)
    call.tags = dict(tags)
    if not drawn:
        call.request_id = request_id or None
