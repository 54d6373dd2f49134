"""When two values are the same one, and what is told of a value that is not restored."""

from __future__ import annotations

import base64
import hmac
import unicodedata
from typing import Final

COMPACT: Final = frozenset({"CREDIT_CARD", "IBAN", "PHONE"})
"""Types whose values are the same however they are grouped: letters and digits count, nothing else."""

_HASH_LETTERS: Final = 10
_SHOWN: Final = 4
_LEAST_TO_SHOW: Final = 8
_WITHHELD: Final = "********"


def canonical(kind: str, value: str) -> str:
    """What is equal for equal values of a type: NFC, case folded, inner white space squeezed."""
    folded = unicodedata.normalize("NFC", value).casefold()
    if kind in COMPACT:
        return "".join(filter(str.isalnum, folded)) or folded
    return " ".join(folded.split())


def masked(kind: str, value: str) -> str:
    """Letters and digits as asterisks. The last four of a card, an account or a phone are told."""
    if kind == "SECRET":
        return _WITHHELD
    count = sum(map(str.isalnum, value))
    hidden = count - _SHOWN if kind in COMPACT and count > _LEAST_TO_SHOW else count
    told = []
    for letter in value:
        if letter.isalnum():
            hidden -= 1
            letter = "*" if hidden >= 0 else letter
        told.append(letter)
    return "".join(told)


def hashed(kind: str, value: str, key: bytes) -> str:
    """`<PERSON_K7Q2M4TBXA>`: the same for the same value under the same key, a tenant's, and irreversible."""
    said = f"{kind}\0{canonical(kind, value)}".encode("utf-8", "surrogatepass")
    digest = hmac.digest(key, said, "sha256")
    return f"<{kind}_{base64.b32encode(digest)[:_HASH_LETTERS].decode()}>"
