"""What a check of the log is given, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.audit.chain import Fault, Head
from gateway.audit.claims import Anchors
from gateway.signing import Trust
from gateway.stores.prunings import Span


@dataclass(slots=True)
class ChainReport:
    """One writer's chain: its head, how many of its entries only the spool has yet, and up to which one it was
    signed with a key that is trusted, or anchored. `pruned` of its entries were deleted when their time was over."""

    writer: str
    head: Head
    in_spool: int = 0
    proven: int = 0
    pruned: int = 0


@dataclass(slots=True)
class Report:
    """`fault` is the first thing found wrong, None where nothing is. `notes` are no faults."""

    entries: int = 0
    chains: list[ChainReport] = field(default_factory=list)
    fault: Fault | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def unproven(self) -> dict[str, int]:
        """By writer: entries from this sequence number on may have been cut off, or written by others."""
        return {chain.writer: chain.proven + 1 for chain in self.chains}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known from elsewhere: keys that are trusted, heads that were kept, and what was deleted in time."""

    trusted: Trust = field(default_factory=lambda: Trust(()))
    anchors: Anchors | None = None
    pruned: Callable[[str, int], Span | None] = lambda writer, seq: None
    """What was deleted of a writer right behind an entry."""
