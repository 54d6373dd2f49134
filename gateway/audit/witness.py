"""Hears what the checkpoints in a log say, and holds it against the chain that they stand in.

What they say of other chains is kept until those were read: the newest of each.
"""

from __future__ import annotations

from gateway.audit.chain import Fault
from gateway.audit.checkpoint import holds, stated_by
from gateway.audit.claims import Claim, HashesAt, claims_of, rewritten
from gateway.audit.entry import Checkpoint
from gateway.signing import Trust

_AT_HAND = 4_000
"""Hashes of entries: a checkpoint signs one that was appended a moment before it."""


class Witness:
    """`heard` are the newest claims about other chains. `proven`: up to which entry the chain that is looked at was
    signed with a trusted key."""

    def __init__(self, installation: str, trusted: Trust, hashes: HashesAt) -> None:
        self._installation = installation
        self._trusted = trusted
        self._hashes = hashes
        self._writer = ""
        self._newer: dict[int, str] = {}
        self._older: dict[int, str] = {}
        self._signed: dict[str, int] = {}
        self.heard: dict[str, Claim] = {}

    @property
    def proven(self) -> int:
        return 0 if self._trusted.empty else self._signed.get(self._writer, 0)

    def look_at(self, writer: str) -> None:
        """What comes from here on is of its chain."""
        self._writer = writer
        self._newer, self._older = {}, {}

    def saw(self, seq: int, digest: str) -> None:
        if len(self._newer) >= _AT_HAND:
            self._older, self._newer = self._newer, {}
        self._newer[seq] = digest

    def hear(self, seq: int, entry: Checkpoint) -> Fault | None:
        """What is wrong with the checkpoint at `seq`, or with the chain before it."""
        stated = stated_by(self._installation, self._writer, entry)
        by = f"the checkpoint {seq} of {self._writer}"
        if not self._trusted.empty and not holds(self._trusted, stated):
            whose = (
                "it does not hold" if self._trusted.knows(entry.key) else f"nobody vouches for {entry.key}"
            )
            return Fault(self._writer, seq, "forged", f"the signature of this checkpoint: {whose}")
        signed = self._signed.get(self._writer, 0)
        for claim in claims_of(stated, by, proves=not self._trusted.empty):
            if claim.writer != self._writer:
                known = self.heard.get(claim.writer)
                if known is None or claim.seq >= known.seq:
                    self.heard[claim.writer] = claim
            elif not signed < claim.seq < seq:
                return Fault(
                    self._writer, seq, "forged", f"this checkpoint signs entry {claim.seq}: it is not of here"
                )
            elif self._hash_at(claim.seq) not in (None, claim.hash):
                return rewritten(claim, signed)
            else:
                self._signed[self._writer] = claim.seq
        if self._signed.get(self._writer, 0) == signed:
            return Fault(self._writer, seq, "forged", "this checkpoint does not sign its own chain")
        return None

    def _hash_at(self, seq: int) -> str | None:
        """None: it is not kept any more."""
        found = self._newer.get(seq) or self._older.get(seq)
        return found or self._hashes(self._writer, [seq]).get(seq)
