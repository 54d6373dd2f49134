"""Questions to the log about acts: an act's two entries joined into one record, from the bytes that were hashed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from gateway.audit.entry import Act, Acted
from gateway.audit.query import Record, opened
from gateway.stores.act_rows import ActFilter, ActRow, ActRows
from gateway.stores.interfaces import Calls, EntryRow
from gateway.stores.pseudonyms import Subjects

_KINDS: Final = ("os_user", "user")
"""Of people who act: the operating system's name of somebody is not the name that a key gives."""


class ActQuery:
    """Blocks: for threads and the command line."""

    def __init__(self, acts: ActRows, calls: Calls, subjects: Subjects) -> None:
        self._acts = acts
        self._calls = calls
        self._subjects = subjects

    def search(self, wanted: ActFilter, *, names: bool = False) -> list[Record]:
        """Newest first. `wanted.people` and `wanted.about` may be names of people, or pseudonyms."""
        if wanted.people is not None:
            wanted = replace(wanted, people=self._known(wanted.people))
        return self._records(self._acts.search(replace(wanted, about=self._known(wanted.about))), names=names)

    def show(self, act_id: str, *, names: bool = False) -> Record | None:
        """One act's record."""
        return next(iter(self._records(self._acts.named([act_id]).values(), names=names)), None)

    def _known(self, people: Sequence[str]) -> tuple[str, ...]:
        """What was given, and the pseudonyms it is the name of."""
        found = (self._subjects.find(kind, name) for kind in _KINDS for name in people)
        return (*people, *(pseudonym for pseudonym in found if pseudonym is not None))

    def _records(self, rows: Iterable[ActRow], *, names: bool) -> list[Record]:
        found = list(rows)
        entries = self._calls.bodies(
            [
                (row.begun.writer, seq)
                for row in found
                for seq in (row.begun.act_seq, row.ended.acted_seq)
                if seq is not None
            ]
        )
        records = []
        for row in found:
            begun = entries.get((row.begun.writer, row.begun.act_seq))
            ended = entries.get((row.begun.writer, row.ended.acted_seq or 0))
            if begun is not None:
                made = act_record(begun, ended)
                records.append(self._named(made) if names else made)
        return records

    def _named(self, made: Record) -> Record:
        for part, field in ((made["who"], "user"), (made["who"], "sudo_user"), (made["about"], "user")):
            if part.get(field) is not None:
                part[f"{field}_name"] = self._subjects.name_of(part[field])
        return made


def next_acts(wanted: ActFilter, found: Sequence[Record]) -> ActFilter | None:
    """The filter that goes on after `found`; None if that was all."""
    if len(found) < wanted.limit:
        return None
    return replace(wanted, before=(found[-1]["at"], found[-1]["id"]))


def act_record(begun: EntryRow, ended: EntryRow | None) -> Record:
    """The record of an act. `ending` and `ended_at` are null while it is open.

    `about` are the facts of both entries. `chain` is the place of its last entry, `chain.act` that of its first.
    """
    made, place = opened(begun, Act)
    if ended is None:
        return made | {"ended_at": None, "ending": None, "reason": None, "chain": place | {"act": place}}
    end, last = opened(ended, Acted)
    return made | end | {"about": made["about"] | end["about"], "chain": last | {"act": place}}
