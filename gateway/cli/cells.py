"""Cells of a CSV file: no text of others becomes a spreadsheet's formula, or steers who looks at it."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from gateway.cli.target import printable

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_UNSEEN: Final = re.compile(r"(?:[^\S\t\r\n]|[\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff])*")
"""What a spreadsheet may leave out at the beginning of a cell."""


def inert(value: Any) -> str:
    """Lists by commas; what would be a formula behind an apostrophe; control and bidirectional characters escaped."""
    if value is None:
        return ""
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    unseen = _UNSEEN.match(text)
    begins = unicodedata.normalize(
        "NFKC", text[unseen.end() if unseen else 0 :][:1]
    )  # a wide = is one to some
    return printable(f"'{text}" if begins.startswith(_FORMULA) else text)
