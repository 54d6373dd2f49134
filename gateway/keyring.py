"""The keys that other keys and texts are wrapped under: by id, so that a new one takes over while old ones still open.

A wrapped text is an envelope (AES-256-GCM, a nonce of its own)::

    1 byte   version (1)
    1 byte   length of the key's id, then the id
    12 bytes nonce
    the rest ciphertext and tag; the id, and what the caller bound it to, are authenticated

The keyring's own keys are random, and kept wrapped under the master key: a secret of this machine, or a key that
never leaves a KMS. That is all a KMS is asked for: MasterKey.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.errors import GatewayError
from gateway.secrets import derive

Purpose = Literal["content", "cookie"]
"""content: wraps the data keys of subjects, and texts of the gateway itself. cookie: what browsers keep for us."""

_VERSION: Final = 1
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32


class WrappedUnreadable(GatewayError):
    """An envelope that opens under no key here, or not for whom it was made. The message never quotes it."""


class MasterKey(Protocol):
    """Wraps the keyring's keys, a few at each start: as a KMS does, whose key nobody sees. Blocks."""

    def wrap(self, key: bytes, bound_to: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """WrappedUnreadable where another master wrapped it, or for something else."""
        ...


class LocalMaster:
    """The master key of a secret that is in a file or in the environment."""

    def __init__(self, secret: bytes, random_bytes: Callable[[int], bytes]) -> None:
        self._aead = AESGCM(derive(secret, "master"))
        self._random_bytes = random_bytes

    def wrap(self, key: bytes, bound_to: bytes) -> bytes:
        nonce = self._random_bytes(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, key, bound_to)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        return _decrypted(self._aead, wrapped, bound_to, "a key of the keyring")


class WrappedKey(NamedTuple):
    """A key as it is stored. `retired_at` is set once a newer one took over: it opens, and wraps nothing more."""

    id: str
    purpose: str
    created_at: int
    retired_at: int | None
    material: bytes


class KeyStore(Protocol):
    """Blocks. Oldest first."""

    def wrapping(self) -> Sequence[WrappedKey]: ...


@dataclass(frozen=True, slots=True)
class _Held:
    """What is open in memory: swapped whole."""

    by_id: Mapping[str, AESGCM]
    current: Mapping[str, str]


class Keyring:
    """May be used from any thread. `refresh` blocks, and so does opening an envelope whose key came later."""

    def __init__(self, store: KeyStore, master: MasterKey, random_bytes: Callable[[int], bytes]) -> None:
        self._store = store
        self._master = master
        self._random_bytes = random_bytes
        self._held = _Held({}, {})
        self.refresh()

    def refresh(self) -> None:
        """Take over keys that were added since: what is wrapped from now on is wrapped under the newest."""
        rows = self._store.wrapping()
        known = self._held.by_id
        by_id = {
            row.id: known.get(row.id) or AESGCM(self._master.unwrap(row.material, bound(row.purpose, row.id)))
            for row in rows
        }
        self._held = _Held(by_id, {row.purpose: row.id for row in rows if row.retired_at is None})

    def current(self, purpose: Purpose) -> str:
        """The id of the key that wraps now."""
        return self._held.current[purpose]

    def wrap(self, purpose: Purpose, data: bytes, bound_to: bytes = b"") -> bytes:
        """`data` in an envelope that opens only with the same `bound_to` (whose it is: a pseudonym, an id)."""
        held = self._held
        key_id = held.current[purpose]
        name = key_id.encode()
        nonce = self._random_bytes(_NONCE_BYTES)
        sealed = held.by_id[key_id].encrypt(nonce, data, bound(key_id, bound_to))
        return bytes((_VERSION, len(name))) + name + nonce + sealed

    def unwrap(self, wrapped: bytes, bound_to: bytes = b"") -> bytes:
        """WrappedUnreadable where its key is not here, it was changed, or it is bound to something else."""
        key_id, rest = _parted(wrapped)
        if key_id not in self._held.by_id:
            self.refresh()
        aead = self._held.by_id.get(key_id)
        if aead is None:
            raise WrappedUnreadable(f"the keyring has no key {key_id}")
        return _decrypted(aead, rest, bound(key_id, bound_to), f"an envelope under the key {key_id}")

    def rewrap(self, purpose: Purpose, wrapped: bytes, bound_to: bytes = b"") -> bytes | None:
        """The same under the key that wraps now. None: it is under that one already."""
        if key_of(wrapped) == self.current(purpose):
            return None
        return self.wrap(purpose, self.unwrap(wrapped, bound_to), bound_to)


def key_of(wrapped: bytes) -> str:
    """The id of the key that an envelope is under. WrappedUnreadable where it is none."""
    return _parted(wrapped)[0]


def new_material(master: MasterKey, purpose: str, key_id: str, random_bytes: Callable[[int], bytes]) -> bytes:
    """A new key of the keyring, wrapped, as it is stored."""
    return master.wrap(random_bytes(_KEY_BYTES), bound(purpose, key_id))


def bound(name: str, to: str | bytes) -> bytes:
    """What a ciphertext is authenticated with, so that it can't stand in another's place."""
    return name.encode() + b"\0" + (to.encode() if isinstance(to, str) else to)


def _parted(wrapped: bytes) -> tuple[str, bytes]:
    """The id of its key, and nonce with ciphertext."""
    end = 2 + wrapped[1] if len(wrapped) > 2 else 0
    name = wrapped[2:end]
    if not name.isascii() or wrapped[:1] != bytes((_VERSION,)) or len(wrapped) < end + _NONCE_BYTES:
        raise WrappedUnreadable("it is no envelope of the keyring")
    return name.decode(), wrapped[end:]


def _decrypted(aead: AESGCM, sealed: bytes, bound_to: bytes, what: str) -> bytes:
    try:
        return aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError):
        raise WrappedUnreadable(f"{what} does not open: it was changed, or made for another") from None
