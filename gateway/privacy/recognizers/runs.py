"""Runs of words with a capital, which may be names, and what a word of a name looks like.

The expressions of Python's own `re` here are runs of one class of characters: they can't go back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.privacy.recognizers.name_cues import PARTICLES, TITLES

CAPITAL: Final = re.compile(r"(?<![^\W\d_])[A-ZÀ-ÖØ-ÞĀ-Ž][^\W\d_]*")
_LONGEST_GAP: Final = 12
_LONGEST_JOINED: Final = 40
_PREFIXES: Final = ("Mc", "Mac", "De", "Di", "Da", "Del", "Van", "Le", "La", "Fitz", "Du", "St")
_LONGEST_WORDS: Final = 5
_NOUN_ENDS: Final = ("ung", "heit", "keit", "schaft", "tion", "nummer", "straße", "tät", "ismus", "ment", "amt", "recht", "zeit", "plan", "karte", "schein", "ing", "ness")  # fmt: skip


class Word(NamedTuple):
    start: int
    end: int
    text: str
    low: str


def runs(text: str) -> Iterator[list[Word]]:
    """Words with a capital that only spaces, points of initials, hyphens and particles part."""
    run: list[Word] = []
    for match in CAPITAL.finditer(text):
        start, end = match.span()
        between = text[run[-1].end : start] if run and start - run[-1].end <= _LONGEST_GAP else "\n"
        if not run or len(run) > 2 * _LONGEST_WORDS or not _joint(between, run[-1].text):
            if run:
                yield run
            run = []
        elif between in ("-", "'") and start - run[-1].start < _LONGEST_JOINED:
            start = run.pop().start  # Jean-Baptiste and O'Callaghan are one word each
        word = text[start:end]
        run.append(Word(start, end, word, word.lower()))
    if run:
        yield run


def _joint(between: str, last: str) -> bool:
    if between in (" ", "-", "'", "  "):
        return True
    if between == ". ":
        return len(last) == 1 or last.lower() in TITLES
    return between[0] == between[-1] == " " and all(piece in PARTICLES for piece in between.split())


def shaped(word: Word) -> bool:
    """Not CamelCase; McDonald and O'Neill are names."""
    text = word.text
    if len(text) == 1 or text.istitle() or text.isupper() or "'" in text or "-" in text:
        return True
    return any(text.startswith(prefix) and text[len(prefix) :].istitle() for prefix in _PREFIXES)


def like_name(word: Word) -> bool:
    """With no ending of a noun: asked of words that are on no list."""
    return shaped(word) and not word.low.endswith(_NOUN_ENDS)
