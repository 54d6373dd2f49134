"""Erasures that outlive a restore: the certificate of each stands in the database, and in a file beside it.

::

    <data>/erasures.jsonl     a certificate a line

Whoever opens the installation brings the two together: what an older database or an older folder does not know of is
erased again, or written down again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from gateway.audit.erasure import NoCertificate, read_certificate
from gateway.stores.erasures import SqlErasures, Tombstone

_FILE = "erasures.jsonl"


def write_down(data: Path, document: str) -> None:
    """Durable when it returns. OSError."""
    path = data / _FILE
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        line = document.encode() + b"\n"
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # a crash cut the last one short
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def written_down(data: Path) -> dict[str, str]:
    """The certificates by pseudonym; lines that a crash cut short are none."""
    found: dict[str, str] = {}
    with suppress(FileNotFoundError):
        for line in (data / _FILE).read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(NoCertificate):
                found[read_certificate(line).statement.subject] = line
    return found


def tombstone_of(document: str) -> Tombstone:
    statement = read_certificate(document).statement
    at_ms = int(datetime.fromisoformat(statement.erased_at).timestamp() * 1000)
    return Tombstone(statement.subject, at_ms, document, statement.keys)


def replay(data: Path, erasures: SqlErasures) -> Sequence[str]:
    """Whom the database did not know to be erased. StoreUnavailable; OSError where the file can't be used."""
    on_disk, in_database = written_down(data), erasures.documents()
    again = [subject for subject in on_disk if subject not in in_database]
    for subject in again:
        erasures.erase(tombstone_of(on_disk[subject]))
    for subject, document in in_database.items():
        if subject not in on_disk:
            write_down(data, document)
    return again
