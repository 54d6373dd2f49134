"""What the chunks of a Gemini stream say, whether they come as events or as items of an array.

Each chunk is a whole answer in small: candidates with some parts each, and `usageMetadata` that
grows; the last one is right. A candidate ends with its `finishReason`; a prompt that was blocked
has no candidate at all and says why in `promptFeedback`.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct, ValidationError
from msgspec.json import Decoder

from gateway.dialects.figures import UNREADABLE
from gateway.dialects.gemini_answer import Reported, generated, part_bytes, reported_of, usage_of
from gateway.dialects.problems import problem_in_stream
from gateway.errors import Problem
from gateway.usage import Usage


class _Chunk(Struct, rename="camel"):
    candidates: Any = None
    prompt_feedback: Any = None
    usage_metadata: Reported | None = None
    error: Any = None


class _Odd(Struct, rename="camel"):
    """What is read of a chunk whose figures have an unknown shape."""

    candidates: Any = None
    prompt_feedback: Any = None
    usage_metadata: Any = None
    error: Any = None


_CHUNK: Final = Decoder(_Chunk)
_ODD: Final = Decoder(_Odd)


class Chunks:
    """What has been said so far. `choices` is how many candidates were asked for."""

    __slots__ = ("_choices", "_ended", "_seen", "_usage", "blocked", "fault", "output_bytes", "output_events")

    def __init__(self, *, choices: int) -> None:
        self._choices = choices
        self._seen: set[int] = set()
        self._ended: set[int] = set()
        self._usage: Reported | None = None
        self.blocked = False
        self.fault: Problem | None = None
        self.output_bytes = 0
        self.output_events = 0

    @property
    def usage(self) -> Usage | None:
        return None if self._usage is None else usage_of(self._usage)

    @property
    def ended(self) -> bool:
        """As many candidates have ended as were asked for, or the prompt was blocked."""
        return self.blocked or len(self._ended) >= self._choices

    @property
    def all_ended(self) -> bool:
        """Every candidate that began has ended: at the end of input this is a whole answer."""
        return self.blocked or (bool(self._ended) and self._ended >= self._seen)

    def read(self, data: bytes) -> bool:
        """Whether this chunk ends something. JSON of any shape is noted as far as it can be read."""
        chunk = _decoded(data)
        if chunk is None:
            return False
        if chunk.error is not None:
            self.fault = problem_in_stream(chunk.error)
            return False
        if chunk.usage_metadata is not None:
            self._usage = chunk.usage_metadata
        ends = self._block(chunk.prompt_feedback)
        size = 0
        for candidate in chunk.candidates if isinstance(chunk.candidates, list) else ():
            if isinstance(candidate, dict):
                size += sum(map(part_bytes, generated(candidate)))
                ends = self._end(candidate) or ends
        if size:
            self.output_bytes += size
            self.output_events += 1
        return ends

    def _block(self, feedback: object) -> bool:
        if isinstance(feedback, dict) and feedback.get("blockReason"):
            self.blocked = True
        return self.blocked

    def _end(self, candidate: dict[str, Any]) -> bool:
        index = candidate.get("index", 0)
        index = index if index.__class__ is int else 0
        self._seen.add(index)
        if not candidate.get("finishReason"):
            return False
        self._ended.add(index)
        return True


def _decoded(data: bytes) -> _Chunk | None:
    try:
        return _CHUNK.decode(data)
    except ValidationError:
        pass
    except UNREADABLE:
        return None
    try:
        odd = _ODD.decode(data)
    except UNREADABLE:
        return None
    return _Chunk(odd.candidates, odd.prompt_feedback, reported_of(odd.usage_metadata), odd.error)
