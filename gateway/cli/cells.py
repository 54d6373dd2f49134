"""Cells of a CSV file: no text of others becomes a spreadsheet's formula, or steers who looks at it."""

from __future__ import annotations

from typing import Any, Final

from gateway.cli.target import printable

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def inert(value: Any) -> str:
    """Lists by commas; what would be a formula behind an apostrophe; control and bidirectional characters escaped."""
    if value is None:
        return ""
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    quoted = f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
    return printable(quoted)
