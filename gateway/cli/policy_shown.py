"""Revisions, what differs between them, and processes: as tables for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from gateway.admin.words import time_text
from gateway.policy.differences import Change, Nothing
from gateway.reload.history import Event
from gateway.stores.processes import Process
from gateway.stores.revisions import Revision

_MOST_CHANGES: Final = 3
_COMMIT_CHARS: Final = 10


def change_facts(change: Change) -> dict[str, Any]:
    """`old` or `new` is left out where nothing stands there."""
    sides = {"old": change.old, "new": change.new}
    return {"path": change.path} | {name: value for name, value in sides.items() if value is not Nothing.HERE}


def event_facts(event: Event) -> dict[str, Any]:
    one, why = event.enforcement, event.enforcement.why
    return {
        "kind": event.kind,
        "number": one.seq,
        "at": time_text(why.at),
        "revision": one.revision,
        "previous": one.previous,
        "cause": why.cause,
        "author": why.author,
        "source": why.origin._asdict(),
        "changes": None if event.changes is None else [change_facts(change) for change in event.changes],
    }


def event_table(events: Sequence[Event]) -> None:
    """A column that says nothing of any of them is left out."""
    columns = ("no", "at", "revision", "cause", "author", "commit", "changes")
    rows = [_row(event) for event in events]
    shown = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    table = Table(box=None, pad_edge=False)
    for place in shown:
        name = columns[place]
        wraps = name in ("author", "changes")
        table.add_column(
            name, justify="right" if name == "no" else "left", no_wrap=not wraps, overflow="fold"
        )
    for row in rows:
        table.add_row(*(row[place] for place in shown))
    Console(markup=False, emoji=False).print(table)


def _row(event: Event) -> tuple[str, ...]:
    one, why = event.enforcement, event.enforcement.why
    commit = (why.origin.commit or "")[:_COMMIT_CHARS] + ("+" if why.origin.dirty else "")
    return (
        str(one.seq),
        _minute(why.at),
        one.revision,
        why.cause,
        why.author or "",
        commit,
        _in_short(event),
    )


def _minute(at_ms: int) -> str:
    return str(time_text(at_ms))[:16].replace("T", " ")


def _in_short(event: Event) -> str:
    if event.changes is None:
        return "" if event.enforcement.previous is None else "not known"
    shown = "\n".join(str(change).strip() for change in event.changes[:_MOST_CHANGES])
    more = len(event.changes) - _MOST_CHANGES
    return f"{shown}\nand {more} more" if more > 0 else shown or "a secret that is written out"


def revision_facts(revision: Revision) -> dict[str, Any]:
    files = {name: {"text": kept.text, "withheld": kept.withheld} for name, kept in revision.files.items()}
    return {"revision": revision.name, "files": files}


def diff_facts(old: str, new: str, changes: Sequence[Change], patch: str) -> dict[str, Any]:
    return {"old": old, "new": new, "changes": [change_facts(change) for change in changes], "patch": patch}


def process_facts(process: Process) -> dict[str, Any]:
    times = {"started_at": process.started_at, "seen_at": process.seen_at, "since": process.since}
    return process._asdict() | {name: time_text(at) for name, at in times.items()}


def process_table(processes: Sequence[Process]) -> None:
    if not processes:
        print("no gateway is running")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("revision", "since", "host", "pid", "started", "faults"):
        table.add_column(title, no_wrap=title != "host", overflow="fold")
    for one in processes:
        started = _minute(one.started_at)
        table.add_row(one.revision, _minute(one.since), one.host, str(one.pid), started, str(one.faults))
    Console(markup=False, emoji=False).print(table)
