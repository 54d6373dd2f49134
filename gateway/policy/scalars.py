"""What a plain scalar means: the core schema of YAML 1.2, and nothing of YAML 1.1.

`on`, `no`, `12:30`, `2026-01-01` and `1_000` are text. A number with a point or an exponent is a
Decimal, so that a price stays exact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

MAX_NUMBER_CHARS = 40

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL: Final[Mapping[str, bool]] = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NAN = frozenset({".nan", ".NaN", ".NAN"})

Plain = None | bool | int | Decimal | str


class NumberTooLong(ValueError):
    """A number of more than MAX_NUMBER_CHARS characters: no field holds one."""


def resolve(text: str) -> Plain:
    """The value of an unquoted scalar. Raises NumberTooLong."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if text[0] not in "+-.0123456789":
        return text
    return _number(text)


def _number(text: str) -> Plain:
    if _INFINITY.fullmatch(text):
        return Decimal("-Infinity" if text[0] == "-" else "Infinity")
    if text in _NAN:
        return Decimal("NaN")
    for pattern, base in ((_INT, 10), (_OCTAL, 8), (_HEX, 16)):
        if pattern.fullmatch(text):
            _check_length(text)
            return int(text if base == 10 else text[2:], base)
    if _FLOAT.fullmatch(text):
        _check_length(text)
        return Decimal(text)
    return text


def _check_length(text: str) -> None:
    if len(text) > MAX_NUMBER_CHARS:
        raise NumberTooLong(f"a number of more than {MAX_NUMBER_CHARS} digits")
