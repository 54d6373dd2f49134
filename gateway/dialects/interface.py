"""What a dialect is: pure functions between bytes and the few facts the gateway acts on.

A dialect names only the fields it acts on and carries the rest untouched: bodies are split into
their top-level fields as raw slices (msgspec.Raw), so that big integers, key order and unknown
fields survive a change of `model`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from msgspec import Raw

from gateway.errors import Problem
from gateway.usage import Usage


@dataclass(slots=True)
class Asked:
    """A parsed request body. `raw` is what came; `fields` its top-level members in order.

    `max_output_tokens` is per choice, None where the caller set none; `hosted_tools` are the types
    of tools that the provider would run; `mcp_servers` their labels or URLs; `privileges` the
    switches that a role must allow (store, background, service_tier).
    """

    raw: bytes
    fields: dict[str, Raw]
    model: str
    stream: bool = False
    choices: int = 1
    max_output_tokens: int | None = None
    end_user: str | None = None
    functions: tuple[str, ...] = ()
    hosted_tools: tuple[str, ...] = ()
    mcp_servers: tuple[str, ...] = ()
    privileges: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    wants_usage: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What the gateway writes into a body before it goes to one target."""

    model: str
    max_output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read off a complete (non-streamed) answer. `usage` None: none was reported."""

    usage: Usage | None = None
    output_bytes: int = 0


class StreamReader(Protocol):
    """Sans-IO reader of one streamed answer: bytes in, bytes to forward out.

    It holds back the terminator (and what follows it): the outcome is recorded first. It hides the
    usage event that the gateway asked for and the caller did not.
    """

    @property
    def usage(self) -> Usage | None:
        """As the provider reported it so far; output may lag behind until the end."""
        ...

    @property
    def output_bytes(self) -> int:
        """UTF-8 bytes of text, reasoning and tool arguments generated so far."""
        ...

    @property
    def output_events(self) -> int:
        """Events that carried such content; a lower bound of the tokens produced."""
        ...

    @property
    def complete(self) -> bool:
        """The terminator was seen, or at the end of input all that a whole answer has."""
        ...

    @property
    def fault(self) -> Problem | None:
        """The provider sent an error inside its stream (it is forwarded as it came)."""
        ...

    def feed(self, data: bytes) -> bytes:
        """Bytes to forward now: whole events only, byte-exact."""
        ...

    def finish(self) -> bytes:
        """At the end of input: bytes to forward now, without the terminator."""
        ...

    @property
    def terminator(self) -> bytes:
        """The bytes held back, to be sent last. Empty if none came."""
        ...


class BadBody(ValueError):
    """A request body this dialect can't read. `param` names the field at fault."""

    def __init__(self, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


@dataclass(frozen=True, slots=True)
class Dialect:
    """One API of one family, as functions.

    `api` is the operation as policies name it (chat, completions, embeddings, messages); `family`
    (openai, anthropic) decides which providers speak it, and how errors look.
    `provider_path` is appended to a provider's base_url.
    """

    api: str
    family: str
    provider_path: str
    parse: Callable[[bytes], Asked]
    render: Callable[[Asked, Changes], bytes]
    read_answer: Callable[[bytes], Answer]
    read_stream: Callable[[Asked], StreamReader]


@dataclass(frozen=True, slots=True)
class Family:
    """How one family of clients is told of problems, and how its providers tell us."""

    name: str
    problem_body: Callable[[Problem, str], bytes]
    """(problem, request id) → the error body."""
    problem_event: Callable[[Problem, str], bytes]
    """(problem, request id) → bytes of an error inside a stream that has begun."""
    read_problem: Callable[[int, bytes], Problem]
    """(status, body) of a provider of this family → the problem in no dialect."""
    request_id_headers: tuple[str, ...]
    """Names under which this family's SDKs look for a request id."""
