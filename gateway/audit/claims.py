"""What checkpoints and anchors say about chains, to be held against what is there.

Kept are the newest claims only, one a chain and kind: a chain that holds the newest one's entry holds all before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from gateway.audit.chain import Fault
from gateway.audit.checkpoint import Statement, holds, read_line
from gateway.errors import GatewayError
from gateway.signing import Trust

_BATCH = 500

HashesAt = Callable[[str, list[int]], dict[int, str]]
"""The hashes of a writer's entries, by number, of those that are there."""


class Claim(NamedTuple):
    """That the entry `seq` of a writer has that hash. `by` is who says so, for people. `proves`: the signature was
    checked, or nobody who can write to the log can write where it is kept."""

    writer: str
    seq: int
    hash: str
    by: str
    proves: bool


class AnchorsUnreadable(GatewayError):
    """A file of anchors that can't be one of this installation."""


class Anchors:
    """A file of statements. AnchorsUnreadable where it is of another installation, or no such file.

    `forged` is the number of its first line whose signature does not hold, or that is no statement.
    """

    def __init__(self, path: Path, installation: str, trusted: Trust) -> None:
        self._path = path
        self._installation = installation
        self._trusted = trusted
        self.forged: int | None = None
        self.newest: dict[str, Claim] = {}
        for number, stated in self._statements():
            if stated is None:
                self.forged = self.forged or number
                continue
            for claim in claims_of(stated, f"the anchor of {stated.at}", proves=True):
                known = self.newest.get(claim.writer)
                if known is None or claim.seq >= known.seq:
                    self.newest[claim.writer] = claim
        if not self.newest:
            raise AnchorsUnreadable(f"{path} holds no statement that can be believed")

    def where(self, writer: str, hashes: HashesAt) -> tuple[int, Claim] | None:
        """Where a chain stops being what was anchored: the last number that agrees (0: none), and the first claim
        that does not."""
        agreed = 0
        found = (
            claim
            for _, stated in self._statements()
            if stated is not None
            for claim in claims_of(stated, f"the anchor of {stated.at}", proves=True)
            if claim.writer == writer
        )
        while batch := list(islice(found, _BATCH)):
            there = hashes(writer, [claim.seq for claim in batch])
            for claim in batch:
                if there.get(claim.seq, claim.hash) != claim.hash:
                    return agreed, claim
                agreed = max(agreed, claim.seq)
        return None

    def _statements(self) -> Iterator[tuple[int, Statement | None]]:
        """Each line's number and statement; None where it is none, or its signature does not hold."""
        try:
            with self._path.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    stated = read_line(line)
                    if stated is not None and stated.installation != self._installation:
                        raise AnchorsUnreadable(f"{self._path} is of another installation")
                    believed = stated is not None and (self._trusted.empty or holds(self._trusted, stated))
                    yield number, stated if believed else None
        except OSError as error:
            raise AnchorsUnreadable(f"{self._path} can't be read: {error.strerror}") from error


def claims_of(stated: Statement, by: str, *, proves: bool) -> Iterator[Claim]:
    for writer, (seq, digest) in stated.heads.items():
        yield Claim(writer, seq, digest, by, proves)


def cut_off(claim: Claim, head: int) -> Fault:
    """The fault of a chain that ends before an entry that somebody saw."""
    what = "the whole chain is gone" if not head else "the end of the chain is gone"
    return Fault(claim.writer, head + 1, "missing", f"{what}: {claim.by} saw {claim.seq} entries")


def rewritten(claim: Claim, agreed: int) -> Fault:
    """The fault of a chain that holds other entries than somebody saw; those up to `agreed` are the same."""
    detail = f"entries {agreed + 1} to {claim.seq} are not those that {claim.by} saw"
    return Fault(claim.writer, agreed + 1, "replaced", detail)
