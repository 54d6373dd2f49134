"""A guard: a guardrail of a policy, with what it looks for made ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gateway.errors import GatewayError
from gateway.guards.finding import Extent, Finding, Source
from gateway.policy.guardrails import Guardrail
from gateway.policy.models.egress import Network
from gateway.policy.snapshot import Policy


class GuardFailed(GatewayError):
    """A guard could not tell: nobody answered, or not in words that it knows. Its text counts as not read."""


class Finds(Protocol):
    """Says where something stands: may redact. What is longer than `reach` characters it may miss on a stream."""

    @property
    def version(self) -> str: ...
    @property
    def sources(self) -> frozenset[Source]: ...
    @property
    def reach(self) -> int: ...
    def find(self, text: str) -> Sequence[Finding]:
        """In order, without overlap. Raises NotRead."""
        ...


class Judges(Protocol):
    """Judges a text as a whole: its beginning after each `step` characters, and all of it. None: only all of it."""

    @property
    def version(self) -> str: ...
    @property
    def sources(self) -> frozenset[Source]: ...
    @property
    def extent(self) -> Extent: ...
    @property
    def step(self) -> int | None: ...
    def judge(self, text: str, *, whole: bool) -> Finding | None: ...


class Asker(Protocol):
    """How others are asked, for one call. What they are sent is redacted."""

    async def post(self, url: str, body: bytes, timeout_s: float) -> bytes:
        """Raises GuardFailed."""
        ...

    async def model(self, model: str, told: str, text: str, timeout_s: float) -> str:
        """What a model of the policy answers. Raises GuardFailed."""
        ...


class Asks(Protocol):
    """Asks somebody else."""

    @property
    def version(self) -> str: ...
    @property
    def sources(self) -> frozenset[Source]: ...
    async def ask(self, texts: Sequence[str], asker: Asker) -> Finding | None:
        """Of redacted texts. Raises GuardFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Guard:
    """Exactly one of `finds`, `judges` and `asks` is set."""

    rule: Guardrail
    finds: Finds | None = None
    judges: Judges | None = None
    asks: Asks | None = None

    @property
    def version(self) -> str:
        check = self.finds or self.judges or self.asks
        assert check is not None
        return f"{self.rule.kind}/{check.version}"

    @property
    def sources(self) -> frozenset[Source]:
        check = self.finds or self.judges or self.asks
        assert check is not None
        return check.sources


@dataclass(frozen=True, slots=True)
class Guards:
    """Those of a policy, in the order in which they are declared; and the facts that their matches ask for."""

    input: tuple[Guard, ...] = ()
    output: tuple[Guard, ...] = ()
    input_asks: frozenset[str] = field(init=False)
    output_asks: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        for name, guards in (("input_asks", self.input), ("output_asks", self.output)):
            object.__setattr__(self, name, frozenset().union(*(guard.rule.asks for guard in guards)))


class Guarding(Protocol):
    """The guards of policies, and how they ask others."""

    async def prepare(self, policy: Policy) -> None:
        """Before calls are judged by it."""
        ...

    def of(self, policy: Policy) -> Guards: ...

    def redacted(self, text: str, policy: Policy) -> str:
        """What others may see of a text. Raises NotRead."""
        ...

    async def post(self, url: str, body: bytes, allow: Sequence[Network], timeout_s: float) -> bytes:
        """What a service answers. Raises GuardFailed."""
        ...
