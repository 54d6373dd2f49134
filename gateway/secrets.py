"""The installation's secret and the keys derived from it (HKDF-SHA-256, RFC 5869).

Every use has a key of its own, so that a leaked one opens nothing else.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import GatewayError

Purpose = Literal[
    "key-hash",
    "subject-hash",
    "subject-seal",
    "fingerprint",
    "master",
    "texts-seen",
    "values-hash",
    "vault-hash",
    "vault-seal",
]

_SECRET_BYTES = 32


class SecretInvalid(GatewayError, ValueError):
    """No secret, or not the one it was. The message says where it came from and doesn't quote it."""


def derive(secret: bytes, purpose: Purpose) -> bytes:
    """32 bytes for one purpose."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"portcullis/1/{purpose}".encode()).derive(
        secret
    )


def fingerprint(secret: bytes) -> int:
    """63 bits that tell secrets apart and open nothing."""
    return int.from_bytes(derive(secret, "fingerprint")[:8]) >> 1


def load_or_create(path: Path) -> bytes:
    """The secret in `path`, made once with mode 0600. Two processes that start at once agree.

    SecretInvalid names the file; OSError where it can't be read or made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        write_private(fresh, secrets.token_hex(_SECRET_BYTES))
        try:
            os.link(fresh, path)  # atomic, and never over one that is there: first come, first kept
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        raise SecretInvalid(f"{path} holds no secret: it is not text") from None
    return parse(text.strip(), str(path))


def write_private(path: Path, text: str) -> None:
    """A new file that only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def parse(text: str, source: str) -> bytes:
    """A secret as 64 hexadecimal digits, or any text of at least 32 characters.

    SecretInvalid, naming the `source` (a variable or a file), if it is shorter.
    """
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = text.encode()
    if len(secret) < _SECRET_BYTES:
        raise SecretInvalid(f"{source}: a secret is 64 hexadecimal digits, or text of at least 32 characters")
    return secret
