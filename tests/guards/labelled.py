"""The labelled texts: half of them were looked at while the cues were chosen, of the other half only figures."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).parent


class Labelled(NamedTuple):
    language: str
    style: str
    text: str
    is_injection: bool

    @property
    def kept_apart(self) -> bool:
        return sha256(self.text.encode()).digest()[0] % 2 == 1


class Score(NamedTuple):
    found: int
    missed: int
    false: int
    quiet: int

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.false)

    @property
    def recall(self) -> float:
        return self.found / (self.found + self.missed)


def labelled() -> list[Labelled]:
    return [*_read("injections.txt", is_injection=True), *_read("harmless.txt", is_injection=False)]


def _read(name: str, *, is_injection: bool) -> Iterable[Labelled]:
    for line in (_HERE / name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            language, style, text = line.split(" ", 2)
            yield Labelled(language, style, text.replace("\\n", "\n"), is_injection)


def score(said: Iterable[tuple[Labelled, bool]]) -> Score:
    """Each text with what was said of it."""
    counts = dict.fromkeys(((True, True), (True, False), (False, True), (False, False)), 0)
    for each, is_found in said:
        counts[each.is_injection, is_found] += 1
    return Score(counts[True, True], counts[True, False], counts[False, True], counts[False, False])
