"""Sealed contents of calls, in SQL. Only ciphertext, and pseudonyms of whom it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import ColumnElement, Engine, and_, delete, func, or_, select

from gateway.stores.bulk import BulkInsert
from gateway.stores.database import reading, writing
from gateway.stores.rights_tables import contents

_PARAMETERS = 500


class ContentRow(NamedTuple):
    """What is kept of a call. `at` is when it began; `key` is set where no person is known: then it is the pseudonym
    of the call's key that it is sealed for. `ref` is the SHA-256 of `sealed`, in hex."""

    call: str
    ref: str
    mode: str
    at: str
    team: str | None
    user: str | None
    end_user: str | None
    key: str | None
    sealed: bytes

    @property
    def subjects(self) -> tuple[str, ...]:
        """Those for whom it is sealed, in the order in which their keys are used."""
        return subjects_of(self.user, self.end_user, self.key)


class Contents(Protocol):
    """Every method blocks and raises StoreUnavailable."""

    def add(self, rows: Sequence[ContentRow]) -> None:
        """Durable. What is there already is left as it is."""
        ...

    def named(self, ids: Sequence[str]) -> dict[str, ContentRow]: ...

    def about(self, subject: str, after: tuple[str, str], limit: int) -> Sequence[ContentRow]:
        """Those sealed for a person, oldest first, behind (at, call)."""
        ...

    def between(
        self, since: str | None, before: tuple[str, str] | None, teams: Sequence[str] | None, limit: int
    ) -> Sequence[ContentRow]:
        """Newest first, from `since` on and older than `before` (at, call)."""
        ...

    def count(self, subject: str) -> int: ...


class SqlContents:
    """gateway.stores.contents.Contents."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._insert = BulkInsert(engine.dialect, contents, ContentRow._fields, ignore_duplicates_of="call")

    def add(self, rows: Sequence[ContentRow]) -> None:
        with writing(self._engine, durable=True) as connection:
            self._insert.run(connection, rows)

    def named(self, ids: Sequence[str]) -> dict[str, ContentRow]:
        found: dict[str, ContentRow] = {}
        for start in range(0, len(ids), _PARAMETERS):
            some = contents.c.call.in_(ids[start : start + _PARAMETERS])
            found.update((row.call, row) for row in self._rows([some], limit=_PARAMETERS))
        return found

    def about(self, subject: str, after: tuple[str, str], limit: int) -> list[ContentRow]:
        at, call = after
        behind = or_(contents.c.at > at, and_(contents.c.at == at, contents.c.call > call))
        return self._rows([sealed_for(subject), behind], limit=limit)

    def between(
        self, since: str | None, before: tuple[str, str] | None, teams: Sequence[str] | None, limit: int
    ) -> list[ContentRow]:
        wanted: list[ColumnElement[bool]] = []
        if since is not None:
            wanted.append(contents.c.at >= since)
        if before is not None:
            at, call = before
            wanted.append(or_(contents.c.at < at, and_(contents.c.at == at, contents.c.call < call)))
        if teams is not None:
            wanted.append(contents.c.team.in_(teams))
        return self._rows(wanted, limit=limit, newest_first=True)

    def count(self, subject: str) -> int:
        with reading(self._engine) as connection:
            wanted = select(func.count()).select_from(contents).where(sealed_for(subject))
            return int(connection.execute(wanted).scalar_one())

    def remove(self, ids: Iterable[str]) -> int:
        """How many were there."""
        wanted, removed = list(ids), 0
        with writing(self._engine) as connection:
            for start in range(0, len(wanted), _PARAMETERS):
                some = contents.c.call.in_(wanted[start : start + _PARAMETERS])
                removed += connection.execute(delete(contents).where(some)).rowcount
        return removed

    def _rows(
        self, wanted: Iterable[ColumnElement[bool]], *, limit: int, newest_first: bool = False
    ) -> list[ContentRow]:
        order = (
            (contents.c.at.desc(), contents.c.call.desc())
            if newest_first
            else (contents.c.at, contents.c.call)
        )
        asked = select(*(contents.c[name] for name in ContentRow._fields)).where(*wanted)
        with reading(self._engine) as connection:
            return [ContentRow._make(row) for row in connection.execute(asked.order_by(*order).limit(limit))]


def sealed_for(subject: str) -> ColumnElement[bool]:
    return or_(contents.c.user == subject, contents.c.end_user == subject, contents.c.key == subject)


def subjects_of(user: str | None, end_user: str | None, key: str | None) -> tuple[str, ...]:
    people = tuple(one for one in (user, end_user) if one is not None)
    return people or (() if key is None else (key,))
