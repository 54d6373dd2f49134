"""The hash chain of one writer, pure: what is hashed, and what a check of it finds.

An entry is chained inside an envelope that fixes its place::

    {"v":1,"installation":"…","writer":"…","boot":1,"seq":1,"prev":"<hex>","entry":{…}}

`hash` is the SHA-256 of exactly those bytes (hex); `prev` is the hash of the entry before, for the
first one the hash of installation and writer. On disk an entry is one line::

    <hash> <envelope>\\n

A chain proves that nothing in the middle changed. It doesn't prove that its end is the end: that
takes an anchor kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

import msgspec

HASH_LENGTH = 64


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: int
    installation: str
    writer: str
    boot: int
    seq: int
    prev: str
    entry: msgspec.Raw


_ENVELOPES = msgspec.json.Decoder(Envelope)


class Head(NamedTuple):
    """Where a chain stands: the last entry's sequence number, hash and boot."""

    seq: int
    hash: str
    boot: int


class Link(msgspec.Struct, frozen=True, gc=False):
    """A sealed entry: its place, its hash and the bytes that were hashed."""

    seq: int
    boot: int
    hash: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing wrong in a chain. `seq` is where: the number that was expected there.

    `what` is one of: changed, unreadable, missing, repeated, replaced, foreign, boot, torn.
    """

    writer: str
    seq: int
    what: str
    detail: str


def genesis(installation: str, writer: str) -> Head:
    """The head of a chain without entries."""
    return Head(0, sha256(f"genesis\n{installation}\n{writer}".encode()).hexdigest(), 0)


class Chain:
    """Seals entries one after the other. `head` may be set back when sealed links were not kept."""

    def __init__(self, installation: str, writer: str, head: Head, boot: int) -> None:
        self.head = head
        self._boot = boot
        self._opening = _opening(installation, writer, boot)

    def seal(self, entries: Iterable[bytes]) -> list[Link]:
        """Each of `entries` is the JSON of one entry."""
        opening, boot = self._opening, self._boot
        seq, digest = self.head.seq, self.head.hash
        links = []
        for entry in entries:
            seq += 1
            body = b'%b%d,"prev":"%b","entry":%b}' % (opening, seq, digest.encode(), entry)
            digest = sha256(body).hexdigest()
            links.append(Link(seq, boot, digest, body))
        if links:
            self.head = Head(seq, digest, boot)
        return links


class ChainChecker:
    """Fed the links of one writer in order; says the first thing that is wrong.

    After a fault it stays where it was: what follows can't be judged.
    """

    def __init__(self, installation: str, writer: str, after: Head | None = None) -> None:
        self.installation = installation
        self.writer = writer
        self.head = after or genesis(installation, writer)

    def feed(self, digest: str, body: bytes) -> Envelope | Fault:
        """The link's envelope, or what is wrong with it."""
        if sha256(body).hexdigest() != digest:
            return self._fault("changed", "its bytes do not give its hash")
        envelope = open_envelope(body)
        if envelope is None:
            return self._fault("unreadable", "its bytes are not the canonical form of an entry")
        fault = self._misplaced(envelope) or self._misbooted(envelope)
        if fault is not None:
            return fault
        self.head = Head(envelope.seq, digest, envelope.boot)
        return envelope

    def feed_line(self, line: bytes) -> Envelope | Fault:
        """The same for one line as it stands on disk, its newline included."""
        if not line.endswith(b"\n"):
            return self._fault("torn", "its line has no end")
        parts = split_line(line)
        if parts is None:
            return self._fault("unreadable", "its line is not a hash, a space and an entry")
        return self.feed(*parts)

    def _misplaced(self, envelope: Envelope) -> Fault | None:
        expected = self.head.seq + 1
        if (envelope.installation, envelope.writer) != (self.installation, self.writer):
            return self._fault("foreign", f"it is of {envelope.installation}/{envelope.writer}")
        if envelope.seq > expected:
            return self._fault("missing", f"entry {envelope.seq} stands in its place")
        if envelope.seq < expected:
            return self._fault("repeated", f"entry {envelope.seq} stands in its place")
        if envelope.prev != self.head.hash:
            return self._fault("replaced", f"it does not follow from the entry {self.head.seq} that is here")
        return None

    def _misbooted(self, envelope: Envelope) -> Fault | None:
        starts = bytes(envelope.entry).startswith(b'{"kind":"boot"')
        if envelope.boot == self.head.boot + starts:
            return None
        return self._fault("boot", f"boot {envelope.boot} follows boot {self.head.boot}")

    def _fault(self, what: str, detail: str) -> Fault:
        return Fault(self.writer, self.head.seq + 1, what, detail)


def open_envelope(body: bytes) -> Envelope | None:
    """None where the bytes aren't exactly what sealing would have written."""
    try:
        envelope = _ENVELOPES.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    opening = _opening(envelope.installation, envelope.writer, envelope.boot)
    expected = b'%b%d,"prev":"%b","entry":%b}' % (
        opening,
        envelope.seq,
        envelope.prev.encode(),
        bytes(envelope.entry),
    )
    return envelope if envelope.v == 1 and expected == body else None


def lines_of(links: Iterable[Link]) -> bytes:
    """The links as they stand on disk."""
    parts: list[bytes] = []
    for link in links:
        parts += (link.hash.encode(), b" ", link.body, b"\n")
    return b"".join(parts)


def split_line(line: bytes) -> tuple[str, bytes] | None:
    """(hash, body) of a line, None where it has another shape."""
    if line[HASH_LENGTH : HASH_LENGTH + 1] != b" " or not line[:HASH_LENGTH].isalnum():
        return None
    return line[:HASH_LENGTH].decode(), line[HASH_LENGTH + 1 :].removesuffix(b"\n")


def verify_lines(checker: ChainChecker, lines: Iterable[bytes]) -> Iterator[Envelope | Fault]:
    """Each line's envelope; at the first fault, that fault and nothing more."""
    for line in lines:
        found = checker.feed_line(line)
        yield found
        if isinstance(found, Fault):
            return


@lru_cache(maxsize=64)
def _opening(installation: str, writer: str, boot: int) -> bytes:
    names = msgspec.json.encode(installation), msgspec.json.encode(writer)
    return b'{"v":1,"installation":%b,"writer":%b,"boot":%d,"seq":' % (*names, boot)
