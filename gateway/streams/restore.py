"""Values put back in the place of their placeholders: text in pieces of any size, text out.

However a text is cut, the same comes out. Only the end of a piece that may become an issued placeholder is
held back. What models make of placeholders is understood too (`<Person_1>`, `&lt;PERSON_1&gt;`,
`[PERSON_1]`, `PERSON_1`, `<PERSON\\_1>` …), for those that were issued. An invented one stays and is
counted, and one that stands where a screen would fetch it (`restore_surroundings`).
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from gateway.privacy.placeholders import MOST_DIGITS, Issued
from gateway.streams.restore_surroundings import Surroundings

_NAME: Final = r"[A-Za-z][A-Za-z0-9]*(?:\\{0,2}_[A-Za-z0-9]+)+"
_FORM: Final = re.compile(
    rf"<[ \t]{{0,2}}/?(?P<angle>{_NAME})[ \t]{{0,2}}/?\\?>"
    rf"|\\<(?P<escaped>{_NAME})\\>"
    rf"|(?i:&lt;)[ \t]{{0,2}}/?(?P<entity>{_NAME})[ \t]{{0,2}}/?(?i:&gt;)"
    rf"|(?i:\\u003c)/?(?P<unicode>{_NAME})(?i:\\u003e)"
    rf"|\[[ \t]{{0,2}}(?P<square>{_NAME})[ \t]{{0,2}}\](?![(\[])"
    r"|(?P<bare>[A-Z][A-Z0-9]*(?:\\{0,2}_[A-Z0-9]+)+(?![A-Za-z0-9_]))"
)
_START: Final = re.compile(
    r"<(?=[ \t]{0,2}/?(?:[A-Za-z]|\Z))|&(?=[lL]|\Z)|\\(?=[uU<]|\Z)|\[(?=[ \t]{0,2}(?:[A-Za-z]|\Z))"
    r"|(?<![A-Za-z0-9_])[A-Z]"
)
_OPENERS: Final = ("<", "&lt;", "\\u003c", "\\<", "[")
_BEGUN: Final = re.compile(
    r"[ \t]{0,2}/?(?P<name>[A-Za-z](?:[A-Za-z0-9]|\\{0,2}_)*)?"
    r"(?:\\{0,2}|[ \t]{0,2}/?\\?|[ \t]{0,2}/?&(?:gt?)?|\\u?0{0,2}3?e?)\Z",
    re.IGNORECASE,
)
_BARE_BEGUN: Final = re.compile(r"[A-Z](?:[A-Z0-9]|\\{0,2}_)*\\{0,2}\Z")
_LOUD: Final = re.compile(r"[<&\\\[\]:(=/._]")
"""Without one of these nothing opens, and no placeholder ends."""
_LONGEST: Final = 128
"""No placeholder is longer, however it is written."""
_HOLD: Final = -1


class Counts(Struct):
    """Of one answer. `unsafe` stood in addresses, targets or attributes; `unknown` were never issued."""

    restored: int = 0
    unsafe: int = 0
    unknown: int = 0


class TextRestorer:
    """One text, piece by piece."""

    __slots__ = ("_before", "_counts", "_held", "_issued", "_letters", "_surroundings")

    def __init__(self, issued: Issued, counts: Counts) -> None:
        self._issued = issued
        self._counts = counts
        self._letters = issued.letters
        self._surroundings = Surroundings()
        self._held = ""
        self._before = ""

    @property
    def held(self) -> bool:
        """Something is held back."""
        return bool(self._held)

    def feed(self, text: str) -> str:
        """What can be said now."""
        if not text:
            return text
        if (
            not self._held
            and self._surroundings.idle
            and text[-1] not in self._letters
            and _LOUD.search(text) is None
        ):
            self._surroundings.pass_quiet(text)
            self._before = text[-1]
            return text
        return self._run(text, final=False)

    def finish(self) -> str:
        """What was held back, and then it begins anew, as another text."""
        told = self._run("", final=True) if self._held else ""
        self._surroundings = Surroundings()
        self._before = ""
        return told

    def _run(self, text: str, *, final: bool) -> str:
        begin = len(self._before)
        text = f"{self._before}{self._held}{text}"
        told: list[str] = []
        at = done = begin
        while True:
            found = _START.search(text, at)
            if found is None:
                done = self._tell(text, done, len(text), told)
                break
            at = found.start()
            end, name = self._judge(text, at, final)
            if end == _HOLD:
                done = self._tell(text, done, at, told)
                break
            if name is not None:
                self._tell(text, done, at, told)
                done = end
                self._put(text[at:end], name, told)
            at = end
        self._held = text[done:]
        self._before = text[done - 1] if done > 0 else ""
        return "".join(told)

    def _tell(self, text: str, start: int, end: int, told: list[str]) -> int:
        if end > start:
            piece = text[start:end]
            told.append(piece)
            self._surroundings.advance(piece)
        return end

    def _put(self, placeholder: str, name: str, told: list[str]) -> None:
        if self._surroundings.unsafe:
            self._counts.unsafe += 1
            told.append(placeholder)
            self._surroundings.advance("x")
        else:
            self._counts.restored += 1
            value = self._issued.value(name)
            told.append(value)
            self._surroundings.advance(value)  # a value may open an address, and the next one end it

    def _judge(self, text: str, at: int, final: bool) -> tuple[int, str | None]:
        """Where to go on, and the placeholder that stands between; _HOLD: more must be known."""
        found = _FORM.match(text, at)
        if found is not None:
            form = found.lastgroup or ""
            name = found[form].replace("\\", "").upper()
            rest = text[found.end() : found.end() + 3]
            open_ended = not final and (
                (form == "square" and not rest) or (form == "bare" and rest in ("", "\\", "\\\\"))
            )
            if name in self._issued:
                return (_HOLD, None) if open_ended else (found.end(), name)
            if not (open_ended and self._begins(text[at:])):
                self._counts.unknown += self._invented(name)
                return found.end(), None
            return _HOLD, None
        if not final and len(text) - at <= _LONGEST and self._begins(text[at:]):
            return _HOLD, None
        return at + 1, None

    def _begins(self, rest: str) -> bool:
        """Whether it may become an issued placeholder if more follows, or an invented one, to count it once."""
        if _BARE_BEGUN.match(rest) is not None:
            return self._may_be(rest)
        lowered = rest.lower()
        for opener in _OPENERS:
            if opener.startswith(lowered):
                return True
            if lowered.startswith(opener):
                begun = _BEGUN.match(rest, len(opener))
                if begun is not None:
                    return self._may_be((begun["name"] or "").upper())
        return False

    def _may_be(self, name: str) -> bool:
        name = name.replace("\\", "")
        return name in self._issued.prefixes or self._invented(name)

    def _invented(self, name: str) -> bool:
        """A number that was not issued, of a type that was."""
        kind, _, number = name.rpartition("_")
        return kind in self._issued.types and number.isdigit() and len(number) <= MOST_DIGITS


def restored(text: str, issued: Issued, counts: Counts) -> str:
    """A whole text."""
    restorer = TextRestorer(issued, counts)
    return restorer.feed(text) + restorer.finish()
