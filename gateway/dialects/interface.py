"""What a dialect is: pure functions between bytes and the few facts the gateway acts on.

A dialect names only the fields it acts on and carries the rest untouched: bodies are split into
their top-level fields as raw slices (msgspec.Raw), so that big integers, key order and unknown
fields survive a change of `model`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from msgspec import Raw, Struct

from gateway.dialects.kept import Held, Listing, Made
from gateway.errors import Problem
from gateway.form import Form, FormBody
from gateway.usage import Usage


class Asked(Struct):
    """A parsed request body. `raw` is what came; `fields` its top-level members in order.

    `choices` is how many answers are generated and paid for; `max_output_tokens` is per choice,
    None where the caller set none; `hosted_tools` are the types of tools that the provider would
    run; `mcp_servers` their URLs, or labels where there is none; `privileges` the switches that a
    role must allow (store, service_tier …). `wants_usage`: a streamed answer is to end with usage.
    `held` is every object of a provider's that the request refers to: each must be the caller's. `model`
    is empty, and `apis` names what else a role must allow, where the operation is on such objects;
    `query` is then sent behind the path, encoded. `form` stands for `raw` and `fields` where the body is
    one. `input_tokens` is an estimate for a body that is not made of words; `unbounded`: nothing in it
    says how much may be generated. `plain`: there is nothing in it but words and settings, so nobody needs to
    look for anything else.
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
    tags: dict[str, str] = {}
    wants_usage: bool = False
    held: tuple[Held, ...] = ()
    apis: tuple[str, ...] = ()
    query: str = ""
    form: Form | None = None
    input_tokens: int | None = None
    unbounded: bool = False
    plain: bool = False


class Changes(Struct, frozen=True):
    """What the gateway writes into a body before it goes to one target.

    `max_output_tokens` is written where the request sends none or more; `cap_field` is the name that a chat
    request has for it there (`openai_servers` knows which, `output_caps` what else is read). `ask_usage` False leaves
    `stream_options` alone; members of a chat request that are named in `refused` are left out.
    `may_store` False: an API whose answers a provider keeps unless told otherwise is told otherwise.
    """

    model: str
    max_output_tokens: int | None = None
    cap_field: str = "max_completion_tokens"
    ask_usage: bool = True
    may_store: bool = False
    refused: frozenset[str] = frozenset()


class Answer(Struct, frozen=True):
    """What was read off a complete (non-streamed) answer. `usage` None: none was reported. Then, and where it
    tells of no output, `output_bytes` counts the UTF-8 bytes generated (else 0: nobody needs it)."""

    usage: Usage | None = None
    output_bytes: int = 0


class StreamReader(Protocol):
    """Sans-IO reader of one streamed answer: bytes in, bytes to forward out.

    It holds back the terminator (and what follows it): the outcome is recorded first. It hides the
    usage event that the gateway asked for and the caller did not.
    """

    @property
    def tells_fault(self) -> bool:
        """An error event of the provider's is forwarded as it came: the caller need not be told again."""
        ...

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
        """The provider sent an error inside its stream."""
        ...

    def feed(self, data: bytes) -> bytes:
        """Bytes to forward now: whole events only, byte-exact. Broken: an event without end."""
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


class ModelMissing(BadBody):
    """A request that names no model, where its API has a member for it. `fields` are those it has; empty
    for a form."""

    def __init__(self, fields: dict[str, Raw]) -> None:
        super().__init__("'model' is missing", param="model")
        self.fields = fields


class NotOffered(BadBody):
    """A request for what no policy of this version can judge."""


SSE: Final = "text/event-stream"

ANY: Final = "*/*"

Operation = Literal["generate", "complete", "embed", "count", "keep", "moderate", "draw", "hear", "speak"]
"""What is done with what is asked: answer a conversation, go on with a text, embed texts, count
tokens, keep objects, look for what should not be said, draw images, hear what is said in a sound, say a
text."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What an operation does to objects that a provider keeps.

    `deed` names it for the record. `made` and `begun` give what a whole answer, or a stream that has
    begun, tells of; `keeps` says whether the provider keeps an answer (asked, whether the role may
    have it kept); without `begun` no stream makes anything. `removed`: the first object of `held` is gone, and what the API says of that (its
    id), where a provider says no word. `retold` is the answer as the caller gets it. `billed_later`: what it costs is not known yet when it is answered.
    """

    deed: str
    made: Callable[[Asked, bytes], tuple[Made, ...]]
    begun: Callable[[StreamReader], tuple[Made, ...]] | None = None
    keeps: Callable[[Asked, bool], bool] = lambda asked, may_store: True
    removed: Callable[[str], bytes] | None = None
    listing: Listing | None = None
    retold: Callable[[bytes], bytes] | None = None
    billed_later: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    """One API of one family, as functions.

    `api` is the operation as policies name it (chat, responses, messages …); `family` (openai,
    anthropic, gemini) decides which providers speak it as it is, and how errors look. `provider_path` is
    appended to a provider's base_url. `parse` raises BadBody. `billed` False: providers do it for nothing.
    `problem_event` stands where this API's streams tell an error in another way than its family's;
    `stream_type` is the media type of its streams. A `{model}` in `provider_path` is the target's.
    `keeping`: it makes or is about objects that providers keep. `parse_form` reads a body that is a form (and
    the model that the path names, if it does), `passing` makes the reader of answers that are no streams
    of events and pass as they come; `accept` is the media type of all others.
    """

    api: str
    family: str
    provider_path: str
    parse: Callable[[bytes], Asked]
    render: Callable[[Asked, Changes], bytes | FormBody]
    read_answer: Callable[[bytes], Answer]
    read_stream: Callable[[Asked], StreamReader]
    billed: bool = True
    problem_event: Callable[[Problem, str], bytes] | None = None
    stream_type: str = SSE
    operation: Operation = "generate"
    method: str = "POST"
    keeping: Keeping | None = None
    parse_form: Callable[[Form, str | None], Asked] | None = None
    passing: Callable[[Asked], StreamReader] | None = None
    accept: str = "application/json"


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
    models_body: Callable[[Sequence[str]], bytes]
    """Names of models → the body of `GET /v1/models`."""
    model_body: Callable[[str], bytes]
    """Name of a model → the body of `GET /v1/models/{name}`."""
    request_id_headers: tuple[bytes, ...]
    """Names under which this family's SDKs look for a request id."""
