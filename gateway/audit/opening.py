"""Opens what was kept of calls, for those who may see it."""

from __future__ import annotations

from typing import Protocol

from gateway.audit.content import ContentUnreadable, Kept, Sealer
from gateway.keyring import WrappedUnreadable
from gateway.stores.contents import ContentRow


class SubjectKeys(Protocol):
    def find(self, pseudonym: str) -> bytes | None:
        """The key of a person who has one. Blocks."""
        ...


class Opener:
    """Blocks. Remembers the keys of the people it met: for one question, not for long."""

    def __init__(self, keys: SubjectKeys) -> None:
        self._keys = keys
        self._sealers: dict[tuple[str, ...], Sealer | None] = {}

    def open(self, row: ContentRow) -> Kept:
        """ContentUnreadable where one of its people was erased, or it was changed. StoreUnavailable."""
        subjects = row.subjects
        if subjects not in self._sealers:
            self._sealers[subjects] = self._sealer(subjects)
        sealer = self._sealers[subjects]
        if sealer is None:
            raise ContentUnreadable(
                f"the content of call {row.call} can't be read any more: its key is destroyed"
            )
        return sealer.open(row.call, row.mode, row.sealed)

    def _sealer(self, subjects: tuple[str, ...]) -> Sealer | None:
        try:
            found = [self._keys.find(one) for one in subjects]
        except WrappedUnreadable as error:
            raise ContentUnreadable(f"a key can't be opened: {error}") from error
        known = [one for one in found if one is not None]
        return Sealer(subjects, known, bytes) if known and len(known) == len(subjects) else None


def told(kept: Kept) -> dict[str, object]:
    """In JSON types: as text, where it is none with its bytes replaced."""
    return {
        "sent": kept.sent.decode("utf-8", "replace"),
        "got": kept.got.decode("utf-8", "replace"),
        "sent_bytes": kept.sent_bytes,
        "got_bytes": kept.got_bytes,
        "content_type": kept.content_type,
        "whole": kept.sent_bytes == len(kept.sent) and kept.got_bytes == len(kept.got),
    }
