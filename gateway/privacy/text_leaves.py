"""The texts of a JSON body, with their places: read in order, written back where they stood.

The body is walked token by token and never built anew: what is not rewritten keeps its bytes, spaces
and order of members included. It must be valid JSON (the dialects have proven that).

A number of 7 to 19 digits is read as its digits, however it is written: `-4…`, `4….0`, `4…e0`. Where it is to be replaced, a JSON string takes its
place: `5551234567` → `"<PHONE_1>"`. A member's name is read where it is no identifier.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import DecodeError, Raw
from msgspec.json import Decoder

from gateway.privacy.text_leaf_rules import Node, Rule, Tree, below, names_something

_TOKEN: Final = re.compile(
    rb'"((?:[^"\\]++|\\.)*+)"([ \t\r\n]*+:)?|[{}\[\]]'
    rb"|(?<![0-9.eE+\-])-?(?:[1-9][0-9]{6,18}(?:\.0+)?(?:[eE][+\-]?[0-9]{1,3})?"
    rb"|[0-9]\.[0-9]{6,18}[eE]\+?[0-9]{1,2})(?![0-9.eE])",
    re.DOTALL,
)
_DIGITS: Final = re.compile(rb"(?:\.0+)?(?:[eE].*)?\Z")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$@][A-Za-z0-9_\-.$]{0,30}\Z")
_VALID: Final = Decoder(Raw)
_TEXT: Final = Decoder(str)
_LONG: Final = 10
"""Digits: counts of tokens have fewer."""
_DEEPEST: Final = 4
"""JSON in a text of JSON in a text …"""


class _Place:
    """`start` and `end` are those of the token, quotes included. `inner`: it is a JSON document itself.
    `text` None: it is not read."""

    __slots__ = ("end", "fixed", "inner", "name", "rule", "start", "text")

    def __init__(self, start: int, end: int, rule: Node, name: str) -> None:
        self.start = start
        self.end = end
        self.rule = rule
        self.name = name
        self.text: str | None = None
        self.inner: Leaves | None = None
        self.fixed: bool = rule is Rule.KEPT

    @property
    def texts(self) -> tuple[str, ...]:
        if self.inner is not None:
            return self.inner.texts
        return () if self.text is None else (self.text,)


class Leaves:
    """`texts` in the order of the body; `fixed` are the numbers of those that are never rewritten;
    `unread` names the members that can't be read (images, sound, files), or whose address is all that is: they
    have `unread_bytes`. `closed`: JSON in a text is one text; `documents` are the numbers of such, where a
    rule says so."""

    __slots__ = ("_places", "_raw", "documents", "fixed", "texts", "unread", "unread_bytes")

    documents: frozenset[int]
    fixed: frozenset[int]
    texts: tuple[str, ...]
    unread: tuple[str, ...]
    unread_bytes: int

    def __init__(self, raw: bytes, rules: Node, *, closed: bool = False, depth: int = 0) -> None:
        self._raw = raw
        places = _Walk(raw, _DEEPEST if closed else depth).run(rules)
        documents: list[int] = []
        texts: list[str] = []
        fixed: list[int] = []
        unread: list[str] = []
        self.unread_bytes = 0
        for place in places:
            if place.text is None and place.inner is None:
                unread.append(place.name)
                self.unread_bytes += place.end - place.start
                continue
            if place.rule is Rule.DATA_URL:
                unread.append(place.name)
            if place.rule is Rule.JSON:
                documents.append(len(texts))
            if place.fixed:
                fixed.append(len(texts))
            elif place.inner is not None:
                fixed += [len(texts) + number for number in place.inner.fixed]
                unread += place.inner.unread
                self.unread_bytes += place.inner.unread_bytes
            texts += place.texts
        self._places = places
        self.texts = tuple(texts)
        self.documents = frozenset(documents) if closed else frozenset()
        self.fixed = frozenset(fixed)
        self.unread = tuple(unread)

    def __repr__(self) -> str:
        return f"Leaves({len(self.texts)} texts)"

    def written(self, texts: Sequence[str]) -> bytes:
        """The body with these texts in the places of its own. The very bytes that came where all are equal."""
        if len(texts) != len(self.texts):
            raise ValueError(f"{len(texts)} texts for {len(self.texts)} places")
        pieces: list[bytes] = []
        end = number = 0
        for place in self._places:
            old = place.texts
            new = texts[number : number + len(old)]
            number += len(old)
            if tuple(new) != old:
                pieces += (self._raw[end : place.start], _written(place, new))
                end = place.end
        return b"".join((*pieces, self._raw[end:])) if pieces else self._raw


def _written(place: _Place, texts: Sequence[str]) -> bytes:
    if place.inner is not None:
        return msgspec.json.encode(place.inner.written(texts).decode())
    text = texts[0]
    return msgspec.json.encode(text.replace("<", "").replace(">", "") if place.rule is Rule.WORD else text)


class _Beside:
    """What stands beside the members of an object whose rules depend on it."""

    __slots__ = ("kind", "places", "signed")

    def __init__(self) -> None:
        self.kind = ""
        self.signed = False
        self.places: list[tuple[_Place, bytes]] = []

    def note(self, name: str, value: bytes) -> None:
        if name == "type":
            self.kind = _decoded(value)
        elif name == "signature":
            self.signed = bool(value)

    def judge(self) -> None:
        for place, value in self.places:
            if place.rule is Rule.SIGNED:
                place.fixed = self.signed
            elif self.kind == "text":
                place.text = _decoded(value)


class _Walk:
    """One pass over a body."""

    def __init__(self, raw: bytes, depth: int) -> None:
        self._raw = raw
        self._depth = depth
        self._places: list[_Place] = []

    def run(self, rules: Node) -> list[_Place]:
        raw = self._raw
        stack: list[tuple[Node, bool, _Beside | None]] = []
        node = below_it = rules
        in_list, name = True, ""
        beside: _Beside | None = None
        for token in _TOKEN.finditer(raw):
            mark = raw[token.start()]
            if mark in b"{[":
                stack.append((node, in_list, beside))
                node, in_list = below_it, mark == 0x5B
                beside = _Beside() if mark == 0x7B and node.__class__ is Tree and node.judged else None
            elif mark in b"}]":
                if beside is not None:
                    beside.judge()
                node, in_list, beside = stack.pop()
                below_it = node if in_list else None
            elif token[2] is not None:
                name = _decoded(token[1])
                below_it = below(node, name)
                if (below_it is None or below_it is Rule.SETTING) and not _IDENTIFIER.match(name):
                    self._put(token.start(), token.end(1) + 1, None, name).text = name
            elif not _is_structural(token, below_it):
                self._read(token, below_it, name, beside)
            elif beside is not None and token[1] is not None:
                beside.note(name, token[1])
        return self._places

    def _put(self, start: int, end: int, rule: Node, name: str) -> _Place:
        place = _Place(start, end, rule, name)
        self._places.append(place)
        return place

    def _read(self, token: re.Match[bytes], rule: Node, name: str, beside: _Beside | None) -> None:
        value: bytes | None = token[1]
        place = self._put(token.start(), token.end(), rule, name)
        if value is None:
            place.text = _DIGITS.sub(b"", token[0]).lstrip(b"-").replace(b".", b"").decode()
            return
        if beside is not None:
            beside.note(name, value)
            if rule is Rule.SIGNED or rule is Rule.MEDIA:
                beside.places.append((place, value))
        if rule is Rule.MEDIA or (rule is Rule.DATA_URL and value[:5].lower() == b"data:"):
            return
        text = place.text = _decoded(value)
        if rule is Rule.JSON or (text[:1] in "{[" and "\\u" in text):
            place.inner = self._document(text)

    def _document(self, text: str) -> Leaves | None:
        """What is in a text that is JSON itself; None where it is an object or a list of nothing readable."""
        if text.lstrip()[:1] not in ("{", "[") or self._depth >= _DEEPEST:
            return None
        raw = text.encode()
        try:
            _VALID.decode(raw)
        except (DecodeError, RecursionError):
            return None
        return Leaves(raw, None, depth=self._depth + 1)


def _is_structural(token: re.Match[bytes], rule: Node) -> bool:
    """Whether it is not read, for its place and its shape."""
    if rule is Rule.ELSEWHERE:
        return True
    if token[1] is None:
        return (rule is Rule.STRUCTURAL or rule is Rule.SETTING) and len(token[0]) < _LONG
    return rule is Rule.STRUCTURAL and names_something(_decoded(token[1]))


def _decoded(value: bytes) -> str:
    """What stands between the quotes of a JSON string."""
    return _TEXT.decode(b'"' + value + b'"') if b"\\" in value else value.decode()
