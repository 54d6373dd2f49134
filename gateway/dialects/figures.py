"""Token counts as providers report them: any JSON value may stand where a number should."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

MOST_TOKENS: Final = 1_000_000_000
"""More than any call can use; a larger figure is junk."""

UNREADABLE: Final = (ValueError, RecursionError)
"""What decoding a provider's bytes may raise: malformed, of a wrong type, not UTF-8, too deep."""

_LONGEST_WORD: Final = 32


def tokens(usage: Mapping[str, Any], name: str) -> int | None:
    """A plausible count, else None. `true` is no number, nor is `"12"` or `12.0`."""
    value = usage.get(name)
    return value if value.__class__ is int and 0 <= value <= MOST_TOKENS else None


def details(usage: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A nested object, else an empty one."""
    value = usage.get(name)
    return value if isinstance(value, dict) else {}


def word(value: object) -> str | None:
    """A short string, such as a service tier."""
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_WORD else None


def utf8_bytes(value: object) -> int:
    """Bytes of a string in UTF-8; of anything else 0."""
    if value.__class__ is not str:
        return 0
    assert isinstance(value, str)
    return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
