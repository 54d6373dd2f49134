"""What guards read and what they find."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, get_args

Source = Literal["user", "system", "assistant", "tool"]
"""Whose words a text is: `tool` are results and documents, `system` all that the application says itself."""

EVERY_SOURCE: Final[frozenset[Source]] = frozenset(get_args(Source))


Extent = Literal["each", "last", "all"]
"""What of a request is judged as one text: each text; each that its user said last; all of them joined."""


class Text(NamedTuple):
    text: str
    source: Source


class Finding(NamedTuple):
    """`start` and `end` count characters of the text; all of it where it was judged as a whole. `score` is from
    0 to 1."""

    start: int
    end: int
    type: str
    score: float = 1.0
