"""Checks the whole log offline: every chain from its first entry, the columns against the bytes, the chains
against what was signed, and against what was kept elsewhere.

Reads only, a page at a time, while a gateway may be running; what it holds doesn't grow with the log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from gateway.audit.agreement import check_page, entry_of, first_in_spool, twice_kept
from gateway.audit.chain import ChainChecker, Envelope, Fault, Head, Link, open_envelope, split_line
from gateway.audit.claims import Claim, cut_off, rewritten
from gateway.audit.entry import Boot, Checkpoint, Entry
from gateway.audit.projection import Sealed
from gateway.audit.pruning import ACT, told
from gateway.audit.report import ChainReport, Known, Report
from gateway.audit.segments import lines_after, writer_folders
from gateway.audit.witness import Witness
from gateway.stores.act_rows import ActRows
from gateway.stores.interfaces import Calls, EntryRow, Position

_PAGE = 1_000
Progress = Callable[[int], None]
"""Told now and then how many entries were checked."""


class Verifier:
    """Blocks. `data` is the folder with the spool, None to check the database alone."""

    def __init__(
        self,
        calls: Calls,
        acts: ActRows,
        installation: str,
        data: Path | None,
        progress: Progress,
        known: Known | None = None,
    ) -> None:
        self._calls = calls
        self._acts = acts
        self._installation = installation
        self._data = data
        self._progress = progress
        self._known = known or Known()
        self._report = Report()
        self._checkers: dict[str, ChainChecker] = {}
        self._witness = Witness(installation, self._known.trusted, self._hashes)

    def run(self) -> Report:
        """Stops a chain at its first fault and goes on with the next chain."""
        faulty: set[str] = set()
        for writer, shipped in self._writers().items():
            chain = ChainReport(writer, Head(0, "", 0))
            self._report.chains.append(chain)
            fault = self._walk(chain, shipped)
            if fault is not None:
                faulty.add(writer)
            self._note(fault)
        for claim in self._claims():
            if claim.writer not in faulty:
                fault = self._held_against(claim)
                if fault is not None:
                    faulty.add(claim.writer)
                self._note(fault)
        self._strangers()
        self._about_signatures()
        return self._report

    def _strangers(self) -> None:
        """Rows that no chain knows of."""
        for writer in self._calls.unregistered():
            self._note(Fault(writer, 1, "foreign", "the writer of these entries is not registered"))
        for stray in self._calls.without_entries(1):
            detail = f"call {stray.intent.id} names an entry that is not in the log"
            self._note(Fault(stray.intent.writer, stray.intent.intent_seq, "columns", detail))
        for act in self._acts.without_entries(1):
            detail = f"act {act.begun.id} names an entry that is not in the log"
            self._note(Fault(act.begun.writer, act.begun.act_seq, "columns", detail))

    def _about_signatures(self) -> None:
        if self._known.trusted.empty:
            self._remark("no signature was checked: the signing key is not here, and no --key was given")
        anchors = self._known.anchors
        if anchors is not None and anchors.forged is not None:
            self._remark(f"line {anchors.forged} of the anchors is no statement of this installation's keys")

    def _writers(self) -> dict[str, Position]:
        """Those the database knows, and those that have only a folder yet."""
        folders = [] if self._data is None else [folder.name for folder in writer_folders(self._data)]
        return {name: Position(0, "") for name in folders} | self._calls.writers()

    # ------------------------------------------------------------ one chain

    def _walk(self, chain: ChainReport, shipped: Position) -> Fault | None:
        """From where it was left: a chain that grew meanwhile is walked on."""
        checker = self._checkers.setdefault(chain.writer, ChainChecker(self._installation, chain.writer))
        self._witness.look_at(chain.writer)
        try:
            fault = self._entries(checker, chain, shipped)
            if fault is None and self._data is not None:
                fault = twice_kept(self._calls, self._data / "spool" / chain.writer, checker.head.seq)
            return fault
        finally:
            chain.head = checker.head
            chain.proven = max(chain.proven, self._witness.proven)

    def _entries(self, checker: ChainChecker, chain: ChainReport, shipped: Position) -> Fault | None:
        """The database, then what only the spool has.

        Entries move from one to the other while this reads, and the last lines may be half
        written: it looks until it sees nothing new, and a fault in the spool counts if it stays.
        """
        while True:
            before = checker.head.seq
            fault = self._in_database(checker, chain, shipped)
            if fault is not None:
                return fault
            if checker.head.seq < shipped.seq and self._past_pruned(checker, chain):
                continue
            if checker.head.seq < shipped.seq:
                return Fault(
                    chain.writer, checker.head.seq + 1, "missing", f"entries up to {shipped.seq} were shipped"
                )
            fault = None if self._data is None else self._in_spool(checker, chain, self._data)
            if checker.head.seq == before:
                return fault

    def _past_pruned(self, checker: ChainChecker, chain: ChainReport) -> bool:
        """Goes on behind entries that were deleted in time: where an act in the log says which, up to which hash."""
        head = checker.head
        span = self._known.pruned(checker.writer, head.seq)
        if span is None or span.prev != head.hash or span.last < span.first:
            return False
        act = self._acts.named([span.act]).get(span.act)
        if act is None or act.begun.act != ACT or told(span) not in act.begun.about:
            return False
        chain.pruned += span.last - head.seq
        checker.head = Head(span.last, span.hash, span.boot)
        return True

    def _in_database(self, checker: ChainChecker, chain: ChainReport, shipped: Position) -> Fault | None:
        while rows := self._calls.entries(checker.writer, checker.head.seq, _PAGE):
            page: list[tuple[EntryRow, Sealed]] = []
            fault: Fault | None = None
            for row in rows:
                if row.seq > checker.head.seq + 1:
                    self._past_pruned(checker, chain)
                checked = checker.feed(row.hash, row.body)
                if isinstance(checked, Fault):
                    fault = checked
                    break
                if row.seq == shipped.seq and row.hash != shipped.hash:
                    fault = Fault(row.writer, row.seq, "replaced", "another entry was shipped as this one")
                    break
                entry = self._entry(checker, checked)
                if isinstance(entry, Fault):
                    fault = entry
                    break
                page.append((row, Sealed(Link(checked.seq, checked.boot, row.hash, row.body), entry)))
            fault = check_page(self._calls, self._acts, page) or fault
            if fault is not None:
                return fault
        return None

    def _in_spool(self, checker: ChainChecker, chain: ChainReport, data: Path) -> Fault | None:
        folder = data / "spool" / checker.writer
        before = first_in_spool(folder) - 1
        for line in lines_after(folder, checker.head.seq):
            parts = split_line(line)
            envelope = None if parts is None else open_envelope(parts[1])
            before = before + 1 if envelope is None else envelope.seq
            if before <= checker.head.seq and line.endswith(b"\n"):
                continue  # the database had it, and `twice_kept` compares them
            if not line.endswith(b"\n"):
                self._remark(f"the last line of {checker.writer} in the spool is incomplete")
                return None
            checked = checker.feed_line(line)
            if isinstance(checked, Fault):
                return checked
            entry = self._entry(checker, checked)
            if isinstance(entry, Fault):
                return entry
            chain.in_spool += 1
        return None

    def _entry(self, checker: ChainChecker, envelope: Envelope) -> Entry | Fault:
        """What is inside, once the chain holds up to it."""
        entry, seq = entry_of(envelope), envelope.seq
        if entry is None:
            return Fault(checker.writer, seq, "unreadable", "its bytes are chained, but are no entry")
        self._witness.saw(seq, checker.head.hash)
        if isinstance(entry, Checkpoint):
            fault = self._witness.hear(seq, entry)
            if fault is not None:
                return fault
        if isinstance(entry, Boot) and entry.torn_bytes:
            self._remark(f"a crash before entry {seq} cut off {entry.torn_bytes} bytes")
        self._report.entries += 1
        if self._report.entries % _PAGE == 0:
            self._progress(self._report.entries)
        return entry

    # ------------------------------------------------------------ what others say about it

    def _claims(self) -> list[Claim]:
        anchors = self._known.anchors
        kept = {} if anchors is None else anchors.newest
        return [*kept.values(), *self._witness.heard.values()]

    def _held_against(self, claim: Claim) -> Fault | None:
        chain = next((one for one in self._report.chains if one.writer == claim.writer), None)
        if chain is None:
            return cut_off(claim, 0)
        if chain.head.seq < claim.seq:  # it may have grown since it was read
            fault = self._walk(chain, self._writers().get(claim.writer, Position(0, "")))
            if fault is not None or chain.head.seq < claim.seq:
                return fault or cut_off(claim, chain.head.seq)
        there = self._hashes(claim.writer, [claim.seq]).get(claim.seq, claim.hash)
        if there != claim.hash:
            anchors = self._known.anchors
            where = None if anchors is None else anchors.where(claim.writer, self._hashes)
            agreed, first = where or (chain.proven, claim)
            return rewritten(first, agreed)
        if claim.proves:
            chain.proven = max(chain.proven, claim.seq)
        return None

    def _hashes(self, writer: str, seqs: list[int]) -> dict[int, str]:
        """Of entries in the database or the spool, by number; those that are in neither are left out."""
        rows: Mapping[tuple[str, int], EntryRow] = self._calls.bodies([(writer, seq) for seq in seqs])
        found = {seq: row.hash for (_, seq), row in rows.items()}
        lacking = set(seqs) - found.keys()
        if lacking and self._data is not None:
            for line in lines_after(self._data / "spool" / writer, min(lacking) - 1):
                parts = split_line(line)
                envelope = None if parts is None else open_envelope(parts[1])
                if parts is not None and envelope is not None and envelope.seq in lacking:
                    found[envelope.seq] = parts[0]
        return found

    def _remark(self, note: str) -> None:
        if note not in self._report.notes:
            self._report.notes.append(note)

    def _note(self, fault: Fault | None) -> None:
        self._report.fault = self._report.fault or fault
