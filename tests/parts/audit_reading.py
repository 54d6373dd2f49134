"""What the audit log of a stopped gateway holds, once all of it has been verified."""

from __future__ import annotations

from pathlib import Path

from gateway.audit.chain import open_envelope
from gateway.audit.entry import Entry, decode
from gateway.audit.report import Known
from gateway.audit.verify import Verifier
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls
from gateway.stores.database import open_database
from gateway.stores.prunings import SqlPrunings


def entries_of(data: Path, url: str | None = None) -> list[Entry]:
    """`url`: of the database, where it is not in `data`. All entries in the order of their chains, from the database. AssertionError where `audit verify`
    would find a fault, or where an entry was not shipped."""
    database = open_database(
        url or f"sqlite:///{data / 'gateway.db'}", now_ms=lambda: 0, new_id=lambda: "unused"
    )
    try:
        calls = SqlCalls(database.engine)
        acts = SqlActs(database.engine)
        known = Known(pruned=SqlPrunings(database.engine).after)
        report = Verifier(calls, acts, database.installation, data, lambda _: None, known).run()
        assert report.fault is None, report.fault
        assert not any(chain.in_spool for chain in report.chains), "all is shipped at a stop"
        found: list[Entry] = []
        for writer in calls.writers():
            for row in calls.entries(writer, 0, 1_000_000):
                envelope = open_envelope(row.body)
                assert envelope is not None
                found.append(decode(envelope.entry))
        return found
    finally:
        database.close()
