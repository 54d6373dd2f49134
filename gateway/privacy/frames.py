"""What the gateway and a process that reads texts say to each other: MessagePack behind its length in four bytes.

Texts travel as UTF-8 in which lone surrogates are allowed: callers send them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct, msgpack

from gateway.privacy.custom import Custom, CustomRecognizer
from gateway.privacy.faults import DetectorUnavailable, MissingModel, NotCovered, Why
from gateway.privacy.profile import Profile
from gateway.privacy.spans import Span

PREFIX_BYTES: Final = 4


class ProfileFrame(Struct, array_like=True):
    entities: list[str]
    languages: list[str]
    threshold: float
    custom: list[CustomRecognizer]
    models: list[tuple[str, str]]

    def profile(self) -> Profile:
        entities, languages = frozenset(self.entities), frozenset(self.languages)
        return Profile(entities, languages, self.threshold, Custom(self.custom), tuple(self.models))


class Job(Struct, array_like=True):
    """`defined` goes along the first time that a process is asked with a profile. Without texts it only gets ready."""

    profile: bytes
    defined: ProfileFrame | None
    texts: list[bytes]


class Found(Struct, array_like=True, tag=True):
    """Of each text its spans."""

    spans: list[list[Span]]


class Failed(Struct, array_like=True, tag=True):
    """Without any of the text."""

    why: str
    message: str

    def fault(self) -> Exception:
        if self.why == "not_covered":
            return NotCovered(self.message)
        if self.why == "missing_model":
            return MissingModel(self.message)
        why: Why = "out_of_memory" if self.why == "out_of_memory" else "failed"
        return DetectorUnavailable(why, self.message)


def frame_of(profile: Profile) -> ProfileFrame:
    entities, languages = sorted(profile.entities), sorted(profile.languages)
    return ProfileFrame(
        entities, languages, profile.threshold, list(profile.custom.recognizers), list(profile.models)
    )


def encoded(frame: Job | Found | Failed) -> bytes:
    body = msgpack.encode(frame)
    return len(body).to_bytes(PREFIX_BYTES, "big") + body


def job_from(body: bytes) -> Job:
    return msgpack.decode(body, type=Job)


def answer_from(body: bytes) -> Found | Failed:
    return msgpack.decode(body, type=Found | Failed)


def texts_as_bytes(texts: Sequence[str]) -> list[bytes]:
    return [text.encode("utf-8", "surrogatepass") for text in texts]


def text_from(sent: bytes) -> str:
    return sent.decode("utf-8", "surrogatepass")
