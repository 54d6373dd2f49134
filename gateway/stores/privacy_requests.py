"""What people asked for under data protection law, and by when it is due; in SQL. No names: pseudonyms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Engine, insert, select, update

from gateway.stores.database import reading, writing
from gateway.stores.rights_tables import requests

RequestKind = Literal["find", "export", "erase"]

DUE_AFTER_MS: Final = 30 * 24 * 3_600_000
"""A month, as the law has it (GDPR, article 12)."""


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """Times in milliseconds since 1970. `note` says why it is deferred; `document` is a certificate of erasure."""

    id: str
    kind: str
    subject: str
    received_at: int
    due_at: int
    state: str
    ended_at: int | None = None
    note: str | None = None
    document: str | None = None


class SqlPrivacyRequests:
    """Blocks; raises StoreUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, request: PrivacyRequest) -> None:
        values = {name: getattr(request, name) for name in PrivacyRequest.__slots__}
        with writing(self._engine, durable=True) as connection:
            connection.execute(insert(requests).values(**values))

    def defer(self, request_id: str, note: str) -> None:
        values = {"state": "deferred", "note": note}
        with writing(self._engine, durable=True) as connection:
            connection.execute(update(requests).where(requests.c.id == request_id).values(**values))

    def end(self, request_id: str, at_ms: int, document: str | None = None) -> None:
        values = {"state": "done", "ended_at": at_ms, "note": None, "document": document}
        with writing(self._engine, durable=True) as connection:
            connection.execute(update(requests).where(requests.c.id == request_id).values(**values))

    def open_erasure(self, subject: str) -> PrivacyRequest | None:
        """The oldest erasure of this person that is not done: asking again does not begin a new month."""
        mine = requests.c.subject == subject, requests.c.kind == "erase", requests.c.state != "done"
        return next(iter(self._found(*mine)), None)

    def list(self, *, done: bool = False) -> Sequence[PrivacyRequest]:
        """By when they are due; those that are done only where they are asked for."""
        return self._found(*(() if done else (requests.c.state != "done",)))

    def _found(self, *wanted: object) -> Sequence[PrivacyRequest]:
        asked = select(*(requests.c[name] for name in PrivacyRequest.__slots__)).where(*wanted)  # type: ignore[arg-type]
        with reading(self._engine) as connection:
            rows = connection.execute(asked.order_by(requests.c.due_at, requests.c.id))
            return [PrivacyRequest(*row) for row in rows]
