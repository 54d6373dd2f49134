"""What administrators look for beside what the gateway knows: patterns, words, lists. Values; nothing is compiled here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Final

from msgspec import Struct, msgpack

from gateway.policy.models.recognizers import RecognizerEntry


class CustomRecognizer(Struct, frozen=True):
    """`patterns` are RE2. With `context`, one of these words must stand in front. `check` names a checksum, or is
    empty. `deny` are values that are always one, `allow` values that never are, whoever found them.
    `languages` empty: in every language."""

    name: str
    entity: str
    patterns: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    check: str = ""
    deny: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    score: float = 0.8
    languages: tuple[str, ...] = ()


class Custom:
    """Recognizers under one hash: profiles are looked up by it at every call."""

    __slots__ = ("fingerprint", "recognizers")

    def __init__(self, recognizers: Iterable[CustomRecognizer] = ()) -> None:
        self.recognizers = tuple(sorted(recognizers, key=lambda one: one.name))
        said = msgpack.encode(self.recognizers) if self.recognizers else b""
        self.fingerprint: bytes = blake2b(said, digest_size=16).digest()

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Custom) and self.fingerprint == other.fingerprint


NO_CUSTOM: Final = Custom()


def custom_of(entries: Mapping[str, RecognizerEntry]) -> Custom:
    """Of a policy."""
    return Custom(
        CustomRecognizer(
            name=name,
            entity=entry.entity,
            patterns=entry.patterns,
            context=entry.context,
            check=entry.checksum or "",
            deny=entry.deny,
            allow=entry.allow,
            score=float(entry.score),
            languages=entry.languages,
        )
        for name, entry in entries.items()
    )
