"""An installation: its database, its secret and the keys derived from it. Server and command line
open the same one.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from gateway.audit.tombstones import replay
from gateway.clock import SystemClock
from gateway.credentials import digest, mint
from gateway.custody import open_keyring
from gateway.keyring import Keyring, LocalMaster
from gateway.secrets import SecretInvalid, derive, fingerprint, load_or_create, parse
from gateway.settings import Settings, SettingsInvalid
from gateway.stores.database import Database, open_database, reading, writing
from gateway.stores.erasures import SqlErasures
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.key_records import KeyRecord, Keys, KeyUses, Users
from gateway.stores.key_uses import SqlKeyUses
from gateway.stores.keyrings import SqlKeyring
from gateway.stores.keys import SqlKeys
from gateway.stores.subjects import SqlSubjects
from gateway.stores.tables import counters
from gateway.stores.users import SqlUsers

_FINGERPRINT = "secret_fingerprint"
TRIAL_LIFETIME_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Installation:
    """Blocking: for threads and the command line."""

    database: Database
    secret: bytes
    keys: Keys
    users: Users
    uses: KeyUses
    subjects: SqlSubjects
    clock: SystemClock
    keyring: Keyring
    settings: Settings
    replayed: Sequence[str] = ()
    """Pseudonyms of people who were erased, and whom this database had not forgotten: it was restored."""

    def now_ms(self) -> int:
        return self.clock.now_ms()

    @property
    def hash_key(self) -> bytes:
        return derive(self.secret, "key-hash")


@contextmanager
def open_installation(settings: Settings, *, busy_timeout_ms: int = 2_000) -> Iterator[Installation]:
    """Opens the database (making or migrating it) and the secret; closes it at the end. `busy_timeout_ms` is how
    long others that write to it are waited for.

    SettingsInvalid, SecretInvalid or StoreUnavailable, saying what can't be used.
    """
    given = settings.secret_key
    secret = None if given is None else parse(given.get_secret_value(), "GATEWAY_SECRET_KEY")
    _make_folder(settings.data)
    clock = SystemClock()
    database = _open_database(settings, clock, busy_timeout_ms)
    try:
        secret = _secret_of(database, settings, secret)
        subjects = SqlSubjects(
            database.engine,
            hash_key=derive(secret, "subject-hash"),
            seal_key=derive(secret, "subject-seal"),
            random_bytes=secrets.token_bytes,
            now_ms=clock.now_ms,
        )
        engine = database.engine
        yield Installation(
            database,
            secret,
            SqlKeys(engine),
            SqlUsers(engine),
            SqlKeyUses(engine),
            subjects,
            clock,
            open_keyring(SqlKeyring(engine), LocalMaster(secret, secrets.token_bytes), clock.now_ms()),
            settings,
            _erased_again(settings, database),
        )
    finally:
        database.close()


def _erased_again(settings: Settings, database: Database) -> Sequence[str]:
    try:
        return replay(settings.data, SqlErasures(database.engine))
    except OSError as error:
        raise SettingsInvalid(
            (f"GATEWAY_DATA: who was erased can't be read or written there: {error.strerror}",)
        ) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        why = "it is a file" if folder.is_file() else error.strerror
        raise SettingsInvalid((f"GATEWAY_DATA: the folder {folder} can't be used: {why}",)) from error


def _open_database(settings: Settings, clock: SystemClock, busy_timeout_ms: int) -> Database:
    """The one that the settings name; what is wrong is said with its place."""
    try:
        _keep_private(settings.database)
        return open_database(
            settings.database,
            now_ms=clock.now_ms,
            new_id=lambda: secrets.token_hex(8),
            busy_timeout_ms=busy_timeout_ms,
        )
    except (StoreUnavailable, SQLAlchemyError, sqlite3.Error, OSError) as error:
        named = "GATEWAY_DATABASE_URL" if settings.database_url else "GATEWAY_DATA"
        raise StoreUnavailable(f"{named}: {settings.database_shown}: {error}") from error


def _secret_of(database: Database, settings: Settings, given: bytes | None) -> bytes:
    """The secret that this database was made with: with another one every key would be unknown, every
    name unreadable, and nothing would say why. One that is lost is not replaced."""
    source = str(settings.secret_file) if given is None else "GATEWAY_SECRET_KEY"
    kept = select(counters.c.value).where(counters.c.name == _FINGERPRINT)
    with reading(database.engine) as connection:
        known = connection.execute(kept).scalar_one_or_none()
    # Only who may have to make it waits for others that write.
    with (writing if known is None else reading)(database.engine) as connection:
        known = connection.execute(kept).scalar_one_or_none()
        if given is None and known is not None and not settings.secret_file.exists():
            raise SecretInvalid(
                f"{source} is gone, and the database {settings.database_shown} needs it: put it back"
            )
        secret = _secret_on_disk(settings.secret_file) if given is None else given
        if known is None:
            connection.execute(insert(counters).values(name=_FINGERPRINT, value=fingerprint(secret)))
        elif known != fingerprint(secret):
            raise SecretInvalid(
                f"{source} is not the secret that the database {settings.database_shown} was made with"
            )
    return secret


def _secret_on_disk(path: Path) -> bytes:
    try:
        return load_or_create(path)
    except OSError as error:
        raise SecretInvalid(f"{path} can't be read or made: {error.strerror}") from error


def _keep_private(url: str) -> None:
    """A database that is made now is its owner's alone; SQLite gives its other files the same mode."""
    parsed = make_url(url)
    path = parsed.database if parsed.get_backend_name() == "sqlite" else None
    if path and path != ":memory:" and not Path(path).exists():
        with suppress(OSError):  # whoever opens the database says what is wrong
            Path(path).touch(mode=0o600)


