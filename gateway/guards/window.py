"""One text that comes in pieces, as guards read it: what they have not judged yet is held back.

A text is cut into stretches by its own positions, never by how it came: however it is cut, the same is found and the
same is told. Where a guard only flags, nothing is held back.
"""

from __future__ import annotations

from typing import Final

from gateway.guards.finding import Finding
from gateway.guards.guard import Finds, Judges
from gateway.guards.part import Part, Stop, Tally
from gateway.guards.verdict import REDACTED, steps

_STRETCH: Final = 128
_CONTEXT: Final = 64
"""Characters. A stretch is read with at least so many in front of it and the guard's reach behind it."""
LONGEST: Final = 4_000_000
"""Characters of one text that is judged as a whole."""


class Found(Part):
    """What stands somewhere in a text: it ends the answer, is replaced, or only counted."""

    __slots__ = (
        "_base",
        "_before",
        "_covered",
        "_finds",
        "_fixed",
        "_reach",
        "_start",
        "_stop",
        "_stretch",
        "_tally",
        "_text",
    )

    def __init__(self, finds: Finds, tally: Tally, stop: Stop, *, fixed: bool = False) -> None:
        """`fixed`: nothing may be rewritten."""
        self._finds = finds
        self._fixed = fixed
        self._tally = tally
        self._stop = stop
        self._reach = finds.reach
        self._stretch = max(_STRETCH, finds.reach // 2)
        self._before = max(_CONTEXT, finds.reach // 2)
        self._begin()

    def _begin(self) -> None:
        self._text = ""
        self._base = 0
        """Where `_text` stands in the whole."""
        self._start = 0
        """Where the next stretch begins."""
        self._covered = 0
        """Up to where it was found, or replaced."""

    @property
    def held(self) -> bool:
        return self._holds and self._base + len(self._text) > max(self._start, self._covered)

    @property
    def _holds(self) -> bool:
        return self._tally.guard.rule.action != "flag"

    def feed(self, text: str) -> str:
        self._text += text
        end = self._base + len(self._text)
        told: list[str] = []
        while end >= self._start + self._stretch + self._reach:
            told.append(
                self._read(
                    self._start + self._stretch, self._start + self._stretch + self._reach, final=False
                )
            )
        return "".join(told) if self._holds else text

    def finish(self) -> str:
        end = self._base + len(self._text)
        told: list[str] = []
        while self._start < end:
            told.append(self._read(min(self._start + self._stretch, end), end, final=True))
        holds = self._holds
        self._begin()
        return "".join(told) if holds else ""

    def _read(self, end: int, seen: int, *, final: bool) -> str:
        """The stretch up to `end`, in the light of what stands around it up to `seen`."""
        start, base = self._start, self._base
        first = max(start - self._before, base)
        at = max(start, self._covered)
        told: list[str] = []
        for finding in self._finds.find(self._text[first - base : seen - base]):
            begin, to = finding.start + first, finding.end + first
            if to > start and begin < end and to > self._covered:
                at = self._take(finding, begin, to, at, told, cut=to == seen and not final)
        if at < end:
            told.append(self._text[at - base : end - base])
        self._start = end
        keep = max(end - self._before, base)
        self._text = self._text[keep - base :]
        self._base = keep
        return "".join(told)

    def _take(self, finding: Finding, begin: int, to: int, at: int, told: list[str], *, cut: bool) -> int:
        action = self._tally.guard.rule.action
        new = begin >= self._covered
        if new:
            self._tally.found[finding.type] += 1
        if action == "block" or (action == "redact" and (cut or self._fixed)):
            raise self._stop(self._tally)
        self._covered = to
        if action == "redact":
            if begin > at:
                told.append(self._text[at - self._base : begin - self._base])
            if new:
                told.append(REDACTED)
            return max(at, to)
        return at


class Judged(Part):
    """A text that is judged as a whole: what was judged passes."""

    __slots__ = ("_done", "_judges", "_passed", "_stop", "_tally", "_text")

    def __init__(self, judges: Judges, tally: Tally, stop: Stop) -> None:
        self._judges = judges
        self._tally = tally
        self._stop = stop
        self._text = ""
        self._passed = 0
        self._done = False

    @property
    def held(self) -> bool:
        return self._holds and len(self._text) > self._passed

    @property
    def _holds(self) -> bool:
        return self._tally.guard.rule.action == "block"

    def feed(self, text: str) -> str:
        before = len(self._text)
        if self._tally.failed is not None:
            return self._told(len(self._text)) + text if self._holds else text
        self._text += text
        if len(self._text) > LONGEST:
            return self._give_up(before)
        last = self._passed
        for end in steps(self._judges.step, before, len(self._text)):
            self._judge(self._text[:end], whole=False)
            last = end
        return self._told(last) if self._holds else text

    def finish(self) -> str:
        if self._text and self._tally.failed is None:
            self._judge(self._text, whole=True)
        told = self._told(len(self._text)) if self._holds else ""
        self._text, self._passed, self._done = "", 0, False
        return told

    def _give_up(self, before: int) -> str:
        self._tally.failed = "it is too long"
        if self._tally.guard.rule.on_failure == "block":
            raise self._stop(self._tally)
        return self._told(len(self._text)) if self._holds else self._text[before:]

    def _judge(self, text: str, *, whole: bool) -> None:
        finding = None if self._done else self._judges.judge(text, whole=whole)
        if finding is not None:
            self._done = True
            self._tally.found[finding.type] += 1
            if self._holds:
                raise self._stop(self._tally)

    def _told(self, end: int) -> str:
        told = self._text[self._passed : end]
        self._passed = end
        return told


def part_of(tally: Tally, stop: Stop, *, said: bool, fixed: bool = False) -> Part | None:
    """How this guard reads a text; None: it does not. `said`: the answer itself, no call of a tool and no thought.
    `fixed`: signed, so it may not be rewritten."""
    guard = tally.guard
    if guard.finds is not None:
        return Found(guard.finds, tally, stop, fixed=fixed)
    if guard.judges is not None and said:
        return Judged(guard.judges, tally, stop)
    return None
