"""Names of people behind pseudonyms, in SQL, and the cache that the event loop uses.

The audit log holds a pseudonym: a random id. Only this table leads from it to a name, and back:
a keyed hash of the name finds the row, the name itself is sealed with AES-GCM. Deleting a row
makes a person's entries anonymous and leaves the chain as it is.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine, insert, select

from gateway.stores.database import reading, writing
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.pseudonyms import Subjects
from gateway.stores.rights_tables import subjects

Kind = Literal["user", "end_user", "os_user", "key"]
"""`key`: the id of a key without a person, for what is kept of its calls."""
_PREFIXES: Final[Mapping[str, str]] = {"user": "u", "end_user": "e", "os_user": "o", "key": "k"}
_NONCE_BYTES = 12
_PSEUDONYM_BYTES = 12


class SqlSubjects:
    """gateway.stores.pseudonyms.Subjects. `hash_key` and `seal_key` are 32 bytes each."""

    def __init__(
        self,
        engine: Engine,
        *,
        hash_key: bytes,
        seal_key: bytes,
        random_bytes: Callable[[int], bytes],
        now_ms: Callable[[], int],
    ) -> None:
        self._engine = engine
        self._hash_key = hash_key
        self._aead = AESGCM(seal_key)
        self._random_bytes = random_bytes
        self._now_ms = now_ms

    def pseudonym(self, kind: str, name: str) -> str:
        name_hash = self._hash(kind, name)
        with reading(self._engine) as connection:
            found = _pseudonym_of(connection, name_hash)
        if found is not None:
            return found
        with writing(self._engine) as connection:
            # Another process may have been first: look again now that nobody else can write.
            found = _pseudonym_of(connection, name_hash)
            return found or self._insert(connection, kind, name, name_hash)

    def find(self, kind: str, name: str) -> str | None:
        with reading(self._engine) as connection:
            return _pseudonym_of(connection, self._hash(kind, name))

    def name_of(self, pseudonym: str) -> str | None:
        wanted = select(subjects.c.kind, subjects.c.sealed_name).where(subjects.c.pseudonym == pseudonym)
        with reading(self._engine) as connection:
            row = connection.execute(wanted).first()
        if row is None:
            return None
        nonce, sealed = row.sealed_name[:_NONCE_BYTES], row.sealed_name[_NONCE_BYTES:]
        try:
            return self._aead.decrypt(nonce, sealed, _bound_to(row.kind, pseudonym)).decode()
        except InvalidTag:
            return None

    def _insert(self, connection: Connection, kind: str, name: str, name_hash: bytes) -> str:
        pseudonym = f"{_PREFIXES[kind]}-{self._random_bytes(_PSEUDONYM_BYTES).hex()}"
        nonce = self._random_bytes(_NONCE_BYTES)
        sealed = nonce + self._aead.encrypt(nonce, name.encode(), _bound_to(kind, pseudonym))
        connection.execute(
            insert(subjects).values(
                pseudonym=pseudonym,
                kind=kind,
                name_hash=name_hash,
                sealed_name=sealed,
                created_at=self._now_ms(),
            )
        )
        return pseudonym

    def _hash(self, kind: str, name: str) -> bytes:
        return hmac.digest(self._hash_key, f"{kind}\0{name}".encode(), "sha256")


class SubjectCache:
    """Pseudonyms that are already known, for the event loop; the rest are looked up in a thread.

    Keeps the `capacity` names used last; no more than `max_lookups` wait at a time. Not
    thread-safe: it belongs to one event loop.
    """

    def __init__(
        self, store: Subjects, executor: Executor, *, capacity: int = 100_000, max_lookups: int = 256
    ) -> None:
        self._store = store
        self._executor = executor
        self._capacity = capacity
        self._max_lookups = max_lookups
        self._names: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._lookups: dict[tuple[str, str], asyncio.Future[str]] = {}
        self._erased: set[str] = set()

    def known(self, kind: Kind, name: str) -> str | None:
        """Without waiting; None: use `resolve`."""
        found = self._names.get((kind, name))
        if found is not None:
            self._names.move_to_end((kind, name))
        return found

    async def resolve(self, kind: Kind, name: str) -> str:
        """StoreUnavailable if it isn't known and the database can't be asked, or too many ask it."""
        found = self.known(kind, name)
        if found is not None:
            return found
        key = (kind, name)
        lookup = self._lookups.get(key)
        if lookup is None:
            if len(self._lookups) >= self._max_lookups:
                raise StoreUnavailable("too many new names wait for the database")
            loop = asyncio.get_running_loop()
            lookup = loop.run_in_executor(self._executor, self._store.pseudonym, kind, name)
            self._lookups[key] = lookup
            lookup.add_done_callback(lambda done: self._keep(key, done))
        # Several callers may wait for the same name: one that leaves must not take it from the rest.
        return await asyncio.shield(lookup)

    def forget(self, pseudonyms: Collection[str]) -> None:
        """Those of people who were erased: who comes back under such a name is somebody new."""
        self._erased.update(pseudonyms)
        gone = [name for name, pseudonym in self._names.items() if pseudonym in pseudonyms]
        for name in gone:
            del self._names[name]

    def _keep(self, key: tuple[str, str], done: asyncio.Future[str]) -> None:
        del self._lookups[key]
        if done.cancelled() or done.exception() is not None or done.result() in self._erased:
            return
        self._names[key] = done.result()
        if len(self._names) > self._capacity:
            self._names.popitem(last=False)


def _pseudonym_of(connection: Connection, name_hash: bytes) -> str | None:
    wanted = select(subjects.c.pseudonym).where(subjects.c.name_hash == name_hash)
    return connection.execute(wanted).scalar_one_or_none()


def _bound_to(kind: str, pseudonym: str) -> bytes:
    return f"{kind}\0{pseudonym}".encode()
