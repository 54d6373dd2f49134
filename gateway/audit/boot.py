"""What happens before a process appends its first entry: leftovers are shipped, what was left open is closed.

A process takes over the first folder that nobody holds. Of the others it ships what is left and
closes their interrupted calls and acts, each in its own chain, and lets them go again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.audit.chain import Chain, lines_of
from gateway.audit.entry import Acted, Boot, Cost, Entry, Latency, Outcome, Served, encode, time_text
from gateway.audit.recovery import Recovered, create, recover_all
from gateway.audit.segments import SegmentWriter
from gateway.audit.shipping import ship_folder
from gateway.stores.interfaces import Archive, OpenCall
from gateway.usage import dollars

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Booting:
    """What a boot needs to know. `version` is the program's, `policy` the revision in force."""

    data: Path
    installation: str
    archive: Archive
    version: str
    policy: str
    now_ms: Callable[[], int]
    new_id: Callable[[], str]
    monotonic: Callable[[], float]
    fsync: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """This process's folder, its chain (with a Boot entry), and what the database holds of it."""

    recovered: Recovered
    chain: Chain
    position: int


def start(booting: Booting) -> Started:
    """Blocks. SpoolDamaged or StoreUnavailable: nothing may be appended."""
    mine: Recovered | None = None
    for found in recover_all(booting.data, booting.installation):
        if outrun(booting, found):
            found.retire()
        elif mine is None:
            mine = found
        else:
            finish(booting, found)
    mine = mine or create(booting.data, booting.installation, booting.new_id)
    ship_folder(booting.archive, mine.writer, mine.folder, mine.head)
    chain = _open_boot(booting, mine, left_open(booting, mine.writer))
    return Started(mine, chain, booting.archive.position(mine.writer).seq)


def interrupted(call: OpenCall, found_ms: int) -> Outcome:
    """The outcome of a call that its process didn't live to end.

    `total` is the time until this was found: an upper bound of how long it ran. Its provider may bill what nobody saw, so
    it is charged what was held for it.
    """
    began_ms = datetime.fromisoformat(call.at).timestamp() * 1000
    held = None if call.held_nano_usd is None else dollars(call.held_nano_usd)
    return Outcome(
        id=call.id,
        ended_at=time_text(found_ms),
        ending="interrupted",
        served=Served(),
        cost=Cost() if held is None else Cost(usd=held, reserved_usd=held),
        latency_ms=Latency(total=max(0.0, round(found_ms - began_ms, 3))),
    )


def interrupted_act(act_id: str, found_ms: int) -> Acted:
    """The end of an act whose process didn't live to say it: it may have been done."""
    return Acted(id=act_id, ended_at=time_text(found_ms), ending="interrupted")


def outrun(booting: Booting, found: Recovered) -> bool:
    """Whether the database holds more of a chain than the disk: a disk restored, or power lost."""
    ahead = booting.archive.position(found.writer).seq - found.head.seq
    if ahead > 0:
        _LOG.warning(
            "audit writer %s ends: its folder lacks %d entries that were shipped", found.writer, ahead
        )
    return ahead > 0


def finish(booting: Booting, found: Recovered) -> None:
    """Ships and closes what a dead process left in a folder that this one doesn't need."""
    try:
        ship_folder(booting.archive, found.writer, found.folder, found.head)
        closings = left_open(booting, found.writer)
        if closings:
            chain = _open_boot(booting, found, closings)
            ship_folder(booting.archive, found.writer, found.folder, chain.head)
    finally:
        found.lock.close()


def left_open(booting: Booting, writer: str) -> list[Entry]:
    """The ends of the calls and acts that a process, now dead, began."""
    now_ms = booting.now_ms()
    calls = (interrupted(call, now_ms) for call in booting.archive.open_calls(writer))
    acts = (interrupted_act(one, now_ms) for one in booting.archive.open_acts(writer))
    return [*calls, *acts]


def boot_entry(booting: Booting, torn_bytes: int = 0) -> Boot:
    return Boot(
        id=booting.new_id(),
        at=time_text(booting.now_ms()),
        version=booting.version,
        policy=booting.policy,
        torn_bytes=torn_bytes,
    )


def _open_boot(booting: Booting, found: Recovered, closings: Sequence[Entry]) -> Chain:
    """Appends the Boot entry and the end of what was left open, as one durable batch."""
    entries: list[Entry] = [boot_entry(booting, found.torn_bytes), *closings]
    chain = Chain(booting.installation, found.writer, found.head, found.head.boot + 1)
    segments = SegmentWriter(found.folder, fsync=booting.fsync)
    try:
        segments.append(found.head.seq + 1, lines_of(chain.seal(map(encode, entries))))
    finally:
        segments.close()
    return chain
