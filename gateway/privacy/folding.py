"""A text as the patterns read it: one form of each digit, space, dash and accent, no invisible characters, UTF-8.

Offsets lead back to the text as it was given.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

_SPACES: Final = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"
_QUOTES: Final = "\u2018\u2019\u02bc\u00b4\uff07"
_INVISIBLE: Final = frozenset(
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063"
    "\u2064\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff"
)
"""Soft hyphen, joiners, marks of direction: they show nothing and cut a value in two."""
_MARKS: Final = re.compile(r"[\u0300-\u036f]+")
"""Accents as characters of their own, as some systems write them; strokes and dots that hide a value."""
_LOOK_ALIKES: Final = ("АВЕКМНОРСТХаеорсухіјѕԁΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTXaeopcyxijsdABEZHIKMNOPTYXo")
_DIGITS: Final = (0x0660, 0x06F0, 0x0966, 0xFF10, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6)
"""The zeros of other scripts whose nine digits follow."""


class Folded:
    """`text` is the folded form, `data` the same in UTF-8."""

    __slots__ = ("_ascii", "_given", "_removed", "data", "text")

    def __init__(self, given: str) -> None:
        self._given = given
        self._ascii = given.isascii()
        self._removed: Sequence[int] = ()
        self.text = given
        if not self._ascii:
            self.text = given.translate(_table())
            marks = _MARKS.search(given) is not None
            if marks or not _INVISIBLE.isdisjoint(given):
                self._remove(marks)
            self._ascii = self.text.isascii()
        # A lone surrogate is no character: the question mark in its place matches nothing that is looked for.
        self.data = self.text.encode("utf-8", "replace")

    def _remove(self, marks: bool) -> None:
        """What shows nothing, and accents: the letter in front has them then, where there is such a letter. `_removed`
        are positions in the new text, one for each that was removed in front of them."""
        kept = list(self.text)
        if marks:
            composed: dict[str, str] = {}
            for mark in _MARKS.finditer(self.text):
                start, end = mark.span()
                pair = self.text[max(0, start - 1) : start + 1]
                whole = composed.get(pair) or composed.setdefault(pair, unicodedata.normalize("NFC", pair))
                if start and len(whole) == 1:
                    kept[start - 1] = whole
                kept[start:end] = [""] * (end - start)
        kept = ["" if character in _INVISIBLE else character for character in kept]
        positions = (at for at, character in enumerate(kept) if not character)
        self._removed = [at - before for before, at in enumerate(positions)]
        self.text = "".join(kept)

    def in_text(self, offsets: Sequence[int]) -> dict[int, int]:
        """Of offsets in `data` those in `text`."""
        if self._ascii:
            return {offset: offset for offset in offsets}
        found, last, count = {}, 0, 0
        for offset in sorted(set(offsets)):
            count += len(self.data[last:offset].decode("utf-8", "ignore"))
            found[offset] = count
            last = offset
        return found

    @property
    def shifted(self) -> bool:
        """Whether something was removed."""
        return bool(self._removed)

    def given(self, start: int, end: int) -> tuple[int, int]:
        """Of a stretch of `text` the one of the text as it was given."""
        if not self._removed:
            return start, end
        begin, close = start + bisect_right(self._removed, start), end + bisect_right(self._removed, end - 1)
        while close < len(self._given) and _MARKS.match(self._given, close):
            close += 1  # the accents of its last letter are its own
        return begin, close


@lru_cache(maxsize=1)
def _table() -> Mapping[int, str]:
    """One character for one, so that offsets stay."""
    table = {ord(space): " " for space in _SPACES}
    table |= {ord(dash): "-" for dash in _DASHES}
    table |= {ord(quote): "'" for quote in _QUOTES}
    table |= {ord(alike): latin for alike, latin in zip(*_LOOK_ALIKES, strict=True)}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    for zero in _DIGITS:
        table |= {zero + digit: str(digit) for digit in range(10)}
    return table
