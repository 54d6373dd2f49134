"""The keyring and the signing key of an installation: found, or made once; and how a new key takes over.

Whoever only reads needs neither: the signing key is looked for by those who sign.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, get_args

from gateway.errors import GatewayError
from gateway.keyring import Keyring, MasterKey, Purpose, new_material
from gateway.secrets import SecretInvalid, load_or_create, parse
from gateway.settings import Settings
from gateway.signing import Certificate, LocalSigner, Signer, certificate_text, certify, read_certificate
from gateway.stores.keyrings import SIGNING, SigningRow, SqlKeyring

_SALT_BYTES: Final = 16
_VARIABLE: Final = "GATEWAY_SIGNING_KEY"


class KeyState(NamedTuple):
    """One key, in use until `retired_at`. `public` only of those that sign; `vouched`: whether the key before it
    vouches for it, or it is the first."""

    id: str
    purpose: str
    created_at: int
    retired_at: int | None
    public: bytes | None = None
    vouched: bool = True


@dataclass(frozen=True, slots=True)
class Custody:
    """What it takes to see all keys of an installation, and to make new ones. Blocks."""

    settings: Settings
    store: SqlKeyring
    master: MasterKey
    installation: str

    def states(self) -> list[KeyState]:
        """Those that wrap, then those that sign, oldest first."""
        wrapping = [KeyState(*row[:4]) for row in self.store.wrapping()]
        signing = self.store.signing()
        vouched = (row is signing[0] or _is_vouched(row.certificate) for row in signing)
        return wrapping + [
            KeyState(row.id, SIGNING, row.created_at, row.retired_at, row.public, known)
            for row, known in zip(signing, vouched, strict=True)
        ]

    def signer(self, now_ms: int) -> Signer:
        return open_signer(self.settings, self.store, now_ms)

    def rotate(self, purpose: str, now_ms: int) -> str:
        """The id of the key that is used from now on. SecretInvalid: the secret behind it can't be read."""
        if purpose == SIGNING:
            return rotate_signing(self.settings, self.store, self.installation, now_ms)[0].id
        return rotate_wrapping(self.store, self.master, purpose, now_ms)


class SigningKeyLost(SecretInvalid):
    """The secret that this installation signs with is not here, or is another one."""


def open_keyring(store: SqlKeyring, master: MasterKey, now_ms: int) -> Keyring:
    """With a key for each purpose: those that are lacking are made now."""
    known = {row.purpose for row in store.wrapping()}
    for purpose in get_args(Purpose):
        if purpose not in known:
            store.add_first(purpose, partial(_new_key, master, purpose), now_ms)
    return Keyring(store, master, secrets.token_bytes)


def rotate_wrapping(store: SqlKeyring, master: MasterKey, purpose: str, now_ms: int) -> str:
    """The id of the key that wraps from now on. Running gateways hear of it within a minute."""
    key_id, material = _new_key(master, purpose)
    store.add(purpose, key_id, material, now_ms)
    return key_id


def open_signer(settings: Settings, store: SqlKeyring, now_ms: int) -> Signer:
    """The key that signs now; an installation's first is made. SigningKeyLost, or SecretInvalid: there is none."""
    if not store.signing():
        secret = _secret(settings, make=True)
        store.add_first(SIGNING, partial(_first_signing, secret), now_ms)
    current = store.signing()[-1]
    return _signer(settings, current)


def rotate_signing(
    settings: Settings, store: SqlKeyring, installation: str, now_ms: int
) -> tuple[Signer, Certificate | None]:
    """A new key that signs from now on, and what vouches for it. Where the secret behind the one before is lost,
    nobody can vouch for the new one: who kept the old public key has to be told."""
    secret = _secret(settings, make=True)
    salt = secrets.token_bytes(_SALT_BYTES)
    new, rows = LocalSigner(secret, salt), store.signing()
    made = None
    if rows:
        made = certify(installation, rows[-1].public, _signed_before(settings, rows[-1]), new, now_ms)
    told = None if made is None else certificate_text(made)
    store.add(SIGNING, new.id, salt + new.public, now_ms, certificate=told)
    return new, made


def known_publics(settings: Settings, store: SqlKeyring) -> list[bytes]:
    """The public keys of which this machine holds the secret: those that the database can't have made up."""
    try:
        secret = _secret(settings, make=False)
    except GatewayError:
        return []
    found = (LocalSigner(secret, row.salt) for row in store.signing())
    return [signer.public for signer in found]


def _is_vouched(certificate: str | None) -> bool:
    return certificate is not None and read_certificate(certificate).by_previous is not None


def _signed_before(settings: Settings, row: SigningRow) -> Signer | None:
    try:
        return _signer(settings, row)
    except SigningKeyLost:
        return None


def _signer(settings: Settings, row: SigningRow) -> Signer:
    found = LocalSigner(_secret(settings, make=False), row.salt)
    if found.public != row.public:
        raise SigningKeyLost(
            f"{_source(settings)} is not the secret that this installation signs with: put the right one back, or "
            "run `gateway keyring rotate signing` to begin anew"
        )
    return found


def _first_signing(secret: bytes) -> tuple[str, bytes]:
    salt = secrets.token_bytes(_SALT_BYTES)
    signer = LocalSigner(secret, salt)
    return signer.id, salt + signer.public


def _secret(settings: Settings, *, make: bool) -> bytes:
    given = settings.signing_key
    if given is not None:
        return parse(given.get_secret_value(), _VARIABLE)
    if not make and not settings.signing_file.exists():
        raise SigningKeyLost(
            f"{settings.signing_file} is gone, and so is the key that this installation signs with"
        )
    return _on_disk(settings.signing_file)


def _on_disk(path: Path) -> bytes:
    try:
        return load_or_create(path)
    except OSError as error:
        raise SecretInvalid(f"{path} can't be read or made: {error.strerror}") from error


def _source(settings: Settings) -> str:
    return str(settings.signing_file) if settings.signing_key is None else _VARIABLE


def _new_key(master: MasterKey, purpose: str) -> tuple[str, bytes]:
    key_id = f"{purpose}-{secrets.token_hex(4)}"  # random, so that no two are confused after a restore
    return key_id, new_material(master, purpose, key_id, secrets.token_bytes)
