"""Words for people: what was meant, what to quote, how a found value is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from gateway.policy import scalars

MAX_SHOWN_CHARS = 60
MOST_LISTED = 24

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*")
"""What YAML reads as it stands wherever it stands, unless it is a word like true or null."""

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
    "extra_headers": "headers",
    "http_proxy": "proxy",
    "https_proxy": "proxy",
    "ca": "ca_file",
    "ca_bundle": "ca_file",
    "verify": "ca_file",
    "version": "api_version",
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
    """`a, b or c`; of more than two dozen the first eleven."""
    *most, last = list(words)
    if len(most) >= MOST_LISTED:
        return f"{', '.join(most[:11])} …"
    return f"{', '.join(most)} or {last}" if most else last


def shown(text: str) -> str:
    """Text as it may stand in a message: short, printable, on one line."""
    short = text if len(text) <= MAX_SHOWN_CHARS else text[: MAX_SHOWN_CHARS - 1] + "…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in short)


def quoted(text: str) -> str:
    """`quote this: "text"`."""
    short = text if len(text) <= MAX_SHOWN_CHARS else text[: MAX_SHOWN_CHARS - 1] + "…"
    return f"quote this: {_in_quotes(short)}"


def as_list(items: Iterable[str]) -> str:
    """`write [a, "*"]`: exactly these items when it is copied; words instead when that would be long."""
    listed = tuple(items)
    if sum(map(len, listed)) > MAX_SHOWN_CHARS:
        return "write a list: put each item in quotes, and [ ] around them"
    return f"write [{', '.join(map(_item, listed))}]"


def _item(text: str) -> str:
    plain = _WORD.fullmatch(text) is not None and isinstance(scalars.resolve(text), str)
    return text if plain else _in_quotes(text)


def _in_quotes(text: str) -> str:
    """A double-quoted scalar that YAML reads as `text`."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in '\\"':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
