"""Who says so: Ed25519 signatures of the installation, and which keys are trusted to make them.

A key's id is the beginning of its public half's SHA-256, so that nobody can put another key under it. What is signed
is the kind of statement, then its bytes: a signature of one kind is none of another.

A new key is vouched for by the one before, and vouches for it: whoever kept any public key of an installation can
check what all others signed, as long as the certificates between them are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final, Protocol

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from gateway.errors import GatewayError

_CERTIFICATE: Final = "certificate"
_PUBLIC_BYTES: Final = 32


class NoPublicKey(GatewayError, ValueError):
    """What was given for a public key is none."""


class Signer(Protocol):
    """One key that signs: in this process, or in a KMS. `public` are its 32 bytes."""

    id: str
    public: bytes

    def sign(self, kind: str, body: bytes) -> str:
        """The signature, in hexadecimal."""
        ...


class LocalSigner:
    """A key derived from the installation's signing secret, by its salt."""

    def __init__(self, secret: bytes, salt: bytes) -> None:
        hkdf = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"portcullis/1/signing")
        self._private = Ed25519PrivateKey.from_private_bytes(hkdf.derive(secret))
        self.public = self._private.public_key().public_bytes_raw()
        self.id = signing_id(self.public)

    def sign(self, kind: str, body: bytes) -> str:
        return self._private.sign(_message(kind, body)).hex()


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """A key took over from another. `by_previous` is absent where the other was no longer to be had."""

    installation: str
    previous: str
    new: str
    at_ms: int
    by_previous: str | None = None
    by_new: str = ""


def certify(installation: str, previous: bytes, by: Signer | None, new: Signer, at_ms: int) -> Certificate:
    """`previous` is the public key before, `by` signs for it."""
    made = Certificate(installation=installation, previous=previous.hex(), new=new.public.hex(), at_ms=at_ms)
    body = _certified(made)
    return msgspec.structs.replace(
        made,
        by_previous=None if by is None else by.sign(_CERTIFICATE, body),
        by_new=new.sign(_CERTIFICATE, body),
    )


class Trust:
    """The public keys that are believed, by id. Without any nothing is believed, and `empty` says so."""

    def __init__(self, publics: Iterable[bytes]) -> None:
        self._keys = {signing_id(public): Ed25519PublicKey.from_public_bytes(public) for public in publics}

    @property
    def empty(self) -> bool:
        return not self._keys

    def knows(self, key_id: str) -> bool:
        return key_id in self._keys

    def holds(self, key_id: str, kind: str, body: bytes, signature: str) -> bool:
        """Whether the key of that id is trusted, and signed this."""
        key = self._keys.get(key_id)
        return key is not None and _signed(key, kind, body, signature)


def trust(installation: str, kept: Iterable[bytes], certificates: Iterable[str | None]) -> Trust:
    """`kept` are public keys that are known from elsewhere; all that these lead to is trusted too."""
    publics = set(kept)
    links = [link for text in certificates if text and (link := _link(installation, text))]
    while True:
        found = {public for link in links for public in _led_to(link, publics)} - publics
        if not found:
            return Trust(publics)
        publics |= found


def signing_id(public: bytes) -> str:
    return f"signing-{sha256(public).hexdigest()[:16]}"


def public_text(public: bytes) -> str:
    """A public key as PEM, as other programs read it."""
    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def public_of(text: str) -> bytes:
    """The 32 bytes of a public key in PEM, or in 64 hexadecimal digits. NoPublicKey where it is neither."""
    try:
        if "BEGIN" not in text:
            public = bytes.fromhex(text.strip())
            if len(public) == _PUBLIC_BYTES:
                return public
        else:
            key = load_pem_public_key(text.encode())
            if isinstance(key, Ed25519PublicKey):
                return key.public_bytes_raw()
    except (ValueError, UnsupportedAlgorithm):
        pass
    raise NoPublicKey("expected an Ed25519 public key, as PEM or as 64 hexadecimal digits")


def certificate_text(made: Certificate) -> str:
    return msgspec.json.encode(made).decode()


def read_certificate(text: str) -> Certificate:
    """msgspec.DecodeError where it is none."""
    return msgspec.json.decode(text, type=Certificate)


def _link(installation: str, text: str) -> Certificate | None:
    """A certificate that is whole; one that is not leads nowhere."""
    try:
        found = read_certificate(text)
        keys = bytes.fromhex(found.previous), bytes.fromhex(found.new)
    except (msgspec.DecodeError, ValueError):
        return None
    whole = found.installation == installation and all(len(key) == _PUBLIC_BYTES for key in keys)
    return found if whole else None


def _led_to(link: Certificate, publics: set[bytes]) -> Iterable[bytes]:
    body = _certified(link)
    ends: Mapping[bytes, tuple[bytes, str | None]] = {
        bytes.fromhex(link.previous): (bytes.fromhex(link.new), link.by_previous),
        bytes.fromhex(link.new): (bytes.fromhex(link.previous), link.by_new),
    }
    for public, (other, signature) in ends.items():
        if public not in publics or signature is None:
            continue
        if _signed(Ed25519PublicKey.from_public_bytes(public), _CERTIFICATE, body, signature):
            yield other


def _certified(made: Certificate) -> bytes:
    return msgspec.json.encode(
        {"installation": made.installation, "previous": made.previous, "new": made.new, "at_ms": made.at_ms}
    )


def _signed(key: Ed25519PublicKey, kind: str, body: bytes, signature: str) -> bool:
    try:
        key.verify(bytes.fromhex(signature), _message(kind, body))
    except (InvalidSignature, ValueError):
        return False
    return True


def _message(kind: str, body: bytes) -> bytes:
    return f"portcullis/1/{kind}\n".encode() + body
