"""One request to a provider of another API, and its answer on the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from msgspec import Struct

from gateway.dialects.hub.conversation import Conversation
from gateway.dialects.hub.features import Feature
from gateway.dialects.hub.fit import Fitted
from gateway.dialects.hub.reply import Reply
from gateway.dialects.hub.retold import events_of
from gateway.dialects.hub.spoke import EventReader, EventWriter, Naming, Spoke
from gateway.dialects.interface import Changes, StreamReader
from gateway.errors import Broken, Problem
from gateway.streams.sse import Splitter
from gateway.usage import Usage

_MOST_NAMED: Final = 16
_LONGEST_NAMED: Final = 64


class Translation(Protocol):
    """How one request is told to a provider of another API, and its answer to the caller."""

    @property
    def conversation(self) -> Conversation:
        """What is asked, for dialects that repeat it in the answer."""
        ...

    def render(self, changes: Changes) -> bytes: ...

    def whole(self, body: bytes, naming: Naming) -> bytes:
        """A provider's whole answer in the caller's API. Broken: it is no answer of its API."""
        ...

    def retold(self, body: bytes, naming: Naming) -> bytes:
        """A provider's whole answer as the caller's whole stream. Broken: as above."""
        ...

    def stream(self, tape: StreamReader, naming: Naming) -> StreamReader:
        """What the provider's own reader `tape` hands on, in the caller's API."""
        ...

    def rule(self) -> str:
        """For the record: between which APIs, and what was changed or dropped."""
        ...


class Conversing(Struct, frozen=True):
    """A Translation of a conversation. `client` is the spoke the caller speaks, `provider` the one that is spoken to."""

    client: Spoke
    provider: Spoke
    fitted: Fitted
    rendered: dict[Changes, bytes] = {}
    """Known once it was asked for: who bounds a call asks for it, and then who sends it."""

    @property
    def conversation(self) -> Conversation:
        return self.fitted.conversation

    def render(self, changes: Changes) -> bytes:
        known = self.rendered.get(changes)
        if known is None:
            known = self.rendered[changes] = self.provider.write_request(self.fitted.conversation, changes)
        return known

    def whole(self, body: bytes, naming: Naming) -> bytes:
        return self.client.write_reply(self._reply(body), naming)

    def retold(self, body: bytes, naming: Naming) -> bytes:
        reply, writer = self._reply(body), self.client.write_events(naming)
        return b"".join(map(writer.write, events_of(reply))) + writer.end(reply.usage)

    def stream(self, tape: StreamReader, naming: Naming) -> TranslatedStream:
        return TranslatedStream(tape, self.provider.read_events(), self.client.write_events(naming))

    def rule(self) -> str:
        between = f"{self.client.api} to {self.provider.api}"
        fates = self.provider.fates
        said = [f"{fates[one].word} {self._named(one)}" for one in self.fitted.rules]
        return f"{between}: {', '.join(said)}" if said else between

    def _reply(self, body: bytes) -> Reply:
        try:
            return self.provider.read_reply(body)
        except (ValueError, RecursionError):
            raise Broken("the provider's answer is not one of its API") from None

    def _named(self, feature: Feature) -> str:
        if feature is not Feature.UNKNOWN:
            return feature.name.lower()
        named = self.fitted.unknown[:_MOST_NAMED]
        more = ["…"] if len(self.fitted.unknown) > len(named) else []
        return f"unknown ({' '.join([*(name[:_LONGEST_NAMED] for name in named), *more])})"


class TranslatedStream:
    """A StreamReader (gateway.dialects.interface) of a provider's events that gives the caller's.

    The provider's own reader (`tape`) goes on judging: usage, faults, and when the answer is whole. It
    hands over whole events only.
    """

    __slots__ = ("_end", "_reader", "_tape", "_writer")

    tells_fault = False

    def __init__(self, tape: StreamReader, reader: EventReader, writer: EventWriter) -> None:
        self._tape = tape
        self._reader = reader
        self._writer = writer
        self._end: bytes | None = None

    @property
    def usage(self) -> Usage | None:
        return self._tape.usage

    @property
    def output_bytes(self) -> int:
        return self._tape.output_bytes

    @property
    def output_events(self) -> int:
        return self._tape.output_events

    @property
    def complete(self) -> bool:
        return self._tape.complete

    @property
    def fault(self) -> Problem | None:
        return self._tape.fault

    def feed(self, data: bytes) -> bytes:
        return self._told(self._tape.feed(data))

    def finish(self) -> bytes:
        return self._told(self._tape.finish())

    @property
    def terminator(self) -> bytes:
        """What the provider's held back events say, and the end of the caller's stream."""
        if not self._tape.complete:
            return b""
        if self._end is None:
            self._end = self._told(self._tape.terminator) + self._writer.end(self._tape.usage)
        return self._end

    def _told(self, data: bytes) -> bytes:
        """An error event says nothing here: the caller is told of it at the end, in its own dialect."""
        if not data:
            return b""
        read, write = self._reader.read, self._writer.write
        return b"".join(write(event) for raw in _events(data) for event in read(raw))


def _events(data: bytes) -> Iterator[bytes]:
    splitter = Splitter()
    yield from splitter.feed(data)
    rest = splitter.finish()
    if rest:
        yield rest + b"\n\n"
