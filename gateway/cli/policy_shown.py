"""Revisions, what differs between them, and processes: as lines and tables for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from rich.table import Table

from gateway.admin.policy_bodies import ChangeTold, PolicyEvent
from gateway.admin.system import process_told
from gateway.admin.system_bodies import ProcessTold
from gateway.cli.tables import print_table
from gateway.installation import open_installation
from gateway.policy.faults import PolicyInvalid
from gateway.policy.load import load_policy
from gateway.settings import environment, load_settings
from gateway.stores.processes import SqlProcesses

_MOST_CHANGES: Final = 3
_COMMIT_CHARS: Final = 10


def change_line(change: ChangeTold) -> str:
    """+ path: new, - path: old, or path: old → new."""
    old, new = (json.dumps(side, ensure_ascii=False) for side in (change.old, change.new))
    if change.kind == "added":
        return f"+ {change.path}: {new}"
    return f"- {change.path}: {old}" if change.kind == "removed" else f"  {change.path}: {old} → {new}"


def event_table(events: Sequence[PolicyEvent]) -> None:
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
    print_table(table)


def _row(event: PolicyEvent) -> tuple[str, ...]:
    source = event.source
    commit = (source.commit or "")[:_COMMIT_CHARS] + ("+" if source.dirty else "")
    named = (event.revision, event.cause, event.author or "", commit)
    return (str(event.number), _minute(event.at), *named, _in_short(event))


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")


def _in_short(event: PolicyEvent) -> str:
    if event.changes is None:
        return "" if event.previous is None else "not known"
    shown = "\n".join(change_line(change).strip() for change in event.changes[:_MOST_CHANGES])
    more = len(event.changes) - _MOST_CHANGES
    return f"{shown}\nand {more} more" if more > 0 else shown or "a secret that is written out"


def processes_here() -> tuple[str | None, Sequence[ProcessTold]]:
    """What the folder holds, None where that is no valid policy, and the processes that share its database."""
    settings = load_settings()
    with open_installation(settings) as installation:
        alive = SqlProcesses(installation.database.engine).alive(installation.now_ms())
    found = {**environment(), "GATEWAY_DATA": str(settings.data)}
    try:
        held = load_policy(settings.policies, environment=found, secrets="find").revision
    except PolicyInvalid:
        held = None
    return held, [process_told(one) for one in alive]


def process_table(processes: Sequence[ProcessTold]) -> None:
    if not processes:
        print("no gateway is running")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("revision", "since", "host", "pid", "started", "faults"):
        table.add_column(title, no_wrap=title != "host", overflow="fold")
    for one in processes:
        started = _minute(one.started_at)
        table.add_row(one.revision, _minute(one.since), one.host, str(one.pid), started, str(one.faults))
    print_table(table)
