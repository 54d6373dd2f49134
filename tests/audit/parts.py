"""Entries and an audit log for the tests of this folder: exact clocks, counted ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from gateway.audit.boot import Booting
from gateway.audit.chain import Chain, Head, genesis, lines_of
from gateway.audit.entry import (
    Act,
    Acted,
    Administrator,
    AskedFor,
    Attempt,
    Boot,
    Cost,
    Decision,
    Entry,
    Fact,
    Intent,
    Latency,
    Outcome,
    Purpose,
    Served,
    Who,
    encode,
    time_text,
)
from gateway.stores.archive import SqlArchive
from gateway.stores.database import Database, open_database
from gateway.usage import Usage

START_MS = 1_800_000_000_000


def intent(
    call_id: str, *, at_ms: int = START_MS, who: Who | None = None, refused: str | None = None
) -> Intent:
    decisions = [Decision(stage="authorize", rule="role:analyst", verdict="allow")]
    if refused is not None:
        stage, rule = refused.split(":", 1)
        decisions.append(Decision(stage=stage, rule=rule, verdict="refuse"))
    return Intent(
        id=call_id,
        request_id=f"req-{call_id}",
        at=time_text(at_ms),
        who=who or Who(auth="key", key="k-1", user="u-aa", team="support", roles=("analyst", "auditor")),
        purpose=Purpose(use_case="faq", tags={"channel": "chat"}),
        asked=AskedFor(api="chat", model="fast", stream=True),
        policy="rev-1",
        decisions=tuple(decisions),
    )


def outcome(call_id: str, *, at_ms: int = START_MS + 250, ending: str = "complete") -> Outcome:
    return Outcome(
        id=call_id,
        ended_at=time_text(at_ms),
        ending=ending,
        served=Served(
            provider="openai",
            region="us",
            target="openai/gpt-5-mini",
            model="gpt-5-mini",
            attempts=(Attempt(target="openai/gpt-5-mini", region="us", result="ok", ms=240.5),),
        ),
        usage=Usage(input_tokens=12, output_tokens=30),
        cost=Cost(usd="0.000063", reserved_usd="0.01", price_version="2026-01-01"),
        latency_ms=Latency(total=250.0, first_byte=90.0, upstream=240.5, overhead=9.5),
    )


def act(act_id: str, *, at_ms: int = START_MS, who: Administrator | None = None, **about: Fact) -> Act:
    return Act(
        id=act_id,
        at=time_text(at_ms),
        who=who or Administrator(auth="os", user="o-aa"),
        act="keys.create",
        about=dict(sorted(about.items())) or {"roles": ("analyst",), "team": "support"},
        team="support",
        policy="rev-1",
    )


def acted(act_id: str, *, at_ms: int = START_MS + 20, ending: str = "done") -> Acted:
    return Acted(id=act_id, ended_at=time_text(at_ms), ending=ending, about={"key": "key_1"})


def boot(n: int = 1) -> Boot:
    return Boot(id=f"boot-{n}", at=time_text(START_MS), version="0.1.0", policy="rev-1")


def sealed_lines(
    calls: int, *, installation: str = "inst", writer: str = "w1", after: Head | None = None
) -> list[bytes]:
    """The lines of one boot: a Boot entry, then intent and outcome of each call."""
    head = after or genesis(installation, writer)
    chain = Chain(installation, writer, head, head.boot + 1)
    entries: list[Entry] = [boot(head.boot + 1)]
    for number in range(calls):
        entries += [intent(f"c{head.seq}-{number}"), outcome(f"c{head.seq}-{number}")]
    return lines_of(chain.seal(map(encode, entries))).splitlines(keepends=True)


def counted(prefix: str) -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{prefix}{next(numbers)}"


@dataclass
class Place:
    """A data folder with its database, as one installation sees it."""

    data: Path
    now_ms: int = START_MS
    new_id: Callable[[], str] = field(default_factory=lambda: counted("id"))
    _open: list[Database] = field(default_factory=list)

    def database(self) -> Database:
        if not self._open:
            url = f"sqlite:///{self.data / 'gateway.db'}"
            self._open.append(open_database(url, now_ms=lambda: self.now_ms, new_id=self.new_id))
        return self._open[0]

    def archive(self) -> SqlArchive:
        return SqlArchive(self.database().engine, now_ms=lambda: self.now_ms)

    def booting(self, **changes: object) -> Booting:
        facts: dict[str, object] = {
            "data": self.data,
            "installation": self.database().installation,
            "archive": self.archive(),
            "version": "0.1.0",
            "policy": "rev-1",
            "now_ms": lambda: self.now_ms,
            "new_id": self.new_id,
            "monotonic": lambda: 0.0,
        }
        return Booting(**(facts | changes))  # type: ignore[arg-type]

    def close(self) -> None:
        while self._open:
            self._open.pop().close()
