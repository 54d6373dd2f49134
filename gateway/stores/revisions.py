"""Revisions of the policy: what each of them is, and when it came into force, why, and by whom.

A revision is kept once, whatever often it comes into force. An enforcement is written when another
revision than the newest comes into force at any process: several that share a database write one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, Protocol

from sqlalchemy import Connection, Engine, func, insert, select, update

from gateway.policy.withheld import KeptFile
from gateway.stores.database import reading, writing
from gateway.stores.tables import enforcements, revisions

Cause = Literal["start", "file", "signal", "api", "rollback"]
MOST_LISTED: Final = 1000


@dataclass(frozen=True, slots=True)
class Revision:
    """`document` is canonical JSON; `files` are the texts that it was last read from, by their names.
    Neither holds a secret that was written out."""

    name: str
    document: str
    files: Mapping[str, KeptFile]


class Origin(NamedTuple):
    """Where a policy was read. `commit` None: the folder is in no git checkout. `dirty`: it holds what the
    commit does not."""

    folder: str
    commit: str | None = None
    dirty: bool | None = None


class Why(NamedTuple):
    """How a revision came into force, and when, in milliseconds since 1970. `author` None: nobody said who."""

    cause: Cause
    author: str | None
    origin: Origin
    at: int


class Enforcement(NamedTuple):
    """A revision came into force, after `previous`."""

    seq: int
    revision: str
    previous: str | None
    why: Why


class Revisions(Protocol):
    """As in gateway.stores.interfaces every method blocks and raises StoreUnavailable."""

    def record(self, revision: Revision, why: Why) -> bool:
        """Keep the revision, and that it came into force. False: it is the newest already; its files are
        kept as they are now."""
        ...

    def list(self, limit: int = 50, before: int | None = None) -> Sequence[Enforcement]:
        """Newest first; `before` is the cursor: the `seq` of the last one that was seen."""
        ...

    def get(self, name: str) -> Revision | None:
        """By its name, or by the beginning of one where that names one alone."""
        ...


class SqlRevisions:
    """`Revisions` in SQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, revision: Revision, why: Why) -> bool:
        newest = select(enforcements.c.seq, enforcements.c.revision).order_by(enforcements.c.seq.desc())
        with writing(self._engine) as connection:
            last = connection.execute(newest.limit(1)).first()
            _keep(connection, revision, why.at)
            if last is not None and last.revision == revision.name:
                return False
            row = {
                "seq": 1 if last is None else last.seq + 1,
                "revision": revision.name,
                "previous": None if last is None else last.revision,
                "at": why.at,
                "cause": why.cause,
                "author": why.author,
                "folder": why.origin.folder,
                "commit": why.origin.commit,
                "dirty": why.origin.dirty,
            }
            connection.execute(insert(enforcements), row)
            return True

    def list(self, limit: int = 50, before: int | None = None) -> Sequence[Enforcement]:
        wanted = select(enforcements).order_by(enforcements.c.seq.desc()).limit(min(limit, MOST_LISTED))
        if before is not None:
            wanted = wanted.where(enforcements.c.seq < before)
        with reading(self._engine) as connection:
            return [_enforcement(row) for row in connection.execute(wanted)]

    def get(self, name: str) -> Revision | None:
        prefixed = func.substr(revisions.c.name, 1, len(name)) == name
        with reading(self._engine) as connection:
            found = connection.execute(select(revisions).where(prefixed).limit(2)).all() if name else []
            if len(found) > 1:
                found = connection.execute(select(revisions).where(revisions.c.name == name)).all()
        return _revision(found[0]) if len(found) == 1 else None


def _keep(connection: Connection, revision: Revision, at: int) -> None:
    """The texts are those that were read last: comments may have changed, and what it means not."""
    files = json.dumps(
        {name: [kept.text, kept.withheld] for name, kept in sorted(revision.files.items())},
        ensure_ascii=False,
    )
    known = select(revisions.c.files).where(revisions.c.name == revision.name)
    held = connection.execute(known).scalar_one_or_none()
    if held is None:
        row = {"name": revision.name, "document": revision.document, "files": files, "created_at": at}
        connection.execute(insert(revisions), row)
    elif held != files:
        connection.execute(update(revisions).where(revisions.c.name == revision.name).values(files=files))


def _revision(row: Any) -> Revision:
    files = {name: KeptFile(text, withheld) for name, (text, withheld) in json.loads(row.files).items()}
    return Revision(row.name, row.document, files)


def _enforcement(row: Any) -> Enforcement:
    origin = Origin(row.folder, row.commit, row.dirty)
    return Enforcement(row.seq, row.revision, row.previous, Why(row.cause, row.author, origin, row.at))
