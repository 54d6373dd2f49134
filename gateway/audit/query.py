"""Questions to the log: a call's two entries joined into one record, from the bytes that were hashed.

It answers from the database: a call of the last quarter of a second may not be there yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from msgspec import Struct

from gateway.audit.chain import open_envelope
from gateway.audit.entry import Cost, Intent, Outcome, decode
from gateway.errors import GatewayError
from gateway.stores.interfaces import CallFilter, CallRow, Calls, EntryRow, Order, Totals
from gateway.stores.pseudonyms import Subjects
from gateway.usage import nano_of


class UnreadableEntry(GatewayError):
    """An entry that the gateway can't have written."""


Record = dict[str, Any]
"""A record's fields as in docs/audit.md: JSON types only."""


class Query:
    """Blocks: for threads and the command line."""

    def __init__(self, calls: Calls, subjects: Subjects) -> None:
        self._calls = calls
        self._subjects = subjects

    def search(self, wanted: CallFilter, *, names: bool = False) -> list[Record]:
        """In the order asked for. `wanted.user` and `wanted.end_user` are names or pseudonyms.

        With `names` a record's `who` also has `user_name` and `end_user_name`, where they are known.
        """
        return self._records(self._calls.search(self.by_pseudonyms(wanted)), names=names)

    def totals(self, wanted: CallFilter) -> Totals:
        """Of all that is asked for, whatever the page."""
        return self._calls.totals(self.by_pseudonyms(wanted))

    def show(self, call_id: str, *, names: bool = False) -> Record | None:
        """One call's record."""
        return next(iter(self._records(self._calls.named([call_id]).values(), names=names)), None)

    def by_pseudonyms(self, wanted: CallFilter) -> CallFilter:
        """With pseudonyms in place of names."""
        if wanted.user is not None:
            wanted = replace(wanted, user=self._subjects.find("user", wanted.user) or wanted.user)
        if wanted.end_user is not None:
            pseudonym = self._subjects.find("end_user", wanted.end_user)
            wanted = replace(wanted, end_user=pseudonym or wanted.end_user)
        return wanted

    def _records(self, rows: Iterable[CallRow], *, names: bool) -> list[Record]:
        found = list(rows)
        entries = self._calls.bodies(_places(found))
        records = []
        for row in found:
            intent = entries.get((row.intent.writer, row.intent.intent_seq))
            ended = entries.get((row.intent.writer, row.outcome.outcome_seq or 0))
            if intent is not None:
                records.append(self._named(record(intent, ended)) if names else record(intent, ended))
        return records

    def _named(self, made: Record) -> Record:
        for kind in ("user", "end_user"):
            pseudonym = made["who"].get(kind)
            if pseudonym is not None:
                made["who"][f"{kind}_name"] = self._subjects.name_of(pseudonym)
        return made


def _places(rows: Iterable[CallRow]) -> list[tuple[str, int]]:
    return [
        (row.intent.writer, seq)
        for row in rows
        for seq in (row.intent.intent_seq, row.outcome.outcome_seq)
        if seq is not None
    ]


def next_page(wanted: CallFilter, found: Sequence[Record]) -> CallFilter | None:
    """The filter that goes on after `found`; None if that was all."""
    if len(found) < wanted.limit:
        return None
    return replace(wanted, before=place_in(found[-1], wanted.order))


def place_in(made: Record, order: Order) -> tuple[str | int, str]:
    """Where a record stands in an order: the cursor behind it."""
    if order == "dearest":
        return nano_of(made["cost"]["usd"]), made["id"]
    if order == "longest":
        used = made["usage"]
        return used["input_tokens"] + used["output_tokens"], made["id"]
    return made["at"], made["id"]


def record(intent: EntryRow, ended: EntryRow | None) -> Record:
    """The record of a call. `ending` and `ended_at` are null while it is open.

    `chain` is the place of its last entry, `chain.intent` that of its intent.
    """
    made, place = opened(intent, Intent)
    if ended is None:
        made["cost"] = made["cost"] or _spelled_out(Cost())
        return made | {"ended_at": None, "ending": None, "chain": place | {"intent": place}}
    outcome, last = opened(ended, Outcome)
    decisions = made["decisions"] + outcome["decisions"]
    return made | outcome | {"decisions": decisions, "chain": last | {"intent": place}}


def opened(row: EntryRow, kind: type[Struct]) -> tuple[Record, Record]:
    """The entry with every field spelled out, and its place in the chain."""
    envelope = open_envelope(row.body)
    if envelope is None:
        raise UnreadableEntry(
            f"entry {row.seq} of writer {row.writer} can't be read: run `gateway audit verify`"
        )
    entry = decode(envelope.entry)
    if not isinstance(entry, kind):
        raise UnreadableEntry(f"entry {row.seq} of writer {row.writer} is no {kind.__name__.lower()}")
    place = {"writer": row.writer, "seq": row.seq, "prev": envelope.prev, "hash": row.hash}
    return _spelled_out(entry), place


def _spelled_out(value: Any) -> Any:
    """As JSON types, defaults included."""
    if isinstance(value, Struct):
        return {name: _spelled_out(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple | list):
        return [_spelled_out(one) for one in value]
    if isinstance(value, dict):
        return {name: _spelled_out(one) for name, one in value.items()}
    return value
