"""What is kept of a call's content, pure: what the caller sent and got, sealed under the keys of its people.

The entry that is chained holds only the hash of the ciphertext. Whoever destroys the key of one of the people makes
the content unreadable, and the chain stays as it is.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from gateway.errors import GatewayError

MOST_BYTES: Final = 256 * 1024
"""Of what was sent, and of what was got. The rest is counted and not kept."""

_NONCE_BYTES: Final = 12


class ContentUnreadable(GatewayError):
    """A content that does not open: it was changed, or its keys are not those of its people."""


class Kept(Struct, frozen=True, omit_defaults=True):
    """The beginning of what was sent and got, and how many bytes it was in all."""

    sent: bytes = b""
    got: bytes = b""
    sent_bytes: int = 0
    got_bytes: int = 0
    content_type: str = ""


class Tape:
    """What passes by, up to a bound."""

    __slots__ = ("_most_bytes", "_pieces", "size_bytes")

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._pieces: list[bytes] = []
        self.size_bytes = 0

    def add(self, data: bytes) -> None:
        room = self._most_bytes - self.size_bytes
        self.size_bytes += len(data)
        if room > 0:
            self._pieces.append(data if len(data) <= room else data[:room])

    @property
    def kept(self) -> bytes:
        return b"".join(self._pieces)


def content_key(subject_keys: Sequence[bytes]) -> bytes:
    """The key of contents that are about these people: it takes all of theirs. Each is 32 bytes."""
    key = b"content"
    for each in subject_keys:
        key = hmac.digest(each, key, "sha256")
    return key


class Sealer:
    """Seals and opens what is about the same people. `subjects` are their pseudonyms."""

    __slots__ = ("_aead", "_random_bytes", "subjects")

    def __init__(
        self, subjects: tuple[str, ...], subject_keys: Sequence[bytes], random_bytes: Callable[[int], bytes]
    ) -> None:
        self.subjects = subjects
        self._aead = AESGCM(content_key(subject_keys))
        self._random_bytes = random_bytes

    def seal(self, call_id: str, mode: str, kept: Kept) -> tuple[str, bytes]:
        """The ciphertext's hash, and the ciphertext."""
        nonce = self._random_bytes(_NONCE_BYTES)
        sealed = nonce + self._aead.encrypt(nonce, msgspec.msgpack.encode(kept), _bound_to(call_id, mode))
        return sha256(sealed).hexdigest(), sealed

    def open(self, call_id: str, mode: str, sealed: bytes) -> Kept:
        """ContentUnreadable where it was sealed for other people, for another call, or was changed."""
        try:
            plain = self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound_to(call_id, mode))
            return msgspec.msgpack.decode(plain, type=Kept)
        except (InvalidTag, ValueError, msgspec.DecodeError):
            raise ContentUnreadable(f"the content of call {call_id} does not open") from None


def beginning(data: bytes, most_bytes: int = MOST_BYTES) -> bytes:
    return data if len(data) <= most_bytes else data[:most_bytes]


def _bound_to(call_id: str, mode: str) -> bytes:
    return f"{call_id}\0{mode}".encode()
