"""How a receiver knows that an alert is ours and new: the signature of Standard Webhooks. Pure.

HMAC-SHA256 over `ID.TIMESTAMP.BODY`, with the secret's bytes: what base64 stands for behind `whsec_`, else the text.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from typing import Final

PREFIX: Final = "whsec_"


def key_of(secret: str) -> bytes:
    """ValueError: what stands behind `whsec_` is not base64."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("expected base64 behind whsec_") from None


def signed(key: bytes, id_: str, timestamp_s: int, body: bytes) -> str:
    said = hmac.new(key, f"{id_}.{timestamp_s}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{b64encode(said).decode()}"


def headers_of(key: bytes | None, id_: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """`key` None: not signed."""
    headers = {
        "content-type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp_s),
    }
    if key is not None:
        headers["webhook-signature"] = signed(key, id_, timestamp_s, body)
    return headers
