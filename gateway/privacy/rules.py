"""What a recognizer is made of: rules. A pattern proposes, a judge disposes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from gateway.policy.models.entities import LANGUAGES

ALL_LANGUAGES: Final = LANGUAGES

LETTERS: Final = r"A-Za-z\x{C0}-\x{24F}"
"""Of the languages that are looked for. Smaller than `\\p{L}`, whose automata are large."""

Judge = Callable[[bytes, int, int], tuple[int, int, float] | None]
"""Of the text in UTF-8 and where a value may stand in it: where it does stand and how sure that is (0 to 1), or None."""


class Rule(NamedTuple):
    """`pattern` is RE2; its first group, if it has one, is the value. With `after`, that must stand in front
    of it, at most `reach_bytes` away, and only what follows it is searched: for values that have no form of
    their own. `trigger` is a smaller pattern that matches wherever this rule does; empty: `after` or `pattern` are.
    `languages` empty: of every language."""

    entity: str
    pattern: str
    score: float = 0.9
    judge: Judge | None = None
    after: str = ""
    reach_bytes: int = 48
    trigger: str = ""
    languages: tuple[str, ...] = ()


def apart(data: bytes, start: int, end: int) -> bool:
    """Whether no letter, digit or `_` touches it: a piece of something longer is something else."""
    return not (start and _in_word(data[start - 1])) and not (end < len(data) and _in_word(data[end]))


def squeezed(data: bytes, start: int, end: int) -> str:
    """The value in upper case, letters and digits only."""
    return "".join(filter(str.isalnum, data[start:end].decode("utf-8", "replace"))).upper()


def checked(check: Callable[[str], bool], score: float = 1.0) -> Judge:
    """A judge that asks a checksum; the value must stand by itself."""

    def judge(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
        if apart(data, start, end) and check(squeezed(data, start, end)):
            return start, end, score
        return None

    return judge


def by_itself(score: float) -> Judge:
    """A judge of a value that must only stand by itself."""

    def judge(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
        return (start, end, score) if apart(data, start, end) else None

    return judge


def words(*alternatives: str) -> str:
    """A pattern of whole words or phrases, in any case."""
    return rf"(?i)(?:^|[^{LETTERS}\d])(?:{'|'.join(alternatives)})(?:[^{LETTERS}\d]|$)"


def _in_word(byte: int) -> bool:
    return 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122 or byte == 95 or byte >= 128
