"""What keeps a ledger's counters, all of one shape: in memory, in one Redis, in a Cluster. Time is given."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, Protocol

import msgspec

from gateway.ledger.book import Book
from gateway.ledger.operations import Answer, Answers, Operation
from gateway.ledger.scripts import epoch_key, source

START_MS = 4_102_444_800_000
"""The year 2100: what a real server lets expire by its own clock is still there. A multiple of all spans in use."""


class Board(Protocol):
    now_ms: int

    def apply(self, operations: Sequence[Operation]) -> Sequence[Answer]:
        """One after the other, at `now_ms`."""
        ...


class MemoryBoard:
    """`keeps_all`: no counter is let go. In Redis that goes by the server's own clock, not by the one that is given."""

    def __init__(self, *, keeps_all: bool = False) -> None:
        self.now_ms = START_MS
        self.book = Book()
        if keeps_all:
            self.book._counters._let_go = lambda wall_ms, steady_ms: None  # type: ignore[method-assign]

    def apply(self, operations: Sequence[Operation]) -> Sequence[Answer]:
        return [self.book.apply(operation, self.now_ms, self.now_ms) for operation in operations]


class RedisBoard:
    """A deployment of its own for each. The script is the real one, but for where it has its time from."""

    _numbers = count()

    def __init__(self, client: Any) -> None:
        self.now_ms = START_MS
        self._client = client
        self._key = epoch_key(f"board-{next(self._numbers)}")
        self._script = source("ledger").replace("call('TIME')", "{ARGV[2], ARGV[3]}")
        self._known = client.script_load(self._script)
        self._epoch, _, _ = self._speak("beat", 1, 0, 0, 0)
        self._speak("join", self._epoch, "w1", 1, 0)
        self._speak("beat", 1, 0, 0, 0)
        self._speak("told", self._epoch)
        self._speak("beat", 1, 0, 0, 0)

    def _speak(self, verb: str, *arguments: object) -> Any:
        return self._client.eval(source("epoch"), 1, self._key, verb, "test", *arguments)

    def apply(self, operations: Sequence[Operation]) -> Sequence[Answer]:
        seconds, ms = divmod(self.now_ms, 1000)
        said = self._client.evalsha(
            self._known, 1, self._key, msgspec.msgpack.encode((self._epoch, operations)), seconds, ms * 1000
        )
        answers = msgspec.msgpack.decode(said, type=Answers)
        assert answers.state == "open"
        assert answers.now_ms == self.now_ms
        return answers.answers
