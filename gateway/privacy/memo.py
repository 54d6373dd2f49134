"""What was found in a text that was read before: conversations are sent again whole with every turn.

Keys are keyed hashes; values are spans. No text is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from typing import Final

from gateway.privacy.detector import VERSION, Detects
from gateway.privacy.profile import Profile
from gateway.privacy.spans import Span

_ENTRY_BYTES: Final = 250
_SPAN_BYTES: Final = 180
"""Measured with 10,000 entries; a span is a tuple of four with two integers and a float of its own."""


class Memo:
    """The least recently used go first, beyond `limit_bytes` in all. For one thread or event loop."""

    def __init__(self, detector: Detects, secret: bytes, *, limit_bytes: int = 16 << 20) -> None:
        """`secret`: at most 64 bytes, of this installation; without it nobody can test what texts were seen."""
        self.detector = detector
        self._secret = secret
        self._limit_bytes = limit_bytes
        self._held_bytes = 0
        self._entries: OrderedDict[bytes, tuple[Span, ...]] = OrderedDict()
        self._labels: dict[tuple[str, Profile], bytes] = {}

    @property
    def held_bytes(self) -> int:
        return self._held_bytes

    def spans(self, text: str, profile: Profile, tenant: str) -> tuple[Span, ...]:
        """As the detector's own. Tenants never meet: what one has sent makes no other's answer faster."""
        key = self.key(text, profile, tenant)
        known = self.known(key)
        if known is None:
            known = self.detector.spans(text, profile)
            self.keep(key, known)
        return known

    def key(self, text: str, profile: Profile, tenant: str) -> bytes:
        """1 µs a KB."""
        digest = blake2b(self._label(tenant, profile), digest_size=24, key=self._secret)
        digest.update(text.encode("utf-8", "surrogatepass"))
        return digest.digest()

    def known(self, key: bytes) -> tuple[Span, ...] | None:
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def keep(self, key: bytes, spans: tuple[Span, ...]) -> None:
        if key in self._entries:
            return
        self._entries[key] = spans
        self._held_bytes += _size(spans)
        while self._held_bytes > self._limit_bytes and self._entries:
            _, dropped = self._entries.popitem(last=False)
            self._held_bytes -= _size(dropped)

    def _label(self, tenant: str, profile: Profile) -> bytes:
        """What precedes the text: of fixed length, so that no text can pass for another tenant's."""
        label = self._labels.get((tenant, profile))
        if label is None:
            if len(self._labels) >= 4096:
                self._labels.clear()
            said = profile.fingerprint() + VERSION.encode() + b"\0" + tenant.encode("utf-8", "surrogatepass")
            label = self._labels[tenant, profile] = blake2b(said, digest_size=32, key=self._secret).digest()
        return label


def _size(spans: tuple[Span, ...]) -> int:
    return _ENTRY_BYTES + _SPAN_BYTES * len(spans)
