"""The lists of words that names of people are known by. They were written for this project; see the files."""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple


class Vocabulary(NamedTuple):
    """In lower case."""

    first: frozenset[str]
    last: frozenset[str]
    ambiguous: frozenset[str]
    """First names that are other words too."""
    common: frozenset[str]
    """Words that stand with a capital and are no names."""
    sure: frozenset[str]
    """First names that are nothing else."""


def load_vocabulary() -> Vocabulary:
    first, last, ambiguous, common = map(_words, ("first_names", "surnames", "ambiguous", "common"))
    return Vocabulary(first, last, ambiguous, common, sure=first - ambiguous - common)


def _words(name: str) -> frozenset[str]:
    text = (files("gateway.privacy") / "words" / f"{name}.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())
