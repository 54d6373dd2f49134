"""A text as cues are looked for in it: lower case, no accents, no invisible characters, disguises taken off.

What is written to be read by a model and not by a filter comes as `I g n o r e`, `1gn0r3`, `ignroe` or base64.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from gateway.privacy.folding import Folded

_SPACED: Final = re.compile(r"(?<!\w)(?:[^\W_][ \t_.\-]{1,3}){5,}[^\W_](?!\w)")
_GAP: Final = re.compile(r"[ \t_.\-]")
_WIDE: Final = re.compile(r"[ \t]{2,}")
_BETWEEN: Final = re.compile(r"(?<=[a-z])[\-_](?=[a-z])")
_BLANKS: Final = re.compile(r"[ \t]+")
_QUOTES: Final = re.compile("[\u201c\u201d\u201e\u00ab\u00bb]")
_WORD: Final = re.compile(r"[a-z0-9]{4,20}")
_LEET: Final = str.maketrans("013457@$", "oieastas")
_MIXED: Final = re.compile(r"[a-z013457@$]{2,}")
_LONGEST_WORD: Final = 40
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{16,4000}={0,2}")
_MOST_DECODED: Final = 8
_TELLING: Final = (
    "ignore disregard forget previous instructions instruction system prompt reveal restrictions guidelines "
    "override developer password"
).split()


def normal(text: str) -> str:
    """As it stands."""
    folded = Folded(text.lower()).text
    if not folded.isascii():
        spread = unicodedata.normalize("NFKD", _QUOTES.sub('"', folded))
        folded = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return _BLANKS.sub(" ", _BETWEEN.sub(" ", folded))


def undisguised(text: str, plain: str) -> Iterator[str]:
    """What else it may say, where it looks as if. `plain` is its normal form."""
    spaced = _SPACED.sub(_closed, text)
    if spaced != text:
        yield normal(spaced)
    readable = _words(plain)
    if readable != plain:
        yield readable
    for number, found in enumerate(_BASE64.finditer(text)):
        if number == _MOST_DECODED:
            return
        decoded = _decoded(found[0])
        if decoded is not None:
            yield normal(decoded)


def _closed(found: re.Match[str]) -> str:
    """`i g n o r e   a l l` → `ignore all`: a wider gap stands between words."""
    return " ".join(_GAP.sub("", word) for word in _WIDE.split(found[0]))


def _words(plain: str) -> str:
    """With figures for letters read as letters, and words with their letters in disorder put right."""
    known = _disordered()
    return _WORD.sub(lambda found: known.get(_key(found[0]), found[0]), _MIXED.sub(_read, plain))


def _read(found: re.Match[str]) -> str:
    word = found[0]
    if len(word) > _LONGEST_WORD or word.isalpha() or word.isdigit():
        return word
    return word.translate(_LEET)


def _key(word: str) -> str:
    return word[0] + "".join(sorted(word[1:-1])) + word[-1]


@lru_cache(maxsize=1)
def _disordered() -> Mapping[str, str]:
    """By first letter, last letter and those between in order; also with one of them missing."""
    known: dict[str, str] = {}
    for word in _TELLING:
        for variant in _shortened(word):
            known.setdefault(_key(variant), word)
    return known | {_key(word): word for word in _TELLING}


def _shortened(word: str) -> Iterable[str]:
    return (word[:at] + word[at + 1 :] for at in range(1, len(word) - 1)) if len(word) > 7 else ()


def _decoded(found: str) -> str | None:
    """Only what is plain text inside."""
    try:
        text = base64.b64decode(found + "=" * (-len(found) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text if text.isprintable() and " " in text else None
