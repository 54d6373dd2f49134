"""What placeholders stand for in what a provider keeps, sealed, until it is too old to be gone on with.

A provider that keeps a conversation keeps its placeholders. Whoever goes on with it, or reads it again, needs what
they stand for. Rows are found by a keyed hash of tenant and object, and sealed with AES-256-GCM bound to that.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Final, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Engine,
    Index,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    or_,
    select,
)

from gateway.secrets import derive
from gateway.stores.database import reading, writing
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.tables import METADATA

LASTS_MS: Final = 30 * 24 * 3_600_000
"""As long as OpenAI keeps an answer."""
_NONCE_BYTES: Final = 12
_VALUES: Final = msgspec.json.Decoder(dict[str, str])

vault = Table(
    "vault",
    METADATA,
    Column("id", LargeBinary(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("user", String(64)),
    Column("end_user", String(64)),
    Column("expires_at", BigInteger, nullable=False),
)
Index("vault_expires", vault.c.expires_at)
Index("vault_user", vault.c.user)
Index("vault_end_user", vault.c.end_user)

T = TypeVar("T")
People = tuple[str | None, str | None]
"""The pseudonyms of a user and an end user: what is theirs can be found to be erased."""


def of_person(pseudonym: str) -> ColumnElement[bool]:
    """All that was kept of calls of this person: goes when they are erased."""
    return or_(vault.c.user == pseudonym, vault.c.end_user == pseudonym)


class SqlVault:
    """Blocking. `secret` is the installation's."""

    def __init__(
        self, engine: Engine, secret: bytes, random_bytes: Callable[[int], bytes], now_ms: Callable[[], int]
    ) -> None:
        self._engine = engine
        self._hash_key = derive(secret, "vault-hash")
        self._aead = AESGCM(derive(secret, "vault-seal"))
        self._random_bytes = random_bytes
        self._now_ms = now_ms

    def keep(self, tenant: str, object_id: str, values: Mapping[str, str], people: People) -> None:
        """By name. What is too old goes."""
        now_ms, key = self._now_ms(), self._key(tenant, object_id)
        nonce = self._random_bytes(_NONCE_BYTES)
        row = {
            "id": key,
            "sealed": nonce + self._aead.encrypt(nonce, msgspec.json.encode(values), key),
            "user": people[0],
            "end_user": people[1],
            "expires_at": now_ms + LASTS_MS,
        }
        with writing(self._engine) as connection:
            connection.execute(delete(vault).where(or_(vault.c.expires_at <= now_ms, vault.c.id == key)))
            connection.execute(insert(vault), row)

    def find(self, tenant: str, object_id: str) -> dict[str, str] | None:
        """None: nothing was kept of it, or no longer. StoreUnavailable where a row is not what was kept."""
        key = self._key(tenant, object_id)
        wanted = select(vault.c.sealed).where(vault.c.id == key, vault.c.expires_at > self._now_ms())
        with reading(self._engine) as connection:
            sealed = connection.execute(wanted).scalar_one_or_none()
        if sealed is None:
            return None
        try:
            return _VALUES.decode(self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], key))
        except InvalidTag:
            raise StoreUnavailable("a row of the vault is not what was written there") from None

    def forget(self, tenant: str, object_id: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(vault).where(vault.c.id == self._key(tenant, object_id)))

    def _key(self, tenant: str, object_id: str) -> bytes:
        said = f"{len(tenant)}:{tenant}{object_id}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._hash_key, said, "sha256")


class Vault:
    """For the event loop."""

    def __init__(self, store: SqlVault, executor: Executor) -> None:
        self._store = store
        self._executor = executor

    async def keep(self, tenant: str, object_id: str, values: Mapping[str, str], people: People) -> None:
        """StoreUnavailable."""
        await self._ask(lambda: self._store.keep(tenant, object_id, values, people))

    async def find(self, tenant: str, object_id: str) -> Mapping[str, str] | None:
        """StoreUnavailable."""
        return await self._ask(lambda: self._store.find(tenant, object_id))

    async def forget(self, tenant: str, object_id: str) -> None:
        """StoreUnavailable."""
        await self._ask(lambda: self._store.forget(tenant, object_id))

    async def _ask(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, question)


def open_vault(engine: Engine, secret: bytes, executor: Executor, now_ms: Callable[[], int]) -> Vault:
    """`secret` is the installation's."""
    return Vault(SqlVault(engine, secret, secrets.token_bytes, now_ms), executor)
