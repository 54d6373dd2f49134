"""Runtime: what stages may use, as protocols. `app.py` says which classes stand behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from gateway.alerts.event import Events
from gateway.audit.appended import Appended
from gateway.audit.entry import Entry
from gateway.audit.keeping import Contents
from gateway.call import Call
from gateway.guards.guard import Guarding
from gateway.identity.person import Person
from gateway.ledger.exhausted import Exhausted
from gateway.ledger.protocol import Ledger
from gateway.measures import Measures
from gateway.policy.price import Price
from gateway.policy.snapshot import Policy
from gateway.privacy.interface import Detection, Vault
from gateway.stores.key_records import KeyRecord
from gateway.stores.ownership import KeptObject
from gateway.upload import Upload
from gateway.upstream.interface import Upstream
from gateway.upstream.prices import Rates


class Clock(Protocol):
    def now_ms(self) -> int:
        """Wall clock, milliseconds since 1970 (UTC)."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class Chance(Protocol):
    """Randomness and ids."""

    def call_id(self, at_ms: int) -> str: ...

    def fraction(self) -> float:
        """Uniform in [0, 1)."""
        ...


class Policies(Protocol):
    @property
    def current(self) -> Policy: ...


class Keys(Protocol):
    """The keys of this installation, held in memory."""

    def known(self, key: str) -> KeyRecord | None:
        """The record of a key that is in memory."""
        ...

    async def find(self, key: str) -> KeyRecord | None:
        """The record of a well-formed key; one made a moment ago elsewhere is found too."""
        ...

    def current(self, record: KeyRecord) -> KeyRecord | None:
        """What is known by now of the key that its secret once led to. None: it leads to none any more."""
        ...

    @property
    def disabled(self) -> Collection[str]:
        """The users none of whose credentials is good."""
        ...


class Uses(Protocol):
    def note(self, key_id: str, at_ms: int) -> None:
        """When a key was used last. Kept in memory, written down later."""
        ...


class Identities(Protocol):
    """Callers who prove who they are with a token of an issuer that the policy names."""

    def known(self, token: str, policy: Policy, now_ms: int) -> Person | None:
        """Of a token that was verified before, under this policy."""
        ...

    async def verify(self, token: str, policy: Policy, now_ms: int) -> Person:
        """Raises BadToken, and KeysUnavailable where nothing can be said of it."""
        ...


SubjectKind = Literal["user", "end_user"]


class Subjects(Protocol):
    """People under pseudonyms: the audit log never holds a name."""

    def known(self, kind: SubjectKind, name: str) -> str | None: ...

    async def resolve(self, kind: SubjectKind, name: str) -> str:
        """Raises StoreUnavailable."""
        ...


class Objects(Protocol):
    """Whose the objects are that providers keep. Every method raises StoreUnavailable."""

    async def claim(self, tenant: str, wanted: Sequence[KeptObject]) -> bool:
        """From now on they are the tenant's. False, and nothing done, if one is another's."""
        ...

    async def find(self, tenant: str, ids: Sequence[str]) -> Sequence[KeptObject]:
        """Those of the tenant's that have one of these ids: another's and nobody's look the same."""
        ...

    async def forget(self, tenant: str, provider: str, object_id: str) -> None: ...

    async def list(self, tenant: str, provider: str, kind: str, limit: int) -> Sequence[KeptObject]:
        """Newest first."""
        ...


class Audit(Protocol):
    def append(self, entry: Entry) -> Appended:
        """Chain an entry, at once; awaiting says it is durable. Raises SpoolUnavailable."""
        ...

    async def archived(self) -> None:
        """Returns once all that is durable is in the database too. Raises SpoolUnavailable."""

    @property
    def healthy(self) -> bool: ...


class Prices(Protocol):
    def rates(
        self,
        dialect: str,
        provider: str,
        base_url: str | None,
        model: str,
        declared: Price | None,
        *,
        free: bool,
    ) -> Rates | None: ...


class Tokens(Protocol):
    """Estimates, where a provider does not tell."""

    def of_text(self, text: str) -> int: ...

    def of_json(self, body: bytes) -> int:
        """Of a request body as a prompt; at least 1, and bounded in time."""
        ...


class Uploads(Protocol):
    """Where large bodies are while nobody knows yet what becomes of them."""

    def open(self) -> Upload:
        """A new one; whoever opens it closes it."""
        ...


class Journal(Protocol):
    """The process's own log: sentences and numbers, never contents or secrets."""

    def fault(self, what: str, call: str, error: BaseException) -> None: ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """Sizes in bytes and times in seconds that hold for every call."""

    body_bytes: int
    upload_bytes: int
    answer_bytes: int
    body_timeout_s: float
    write_stall_s: float


@dataclass(frozen=True, slots=True)
class Runtime:
    policies: Policies
    keys: Keys
    uses: Uses
    identities: Identities
    subjects: Subjects
    objects: Objects
    ledger: Ledger
    prices: Prices
    tokens: Tokens
    uploads: Uploads
    upstreams: Mapping[str, Upstream]
    """By provider dialect: `echo` answers in process, all others over HTTP."""
    detection: Detection
    guards: Guarding
    vault: Vault
    measures: Measures
    exhausted: Exhausted
    events: Events
    audit: Audit
    contents: Contents
    clock: Clock
    chance: Chance
    journal: Journal
    bounds: Bounds
    trusted_proxies: frozenset[str]
    running: dict[str, Call] = field(default_factory=dict)
    """Calls whose caller is known and that have not ended, by id."""

    async def prepare(self, policy: Policy) -> None:
        """What calls under another policy will need, before it is in force. Raises GatewayError."""
        await self.detection.prepare(policy)
        await self.guards.prepare(policy)