def new_key(
    installation: Installation,
    *,
    name: str,
    roles: tuple[str, ...],
    team: str | None,
    user: str | None,
    use_case: str | None,
    lifetime_ms: int | None,
    entropy: bytes,
    networks: tuple[str, ...] = (),
) -> tuple[str, KeyRecord]:
    """Make and store a key; the key itself is returned and nowhere kept. `entropy` is 32 bytes."""
    now_ms = installation.now_ms()
    key = mint(entropy)
    record = KeyRecord(
        id=f"key_{secrets.token_hex(6)}",
        name=name,
        hash=digest(key, installation.hash_key),
        hint=key[-4:],
        roles=roles,
        team=team,
        user=user,
        use_case=use_case,
        created_at=now_ms,
        expires_at=None if lifetime_ms is None else now_ms + lifetime_ms,
        networks=networks,
    )
    installation.keys.add(record)
    return key, record


def rotated_key(
    installation: Installation, key_id: str, *, overlap_ms: int, lifetime_ms: int | None, entropy: bytes
) -> tuple[str, KeyRecord] | None:
    """A new secret for a key, which begins a new life; the old one is good for `overlap_ms` more.

    None: there is no such key, or it was revoked. `entropy` is 32 bytes.
    """
    now_ms = installation.now_ms()
    key = mint(entropy)
    record = installation.keys.rotate(
        key_id,
        new_hash=digest(key, installation.hash_key),
        hint=key[-4:],
        expires_at=None if lifetime_ms is None else now_ms + lifetime_ms,
        previous_until=now_ms + overlap_ms,
    )
    return None if record is None else (key, record)


def trial_key(installation: Installation) -> str | None:
    """The key of an empty installation's first start: all models, no permissions, 24 hours."""
    if installation.keys.count():
        return None
    key, _ = new_key(
        installation,
        name="trial",
        roles=("trial",),
        team=None,
        user=None,
        use_case=None,
        lifetime_ms=TRIAL_LIFETIME_MS,
        entropy=secrets.token_bytes(32),
    )
    return key
