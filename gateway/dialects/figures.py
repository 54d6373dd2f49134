"""Token counts as providers report them: any JSON value may stand where a number should."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct, ValidationError

from gateway.usage import Usage

S = TypeVar("S", bound=Struct)

MOST_TOKENS: Final = 1_000_000_000
"""More than any call can use; a larger figure is junk."""

Tokens = Annotated[int, Meta(ge=0, le=MOST_TOKENS)] | None

UNREADABLE: Final = (ValueError, RecursionError)
"""What decoding a provider's bytes may raise: malformed, of a wrong type, not UTF-8, too deep."""

_LONGEST_WORD: Final = 32


def salvaged(told: object, kind: type[S]) -> S | None:
    """The members of a JSON object that fit `kind`; what does not fit is left out. None: no object."""
    if not isinstance(told, dict):
        return None
    kept: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        with suppress(ValidationError):
            kept[field.name] = msgspec.convert(told.get(field.encode_name), field.type)
    return kind(**kept)


def plausible(usage: Usage) -> Usage | None:
    """None for sums that no call can reach, though each of their figures could be."""
    return usage if max(usage.input_tokens, usage.output_tokens) <= MOST_TOKENS else None


def word(value: object) -> str | None:
    """A short string, such as a service tier."""
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_WORD else None


def utf8_bytes(value: object) -> int:
    """Bytes of a string in UTF-8; of anything else 0."""
    if not isinstance(value, str):
        return 0
    return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
