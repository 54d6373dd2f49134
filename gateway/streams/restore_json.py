"""Values put back into a JSON document that arrives as text in pieces: the arguments of a tool's call.

Each string of it is a text of its own; what is put into it is escaped, so the document stays valid. What
stands outside of strings is never changed. Escapes are written anew: equal JSON, perhaps not equal bytes.
"""

from __future__ import annotations

import json
import re
from typing import Final

import msgspec

from gateway.privacy.placeholders import Issued
from gateway.streams.restore import Counts, TextRestorer

_PLAIN: Final = re.compile(r'[^"\\]+')
_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[0-9a-fA-F]{4}|u[0-9a-fA-F]{4}|[^u])", re.DOTALL
)
_ESCAPE_BEGUN: Final = re.compile(
    r"\\(?:u[0-9a-fA-F]{0,3}|u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u[0-9a-fA-F]{0,3})?)?)?\Z"
)
_SURROGATE: Final = re.compile("([\ud800-\udfff])")
"""One without its other half: it has no UTF-8."""


class JsonRestorer:
    """One document, piece by piece."""

    __slots__ = ("_carry", "_in_string", "_text")

    def __init__(self, issued: Issued, counts: Counts) -> None:
        self._text = TextRestorer(issued, counts)
        self._in_string = False
        self._carry = ""

    @property
    def held(self) -> bool:
        """Something is held back."""
        return bool(self._carry) or self._text.held

    def feed(self, text: str) -> str:
        """What can be said now."""
        if self._carry:
            text, self._carry = self._carry + text, ""
        told: list[str] = []
        at = 0
        while at < len(text):
            at = self._inside(text, at, told) if self._in_string else self._outside(text, at, told)
        return "".join(told)

    def finish(self) -> str:
        """What was held back; of a document that was cut the rest as it came."""
        told = _escaped(self._text.finish()) + self._carry
        self._carry, self._in_string = "", False
        return told

    def _outside(self, text: str, at: int, told: list[str]) -> int:
        end = text.find('"', at) + 1
        self._in_string = end > 0
        end = end or len(text)
        told.append(text[at:end])
        return end

    def _inside(self, text: str, at: int, told: list[str]) -> int:
        """To the end of the string, or of the piece."""
        said: list[str] = []
        while at < len(text):
            plain = _PLAIN.match(text, at)
            if plain is not None:
                said.append(plain[0])
                at = plain.end()
            elif text[at] == '"':
                told.append(_escaped(self._text.feed("".join(said)) + self._text.finish()))
                told.append('"')
                self._in_string = False
                return at + 1
            elif _ESCAPE_BEGUN.match(text, at) is not None:
                self._carry = text[at:]
                break
            else:
                at = self._escape(text, at, said)
        told.append(_escaped(self._text.feed("".join(said))))
        return len(text)

    def _escape(self, text: str, at: int, said: list[str]) -> int:
        found = _ESCAPE.match(text, at)
        if found is None:  # no JSON: as it is
            said.append(text[at])
            return at + 1
        try:
            said.append(json.loads(f'"{found[0]}"', strict=False))
        except ValueError:
            said.append(found[0])
        return found.end()


def _escaped(text: str) -> str:
    """As it stands in a JSON string."""
    if not text:
        return text
    return "".join(
        f"\\u{ord(piece):04x}" if _SURROGATE.match(piece) else msgspec.json.encode(piece).decode()[1:-1]
        for piece in _SURROGATE.split(text)
    )


def restored_json(text: str, issued: Issued, counts: Counts) -> str:
    """A whole document."""
    restorer = JsonRestorer(issued, counts)
    return restorer.feed(text) + restorer.finish()
