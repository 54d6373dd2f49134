"""Signed statements of where every chain stood: what the log says about its own end. Pure.

A *checkpoint* is one as an entry of the chain of whoever signed it; an *anchor* is the same as a line that is kept
elsewhere. Signed are the canonical bytes of all fields but the signature::

    {"v":1,"installation":"…","writer":"…","at":"…","key":"signing-…","heads":{"<writer>":[<seq>,"<hash>"]},"signature":"…"}
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gateway.audit.entry import Checkpoint
from gateway.signing import Signer, Trust

Head = tuple[int, str]
"""The sequence number and the hash of a chain's last entry."""

_KIND = "heads"
_VERSION = 1


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`writer` is whose process signed it, with `key`; `at` is RFC 3339. `heads` by writer, in their order."""

    v: int = _VERSION
    installation: str
    writer: str
    at: str
    key: str
    heads: dict[str, Head]
    signature: str = ""


_STATEMENTS = msgspec.json.Decoder(Statement)


def signed(signer: Signer, installation: str, writer: str, at: str, heads: Mapping[str, Head]) -> Statement:
    stated = Statement(
        installation=installation, writer=writer, at=at, key=signer.id, heads=dict(sorted(heads.items()))
    )
    return msgspec.structs.replace(stated, signature=signer.sign(_KIND, _body(stated)))


def holds(trusted: Trust, stated: Statement) -> bool:
    """Whether a trusted key signed exactly this."""
    return trusted.holds(stated.key, _KIND, _body(stated), stated.signature)


def entry_of(stated: Statement, entry_id: str) -> Checkpoint:
    return Checkpoint(
        id=entry_id, at=stated.at, key=stated.key, heads=stated.heads, signature=stated.signature
    )


def stated_by(installation: str, writer: str, entry: Checkpoint) -> Statement:
    """What an entry in the chain of `writer` states."""
    return Statement(
        installation=installation,
        writer=writer,
        at=entry.at,
        key=entry.key,
        heads=entry.heads,
        signature=entry.signature,
    )


def line_of(stated: Statement) -> bytes:
    """As an anchor keeps it, its newline included."""
    return msgspec.json.encode(stated) + b"\n"


def read_line(line: bytes) -> Statement | None:
    """None where it is no statement of this version."""
    try:
        found = _STATEMENTS.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if found.v == _VERSION else None


def _body(stated: Statement) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(stated, signature=""))
