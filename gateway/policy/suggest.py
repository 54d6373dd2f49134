"""Words for people: what was meant, what to quote, how a found value is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

MAX_SHOWN_CHARS = 60

_OTHER_WORDS: Final[Mapping[str, str]] = {
    "api_key": "credentials",
    "api_keys": "credentials",
    "apikey": "credentials",
    "key": "credentials",
    "keys": "credentials",
    "api_base": "base_url",
    "endpoint": "base_url",
    "url": "base_url",
    "type": "dialect",
    "kind": "dialect",
    "format": "dialect",
    "timeout": "timeouts",
    "residency": "regions",
    "cost_center": "cost_centre",
    "fallback": "fallbacks",
    "target": "to",
    "provider": "to",
    "endpoints": "apis",
    "max_tokens": "max_output_tokens",
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?` with the nearest known word, or nothing."""
    words = list(known)
    other = _OTHER_WORDS.get(word.lower())
    if other is None or other not in words:
        lowered = {each.lower(): each for each in words}
        near = get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
        if not near:
            return ""
        other = lowered[near[0]]
    return f"; did you mean `{other}`?"


def one_of(words: Iterable[str]) -> str:
    """`a, b or c`, at most a dozen."""
    *most, last = list(words)[:12]
    return f"{', '.join(most)} or {last}" if most else last


def shown(text: str) -> str:
    """Text as it may stand in a message: short, printable, on one line."""
    short = text if len(text) <= MAX_SHOWN_CHARS else text[: MAX_SHOWN_CHARS - 1] + "…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in short)


def quoted(text: str) -> str:
    """`quote this: "text"`."""
    escaped = shown(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'quote this: "{escaped}"'
