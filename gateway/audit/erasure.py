"""Certificates of erasure, pure: a signed statement of what was erased of whom, under a pseudonym."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from gateway.errors import GatewayError
from gateway.signing import Signer, Trust

_KIND = "erasure"


class NoCertificate(GatewayError, ValueError):
    """What was given for a certificate of erasure is none, or is not signed by whom it says."""


class Statement(Struct, frozen=True, kw_only=True):
    """`act` is the act in the audit log that recorded it, `erased` says how much of what is gone, `keys` are the ids of
    the keys that were revoked, `kept` what stays and why. Times are RFC 3339, UTC."""

    installation: str
    request: str
    act: str
    subject: str
    received_at: str
    erased_at: str
    erased: dict[str, int]
    keys: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    v: int = 1


class Certificate(Struct, frozen=True, kw_only=True):
    """`key` is the id of the key that signed, `public` its public half in hex."""

    statement: Statement
    key: str
    public: str
    signature: str


def certificate(statement: Statement, signer: Signer) -> str:
    """As JSON, in one line."""
    signature = signer.sign(_KIND, msgspec.json.encode(statement))
    made = Certificate(statement=statement, key=signer.id, public=signer.public.hex(), signature=signature)
    return msgspec.json.encode(made).decode()


def read_certificate(text: str) -> Certificate:
    """NoCertificate where it is none. Whether it is signed, `require_signed` says."""
    try:
        found = msgspec.json.decode(text, type=Certificate)
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise NoCertificate("this is no certificate of erasure") from None
    if found.statement.v != 1:
        raise NoCertificate("this certificate is of a newer version of the gateway")
    return found


def require_signed(found: Certificate, trusted: Trust) -> None:
    """NoCertificate: nobody who is trusted has signed it as it stands."""
    body = msgspec.json.encode(found.statement)
    if not trusted.holds(found.key, _KIND, body, found.signature):
        known = (
            "its signature is wrong" if trusted.knows(found.key) else f"the key {found.key} is not trusted"
        )
        raise NoCertificate(f"this certificate proves nothing: {known}")
