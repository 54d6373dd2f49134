"""Call: the facts of one request, one field per stage, written once; and the trail of verdicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from msgspec import Struct

from gateway.audit.appended import Appended
from gateway.audit.content import Sealer, Tape
from gateway.audit.entry import Attempt, Check, Decision
from gateway.dialects.interface import Answer, Asked, Dialect, Family, StreamReader
from gateway.dialects.speech import Speech
from gateway.errors import Kind, Problem, Refused
from gateway.form import Form
from gateway.guards.part import Vetting
from gateway.identity.person import Person
from gateway.ledger.demand import Hold
from gateway.ledger.demands import Bound
from gateway.policy.declared_keys import DeclaredKey
from gateway.policy.protection import Protection
from gateway.policy.roles import Role
from gateway.policy.snapshot import Model, Policy, Target
from gateway.privacy.inside import Inside
from gateway.privacy.placeholders import Issued
from gateway.reading import Reading
from gateway.stores.key_records import KeyRecord
from gateway.stores.ownership import Place
from gateway.streams.restore import Counts
from gateway.upload import Upload
from gateway.upstream.interface import Incoming
from gateway.upstream.prices import Rates
from gateway.usage import Usage

Ending = Literal[
    "complete",
    "refused",
    "upstream_error",
    "upstream_error_midstream",
    "client_gone",
    "timeout",
    "shutdown",
    "interrupted",
]


class Caller(Struct, frozen=True):
    """Who calls, as the credential proves. `auth` is key or jwt; `key` a key's id, or an identity provider's name
    and the person's pseudonym. `user` is a pseudonym. Two callers of one `tenant` share what
    providers keep for them."""

    auth: str
    key: str
    user: str | None
    team: str | None
    roles: tuple[str, ...]
    use_case: str | None

    @property
    def tenant(self) -> str:
        """The team; of a key without one, that key alone; of a token without one, its person at its issuer."""
        return f"{self.auth}:{self.key}" if self.team is None else f"team:{self.team}"


class Grant(Struct, frozen=True):
    """The role that allows this call, and its cap on the output of each answer. `model` None: it asks for none.
    `tags` are those of its tags that rules may match on, as name=value."""

    role: Role
    model: Model | None
    max_output_tokens: int | None
    tags: tuple[str, ...] = ()


class Cleared(Struct, frozen=True):
    """What privacy says of a call at one target: it may go there. `asked`: as it must be sent, None: as it came.
    `issued` are the placeholders in it. `protection` None: no rule is about it."""

    protection: Protection | None
    asked: Asked | None = None
    issued: Issued | None = None


class Candidate(Struct, frozen=True):
    """A target that may serve this call. `asked_for` is the name of the model it belongs to, `speech`
    how its provider is spoken to. `credential` is the one of the provider's that must be used; None: any.
    `cleared` None: it was not inspected, and under a policy with privacy nothing is sent to it."""

    target: Target
    asked_for: str
    rates: Rates | None
    retries: int
    speech: Speech
    credential: int | None = None
    cleared: Cleared | None = None


class Plan(Struct, frozen=True):
    """Where this call may go, in order. Nothing is sent outside it."""

    candidates: tuple[Candidate, ...]


class Served(Struct):
    """The candidate whose answer the caller gets. Exactly one of `body` and `reader` is set.

    `body` is what the caller gets, `heard` what the provider said: the same where nothing is translated;
    `answer` is what was read off it.
    `credential` is the one of the provider's that was used.
    """

    candidate: Candidate
    incoming: Incoming
    content_type: str
    body: bytes | None = None
    heard: bytes = b""
    answer: Answer | None = None
    reader: StreamReader | None = None
    first: bytes = b""
    credential: int = 0


class Measured(Struct, frozen=True):
    """What the call used and cost. `cost_nano_usd` None: no price is known."""

    usage: Usage | None
    cost_nano_usd: int | None
    price_version: str | None


class Timing(Struct):
    """Monotonic seconds. `upstream_s` is time spent waiting for providers."""

    started: float
    first_byte: float | None = None
    upstream_s: float = 0.0


_QUOTING: Final = frozenset({"prompt", "authorize", "unpack"})
"""Stages whose refusals quote what was asked. Under a policy with privacy that is not recorded before it was read."""


class Call(Struct):
    """One request from the door to its record."""

    id: str
    request_id: str | None
    at_ms: int
    timing: Timing
    dialect: Dialect
    family: Family
    policy: Policy
    network: str | None
    headers: list[tuple[bytes, bytes]]
    named: dict[bytes, bytes]
    """The same by name; of several of one name the last."""
    address: str | None = None
    """The caller's, for rules that name networks: judged, never recorded. `network` is what is."""
    stop: Callable[[], object] | None = None
    """Cancels whoever answers it. Who calls this has said before how the call ends."""

    parent: str | None = None
    """The id of the call on whose behalf it is made."""
    body: bytes = b""
    form: Form | None = None
    """Stands for `body` where that is one; `upload` is where its values are."""
    upload: Upload | None = None
    rewritten: Upload | None = None
    """Where the values of a form are that was written anew."""
    credential: KeyRecord | DeclaredKey | Person | None = None
    """What the caller is proven by, as it was at the door."""
    caller: Caller | None = None
    asked: Asked | None = None
    end_user: str | None = None
    """A pseudonym; `end_user_name` is what the request says: rules match on it, nothing keeps it."""
    end_user_name: str | None = None
    use_case: str | None = None
    """The key's, or the one that the request claims, once a role allows that."""
    claimed: str | None = None
    """A use case that the request claims and no key proves: to be judged."""
    tags: dict[str, str] = {}
    """As claimed: recorded (under privacy once inspected), and nothing more. What rules match on is in the grant."""
    prompt: str | None = None
    """The name of the managed prompt that it uses."""
    grant: Grant | None = None
    places: frozenset[Place] | None = None
    """Where all is kept that the request refers to. None: it refers to nothing."""
    plan: Plan | None = None
    reading: Reading | None = None
    """Its texts, once somebody had to look at them."""
    instead: dict[str, Plan | None] | None = None
    """Where it may go if a budget wants another model, by that: inspected as the plan is. None: not looked at."""
    given: Issued | None = None
    """The placeholders of the request inside a batch that was read last; `inside` are those of all of them."""
    inside: Inside | None = None
    inspected: bool = False
    """Under a policy with privacy: what it claims may be recorded."""
    checks: list[Check] = []
    unread: tuple[str, ...] = ()
    """What no check has read."""
    bound: Bound | None = None
    """The most that an attempt can cost and use. None: no limit and no budget was asked."""
    hold: Hold | None = None
    """What is held for the attempt under way, or for the first one. `downgraded`: to the model that a budget names."""
    downgraded: bool = False
    lost_nano_usd: int = 0
    """What is charged for attempts that may be billed and of which no more was heard."""
    intended: int | None = None
    """How many verdicts the recorded intent holds; None: no intent is recorded."""
    intent: Appended | None = None
    """The recorded intent; says whether it became durable."""
    sent_to: Candidate | None = None
    attempts: list[Attempt] = []
    served: Served | None = None
    vetting: Vetting | None = None
    """What guards make of an answer that is streamed."""
    restored: Counts | None = None
    """Of placeholders in the answer. None: there were none to restore."""
    measured: Measured | None = None
    tape: Tape | None = None
    """What the caller gets of a stream, where it may be kept; `sealer` seals it then."""
    exchanged: tuple[bytes, Tape] | None = None
    """The body that was last sent to a provider, and what it said, where that may be kept."""
    sealer: Sealer | None = None
    ending: Ending | None = None
    problem: Problem | None = None
    trail: list[Decision] = []

    def note(self, stage: str, rule: str, verdict: str, reason: str | None = None) -> None:
        """Add a verdict to the trail."""
        self.trail.append(Decision(stage=stage, rule=rule, verdict=verdict, reason=reason))

    def end(self, ending: Ending, problem: Problem | None = None) -> None:
        """Say how the call ended. The first word stands: what follows an ending is its echo."""
        if self.ending is None:
            self.ending = ending
            self.problem = problem

    def refuse(self, refused: Refused) -> None:
        """The gateway's own no: into the trail, and the ending."""
        told = self.inspected or self.policy.privacy is None or refused.stage not in _QUOTING
        self.note(refused.stage, refused.rule, "refuse", refused.problem.message if told else None)
        self.end("refused", refused.problem)

    def break_down(self, *, answering: bool) -> None:
        """A mistake of ours ended the call, before or after the answer had begun."""
        self.note("pipeline", "internal_error", "refuse")
        problem = Problem(Kind.INTERNAL, "the gateway failed; the error is in its log", code="internal_error")
        self.end("interrupted" if answering else "refused", problem)
