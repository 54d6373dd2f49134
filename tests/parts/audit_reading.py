"""What the audit log of a stopped gateway holds, read from its database and checked link by link."""

from __future__ import annotations

from pathlib import Path

from gateway.audit.chain import ChainChecker, Fault
from gateway.audit.entry import Entry, decode
from gateway.stores.calls import SqlCalls
from gateway.stores.database import open_database


def entries_of(data: Path) -> list[Entry]:
    """All entries in the order of their chains. AssertionError where a chain is broken."""
    database = open_database(f"sqlite:///{data / 'gateway.db'}", now_ms=lambda: 0, new_id=lambda: "unused")
    try:
        calls = SqlCalls(database.engine)
        found: list[Entry] = []
        for writer in calls.writers():
            checker = ChainChecker(database.installation, writer)
            for row in calls.entries(writer, 0, 1_000_000):
                checked = checker.feed(row.hash.hex(), row.body)
                assert not isinstance(checked, Fault), checked
                found.append(decode(checked.entry))
        return found
    finally:
        database.close()
