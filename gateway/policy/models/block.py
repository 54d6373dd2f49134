"""What all blocks of a policy have in common, and the kinds of text that appear in several.

Errors raised here are plain sentences: they are shown to people as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

DURATION_PATTERN = r"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$"
MAX_DURATION_S = 86_400.0

_DURATION = re.compile(DURATION_PATTERN, re.ASCII)
_SECONDS: Final[Mapping[str, Decimal]] = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86400),
}


class Block(BaseModel):
    """A map with known keys: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


def seconds(text: object) -> float:
    """`500ms`, `5s`, `2m`, `1.5h` or `1d` as seconds, above zero and at most a day."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) and len(text) <= 20 else None
    if found is None:
        raise ValueError("expected a duration such as 500ms, 5s, 2m or 1h")
    unit = found[2]
    value_s = float(Decimal(found[0].removesuffix(unit)) * _SECONDS[unit])
    if not 0 < value_s <= MAX_DURATION_S:
        raise ValueError("expected a duration above zero and of at most one day")
    return value_s


Duration = Annotated[
    float,
    BeforeValidator(seconds),
    WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN, "examples": ["500ms", "5s", "2m"]}),
]

PlainName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", min_length=1, max_length=64)
]
"""The name of something technical: a provider, a region."""

PersonalName = Annotated[
    str,
    StringConstraints(pattern=r"^[^\s*,/:]+( [^\s*,/:]+)*$", min_length=1, max_length=100),
]
"""The name of a team or a role, as an organisation or its identity provider writes it."""
