"""Checks the whole log offline: every chain from its first entry, the columns against the bytes.

Reads only, a page at a time, while a gateway may be running. What it can't prove without an anchor
kept elsewhere is that the end of a chain is its end: the report says from where.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gateway.audit.agreement import check_page, entry_in, twice_kept
from gateway.audit.chain import ChainChecker, Fault, Head, Link, open_envelope, split_line
from gateway.audit.entry import Boot, Entry
from gateway.audit.projection import Sealed
from gateway.audit.segments import lines_after, writer_folders
from gateway.stores.act_rows import ActRows
from gateway.stores.interfaces import Calls, EntryRow, Position

_PAGE = 1_000
Progress = Callable[[int], None]
"""Told now and then how many entries were checked."""


@dataclass(slots=True)
class ChainReport:
    """One writer's chain: its head, and how many of its entries only the spool has yet."""

    writer: str
    head: Head
    in_spool: int = 0


@dataclass(slots=True)
class Report:
    """`fault` is the first thing found wrong, None where nothing is. `notes` are no faults."""

    entries: int = 0
    chains: list[ChainReport] = field(default_factory=list)
    fault: Fault | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def unproven(self) -> dict[str, int]:
        """By writer: entries from this sequence number on may have been cut off unnoticed."""
        return {chain.writer: chain.head.seq + 1 for chain in self.chains}


class Verifier:
    """Blocks. `data` is the folder with the spool, None to check the database alone."""

    def __init__(
        self, calls: Calls, acts: ActRows, installation: str, data: Path | None, progress: Progress
    ) -> None:
        self._calls = calls
        self._acts = acts
        self._installation = installation
        self._data = data
        self._progress = progress
        self._report = Report()

    def run(self) -> Report:
        """Stops a chain at its first fault and goes on with the next chain."""
        for writer, shipped in self._writers().items():
            chain = ChainReport(writer, Head(0, "", 0))
            self._report.chains.append(chain)
            self._note(self._walk(chain, shipped))
        for writer in self._calls.unregistered():
            self._note(Fault(writer, 1, "foreign", "the writer of these entries is not registered"))
        for stray in self._calls.without_entries(1):
            detail = f"call {stray.intent.id} names an entry that is not in the log"
            self._note(Fault(stray.intent.writer, stray.intent.intent_seq, "columns", detail))
        for act in self._acts.without_entries(1):
            detail = f"act {act.begun.id} names an entry that is not in the log"
            self._note(Fault(act.begun.writer, act.begun.act_seq, "columns", detail))
        return self._report

    def _writers(self) -> dict[str, Position]:
        """Those the database knows, and those that have only a folder yet."""
        folders = [] if self._data is None else [folder.name for folder in writer_folders(self._data)]
        return {name: Position(0, "") for name in folders} | self._calls.writers()

    def _walk(self, chain: ChainReport, shipped: Position) -> Fault | None:
        checker = ChainChecker(self._installation, chain.writer)
        try:
            fault = self._entries(checker, chain, shipped)
            if fault is None and self._data is not None:
                fault = twice_kept(self._calls, self._data / "spool" / chain.writer, checker.head.seq)
            return fault
        finally:
            chain.head = checker.head

    def _entries(self, checker: ChainChecker, chain: ChainReport, shipped: Position) -> Fault | None:
        """The database, then what only the spool has.

        Entries move from one to the other while this reads, and the last lines may be half
        written: it looks until it sees nothing new, and a fault in the spool counts if it stays.
        """
        while True:
            before = checker.head.seq
            fault = self._in_database(checker, shipped)
            if fault is not None:
                return fault
            if checker.head.seq < shipped.seq:
                return Fault(
                    chain.writer, checker.head.seq + 1, "missing", f"entries up to {shipped.seq} were shipped"
                )
            fault = None if self._data is None else self._in_spool(checker, chain, self._data)
            if checker.head.seq == before:
                return fault

    def _in_database(self, checker: ChainChecker, shipped: Position) -> Fault | None:
        while rows := self._calls.entries(checker.writer, checker.head.seq, _PAGE):
            page: list[tuple[EntryRow, Sealed]] = []
            fault: Fault | None = None
            for row in rows:
                checked = checker.feed(row.hash, row.body)
                if isinstance(checked, Fault):
                    fault = checked
                    break
                if row.seq == shipped.seq and row.hash != shipped.hash:
                    fault = Fault(row.writer, row.seq, "replaced", "another entry was shipped as this one")
                    break
                entry = entry_in(row.body)
                if entry is None:
                    fault = Fault(
                        row.writer, row.seq, "unreadable", "its bytes are chained, but are no entry"
                    )
                    break
                self._seen(row.seq, entry)
                link = Link(checked.seq, checked.boot, row.hash, row.body)
                page.append((row, Sealed(link, entry)))
            fault = check_page(self._calls, self._acts, page) or fault
            if fault is not None:
                return fault
        return None

    def _in_spool(self, checker: ChainChecker, chain: ChainReport, data: Path) -> Fault | None:
        for line in lines_after(data / "spool" / checker.writer, checker.head.seq):
            parts = split_line(line)
            envelope = None if parts is None else open_envelope(parts[1])
            if envelope is not None and envelope.seq <= checker.head.seq:
                continue
            if not line.endswith(b"\n"):
                self._remark(f"the last line of {checker.writer} in the spool is incomplete")
                return None
            checked = checker.feed_line(line)
            if isinstance(checked, Fault):
                return checked
            entry = None if parts is None else entry_in(parts[1])
            if entry is None:
                return Fault(
                    checker.writer, checked.seq, "unreadable", "its bytes are chained, but are no entry"
                )
            self._seen(checked.seq, entry)
            chain.in_spool += 1
        return None

    def _seen(self, seq: int, entry: Entry) -> None:
        self._report.entries += 1
        if self._report.entries % _PAGE == 0:
            self._progress(self._report.entries)
        if isinstance(entry, Boot) and entry.torn_bytes:
            self._remark(f"a crash before entry {seq} cut off {entry.torn_bytes} bytes")

    def _remark(self, note: str) -> None:
        if note not in self._report.notes:
            self._report.notes.append(note)

    def _note(self, fault: Fault | None) -> None:
        self._report.fault = self._report.fault or fault
