"""Who was erased, in SQL, and the erasing itself: one transaction, which may be done again.

A tombstone names a pseudonym, never a person: after a restore of an older database it says whom to erase once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from gateway.stores.contents import sealed_for
from gateway.stores.database import reading, writing
from gateway.stores.keys import next_change
from gateway.stores.rights_tables import contents, erasures, subjects
from gateway.stores.tables import keys
from gateway.stores.vault import of_person, vault

GONE: Final = "erased"
"""What stands in place of a key's name."""


class Tombstone(NamedTuple):
    """`at` in milliseconds since 1970; `document` is the certificate, `keys` the ids of keys that were the person's."""

    subject: str
    at: int
    document: str
    keys: tuple[str, ...] = ()


class SqlErasures:
    """Blocks; raises StoreUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def erase(self, tombstone: Tombstone) -> int:
        """Durable when it returns: name, key and contents of the person are gone, their keys are revoked and nobody's.
        How many contents there were."""
        with writing(self._engine, durable=True) as connection:
            removed = connection.execute(delete(contents).where(sealed_for(tombstone.subject))).rowcount
            connection.execute(delete(vault).where(of_person(tombstone.subject)))
            connection.execute(delete(subjects).where(subjects.c.pseudonym == tombstone.subject))
            if tombstone.keys:
                _take_keys(connection, tombstone)
            if not _is_known(connection, tombstone.subject):
                last = connection.execute(select(func.coalesce(func.max(erasures.c.seq), 0))).scalar_one()
                row = {"seq": last + 1, "subject": tombstone.subject, "at": tombstone.at}
                connection.execute(insert(erasures).values(**row, document=tombstone.document))
            return int(removed)

    def since(self, seq: int) -> tuple[int, Sequence[str]]:
        """Whom the erasures after this number were about, and the number of the last."""
        wanted = select(erasures.c.seq, erasures.c.subject).where(erasures.c.seq > seq)
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(erasures.c.seq)).all()
        return (rows[-1].seq if rows else seq), [row.subject for row in rows]

    def documents(self) -> dict[str, str]:
        """The certificates by pseudonym, in the order of the erasures."""
        wanted = select(erasures.c.subject, erasures.c.document).order_by(erasures.c.seq)
        with reading(self._engine) as connection:
            return {row.subject: row.document for row in connection.execute(wanted)}


def _take_keys(connection: Connection, tombstone: Tombstone) -> None:
    """Also of keys that a restored database holds for good."""
    gone = {"user": None, "name": GONE, "revoked_at": func.coalesce(keys.c.revoked_at, tombstone.at)}
    theirs = keys.c.id.in_(tombstone.keys)
    connection.execute(update(keys).where(theirs).values(**gone, change=next_change(connection)))


def _is_known(connection: Connection, subject: str) -> bool:
    return connection.execute(select(erasures.c.seq).where(erasures.c.subject == subject)).first() is not None
