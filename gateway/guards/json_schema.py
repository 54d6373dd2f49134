"""Whether a text is JSON, and as a schema says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import DecodeError

from gateway.guards.finding import Extent, Finding, Source
from gateway.policy.rules.guardrails import validator

_FENCE: Final = "```"


class JsonSchema:
    """It can only be told at the end of a text."""

    version: Final = "1"
    step: Final[int | None] = None
    extent: Final[Extent] = "last"
    sources: Final[frozenset[Source]] = frozenset({"user"})

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._validator = validator(dict(schema))

    def judge(self, text: str, *, whole: bool) -> Finding | None:
        try:
            said = msgspec.json.decode(_bare(text))
            if self._validator.is_valid(said):
                return None
        except (DecodeError, RecursionError, ValueError):  # ValueError: deeper than a validator goes
            pass
        return Finding(0, len(text), "JSON_SCHEMA")


def _bare(text: str) -> str:
    """Without the fence that models like to put around JSON."""
    text = text.strip()
    if text.startswith(_FENCE) and text.endswith(_FENCE) and "\n" in text:
        return text[text.index("\n") : -len(_FENCE)]
    return text
