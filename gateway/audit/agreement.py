"""Whether what is kept twice agrees: columns with the bytes that are chained, spool with database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from gateway.audit.chain import Fault, open_envelope, split_line
from gateway.audit.entry import Act, Acted, Entry, Intent, Outcome, decode
from gateway.audit.projection import (
    Sealed,
    act_columns,
    acted_columns,
    intent_columns,
    last_refusal,
    outcome_columns,
    project,
)
from gateway.audit.segments import lines_after
from gateway.stores.act_rows import ActRow, ActRows
from gateway.stores.interfaces import CallRow, Calls, EntryRow, IntentColumns, OutcomeColumns

_PAGE = 500


def entry_in(body: bytes) -> Entry | None:
    """The entry inside a chained body; None where there is none."""
    envelope = open_envelope(body)
    if envelope is None:
        return None
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
    for row, sealed in page:
        entry = sealed.entry
        if project(row.writer, sealed).row[:-1] != row[:-1]:
            return _fault(row, "its columns differ from its bytes")
        if isinstance(entry, Act | Acted) and not _act_agrees(row, entry, done.get(entry.id)):
            return _fault(row, f"act {entry.id} is not listed, or with other facts than its entry has")
        call = listed.get(entry.id)
        if isinstance(entry, Intent | Outcome) and call is None:
            return _fault(row, f"call {entry.id} is not listed")
        if isinstance(entry, Intent) and call is not None and not _intent_agrees(row, entry, call):
            return _fault(row, f"call {entry.id} is listed with other facts than its intent has")
        if isinstance(entry, Outcome) and call is not None and not _outcome_agrees(calls, row, entry, call):
            return _fault(row, f"call {entry.id} is listed with other facts than its outcome has")
    return None


def _act_agrees(row: EntryRow, entry: Act | Acted, act: ActRow | None) -> bool:
    if act is None:
        return False
    if isinstance(entry, Act):
        return act.begun == act_columns(row.writer, row.seq, entry)
    return row.writer == act.begun.writer and act.ended == acted_columns(row.seq, entry)


def _intent_agrees(row: EntryRow, entry: Intent, call: CallRow) -> bool:
    expected = IntentColumns._make(intent_columns(row.writer, row.seq, entry))
    if call.intent[:-1] != expected[:-1]:
        return False
    if call.outcome.outcome_seq is None:
        return call.intent.decision == expected.decision
    return expected.decision is None or call.intent.decision is not None


def _outcome_agrees(calls: Calls, row: EntryRow, entry: Outcome, call: CallRow) -> bool:
    expected = OutcomeColumns._make(outcome_columns(row.seq, entry))
    if row.writer != call.intent.writer or call.outcome[1:] != expected[1:]:
        return False
    if expected.decision is None and call.outcome.decision is not None:
        return call.outcome.decision == _refusal_of_intent(calls, call)
    return call.outcome.decision == expected.decision


def _refusal_of_intent(calls: Calls, call: CallRow) -> str | None:
    place = (call.intent.writer, call.intent.intent_seq)
    row = calls.bodies([place]).get(place)
    entry = None if row is None else entry_in(row.body)
    return last_refusal(entry.decisions) if isinstance(entry, Intent) else None


def twice_kept(calls: Calls, folder: Path, until: int) -> Fault | None:
    """The first entry up to `until` that the database holds otherwise than the spool still does."""
    in_spool = _places(folder, until)
    while page := list(islice(in_spool, _PAGE)):
        rows = calls.bodies([(folder.name, seq) for seq, _, _ in page])
        for seq, digest, body in page:
            row = rows.get((folder.name, seq))
            if row is not None and (row.hash, row.body) != (digest, body):
                return Fault(folder.name, seq, "replaced", "the spool holds another entry than the database")
    return None


def _places(folder: Path, until: int) -> Iterator[tuple[int, str, bytes]]:
    """Sequence number, hash and body of each line that can be read."""
    for line in lines_after(folder, 0):
        parts = split_line(line) if line.endswith(b"\n") else None
        envelope = None if parts is None else open_envelope(parts[1])
        if parts is not None and envelope is not None and envelope.seq <= until:
            yield envelope.seq, *parts


def _fault(row: EntryRow, detail: str) -> Fault:
    return Fault(row.writer, row.seq, "columns", detail)
