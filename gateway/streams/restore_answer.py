"""Values put back into a JSON body: a whole answer, or what stands whole in an event of a stream."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from msgspec import DecodeError, Raw
from msgspec.json import Decoder

from gateway.privacy.placeholders import Issued
from gateway.privacy.text_leaf_rules import Node
from gateway.privacy.text_leaves import Leaves
from gateway.streams.restore import Counts, restored
from gateway.streams.restore_json import restored_json

_VALID: Final = Decoder(Raw)
_NUMBERED: Final = re.compile(rb"_[0-9]")
"""What every placeholder has."""


def restored_body(raw: bytes, rules: Node, issued: Issued, counts: Counts) -> bytes:
    """Each text by itself: what one opens does not reach into the next. The bytes that came, where nothing is
    restored, and where they are no JSON."""
    if not len(issued) or _NUMBERED.search(raw) is None or not _is_json(raw):
        return raw
    leaves = Leaves(raw, rules, closed=True)
    texts = [
        text
        if number in leaves.fixed
        else (restored_json if number in leaves.documents else restored)(text, issued, counts)
        for number, text in enumerate(leaves.texts)
    ]
    return leaves.written(texts)


def _is_json(raw: bytes) -> bool:
    try:
        _VALID.decode(raw)
        return raw.isascii() or bool(raw.decode())
    except (DecodeError, RecursionError, UnicodeDecodeError):
        return False


def restored_value(value: Any, issued: Issued, counts: Counts) -> Any:
    """The same of a decoded value of which every text is read."""
    return msgspec.json.decode(restored_body(msgspec.json.encode(value), None, issued, counts))
