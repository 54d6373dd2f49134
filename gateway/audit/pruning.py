"""Deletes what its time is over of, and leaves the chains verifying: for each span of entries the hash before it and
its last one stay, and an act in the log says so before it is done.

Only calls are deleted, both entries and what was kept of them, once they ended before the retention and no legal hold
is about them. Acts, starts and checkpoints stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.audit.chain import open_envelope
from gateway.audit.entry import Act, Acted, Administrator, Entry, Fact, time_text
from gateway.errors import GatewayError
from gateway.stores.act_rows import ActRow
from gateway.stores.holds import Hold
from gateway.stores.interfaces import EntryRow
from gateway.stores.prunings import Expired, HeldNow, Span

ACT: Final = "audit.prune"
_ROUND: Final = 2_000
"""Calls that are deleted at a time: few enough for one act to name their spans."""
_LOOKS: Final = 300
_LOOK_S: Final = 0.1


class NotRecorded(GatewayError):
    """What would be deleted could not be recorded, so nothing was."""


class Prunings(Protocol):
    def expired(self, before: str, held: Sequence[Hold], limit: int) -> list[Expired]: ...

    def until(self, writer: str, seq: int) -> Span | None: ...

    def after(self, writer: str, seq: int) -> Span | None: ...

    def delete(self, spans: Sequence[Span], gone: Sequence[Expired], held: Sequence[Hold]) -> None: ...

    def delete_contents(self, before: str, held: Sequence[Hold], limit: int) -> int: ...


class Bodies(Protocol):
    def bodies(self, places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], EntryRow]: ...


class Done(Protocol):
    def named(self, ids: Sequence[str]) -> Mapping[str, ActRow]: ...


@dataclass(frozen=True, slots=True)
class Pruner:
    """Blocks. `append` returns once an entry is durable, `sleep` waits for seconds."""

    prunings: Prunings
    calls: Bodies
    acts: Done
    holds: Callable[[], Sequence[Hold]]
    append: Callable[[Entry], None]
    now_ms: Callable[[], int]
    new_id: Callable[[], str]
    sleep: Callable[[float], None]

    def entries(self, before_ms: int) -> int:
        """Calls that ended before this time: how many were deleted. NotRecorded, StoreUnavailable, SpoolUnavailable."""
        deleted, before = 0, time_text(before_ms)
        while True:
            held = self.holds()
            gone = self.prunings.expired(before, held, _ROUND)
            if not gone:
                return deleted
            try:
                self._delete(gone, held, before)
            except HeldNow:
                continue
            deleted += len(gone)

    def contents(self, before_ms: int) -> int:
        """What was kept of calls that began before this time: of how many it was deleted."""
        deleted, before = 0, time_text(before_ms)
        while count := self.prunings.delete_contents(before, self.holds(), _ROUND):
            deleted += count
        return deleted

    def _delete(self, gone: Sequence[Expired], held: Sequence[Hold], before: str) -> None:
        act_id = self.new_id()
        spans = merged(self._span(run, act_id) for run in runs(gone))
        about: dict[str, Fact] = {"before": before, "calls": len(gone), "spans": tuple(map(told, spans))}
        who = Administrator(auth="gateway")
        self.append(Act(id=act_id, at=time_text(self.now_ms()), who=who, act=ACT, about=about))
        self._await_recorded(act_id)
        try:
            self.prunings.delete(spans, gone, held)
        except HeldNow:
            self.append(
                Acted(id=act_id, ended_at=time_text(self.now_ms()), ending="refused", reason="legal_hold")
            )
            raise
        self.append(Acted(id=act_id, ended_at=time_text(self.now_ms()), ending="done"))

    def _span(self, run: Run, act_id: str) -> Span:
        """With the spans that it touches: two that follow each other are one."""
        writer, first, last = run
        rows = self.calls.bodies([(writer, first), (writer, last)])
        begin, end = rows.get((writer, first)), rows.get((writer, last))
        envelope = None if begin is None else open_envelope(begin.body)
        if envelope is None or end is None:
            raise NotRecorded(f"entry {first} of {writer} can't be read: run `gateway audit verify`")
        lower, upper = self.prunings.until(writer, first), self.prunings.after(writer, last)
        return Span(
            writer,
            first if lower is None else lower.first,
            last if upper is None else upper.last,
            envelope.prev if lower is None else lower.prev,
            end.hash if upper is None else upper.hash,
            end.boot if upper is None else upper.boot,
            self.now_ms(),
            act_id,
        )

    def _await_recorded(self, act_id: str) -> None:
        """In the database, where what is deleted is: whoever checks it must find why."""
        for _ in range(_LOOKS):
            if act_id in self.acts.named([act_id]):
                return
            self.sleep(_LOOK_S)
        raise NotRecorded("what is to be deleted is not in the database's log yet: nothing was deleted")


Run = tuple[str, int, int]
"""Entries of a writer, from the first to the last."""


def runs(gone: Iterable[Expired]) -> list[Run]:
    """The entries of these calls, as far as they follow each other without a gap."""
    places = sorted((one.writer, seq) for one in gone for seq in (one.intent_seq, one.outcome_seq))
    found: list[Run] = []
    for writer, seq in places:
        if found and found[-1][0] == writer and found[-1][2] == seq - 1:
            found[-1] = (writer, found[-1][1], seq)
        else:
            found.append((writer, seq, seq))
    return found


def merged(spans: Iterable[Span]) -> list[Span]:
    """In their order; two that reach to the same earlier one are one."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        if last is not None and last.writer == span.writer and last.last >= span.first:
            found[-1] = span._replace(first=last.first, prev=last.prev)
        else:
            found.append(span)
    return found


def told(span: Span) -> str:
    """As an act names it: whoever checks the log looks for exactly this."""
    return f"{span.writer}:{span.first}-{span.last}:{span.hash}"
