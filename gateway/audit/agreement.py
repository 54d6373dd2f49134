"""Whether what is kept twice agrees: columns with the bytes that are chained, spool with database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from gateway.audit.chain import Envelope, Fault, open_envelope, split_line
from gateway.audit.entry import Act, Acted, Entry, Intent, Outcome, decode
from gateway.audit.projection import (
    Projected,
    Sealed,
    last_refusal,
    project,
)
from gateway.audit.segments import lines_after, segment_paths
from gateway.stores.act_rows import ActRow, ActRows
from gateway.stores.interfaces import CallRow, Calls, EntryRow

_PAGE = 500


def entry_in(body: bytes) -> Entry | None:
    """The entry inside a chained body; None where there is none."""
    envelope = open_envelope(body)
    return None if envelope is None else entry_of(envelope)


def entry_of(envelope: Envelope) -> Entry | None:
    try:
        return decode(envelope.entry)
    except msgspec.DecodeError:
        return None


def check_page(calls: Calls, acts: ActRows, page: Sequence[tuple[EntryRow, Sealed]]) -> Fault | None:
    """The first of these entries whose row, or whose call's or act's row, says something else than its bytes."""
    listed = calls.named(
        [sealed.entry.id for _, sealed in page if isinstance(sealed.entry, Intent | Outcome)]
    )
    done = acts.named([sealed.entry.id for _, sealed in page if isinstance(sealed.entry, Act | Acted)])
    refusals: dict[str, str | None] = {}
    for row, sealed in page:
        entry, made = sealed.entry, project(row.writer, sealed)
        if made.row[:-1] != row[:-1]:
            return _fault(row, "its columns differ from its bytes")
        if isinstance(entry, Act | Acted):
            if not _act_agrees(row, entry, made, done.get(entry.id)):
                return _fault(row, f"act {entry.id} is not listed, or with other facts than its entry has")
        elif isinstance(entry, Intent | Outcome):
            call = listed.get(entry.id)
            if call is None:
                return _fault(row, f"call {entry.id} is not listed")
            if isinstance(entry, Intent):
                refusals[entry.id] = made.columns[-1]  # type: ignore[assignment]  # its decision
                if not _intent_agrees(made, call):
                    return _fault(row, f"call {entry.id} is listed with other facts than its intent has")
            elif not _outcome_agrees(calls, row, made, call, refusals):
                return _fault(row, f"call {entry.id} is listed with other facts than its outcome has")
    return None


def _act_agrees(row: EntryRow, entry: Act | Acted, made: Projected, act: ActRow | None) -> bool:
    if act is None:
        return False
    if isinstance(entry, Act):
        return act.begun == made.columns
    return row.writer == act.begun.writer and act.ended == made.columns


def _intent_agrees(made: Projected, call: CallRow) -> bool:
    expected, decision = made.columns, made.columns[-1]
    if call.intent[:-1] != expected[:-1]:
        return False
    if call.outcome.outcome_seq is None:
        return call.intent.decision == decision
    return decision is None or call.intent.decision is not None


def _outcome_agrees(
    calls: Calls, row: EntryRow, made: Projected, call: CallRow, refusals: Mapping[str, str | None]
) -> bool:
    """`refusals` are those of the intents before it that are at hand."""
    expected, decision = made.columns, made.columns[0]
    if row.writer != call.intent.writer or call.outcome[1:] != expected[1:]:
        return False
    if decision is None and call.outcome.decision is not None:
        name = call.intent.id
        said = refusals[name] if name in refusals else _refusal_of_intent(calls, call)
        return call.outcome.decision == said
    return bool(call.outcome.decision == decision)


def _refusal_of_intent(calls: Calls, call: CallRow) -> str | None:
    place = (call.intent.writer, call.intent.intent_seq)
    row = calls.bodies([place]).get(place)
    entry = None if row is None else entry_in(row.body)
    return last_refusal(entry.decisions) if isinstance(entry, Intent) else None


def twice_kept(calls: Calls, folder: Path, until: int) -> Fault | None:
    """The first line of the spool, up to entry `until`, that can't be read, stands in another's place, or holds
    something else than the database does."""
    # Segments that were shipped are deleted while this reads: what is wrong for that reason is not when it looks again.
    return _twice_kept(calls, folder, until) and _twice_kept(calls, folder, until)


def _twice_kept(calls: Calls, folder: Path, until: int) -> Fault | None:
    in_spool = _places(folder, until)
    while page := list(islice(in_spool, _PAGE)):
        places = [one for one in page if not isinstance(one, Fault)]
        rows = calls.bodies([(folder.name, seq) for seq, _, _ in places])
        for seq, digest, body in places:
            row = rows.get((folder.name, seq))
            if row is not None and (row.hash, row.body) != (digest, body):
                return Fault(folder.name, seq, "replaced", "the spool holds another entry than the database")
        if len(places) < len(page):
            return next(one for one in page if isinstance(one, Fault))
    return None


def _places(folder: Path, until: int) -> Iterator[tuple[int, str, bytes] | Fault]:
    """Sequence number, hash and body of each line; a fault ends it."""
    expected = first_in_spool(folder)
    for line in lines_after(folder, 0):
        parts = split_line(line) if line.endswith(b"\n") else None
        envelope = None if parts is None else open_envelope(parts[1])
        if parts is None or envelope is None:
            if expected <= until:
                yield Fault(folder.name, expected, "unreadable", "its line in the spool is not an entry")
            return
        if envelope.seq != expected:
            what = "missing" if envelope.seq > expected else "repeated"
            yield Fault(folder.name, expected, what, f"entry {envelope.seq} stands in its place in the spool")
            return
        if envelope.seq > until:
            return
        yield envelope.seq, *parts
        expected += 1


def first_in_spool(folder: Path) -> int:
    """The number of the oldest entry that a spool still has: segments are named by it."""
    return next((first for first, _ in segment_paths(folder)), 1)


def _fault(row: EntryRow, detail: str) -> Fault:
    return Fault(row.writer, row.seq, "columns", detail)
