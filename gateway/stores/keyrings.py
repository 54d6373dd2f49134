"""The keyring's keys, wrapped, and the public half of those that sign; in SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select, update

from gateway.keyring import WrappedKey
from gateway.stores.database import reading, writing
from gateway.stores.tables import keyring

SIGNING: Final = "signing"
_SALT_BYTES: Final = 16


class SigningRow(NamedTuple):
    """A key that signs: the salt that its private half is derived by, and its public half. `certificate` says who
    vouches for it, see gateway.signing."""

    id: str
    created_at: int
    retired_at: int | None
    salt: bytes
    public: bytes
    certificate: str | None


class SqlKeyring:
    """gateway.keyring.KeyStore, and the same for keys that sign. Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def wrapping(self) -> Sequence[WrappedKey]:
        with reading(self._engine) as connection:
            return _wrapping(connection)

    def signing(self) -> Sequence[SigningRow]:
        """Oldest first."""
        with reading(self._engine) as connection:
            return _signing(connection)

    def add(
        self, purpose: str, key_id: str, material: bytes, now_ms: int, *, certificate: str | None = None
    ) -> None:
        """It takes over from the purpose's other keys, which are retired. Durable."""
        with writing(self._engine, durable=True) as connection:
            _add(connection, purpose, key_id, material, now_ms, certificate)

    def add_first(self, purpose: str, made: Callable[[], tuple[str, bytes]], now_ms: int) -> None:
        """A purpose's first key, unless another process made one a moment ago."""
        with writing(self._engine, durable=True) as connection:
            known = select(keyring.c.id).where(keyring.c.purpose == purpose).limit(1)
            if connection.execute(known).first() is None:
                key_id, material = made()
                _add(connection, purpose, key_id, material, now_ms, None)


def _wrapping(connection: Connection) -> list[WrappedKey]:
    wanted = select(*(keyring.c[name] for name in WrappedKey._fields)).where(keyring.c.purpose != SIGNING)
    return [WrappedKey._make(row) for row in connection.execute(wanted.order_by(keyring.c.seq))]


def _signing(connection: Connection) -> list[SigningRow]:
    columns = (keyring.c[name] for name in ("id", "created_at", "retired_at", "material", "certificate"))
    wanted = select(*columns).where(keyring.c.purpose == SIGNING).order_by(keyring.c.seq)
    return [
        SigningRow(name, created_at, retired_at, kept[:_SALT_BYTES], kept[_SALT_BYTES:], certificate)
        for name, created_at, retired_at, kept, certificate in connection.execute(wanted)
    ]


def _add(
    connection: Connection, purpose: str, key_id: str, material: bytes, now_ms: int, certificate: str | None
) -> None:
    last = connection.execute(select(func.max(keyring.c.seq))).scalar_one()
    others = update(keyring).where(keyring.c.purpose == purpose, keyring.c.retired_at.is_(None))
    connection.execute(others.values(retired_at=now_ms))
    connection.execute(
        insert(keyring).values(
            seq=(last or 0) + 1,
            id=key_id,
            purpose=purpose,
            created_at=now_ms,
            material=material,
            certificate=certificate,
        )
    )
