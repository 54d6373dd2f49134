"""The keys of people, each wrapped under the keyring, beside the pseudonym that it belongs to.

A person whose row is gone has no key, and gets none: what was sealed with it stays closed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Engine, select, update

from gateway.keyring import Keyring
from gateway.stores.database import reading, writing
from gateway.stores.rights_tables import subjects

_KEY_BYTES: Final = 32
_PAGE: Final = 500


class SqlSubjectKeys:
    """Blocks. StoreUnavailable, and WrappedUnreadable for a key that the keyring can't open."""

    def __init__(self, engine: Engine, keyring: Keyring, random_bytes: Callable[[int], bytes]) -> None:
        self._engine = engine
        self._keyring = keyring
        self._random_bytes = random_bytes

    def find(self, pseudonym: str) -> bytes | None:
        """The key of a person who has one."""
        wanted = select(subjects.c.wrapped_key).where(subjects.c.pseudonym == pseudonym)
        with reading(self._engine) as connection:
            wrapped = connection.execute(wanted).scalar_one_or_none()
        return None if wrapped is None else self._keyring.unwrap(wrapped, pseudonym.encode())

    def of(self, pseudonym: str) -> bytes | None:
        """The key of a person, made if they have none yet. None: nobody has this pseudonym (any more)."""
        found = self.find(pseudonym)
        if found is not None:
            return found
        made = self._keyring.wrap("content", self._random_bytes(_KEY_BYTES), pseudonym.encode())
        first = (
            update(subjects)
            .where(subjects.c.pseudonym == pseudonym, subjects.c.wrapped_key.is_(None))
            .values(wrapped_key=made)
        )
        with writing(self._engine, durable=True) as connection:
            connection.execute(first)
        return self.find(pseudonym)

    def rewrap_all(self) -> int:
        """Bring every key under the one that wraps now. How many were under another; it may be done again."""
        done, last = 0, ""
        while True:
            wanted = (
                select(subjects.c.pseudonym, subjects.c.wrapped_key)
                .where(subjects.c.pseudonym > last, subjects.c.wrapped_key.is_not(None))
                .order_by(subjects.c.pseudonym)
                .limit(_PAGE)
            )
            with reading(self._engine) as connection:
                rows = connection.execute(wanted).all()
            if not rows:
                return done
            last = rows[-1].pseudonym
            changed = {
                row.pseudonym: (row.wrapped_key, again)
                for row in rows
                if (again := self._keyring.rewrap("content", row.wrapped_key, row.pseudonym.encode()))
            }
            with writing(self._engine, durable=True) as connection:
                for pseudonym, (before, again) in changed.items():
                    # A person erased meanwhile has no row any more: nothing is written for them.
                    same = subjects.c.pseudonym == pseudonym, subjects.c.wrapped_key == before
                    connection.execute(update(subjects).where(*same).values(wrapped_key=again))
            done += len(changed)
